/// What a built-in function does. Omitted optional arguments are `undefined`.
typealias NativeBody = (Runtime, Arguments) throws(Raised) -> Value

/// A function or method written in Swift.
final class NativeFunction: Object {
  let name: String
  let signature: NativeSignature
  let body: NativeBody
  /// The type whose method it is: the first parameter is `self` and must be an instance.
  unowned(unsafe) let owner: TypeObject?
  /// Has an owner; asked without counting a reference to it.
  final let isMethod: Bool
  private final let ownerPointer: UnsafeRawPointer?
  var doc: String?
  /// A class method: the class comes first.
  var takesClass = false
  /// What `await` does with a call of it, without the coroutine that the call itself would make: gives the result, or `undefined` when
  /// it waits, with the awaitable to resume in `machine.pendingChild` and what to hand to the driver in `machine.suspended`.
  var awaitBody: NativeBody?

  /// The first argument is not the caller's, and not counted in messages.
  var hasReceiver: Bool { owner != nil || takesClass }
  /// The class in whose namespace a class method or static method stands, for messages.
  var className: String?
  /// The module it was defined in, when that is not `builtins`.
  var moduleName: String?
  /// In CPython it is a Python function: complaints about arguments are worded as for those.
  var isWrittenInPython = false
  /// Defaults of its last parameters that a program may see and replace (`Point.__new__.__defaults__`); nil for most.
  var visibleDefaults: VisibleDefaults?
  /// What calls of it may do instead, where the argument or receiver is of a built-in kind.
  var shortcut = Shortcut.none

  enum Shortcut: UInt8 {
    case none
    /// `len(value)`
    case length
    /// `isinstance(value, class)`
    case instanceCheck
    /// `min(a, b)`, `max(a, b)`
    case minimum, maximum
    /// `ord(c)`, `chr(i)`, `abs(x)`
    case ordinal, character, absolute
    /// `next(iterator)`, `hash(value)`
    case next, hash
    /// `list.append(value)`, `list.pop()`
    case append, pop
    /// `dict.get(key)`, `dict.get(key, default)`
    case get
    /// `set.add(element)`
    case add
    /// `sum(iterable)`, `str.join(iterable)` and others that only take all elements of their last argument
    case draining
    /// `object.__init__(self)`: nothing
    case nothing
    /// `str.isalpha()`, `isdigit`, `isalnum`, `isspace`, `isupper`, `islower`
    case isLetter, isDigit, isLetterOrDigit, isSpace, isUpper, isLower

    /// Whether a single positional argument is only asked for all its elements.
    var takesAllElements: Bool { self == .draining || self == .minimum || self == .maximum }
  }

  private var madeNames: [StringObject]?
  /// For functions written in Python, when they were first called with keywords.
  lazy var pythonParameters = signature.makeParameters()

  /// The names of the parameters, empty for positional-only ones; made when first asked for.
  func parameterNames(_ runtime: Runtime) -> [StringObject] {
    if let madeNames { return madeNames }
    let names = signature.makeNames(runtime)
    madeNames = names
    return names
  }

  init(_ runtime: Runtime, _ name: String, _ signature: NativeSignature, owner: TypeObject? = nil, body: @escaping NativeBody) {
    self.name = name
    self.signature = signature
    self.owner = owner
    isMethod = owner != nil
    ownerPointer = owner.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
    self.body = body
    super.init(
      type: owner == nil
        ? runtime.types.builtinFunction
        : NativeFunction.isSlot(name, of: owner) ? runtime.types.wrapperDescriptor : runtime.types.methodDescriptor,
      kind: .nativeFunction)
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    guard let visibleDefaults, name.text == "__defaults__" else { return nil }
    let shown: Value = visibleDefaults.values.isEmpty ? .none : .object(TupleObject(runtime, visibleDefaults.values))
    return shown
  }

  override func setNativeAttribute(_ name: StringObject, _ value: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    guard let visibleDefaults, name.text == "__defaults__" else { return false }
    guard value.isUndefined || value.isNone || value.tuple != nil else {
      throw runtime.typeError("__defaults__ must be set to a tuple object")
    }
    visibleDefaults.values = value.tuple?.array ?? []
    return true
  }

