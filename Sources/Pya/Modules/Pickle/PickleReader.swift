#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a pickle and gives the value it stands for: `Unpickler.load`.
///
/// A pickle is a program for a machine with a stack of values and marks on it. The bytes come from memory, or piece by piece from a
/// file of the program, of which no byte behind the pickle is read.
struct PickleReader: ~Copyable {
  /// What an unpickler of the program brings; undefined where nothing.
  struct Hooks {
    var persistentLoad = Value.undefined
    var findClass = Value.undefined
    /// `read` and `readline` of the file.
    var read = Value.undefined
    var readLine = Value.undefined
    var usesOldNames = true
    /// How texts of Python 2 are read; undefined: as ASCII.
    var encoding = Value.undefined
    var errors = Value.undefined
    var buffers = Value.undefined
  }

  let runtime: Runtime
  let memo: PickleMemo
  let hooks: Hooks
  let support: PickleSupport
  let stack: ListObject
  private var marks: [Int] = []
  /// Below this index the stack belongs to what came before the last mark.
  private var fence = 0
  private var bytes: UnsafeMutablePointer<UInt8>
  private var end: Int
  private var position = 0
  var version = 0

  init(_ runtime: Runtime, _ memo: PickleMemo, _ source: ByteSpan?, _ hooks: Hooks) {
    self.runtime = runtime
    self.memo = memo
    self.hooks = hooks
    support = runtime.pickleSupport
    stack = ListObject(runtime)
    end = source?.count ?? 0
    bytes = .obtain(max(end, 1))
    source?.withContent { if let base = $0.baseAddress { memcpy(bytes, base, end) } }
  }

  deinit { bytes.relinquish() }

  // MARK: Bytes

  /// Makes sure that so many bytes lie ahead.
  @inline(__always)
  private mutating func need(_ count: Int) throws(Raised) {
    if end &- position < count || count < 0 { try fetch(count) }
  }

  @inline(never)
  private mutating func fetch(_ count: Int) throws(Raised) {
    if hooks.read.isUndefined || count < 0 { throw truncated() }
    let missing = count - (end - position)
    let given = try runtime.call(hooks.read, .int(missing))
    let content = try runtime.bytesArgument(given)
    add(content)
    if content.count < missing { throw truncated() }
  }

  private mutating func add(_ content: ByteSpan) {
    let rest = end - position
    let memory = UnsafeMutablePointer<UInt8>.obtain(max(rest + content.count, 1))
    memcpy(memory, bytes + position, rest)
    content.withContent { if let base = $0.baseAddress { memcpy(memory + rest, base, content.count) } }
    bytes.relinquish()
    bytes = memory
    position = 0
    end = rest + content.count
  }

  func truncated() -> Raised { support.error("UnpicklingError", "pickle data was truncated") }

  /// A number of `size` bytes, the lowest first.
  @inline(__always)
  mutating func number(_ size: Int) throws(Raised) -> Int {
    try need(size)
    var result: UInt64 = 0
    for index in 0..<size { result |= UInt64(bytes[position &+ index]) << UInt64(index &* 8) }
    position &+= size
    return Int(truncatingIfNeeded: result)
  }

  /// So many bytes, good until the next are asked for.
  mutating func take(_ count: Int) throws(Raised) -> UnsafeBufferPointer<UInt8> {
    try need(count)
    let result = UnsafeBufferPointer(start: bytes + position, count: count)
    position += count
    return result
  }

  /// A line that is not empty.
  mutating func filledLine() throws(Raised) -> [UInt8] {
    let found = try line()
    if found.isEmpty { throw truncated() }
    return found
  }

  /// The name of a module or of something in it.
  mutating func name() throws(Raised) -> StringObject { try runtime.decode(try filledLine(), encoding: "utf-8", errors: "strict") }

