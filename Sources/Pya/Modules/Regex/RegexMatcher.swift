#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Executes a program on a text: backtracking, with the choices still open on a stack of its own.
///
/// The native stack is not used, however long the text. An entry of the stack is two or three words, the last of which says what
/// kind it is (the low two bits) and which instruction or register it is about:
///
///     position, choice              go on there
///     old value, restore            put a register back, then look at the next entry
///     least, position, giveBack     a greedy repetition that may end one character earlier
///     turns left, position, takeMore a lazy repetition that may take one character more
struct RegexMatcher {
  private enum Entry {
    static let choice = 0
    static let restore = 1
    static let giveBack = 2
    static let takeMore = 3
  }

  let program: RegexProgram
  private let code: UnsafeMutablePointer<RegexInstruction>
  private let sets: UnsafeMutablePointer<CompiledSet>
  private let firsts: UnsafeMutablePointer<ByteSet>
  private let text: UnsafePointer<UInt8>
  /// Where the text ends, for the expression.
  private let end: Int
  private let isBytes: Bool
  /// The whole text must match.
  private let isFull: Bool
  private let runtime: Runtime
  private let scratch: RegexScratch
  private(set) var registers: UnsafeMutablePointer<Int>
  private var stack: UnsafeMutablePointer<Int>
  private var capacity: Int
  private var steps = 0

  init(
    _ runtime: Runtime, _ scratch: RegexScratch, _ program: RegexProgram, text: UnsafePointer<UInt8>, end: Int,
    isFull: Bool = false
  ) {
    self.runtime = runtime
    self.program = program
    self.text = text
    self.end = end
    self.isFull = isFull
    code = program.code
    sets = program.sets
    firsts = program.firsts
    isBytes = program.isBytes
    self.scratch = scratch
    scratch.reserve(registers: program.registerCount)
    registers = scratch.registers
    stack = scratch.stack
    capacity = scratch.capacity
  }

  // MARK: Searching

  /// Finds the first match that begins at `start` or later; with `mustAdvance` not an empty one at `start`.
  mutating func search(from start: Int, mustAdvance: Bool = false) throws(Raised) -> Bool {
    refresh()
    if program.isAnchored { return start == 0 ? try match(at: 0, mustAdvance: mustAdvance) : false }
    let last = end - program.minimalWidth
    var position = start
    if !program.prefix.isEmpty { return try searchPrefix(from: start, mustAdvance: mustAdvance) }
    if let candidates = program.firstBytes {
      while position <= last {
        while position < end, !candidates.contains(text[position]) { position += 1 }
        if position > last || position >= end { return false }
        if try match(at: position, mustAdvance: mustAdvance && position == start) { return true }
        position += 1
      }
      return false
    }
    while position <= last {
      if try match(at: position, mustAdvance: mustAdvance && position == start) { return true }
      if position >= end { return false }
      position += isBytes ? 1 : UTF8Width.of(leadByte: text[position])
    }
    return false
  }

  /// Another matcher may have enlarged the memory since the last search.
  private mutating func refresh() {
    registers = scratch.registers
    stack = scratch.stack
    capacity = scratch.capacity
  }

  private mutating func searchPrefix(from start: Int, mustAdvance: Bool) throws(Raised) -> Bool {
    var position = start
    while position <= end - program.prefix.count {
      let rest = UnsafeBufferPointer(start: text + position, count: end - position)
      let offset = program.prefix.withUnsafeBufferPointer { ByteSearch.first($0, in: rest) }
      if offset < 0 { return false }
      position += offset
      if try match(at: position, mustAdvance: mustAdvance && position == start) { return true }
      position += 1
    }
    return false
  }

  // MARK: Matching

