/// Turns a tree into instructions.
///
/// Nodes are compiled with what can follow them (`follow`; nil when unknown): a choice that the next byte rules out is
/// never pushed, and a repetition whose characters cannot begin what follows never gives any back. Inside of atomic groups
/// and looks nothing is known of what follows, since they end before it is looked at.
struct RegexCompiler {
  var code: [RegexInstruction] = []
  var literals: [UInt8] = []
  var sets: [CompiledSet] = []
  var characterSets: [RegexSet] = []
  var firsts: [ByteSet] = []
  var counts: [RegexLoopBounds] = []
  let groupCount: Int
  private(set) var registerCount: Int
  let lastIndexRegister: Int
  let isBytes: Bool
  private let groupWidths: [RegexWidth?]

  static func compile(_ tree: RegexNode, _ parser: RegexParser) throws(RegexSyntaxError) -> RegexProgram {
    var compiler = RegexCompiler(parser)
    try compiler.compile(tree, follow: nil)
    try compiler.emit(.success)
    let first = tree.first(isBytes: parser.isBytes)
    return RegexProgram(
      compiler, prefix: tree.literalPrefix(isBytes: parser.isBytes),
      firstBytes: first.isNullable || first.bytes.isFull ? nil : first.bytes, isAnchored: tree.isAnchored,
      minimalWidth: parser.width(tree).min)
  }

  private init(_ parser: RegexParser) {
    groupCount = parser.groupWidths.count - 1
    groupWidths = parser.groupWidths
    lastIndexRegister = 2 * (groupCount + 1)
    registerCount = lastIndexRegister + 1
    isBytes = parser.isBytes
  }

  // MARK: Emitting

  @discardableResult
  private mutating func emit(
    _ operation: RegexInstruction.Operation, first: RegexFirst? = nil, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0
  ) throws(RegexSyntaxError) -> Int {
    if code.count > 1 << 22 { throw RegexSyntaxError(kind: .overflow, message: "regular expression code size limit exceeded") }
    code.append(
      RegexInstruction(
        operation: operation, first: Int16(truncatingIfNeeded: index(of: first)), a: Int32(truncatingIfNeeded: a), b: Int32(truncatingIfNeeded: b),
        c: Int32(truncatingIfNeeded: c)))
    return code.count - 1
  }

  /// Where the bytes that can begin something are kept; -1 when they rule nothing out.
  private mutating func index(of first: RegexFirst?) -> Int {
    guard let first, !first.isNullable, !first.bytes.isFull, firsts.count < Int(Int16.max) else { return -1 }
    for (index, known) in firsts.enumerated() where known.words == first.bytes.words { return index }
    firsts.append(first.bytes)
    return firsts.count - 1
  }

  private mutating func newRegister() -> Int {
    registerCount += 1
    return registerCount - 1
  }

  private mutating func addSet(_ set: RegexSet) -> Int {
    sets.append(CompiledSet(set, isBytes: isBytes))
    characterSets.append(set)
    return sets.count - 1
  }

  // MARK: Nodes

  private mutating func compile(_ node: RegexNode, follow: RegexFirst?) throws(RegexSyntaxError) {
    switch node {
    case .empty: break
    case .failure: try emit(.fail)
    case .literal(let character): try emitLiteral([character])
    case .set(let set): try emit(.set, addSet(set))
    case .sequence(let items): try compileSequence(items, follow: follow)
    case .branch(let items): try compileBranch(items, follow: follow)
    case .group(let number, let node):
      try emit(.save, 2 * number)
      try compile(node, follow: follow)
      try emit(.saveEnd, 2 * number + 1, number)
    case .atomic(let node):
      let register = newRegister()
      try emit(.beginAtomic, 0, register)
      try compile(node, follow: nil)
      try emit(.endAtomic, 0, register)
    case .look(let node, let isBehind, let isNegative):
      try compileLook(node, isBehind: isBehind, isNegative: isNegative)
    case .repetition(let node, let least, let most, let greed):
      try compileRepetition(node, least, most, greed, follow: follow)
    case .position(let test): try emitPosition(test)
    case .backreference(let number, let folding):
      let index = try emit(.backreference, number)
      code[index].first = folding == .none ? 0 : folding == .ascii ? 1 : 2
    case .conditional(let group, let yes, let no):
      let test = try emit(.conditional, group)
      try compile(yes, follow: follow)
      let end = try emit(.jump)
      code[test].b = Int32(code.count)
      try compile(no, follow: follow)
      code[end].a = Int32(code.count)
    }
  }

  private mutating func emitLiteral(_ characters: [UInt32]) throws(RegexSyntaxError) {
    var bytes: [UInt8] = []
    for character in characters {
      if isBytes { bytes.append(UInt8(truncatingIfNeeded: character)) } else { bytes.appendUTF8(character) }
    }
    if bytes.count == 1 {
      try emit(.byte, Int(bytes[0]))
    } else {
      try emit(.bytes, literals.count, bytes.count)
      literals += bytes
    }
  }