  /// A line, without its end.
  mutating func line() throws(Raised) -> [UInt8] {
    var place = position
    while place < end, bytes[place] != 10 { place += 1 }
    if place == end {
      if hooks.readLine.isUndefined { throw truncated() }
      let given = try runtime.call(hooks.readLine)
      let content = try runtime.bytesArgument(given)
      let known = place - position
      add(content)
      guard content.last == 10 else { throw truncated() }
      place = position + known + content.count - 1
    }
    let result = Array(UnsafeBufferPointer(start: bytes + position, count: place - position))
    position = place + 1
    return result
  }

  // MARK: The stack

  func underflow() -> Raised {
    support.error("UnpicklingError", marks.isEmpty ? "unpickling stack underflow" : "unexpected MARK found")
  }

  @inline(__always)
  func push(_ value: consuming Value) { stack.append(value) }

  @inline(__always)
  func pop() throws(Raised) -> Value {
    guard stack.count > fence else { throw underflow() }
    return stack.remove(at: stack.count - 1)
  }

  /// The value on top, which stays.
  @inline(__always)
  func top() throws(Raised) -> Value {
    guard stack.count > fence else { throw underflow() }
    return stack[stack.count - 1]
  }

  func replaceTop(_ value: Value) { stack[stack.count - 1] = value }

  private mutating func setMark() {
    marks.append(fence)
    fence = stack.count
  }

  /// Where the values since the last mark begin; the mark is gone then.
  mutating func takeMark() throws(Raised) -> Int {
    guard let outer = marks.popLast() else { throw support.error("UnpicklingError", "could not find MARK") }
    let start = fence
    fence = outer
    return start
  }

  /// Takes off what lies from an index on.
  func takeValues(from start: Int) -> [Value] {
    let values = [Value](unsafeUninitializedCapacity: stack.count - start) { memory, count in
      count = stack.count - start
      if let base = memory.baseAddress { base.initializeCopies(of: stack.items + start, count: count) }
    }
    stack.replace(start..<stack.count, with: [])
    return values
  }

  /// The last `count` values as a tuple in their place.
  private func makeTuple(_ count: Int) throws(Raised) {
    guard stack.count - fence >= count else { throw underflow() }
    makeTuple(from: stack.count - count)
  }

  private func makeTuple(from start: Int) {
    let count = stack.count - start
    let tuple = TupleObject(runtime, count: count) { $0.initializeCopies(of: stack.items + start, count: count) }
    stack.replace(start..<stack.count, with: [])
    push(.object(tuple))
  }

  private func makeList(from start: Int) {
    let list = ListObject(runtime)
    list.append(copiesOf: stack.items + start, count: stack.count - start)
    stack.replace(start..<stack.count, with: [])
    push(.object(list))
  }

  private mutating func makeDict(from start: Int) throws(Raised) {
    let values = takeValues(from: start)
    guard values.count % 2 == 0 else { throw support.error("UnpicklingError", "odd number of items for DICT") }
    let dict = DictObject(runtime)
    for index in stride(from: 0, to: values.count, by: 2) { try dict.set(values[index], values[index + 1], runtime) }
    push(.object(dict))
  }

  private func getMemo(_ number: Int) throws(Raised) {
    guard let value = memo.value(at: number) else {
      throw support.error("UnpicklingError", "Memo value not found at index \(number)")
    }
    push(value)
  }

  private func setMemo(_ number: Int) throws(Raised) {
    guard number >= 0 else { throw runtime.valueError("negative PUT argument") }
    guard memo.set(try top(), at: number) else { throw runtime.memoryError() }
  }

  // MARK: Instructions

  mutating func load() throws(Raised) -> Value {
    while true {
      if position == end {
        do { try need(1) } catch {
          if error.exception.type === (try? support.exceptionType("UnpicklingError")) {
            throw runtime.error("EOFError", "Ran out of input")
          }
          throw error
        }
      }
      let code = bytes[position]
      position &+= 1
      if code == PickleCode.stop { return try pop() }
      try run(code)
    }
  }