  /// Tries the expression at one place. Afterwards the registers tell where the groups lie.
  mutating func match(at start: Int, mustAdvance: Bool = false) throws(Raised) -> Bool {
    let registers = registers
    let code = code
    let text = text
    let end = end
    for index in 0...program.lastIndexRegister { registers[index] = -1 }
    var position = start
    var pc = 0
    var top = 0

    while true {
      let instruction = code[pc]
      attempt: do {
        switch instruction.operation {
        case .byte:
          guard position < end, text[position] == UInt8(truncatingIfNeeded: instruction.a) else { break attempt }
          position &+= 1
          pc &+= 1
          continue
        case .bytes:
          let count = Int(instruction.b)
          guard end &- position >= count,
            memcmp(text + position, program.literals + Int(instruction.a), count) == 0
          else { break attempt }
          position &+= count
          pc &+= 1
          continue
        case .set:
          guard position < end else { break attempt }
          let width = widthInSet(Int(instruction.a), position)
          if width == 0 { break attempt }
          position &+= width
          pc &+= 1
          continue
        case .repeatGreedy:
          guard let low = leastEnd(instruction, position) else { break attempt }
          let high = runEnd(instruction, from: low)
          pc &+= 1
          position = high
          if high > low {
            try push(low, high, (pc &- 1) << 2 | Entry.giveBack, &top)
            // The end of the run is the first candidate, if what follows can be there.
            if !mayBegin(instruction.first, high) { break attempt }
          }
          continue
        case .repeatPossessive:
          guard let low = leastEnd(instruction, position) else { break attempt }
          position = runEnd(instruction, from: low)
          pc &+= 1
          continue
        case .repeatLazy:
          guard let low = leastEnd(instruction, position) else { break attempt }
          position = low
          let turns = instruction.c == .max ? Int.max : Int(instruction.c &- instruction.b)
          if turns > 0 { try push(turns, low, pc << 2 | Entry.takeMore, &top) }
          pc &+= 1
          if !mayBegin(instruction.first, position) { break attempt }
          continue
        case .atStart:
          if position != 0 { break attempt }
          pc &+= 1
          continue
        case .atLineStart:
          if position != 0, text[position &- 1] != 10 { break attempt }
          pc &+= 1
          continue
        case .atEnd:
          if position != end, position != end &- 1 || text[position] != 10 { break attempt }
          pc &+= 1
          continue
        case .atLineEnd:
          if position != end, text[position] != 10 { break attempt }
          pc &+= 1
          continue
        case .atTextEnd:
          if position != end { break attempt }
          pc &+= 1
          continue
        case .atBoundary, .notAtBoundary:
          let isWanted = instruction.operation == .atBoundary
          if end == 0 || isBoundary(position, isASCII: instruction.a != 0) != isWanted { break attempt }
          pc &+= 1
          continue
        case .save:
          try set(Int(instruction.a), position, &top)
          pc &+= 1
          continue
        case .saveEnd:
          try set(Int(instruction.a), position, &top)
          try set(program.lastIndexRegister, Int(instruction.b), &top)
          pc &+= 1
          continue
        case .jump:
          pc = Int(instruction.a)
          continue
        case .split:
          if !mayBegin(instruction.first, position) {
            pc = Int(instruction.a)
            continue
          }
          pc &+= 1
          if mayBegin(Int16(truncatingIfNeeded: instruction.c &- 1), position) {
            try push(position, Int(instruction.a) << 2 | Entry.choice, &top)
          }
          continue
        case .splitLazy:
          if !mayBegin(instruction.first, position) {
            pc &+= 1
            continue
          }
          if mayBegin(Int16(truncatingIfNeeded: instruction.c &- 1), position) {
            try push(position, (pc &+ 1) << 2 | Entry.choice, &top)
          }
          pc = Int(instruction.a)
          continue
        case .setRegister:
          try set(Int(instruction.a), Int(instruction.b), &top)
          pc &+= 1
          continue
        case .loopGreedy:
          let bounds = program.counts[Int(instruction.c)]
          let count = registers[Int(instruction.b)] &+ 1
          if count < bounds.min {
            try set(Int(instruction.b), count, &top)
            pc = Int(instruction.a)
          } else if (count < bounds.max || bounds.max == regexUnbounded)
            && position != registers[bounds.positionRegister] && mayBegin(instruction.first, position)
          {
            try push(position, bounds.exit << 2 | Entry.choice, &top)
            try set(Int(instruction.b), count, &top)
            try set(bounds.positionRegister, position, &top)
            pc = Int(instruction.a)
          } else {
            pc = bounds.exit
          }
          continue
        case .loopLazy:
          let bounds = program.counts[Int(instruction.c)]
          let count = registers[Int(instruction.b)] &+ 1
          if count < bounds.min {
            try set(Int(instruction.b), count, &top)
            pc = Int(instruction.a)
            continue
          }
          if count < bounds.max || bounds.max == regexUnbounded, position != registers[bounds.positionRegister] {
            try push(position, (pc &+ 1) << 2 | Entry.choice, &top)
          }
          if !mayBegin(instruction.first, position) { break attempt }
          pc = bounds.exit
          continue
        case .enterLoop:
          let bounds = program.counts[Int(instruction.c)]
          try set(Int(instruction.b), registers[Int(instruction.b)] &+ 1, &top)
          try set(bounds.positionRegister, position, &top)
          pc &+= 1
          continue
        case .beginAtomic:
          registers[Int(instruction.b)] = top
          pc &+= 1
          continue
        case .beginLook:
          registers[Int(instruction.b)] = top
          registers[Int(instruction.b) &+ 1] = position
          pc &+= 1
          continue
        case .beginNegative:
          registers[Int(instruction.b)] = top
          try push(position, Int(instruction.a) << 2 | Entry.choice, &top)
          pc &+= 1
          continue
        case .endAtomic:
          cut(to: registers[Int(instruction.b)], &top)
          pc &+= 1
          continue
        case .endLook:
          cut(to: registers[Int(instruction.b)], &top)
          position = registers[Int(instruction.b) &+ 1]
          pc &+= 1
          continue
        case .endNegative:
          undo(to: registers[Int(instruction.b)], &top)
        case .back:
          guard let earlier = back(Int(instruction.a), from: position) else { break attempt }
          position = earlier
          pc &+= 1
          continue
        case .backreference:
          guard let after = matchGroup(Int(instruction.a), instruction.first, position) else { break attempt }
          position = after
          pc &+= 1
          continue
        case .conditional:
          pc = registers[2 &* Int(instruction.a) &+ 1] >= 0 ? pc &+ 1 : Int(instruction.b)
          continue
        case .fail: break
        case .success:
          if isFull && position != end || mustAdvance && position == start { break attempt }
          registers[0] = start
          registers[1] = position
          return true
        }
      }

      // Failed: back to the last choice.
      steps &+= 1
      if steps & 0xFFFF == 0 {
        if runtime.machine.pointee.isInterrupted { try runtime.handleInterrupt() }
      }
      resume: while true {
        if top == 0 { return false }
        let entry = stack[top &- 1]
        switch entry & 3 {
        case Entry.choice:
          top &-= 2
          position = stack[top]
          pc = entry >> 2
          break resume
        case Entry.restore:
          top &-= 2
          registers[entry >> 2] = stack[top]
        case Entry.giveBack:
          let low = stack[top &- 3]
          var place = stack[top &- 2]
          let first = code[entry >> 2].first
          var isFound = false
          while place > low {
            place &-= 1
            if !isBytes { while text[place] & 0xC0 == 0x80 { place &-= 1 } }
            if mayBegin(first, place) {
              isFound = true
              break
            }
          }
          if place <= low { top &-= 3 } else { stack[top &- 2] = place }
          guard isFound else { continue resume }
          position = place
          pc = entry >> 2 &+ 1
          break resume
        default:
          let instruction = code[entry >> 2]
          var turns = stack[top &- 3]
          var place = stack[top &- 2]
          var isFound = false
          while turns > 0, place < end {
            let width = widthInSet(Int(instruction.a), place)
            if width == 0 {
              turns = 0
              break
            }
            place &+= width
            turns &-= 1
            if mayBegin(instruction.first, place) {
              isFound = true
              break
            }
          }
          if turns == 0 || !isFound {
            top &-= 3
          } else {
            stack[top &- 3] = turns
            stack[top &- 2] = place
          }
          guard isFound else { continue resume }
          position = place
          pc = entry >> 2 &+ 1
          break resume
        }
      }
    }
  }