  /// `list.append` in messages, `len` for a function.
  var displayName: String {
    if let owner { return "\(owner.name).\(name)" }
    if let className { return "\(className).\(name)" }
    return isWrittenInPython ? name : moduleName.map { "\($0).\(name)" } ?? name
  }

  /// `__init__` and its kin, which CPython makes from slots of the type.
  var isSlotWrapper: Bool { owner != nil && name.hasPrefix("__") && name.hasSuffix("__") }

  /// Whether a call with so many positional arguments, `self` among them, may go to the body as it is.
  @inline(__always)
  func takes(_ count: Int) -> Bool { count >= signature.required && count <= signature.maximum }

  /// Whether it is a method of the very type of the value.
  @inline(__always)
  func isMethod(of value: Value) -> Bool {
    guard let held = value.uncounted else { return false }
    return held._withUnsafeGuaranteedRef { $0.typePointer } == ownerPointer
  }

  /// The same for what lies at a place.
  @inline(__always)
  func isMethod(ofValueAt place: UnsafeMutablePointer<Value>) -> Bool {
    guard let held = place.uncountedObject else { return false }
    return held._withUnsafeGuaranteedRef { $0.typePointer } == ownerPointer
  }

  /// Calls with the first argument already known to be of the owner's type.
  @inline(__always)
  func callChecked(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if arguments.keywordNames.isEmpty, takes(arguments.count) {
      return try body(runtime, arguments)
    }
    return try signature.arrange(runtime, self, arguments, body)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if isMethod {
      if arguments.count > 0, isMethod(ofValueAt: arguments.base) { return try callChecked(runtime, arguments) }
    }
    if let owner {
      guard arguments.count > 0 else {
        throw runtime.typeError(
          isSlot
            ? "descriptor '\(name)' of '\(owner.name)' object needs an argument"
            : "unbound method \(displayName)() needs an argument")
      }
      guard runtime.type(of: arguments.base[0]).isSubtype(of: owner) else {
        let given = runtime.typeName(arguments.base[0])
        throw runtime.typeError(
          isSlotWrapper
            ? "descriptor '\(name)' requires a '\(owner.name)' object but received a '\(given)'"
            : "descriptor '\(name)' for '\(owner.name)' objects doesn't apply to a '\(given)' object")
      }
    }
    return try callChecked(runtime, arguments)
  }

  /// Whether CPython keeps the method in a slot of its type ("slot wrapper") and not in a table of methods.
  var isSlot: Bool { isExactly(type.runtime.types.wrapperDescriptor) }

  private static let slots: [String: SpecialMethod] = Dictionary(
    uniqueKeysWithValues: SpecialMethod.allCases.map { ($0.pythonName, $0) })

  private static func isSlot(_ name: String, of owner: TypeObject?) -> Bool {
    guard let owner, name.utf8.first == UInt8(ascii: "_"), let method = slots[name] else { return false }
    switch method {
    case .bytes, .format, .dir, .initSubclass, .classGetitem, .lengthHint, .missing, .reversed, .complex, .round, .trunc,
      .floor, .ceil, .enter, .exit, .aenter, .aexit, .instancecheck, .subclasscheck, .prepare, .fspath, .setName, .new:
      return false
    case .getitem: return owner.instanceKind != .list && owner.instanceKind != .dict
    case .contains: return owner.instanceKind != .dict && owner.instanceKind != .set
    default: return true
    }
  }

  override var isDescriptor: Bool { isMethod }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined || self.owner == nil { return .object(self) }
    return .object(BoundMethod(runtime, function: .object(self), receiver: instance))
  }
}

/// The parameters of a native function, written as Python writes them: `"x, /, sep=None, *args, key=None, **kwargs"`.
///
/// A default only says that the argument may be left out: the body sees `undefined`. With `*args` or `**kwargs` the
/// body gets all arguments as they were passed and sorts them itself.
///
/// There are thousands of them, and most are never asked for more than the counts: the literal is only counted through when an
/// interpreter starts, and names are made of it when a call first passes keywords (`NativeFunction.parameterNames`).
struct NativeSignature: ExpressibleByStringLiteral {
  /// How many must be given.
  let required: Int
  /// How many positional arguments are taken; `Int.max` with `*args`.
  let maximum: Int
  /// How many parameters have a name of their own.
  let count: Int
  let positionalOnlyCount: Int
  /// Parameters that are there for keywords only, the last ones.
  let keywordOnlyCount: Int
  let takesRawKeywords: Bool
  private let literal: StaticString
  private let composed: String?