  private mutating func run(_ code: UInt8) throws(Raised) {
    switch code {
    case PickleCode.memoize: guard memo.set(try top(), at: memo.count) else { throw runtime.memoryError() }
    case PickleCode.shortBinUnicode: try loadText(try number(1))
    case PickleCode.binInt1: push(.int(try number(1)))
    case PickleCode.binGet: try getMemo(try number(1))
    case PickleCode.mark: setMark()
    case PickleCode.none: push(.none)
    case PickleCode.newTrue: push(.bool(true))
    case PickleCode.newFalse: push(.bool(false))
    case PickleCode.binInt2: push(.int(try number(2)))
    case PickleCode.binInt: push(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case PickleCode.binFloat:
      push(.float(Double(bitPattern: UInt64(truncatingIfNeeded: try number(8)).byteSwapped)))
    case PickleCode.emptyTuple: push(runtime.tuple([]))
    case PickleCode.tuple1: try makeTuple(1)
    case PickleCode.tuple2: try makeTuple(2)
    case PickleCode.tuple3: try makeTuple(3)
    case PickleCode.tuple: makeTuple(from: try takeMark())
    case PickleCode.emptyList: push(.object(ListObject(runtime)))
    case PickleCode.emptyDict: push(.object(DictObject(runtime)))
    case PickleCode.emptySet: push(.object(SetObject(runtime)))
    case PickleCode.append: try append(from: stack.count - 1)
    case PickleCode.appends: try append(from: try takeMark())
    case PickleCode.setItem: try setItems(from: stack.count - 2)
    case PickleCode.setItems: try setItems(from: try takeMark())
    case PickleCode.addItems: try addItems(from: try takeMark())
    case PickleCode.stackGlobal: try loadStackGlobal()
    case PickleCode.newObject: try makeObject()
    case PickleCode.build: try build()
    case PickleCode.reduce: try reduce()
    case PickleCode.frame:
      let length = try number(8)
      try need(length)
    case PickleCode.proto:
      version = try number(1)
      if version > 5 { throw runtime.valueError("unsupported pickle protocol: \(version)") }
    default: try runRare(code)
    }
  }

  private mutating func runRare(_ code: UInt8) throws(Raised) {
    switch code {
    case PickleCode.pop:
      // A mark counts as a value here.
      if stack.count == fence, !marks.isEmpty { _ = try takeMark() } else { _ = try pop() }
    case PickleCode.popMark: _ = takeValues(from: try takeMark())
    case PickleCode.dup: push(try top())
    case PickleCode.long1: try loadLong(try number(1))
    case PickleCode.long4: try loadLong(Int(Int32(truncatingIfNeeded: try number(4))))
    case PickleCode.binUnicode: try loadText(try number(4))
    case PickleCode.binUnicode8: try loadText(try number(8))
    case PickleCode.shortBinBytes: try loadBytes(try number(1))
    case PickleCode.binBytes: try loadBytes(try number(4))
    case PickleCode.binBytes8: try loadBytes(try number(8))
    case PickleCode.byteArray8:
      let content = Array(try take(try number(8)))
      push(.object(BytesObject(type: runtime.types.bytearray, kind: .byteArray, content)))
    case PickleCode.list: makeList(from: try takeMark())
    case PickleCode.dict: try makeDict(from: try takeMark())
    case PickleCode.frozenSet:
      let set = SetObject(type: runtime.types.frozenset)
      for value in takeValues(from: try takeMark()) { _ = try set.add(value, runtime) }
      push(.object(set))
    case PickleCode.get: try getMemo(try decimal())
    case PickleCode.longBinGet: try getMemo(try number(4))
    case PickleCode.put: try setMemo(try decimal())
    case PickleCode.binPut: try setMemo(try number(1))
    case PickleCode.longBinPut: try setMemo(try number(4))
    case PickleCode.global:
      let module = try name()
      try pushGlobal(module, try name())
    case PickleCode.newObjectEx: try makeObjectWithKeywords()
    case PickleCode.binPersistentID: try loadPersistent(try pop())
    case PickleCode.persistentID: try loadOldPersistent()
    case PickleCode.extension1: try loadExtension(try number(1))
    case PickleCode.extension2: try loadExtension(try number(2))
    case PickleCode.extension4: try loadExtension(Int(Int32(truncatingIfNeeded: try number(4))))
    case PickleCode.int: try loadOldInt()
    case PickleCode.long:
      var text = try filledLine()
      if text.last == UInt8(ascii: "L") { text.removeLast() }
      push(try runtime.call(.object(runtime.types.int), .object(runtime.repairedString(text)), .int(0)))
    case PickleCode.float: push(try runtime.call(.object(runtime.types.float), .object(runtime.repairedString(try filledLine()))))
    case PickleCode.unicode:
      push(try support.decode(try line(), "raw-unicode-escape", .undefined))
    case PickleCode.string:
      let text = Value.object(BytesObject(type: runtime.types.bytes, try line()))
      let content = try runtime.call(try support.function("_unquoted"), text)
      try pushOldText(runtime.bytesLike(content)?.copyBytes() ?? [])
    case PickleCode.shortBinString: try pushOldText(Array(try take(try number(1))))
    case PickleCode.binString: try pushOldText(Array(try take(Int(Int32(truncatingIfNeeded: try number(4))))))
    case PickleCode.inst, PickleCode.obj: try makeOldInstance(code)
    case PickleCode.nextBuffer: try loadBuffer()
    case PickleCode.readOnlyBuffer: push(try runtime.call(try support.function("_read_only"), try pop()))
    default: throw support.error("UnpicklingError", "invalid load key, '\(PickleReader.shown(code))'.")
    }
  }

  private static func shown(_ code: UInt8) -> String {
    if code >= 0x20, code < 0x7F, code != 0x27, code != 0x5C { return String(UnicodeScalar(code)) }
    let digits = String(code, radix: 16)
    return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
  }

  // MARK: Values

  private mutating func loadText(_ count: Int) throws(Raised) {
    let content = try take(count)
    if content.isASCII {
      push(.object(count == 0 ? runtime.names.empty : runtime.string(utf8: content)))
    } else {
      push(try support.decode(Array(content), "utf-8", .object(runtime.string("surrogatepass"))))
    }
  }

  private mutating func loadBytes(_ count: Int) throws(Raised) {
    push(.object(BytesObject(type: runtime.types.bytes, try take(count))))
  }

  private mutating func loadLong(_ count: Int) throws(Raised) {
    guard count >= 0 else { throw support.error("UnpicklingError", "LONG pickle has negative byte count") }
    push(runtime.integer(BigInt(littleEndian: Array(try take(count)), isSigned: true)))
  }

  private mutating func loadOldInt() throws(Raised) {
    let text = try filledLine()
    if text == [0x30, 0x30] { return push(.bool(false)) }
    if text == [0x30, 0x31] { return push(.bool(true)) }
    push(try runtime.call(.object(runtime.types.int), .object(runtime.repairedString(text)), .int(0)))
  }

  private mutating func loadOldPersistent() throws(Raised) {
    let id = try line()
    if id.contains(where: { $0 > 127 }) {
      throw support.error("UnpicklingError", "persistent IDs in protocol 0 must be ASCII strings")
    }
    try loadPersistent(.object(runtime.string(id)))
  }

  private mutating func decimal() throws(Raised) -> Int {
    let value = try runtime.call(.object(runtime.types.int), .object(runtime.repairedString(try filledLine())))
    guard case .int(let number) = value else { throw runtime.memoryError() }
    return number
  }

  /// A `str` of Python 2, which may have held bytes.
  private func pushOldText(_ content: [UInt8]) throws(Raised) {
    let encoding = hooks.encoding.string?.text ?? "ASCII"
    if encoding == "bytes" { return push(.object(BytesObject(type: runtime.types.bytes, content))) }
    push(try support.decode(content, encoding, hooks.errors))
  }
}