  // MARK: The stack

  @inline(__always)
  private mutating func push(_ first: Int, _ second: Int, _ top: inout Int) throws(Raised) {
    if top &+ 2 > capacity { try grow() }
    stack[top] = first
    stack[top &+ 1] = second
    top &+= 2
  }

  @inline(__always)
  private mutating func push(_ first: Int, _ second: Int, _ third: Int, _ top: inout Int) throws(Raised) {
    if top &+ 3 > capacity { try grow() }
    stack[top] = first
    stack[top &+ 1] = second
    stack[top &+ 2] = third
    top &+= 3
  }

  /// Changes a register. What it was matters only while there is a choice to go back to.
  @inline(__always)
  private mutating func set(_ register: Int, _ value: Int, _ top: inout Int) throws(Raised) {
    if top > 0 { try push(registers[register], register << 2 | Entry.restore, &top) }
    registers[register] = value
  }

  @inline(never)
  private mutating func grow() throws(Raised) {
    if capacity >= RegexScratch.limit { throw runtime.memoryError() }
    scratch.grow()
    stack = scratch.stack
    capacity = scratch.capacity
  }

  /// Forgets the choices above a height; what must be put back when an earlier choice is taken stays.
  private mutating func cut(to height: Int, _ top: inout Int) {
    var kept: [Int] = []
    while top > height {
      let entry = stack[top - 1]
      if entry & 3 == Entry.restore, height > 0 {
        kept.append(entry)
        kept.append(stack[top - 2])
      }
      top -= entry & 3 < 2 ? 2 : 3
    }
    for word in kept.reversed() {
      stack[top] = word
      top += 1
    }
  }