  private mutating func compileSequence(_ items: [RegexNode], follow: RegexFirst?) throws(RegexSyntaxError) {
    // What follows each item, from the right.
    var follows: [RegexFirst?] = []
    var next = follow
    for item in items.reversed() {
      follows.append(next)
      next = item.first(isBytes: isBytes).followed(by: next)
    }
    var index = 0
    while index < items.count {
      var run: [UInt32] = []
      while index < items.count, case .literal(let character) = items[index] {
        run.append(character)
        index += 1
      }
      if run.isEmpty {
        try compile(items[index], follow: follows[items.count - 1 - index])
        index += 1
      } else {
        try emitLiteral(run)
      }
    }
  }

  private mutating func compileBranch(_ items: [RegexNode], follow: RegexFirst?) throws(RegexSyntaxError) {
    let starts = items.map { $0.first(isBytes: isBytes).followed(by: follow) }
    var ends: [Int] = []
    for (index, item) in items.enumerated() {
      if index == items.count - 1 {
        try compile(item, follow: follow)
        break
      }
      let others = starts[(index + 1)...].reduce(RegexFirst?.some(RegexFirst(isNullable: false))) { known, next in
        if let known, let next { known | next } else { nil }
      }
      let split = try emit(.split, first: starts[index], 0, 0, self.index(of: others) + 1)
      try compile(item, follow: follow)
      ends.append(try emit(.jump))
      code[split].a = Int32(code.count)
    }
    for end in ends { code[end].a = Int32(code.count) }
  }

  private mutating func compileLook(_ node: RegexNode, isBehind: Bool, isNegative: Bool) throws(RegexSyntaxError) {
    let register = newRegister()
    _ = newRegister()
    let begin = try emit(isNegative ? .beginNegative : .beginLook, 0, register)
    if isBehind {
      let width = node.width { groupWidths[$0] ?? .zero }
      if width.min != width.max { throw RegexSyntaxError(message: "look-behind requires fixed-width pattern") }
      if width.min >= 1 << 31 { throw RegexSyntaxError(message: "looks too much behind") }
      if width.min > 0 { try emit(.back, width.min) }
    }
    try compile(node, follow: nil)
    try emit(isNegative ? .endNegative : .endLook, 0, register)
    code[begin].a = Int32(code.count)
  }

  private mutating func emitPosition(_ test: PositionTest) throws(RegexSyntaxError) {
    switch test {
    case .start: try emit(.atStart)
    case .lineStart: try emit(.atLineStart)
    case .end: try emit(.atEnd)
    case .lineEnd: try emit(.atLineEnd)
    case .textEnd: try emit(.atTextEnd)
    case .boundary(let isASCII): try emit(.atBoundary, isASCII ? 1 : 0)
    case .noBoundary(let isASCII): try emit(.notAtBoundary, isASCII ? 1 : 0)
    }
  }

  // MARK: Repetition

  private mutating func compileRepetition(
    _ node: RegexNode, _ least: Int, _ most: Int, _ greed: RegexNode.Greed, follow: RegexFirst?
  ) throws(RegexSyntaxError) {
    if most == 0 {
      // The groups inside exist, but nothing is tried.
      return
    }
    if least == 1, most == 1 {
      return try compile(greed == .possessive ? .atomic(node) : node, follow: follow)
    }
    if let set = node.singleSet { return try compileSimple(set, least, most, greed, follow: follow) }
    if greed == .possessive {
      let register = newRegister()
      try emit(.beginAtomic, 0, register)
      try compileLoop(.atomic(node), least, most, isLazy: false, follow: nil)
      try emit(.endAtomic, 0, register)
    } else {
      try compileLoop(node, least, most, isLazy: greed == .lazy, follow: follow)
    }
  }

  /// One character again and again.
  private mutating func compileSimple(
    _ set: RegexSet, _ least: Int, _ most: Int, _ greed: RegexNode.Greed, follow: RegexFirst?
  ) throws(RegexSyntaxError) {
    let index = addSet(set)
    let bound = most == regexUnbounded ? Int(Int32.max) : Swift.min(most, Int(Int32.max) - 1)
    let minimum = Swift.min(least, Int(Int32.max) - 2)
    var greed = greed
    if greed == .greedy, let follow, !follow.isNullable,
      follow.bytes.isDisjoint(with: sets[index].leadBytes(isBytes: isBytes))
    {
      greed = .possessive
    }
    switch greed {
    case .greedy: try emit(.repeatGreedy, first: follow, index, minimum, bound)
    case .possessive: try emit(.repeatPossessive, index, minimum, bound)
    case .lazy: try emit(.repeatLazy, first: follow, index, minimum, bound)
    }
  }