  init(stringLiteral text: StaticString) {
    self.init(Counts(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)), text, nil)
  }

  /// Of a text that is no literal.
  init(_ text: String) {
    var copy = text
    self.init(copy.withUTF8 { Counts($0) }, "", text)
  }

  private init(_ counts: Counts, _ literal: StaticString, _ composed: String?) {
    required = counts.required
    count = counts.all
    positionalOnlyCount = counts.positionalOnly
    keywordOnlyCount = counts.keywordOnlyStart < 0 ? 0 : counts.all - counts.keywordOnlyStart
    maximum = counts.isVariadic ? .max : count - keywordOnlyCount
    takesRawKeywords = counts.isVariadic || counts.takesKeywords
    self.literal = literal
    self.composed = composed
  }

  var text: String { composed ?? literal.description }

  /// What the text amounts to.
  private struct Counts {
    var required = 0
    var all = 0
    var positionalOnly = 0
    var keywordOnlyStart = -1
    var isVariadic = false
    var takesKeywords = false

    init(_ text: UnsafeBufferPointer<UInt8>) {
      var index = 0
      while index < text.count {
        while index < text.count, text[index] == UInt8(ascii: " ") { index += 1 }
        let start = index
        var hasDefault = false
        while index < text.count, text[index] != UInt8(ascii: ",") {
          if text[index] == UInt8(ascii: "=") { hasDefault = true }
          index += 1
        }
        if index > start { add(text[start], index - start > 1 ? text[start + 1] : 0, index - start, hasDefault) }
        index += 1
      }
    }

    private mutating func add(_ first: UInt8, _ second: UInt8, _ length: Int, _ hasDefault: Bool) {
      if first == UInt8(ascii: "/"), length == 1 {
        positionalOnly = all
      } else if first == UInt8(ascii: "*") {
        if length == 1 {
          keywordOnlyStart = all
        } else if second == UInt8(ascii: "*") {
          takesKeywords = true
        } else {
          isVariadic = true
        }
      } else {
        if !hasDefault { required += 1 }
        all += 1
      }
    }
  }

  /// The names, empty for positional-only parameters.
  fileprivate func makeNames(_ runtime: Runtime) -> [StringObject] {
    var names: [StringObject] = []
    for part in text.utf8.split(separator: UInt8(ascii: ",")) {
      let item = part.drop { $0 == UInt8(ascii: " ") }
      if item.first == UInt8(ascii: "*") || item.elementsEqual("/".utf8) { continue }
      let name = item.prefix { $0 != UInt8(ascii: "=") }
      names.append(names.count < positionalOnlyCount ? runtime.names.empty : runtime.intern(String(Substring(name))))
    }
    return names
  }

  private var hasKeywordParameters: Bool { count > positionalOnlyCount }

  /// Takes positional arguments alone.
  var isPositional: Bool { !hasKeywordParameters && !takesRawKeywords }

  /// The slow path of a call: keywords put in their places for the body, or the complaint about the count.
  func arrange(
    _ runtime: Runtime, _ function: NativeFunction, _ arguments: Arguments, _ body: NativeBody
  ) throws(Raised) -> Value {
    if function.isWrittenInPython { return try arrangeAsPython(runtime, function, arguments) }
    if takesRawKeywords, arguments.count >= min(required, positionalOnlyCount) || required == 0 {
      return try body(runtime, arguments)
    }
    guard hasKeywordParameters else {
      if arguments.hasKeywords {
        throw runtime.typeError("\(function.displayName)() takes no keyword arguments")
      }
      throw countError(runtime, function, arguments.count)
    }
    try checkCounts(runtime, function, arguments)
    let names = function.parameterNames(runtime)
    let total = max(names.count, arguments.count)
    let values = try runtime.machine.reserve(total)
    defer { runtime.machine.release(values, total) }
    values.initializeCopies(of: arguments.base, count: arguments.count)
    for index in arguments.count..<total { (values + index).initialize(to: .undefined) }
    var isEachPlaced = true
    for (position, name) in arguments.keywordNames.enumerated() {
      let index = NativeSignature.position(of: name, in: names)
      if index >= arguments.count {
        (values + index).store((arguments.base + arguments.count + position).copied)
      } else {
        isEachPlaced = false
      }
    }
    let offset = function.hasReceiver ? 1 : 0
    for index in 0..<required where (values + index).holdsUndefined {
      throw runtime.typeError(
        "\(function.name)() missing required argument '\(names[index].text)' (pos \(index + 1 - offset))")
    }
    if !isEachPlaced { try refuseKeywords(runtime, function, arguments, names) }
    return try body(runtime, Arguments(values, names.count))
  }

  /// Which of the names of a function's parameters it is, or -1.
  @inline(__always)
  private static func position(of name: StringObject, in names: [StringObject]) -> Int {
    if name.byteCount == 0 { return -1 }
    for index in 0..<names.count where names[index] === name { return index }
    return -1
  }

  /// The complaint about a keyword that names no parameter, or one that was given by position.
  private func refuseKeywords(
    _ runtime: Runtime, _ function: NativeFunction, _ arguments: Arguments, _ names: [StringObject]
  ) throws(Raised) {
    for name in arguments.keywordNames {
      let index = NativeSignature.position(of: name, in: names)
      if index >= 0 {
        if index >= arguments.count { continue }
        throw runtime.typeError(
          "argument for \(function.name)() given by name ('\(name.text)') and position (\(index + 1 - (function.hasReceiver ? 1 : 0)))")
      }
      let hint = runtime.closestName(to: name.text, among: names.map(\.text).filter { !$0.isEmpty && $0 != "self" })
      throw runtime.typeError(
        "\(function.name)() got an unexpected keyword argument '\(name.text)'"
          + (hint.map { ". Did you mean '\($0)'?" } ?? ""))
    }
  }

  /// The complaints about counts that come before any name is looked at.
  private func checkCounts(_ runtime: Runtime, _ function: NativeFunction, _ arguments: Arguments) throws(Raised) {
    let offset = function.hasReceiver ? 1 : 0
    let given = arguments.count - offset
    let total = given + arguments.keywordNames.count
    let parameters = count - offset
    let most = maximum - offset
    let name = function.name
    func plural(_ count: Int) -> String { count == 1 ? "" : "s" }
    if total > parameters {
      throw runtime.typeError(
        "\(name)() takes at most \(parameters) \(given == 0 ? "keyword " : "")argument\(plural(parameters)) (\(total) given)")
    }
    if given > most {
      if most == 0 { throw runtime.typeError("\(name)() takes no positional arguments") }
      let bound = required - offset < most ? "at most" : "exactly"
      throw runtime.typeError("\(name)() takes \(bound) \(most) positional argument\(plural(most)) (\(given) given)")
    }
    let positionalOnly = positionalOnlyCount - offset
    let least = min(positionalOnly, required - offset)
    if given < least {
      let bound = least < most ? "at least" : "exactly"
      throw runtime.typeError("\(name)() takes \(bound) \(least) positional argument\(plural(least)) (\(given) given)")
    }
  }

  private func countError(_ runtime: Runtime, _ function: NativeFunction, _ given: Int) -> Raised {
    let offset = function.hasReceiver ? 1 : 0
    let (given, least, most) = (given - offset, required - offset, maximum - offset)
    let name = function.displayName
    if function.isSlot, least == most {
      return runtime.typeError("expected \(least) argument\(least == 1 ? "" : "s"), got \(given)")
    }
    if most == 0 { return runtime.typeError("\(name)() takes no arguments (\(given) given)") }
    if least == 1, most == 1 { return runtime.typeError("\(name)() takes exactly one argument (\(given) given)") }
    let bound = least == most ? "" : given < least ? "at least " : "at most "
    let number = given < least ? least : most
    return runtime.typeError(
      "\(function.isSlot ? function.owner?.name ?? name : function.name) expected \(bound)\(number) argument\(number == 1 ? "" : "s"), got \(given)")
  }
}

/// The defaults of a function that its body reads when they are needed.
final class VisibleDefaults {
  var values: [Value]

  init(_ values: [Value]) { self.values = values }
}

extension DictObject {
  /// Marks a built-in function of this namespace.
  func setShortcut(_ shortcut: NativeFunction.Shortcut, of name: String, _ runtime: Runtime) {
    getString(runtime.intern(name))?.cast(.nativeFunction, to: NativeFunction.self)?.shortcut = shortcut
  }
}