  /// Goes back to a height as if all choices above had failed.
  private mutating func undo(to height: Int, _ top: inout Int) {
    while top > height {
      let entry = stack[top - 1]
      if entry & 3 == Entry.restore { registers[entry >> 2] = stack[top - 2] }
      top -= entry & 3 < 2 ? 2 : 3
    }
  }

  // MARK: Characters

  /// Whether the byte at a place can begin what set `first` of the program stands for.
  @inline(__always)
  private func mayBegin(_ first: Int16, _ position: Int) -> Bool {
    if first < 0 { return true }
    return position < end && firsts[Int(first)].contains(text[position])
  }

  /// The width of the character at a place before the end, or 0 if it is not in the set.
  @inline(__always)
  private func widthInSet(_ set: Int, _ position: Int) -> Int {
    let byte = text[position]
    if byte < 0x80 || isBytes { return sets[set].bytes.contains(byte) ? 1 : 0 }
    return wideWidth(set, position)
  }

  @inline(never)
  private func wideWidth(_ set: Int, _ position: Int) -> Int {
    switch sets[set].wide {
    case .none: return 0
    case .all: return UTF8Width.of(leadByte: text[position])
    case .ask:
      let (character, width) = decodeUTF8(text + position)
      return program.characterSets[set].contains(character) ? width : 0
    }
  }

  /// Where the required characters of a repetition end; nil when they are not there.
  @inline(__always)
  private func leastEnd(_ instruction: RegexInstruction, _ position: Int) -> Int? {
    var place = position
    var remaining = instruction.b
    while remaining > 0 {
      guard place < end else { return nil }
      let width = widthInSet(Int(instruction.a), place)
      if width == 0 { return nil }
      place &+= width
      remaining &-= 1
    }
    return place
  }