  /// `least` through `most` turns. Without bounds to count to and with a body that always takes something, a choice and a
  /// jump are enough.
  private mutating func compileLoop(
    _ node: RegexNode, _ least: Int, _ most: Int, isLazy: Bool, follow: RegexFirst?
  ) throws(RegexSyntaxError) {
    let body = node.first(isBytes: isBytes)
    let enter = body.followed(by: follow)
    let again = follow.map { RegexFirst(bytes: (body | $0).bytes, isNullable: false) }
    let canBeEmpty = node.width { groupWidths[$0] ?? .zero }.min == 0
    if least == 0, most == 1 {
      let split = try emitChoice(isLazy: isLazy, enter: enter, exit: follow)
      try compile(node, follow: follow)
      code[split].a = Int32(code.count)
    } else if least <= 1, most == regexUnbounded, !canBeEmpty {
      let start = code.count
      if least == 0 {
        let split = try emitChoice(isLazy: isLazy, enter: enter, exit: follow)
        try compile(node, follow: again)
        try emit(.jump, start)
        code[split].a = Int32(code.count)
      } else {
        try compile(node, follow: again)
        // The body lies before the choice: what is preferred is the other way round.
        let split = try emitChoice(isLazy: !isLazy, enter: follow, exit: enter)
        code[split].a = Int32(start)
      }
    } else {
      try compileCountedLoop(node, least, most, isLazy: isLazy, again: again, exit: follow, enter: enter)
    }
  }

  /// A choice between the next instruction (`enter`) and another (`exit`) that the caller fills in.
  private mutating func emitChoice(isLazy: Bool, enter: RegexFirst?, exit: RegexFirst?) throws(RegexSyntaxError) -> Int {
    try isLazy
      ? emit(.splitLazy, first: exit, 0, 0, index(of: enter) + 1) : emit(.split, first: enter, 0, 0, index(of: exit) + 1)
  }

  /// Counter and position of the last turn are kept in registers. The loop instruction comes first, as CPython counts.
  private mutating func compileCountedLoop(
    _ node: RegexNode, _ least: Int, _ most: Int, isLazy: Bool, again: RegexFirst?, exit: RegexFirst?, enter: RegexFirst?
  ) throws(RegexSyntaxError) {
    let counter = newRegister()
    let position = newRegister()
    try emit(.setRegister, counter, -1)
    try emit(.setRegister, position, -1)
    let index = counts.count
    let loop = try emit(isLazy ? .loopLazy : .loopGreedy, first: isLazy ? exit : enter, 0, counter, index)
    counts.append(RegexLoopBounds(min: least, max: most, positionRegister: position, exit: 0))
    if isLazy { try emit(.enterLoop, 0, counter, index) }
    code[loop].a = Int32(code.count)
    try compile(node, follow: again)
    try emit(.jump, loop)
    counts[index].exit = code.count
  }
}

extension RegexNode {
  /// The set of a node that takes one character and does nothing else.
  fileprivate var singleSet: RegexSet? {
    switch self {
    case .set(let set): return set
    case .literal(let character): return RegexSet(character, .none)
    case .sequence(let items): return items.count == 1 ? items[0].singleSet : nil
    case .branch(let items):
      // `a|b|[cd]` is a set when nothing in it folds or is negated.
      var result = RegexSet()
      for item in items {
        guard let set = item.singleSet, set.folding == .none, !set.isNegated else { return nil }
        for range in set.ranges { result.add(range) }
        for test in set.tests { result.add(test) }
      }
      return result
    default: return nil
    }
  }

  /// The bytes every match begins with.
  fileprivate func literalPrefix(isBytes: Bool) -> [UInt8] {
    var result: [UInt8] = []
    _ = appendPrefix(to: &result, isBytes: isBytes)
    return result
  }

  /// False: what comes after is not certain any more.
  private func appendPrefix(to bytes: inout [UInt8], isBytes: Bool) -> Bool {
    switch self {
    case .empty: return true
    case .literal(let character):
      if isBytes { bytes.append(UInt8(truncatingIfNeeded: character)) } else { bytes.appendUTF8(character) }
      return true
    case .sequence(let items):
      for item in items where !item.appendPrefix(to: &bytes, isBytes: isBytes) { return false }
      return true
    case .group(_, let node): return node.appendPrefix(to: &bytes, isBytes: isBytes)
    case .repetition(let node, let least, _, _):
      if least > 0 { _ = node.appendPrefix(to: &bytes, isBytes: isBytes) }
      return false
    default: return false
    }
  }

  /// Whether it matches only at the beginning of the text.
  fileprivate var isAnchored: Bool {
    switch self {
    case .position(.start): return true
    case .sequence(let items): return items.first?.isAnchored ?? false
    case .group(_, let node), .atomic(let node): return node.isAnchored
    case .branch(let items): return items.allSatisfy(\.isAnchored)
    default: return false
    }
  }
}