  /// Where the characters of a repetition end that has its required ones already.
  @inline(__always)
  private func runEnd(_ instruction: RegexInstruction, from position: Int) -> Int {
    let set = Int(instruction.a)
    var place = position
    if instruction.c == .max {
      let stop = sets[set].stopByte
      if stop >= 0 {
        guard place < end, let found = memchr(text + place, Int32(stop), end &- place) else { return end }
        return UnsafeRawPointer(found) - UnsafeRawPointer(text)
      }
      while place < end {
        let width = widthInSet(set, place)
        if width == 0 { break }
        place &+= width
      }
      return place
    }
    var remaining = instruction.c &- instruction.b
    while remaining > 0, place < end {
      let width = widthInSet(set, place)
      if width == 0 { break }
      place &+= width
      remaining &-= 1
    }
    return place
  }

  /// So many characters earlier; nil before the beginning.
  private func back(_ count: Int, from position: Int) -> Int? {
    // A character is a byte or more.
    if position < count { return nil }
    if isBytes { return position - count }
    var place = position
    for _ in 0..<count {
      guard place > 0 else { return nil }
      place -= 1
      while text[place] & 0xC0 == 0x80 { place -= 1 }
    }
    return place
  }

  private func isBoundary(_ position: Int, isASCII: Bool) -> Bool {
    let before = position > 0 && isWord(back(1, from: position) ?? 0, isASCII)
    return before != (position < end && isWord(position, isASCII))
  }

  @inline(__always)
  private func isWord(_ position: Int, _ isASCII: Bool) -> Bool {
    let byte = text[position]
    if byte < 0x80 { return ASCII.isLetterOrDigit(byte) || byte == 0x5F }
    if isBytes { return false }
    return RegexSet.isIn(.word, decodeUTF8(text + position).codePoint, isASCII)
  }

  /// Where the text of a group ends when it is found at `position`; nil: it is not, or the group took no part.
  private func matchGroup(_ group: Int, _ folding: Int16, _ position: Int) -> Int? {
    let (low, high) = (registers[2 * group], registers[2 * group + 1])
    guard low >= 0, high >= low else { return nil }
    if folding == 0 {
      guard end - position >= high - low, memcmp(text + low, text + position, high - low) == 0 else { return nil }
      return position + (high - low)
    }
    let folding: CaseFolding = folding == 1 ? .ascii : .unicode
    var (place, source) = (position, low)
    while source < high {
      guard place < end else { return nil }
      let (a, b) = (character(at: source), character(at: place))
      guard folding.fold(a.0) == folding.fold(b.0) else { return nil }
      source += a.1
      place += b.1
    }
    return place
  }

  private func character(at position: Int) -> (UInt32, Int) {
    isBytes ? (UInt32(text[position]), 1) : decodeUTF8(text + position)
  }
}

/// Memory for matchers, kept between matches. Matching runs no code of the program, so one is enough.
final class RegexScratch {
  fileprivate private(set) var registers: UnsafeMutablePointer<Int>
  private var registerCapacity = 64
  fileprivate private(set) var stack: UnsafeMutablePointer<Int>
  fileprivate private(set) var capacity = 1024

  /// Words of backtracking before it counts as a lack of memory.
  fileprivate static let limit = 1 << 28

  init() {
    registers = .allocate(capacity: registerCapacity)
    stack = .allocate(capacity: capacity)
  }

  deinit {
    registers.deallocate()
    stack.deallocate()
  }

  fileprivate func reserve(registers count: Int) {
    guard count > registerCapacity else { return }
    registers.deallocate()
    registerCapacity = count * 2
    registers = .allocate(capacity: registerCapacity)
  }

  fileprivate func grow() {
    let larger = UnsafeMutablePointer<Int>.allocate(capacity: capacity * 2)
    larger.initialize(from: stack, count: capacity)
    stack.deallocate()
    stack = larger
    capacity *= 2
  }
}
