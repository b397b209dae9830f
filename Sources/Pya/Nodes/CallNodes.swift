import PyaSyntax

/// `callee(a, b, ...)` with positional arguments only.
final class CallNode: ExpressionNode {
  private let callee: ExpressionNode
  private let arguments: CallArguments

  init(_ callee: ExpressionNode, _ arguments: [ExpressionNode], _ range: SourceRange) {
    self.callee = callee
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    guard case .object(let object) = value else { return try refuse(value, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takesPlainCalls, function.positionalCount == arguments.count {
        defer { withExtendedLifetime(object) {} }
        return try callPlain(.passUnretained(function), receiver: .undefined, arguments, frame)
      }
    }
    return try callGeneral(object, receiver: .undefined, arguments, frame)
  }
}

extension ExpressionNode {
  /// Not callable: said after the arguments were evaluated, as CPython does.
  @inline(never)
  final func refuse(_ value: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    guard let base = machine.reserveUnbound(arguments.count) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, arguments.count) }
    try arguments.evaluate(into: base, frame)
    throw frame.located(
      frame.runtime.typeError("'\(frame.runtime.typeName(value))' object is not callable"), range)
  }
}

/// `name(a, b, ...)` where the name is a module's: calls the function it means without counting a reference to it.
///
/// The cache holds the function; a call compares it with what the name means now. Functions that were replaced while calls of them
/// may be in progress are kept by the runtime (`retire`); a name that changes its meaning again and again is not cached.
final class GlobalCallNode: ExpressionNode {
  private let callee: GlobalNode
  private let arguments: CallArguments
  private var cache = FunctionCache()

  init(_ callee: GlobalNode, _ arguments: [ExpressionNode], _ range: SourceRange) {
    self.callee = callee
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let cached = cache.function, callee.means(cached.toOpaque()) {
      return try callPlain(cached, receiver: .undefined, arguments, frame)
    }
    let value = try callee.evaluate(frame)
    guard case .object(let object) = value else { return try refuse(value, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takesPlainCalls, function.positionalCount == arguments.count {
        cache.replace(function, frame.runtime)
        defer { withExtendedLifetime(object) {} }
        return try callPlain(.passUnretained(function), receiver: .undefined, arguments, frame)
      }
    }
    return try callGeneral(object, receiver: .undefined, arguments, frame)
  }
}

/// A function remembered by a call node, used without counting.
struct FunctionCache {
  /// Alive as long as the cache or the runtime lives.
  private(set) var function: Unmanaged<FunctionObject>?
  private var owner: FunctionObject?
  private var replacements = 0

  private static let replacementLimit = 4

  /// Remembers another function. What was remembered may be running: the runtime keeps it.
  mutating func replace(_ newFunction: FunctionObject, _ runtime: Runtime) {
    if let owner {
      if replacements == FunctionCache.replacementLimit { return }
      replacements += 1
      runtime.retire(owner)
    }
    owner = newFunction
    function = .passUnretained(newFunction)
  }
}

/// `receiver.name(a, b, ...)` with positional arguments only: finds the method without making a bound one.
///
/// The cache remembers, by the receiver's shape (for an instance) or its type (for anything else), a function found on the type; neither
/// an attribute of the instance nor a data descriptor can be in its way while the token is the same.
final class MethodCallNode: ExpressionNode {
  private let receiver: ExpressionNode
  private let name: StringObject
  private let arguments: CallArguments
  /// Of `receiver.name`.
  private let calleeRange: SourceRange
  private var functionToken = 0
  private var cache = FunctionCache()
  private var nativeToken = 0
  private var native: NativeFunction?

  init(
    _ receiver: ExpressionNode, _ name: StringObject, _ arguments: [ExpressionNode], calleeRange: SourceRange,
    _ range: SourceRange
  ) {
    self.receiver = receiver
    self.name = name
    self.arguments = CallArguments(arguments)
    self.calleeRange = calleeRange
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try receiver.evaluate(frame)
    guard case .object(let object) = value else { return try callUncached(value, frame) }
    let token = object.cacheToken
    if token == functionToken, let function = cache.function {
      return try callPlain(function, receiver: value, arguments, frame)
    }
    if token == nativeToken, let native { return try callNative(native, value, frame) }
    return try callUncached(value, frame)
  }

  @inline(__always)
  private func callNative(_ native: NativeFunction, _ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let count = arguments.count + 1
    guard let base = machine.reserveUnbound(count) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, count) }
    base.initialize(to: value)
    try arguments.evaluate(into: base + 1, frame)
    do { return try native.callChecked(frame.runtime, Arguments(base, count)) } catch {
      throw frame.located(error, range)
    }
  }

  @inline(never)
  private func callUncached(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let type = runtime.type(of: value)
    if type.special(.getattribute) == nil, let method = type.lookup(name), case .object(let found) = method,
      found.kind == .function || found.kind == .nativeFunction, found.isDescriptor,
      !runtime.instanceHides(value, name)
    {
      remember(found, for: value, runtime)
      if found.kind == .nativeFunction {
        return try callNative(unsafeDowncast(found, to: NativeFunction.self), value, frame)
      }
      let function = unsafeDowncast(found, to: FunctionObject.self)
      if function.takesPlainCalls, function.positionalCount == arguments.count + 1 {
        defer { withExtendedLifetime(found) {} }
        return try callPlain(.passUnretained(function), receiver: value, arguments, frame)
      }
      return try callGeneral(found, receiver: value, arguments, frame)
    }
    let callee: Value
    do { callee = try runtime.getAttribute(value, name) } catch { throw frame.located(error, calleeRange) }
    guard case .object(let object) = callee else { return try refuse(callee, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takesPlainCalls, function.positionalCount == arguments.count {
        defer { withExtendedLifetime(object) {} }
        return try callPlain(.passUnretained(function), receiver: .undefined, arguments, frame)
      }
    }
    return try callGeneral(object, receiver: .undefined, arguments, frame)
  }

  private func remember(_ found: Object, for value: Value, _ runtime: Runtime) {
    guard case .object(let object) = value, object.mayCacheMethods else { return }
    if found.kind == .nativeFunction {
      native = unsafeDowncast(found, to: NativeFunction.self)
      nativeToken = object.cacheToken
      return
    }
    let function = unsafeDowncast(found, to: FunctionObject.self)
    guard function.takesPlainCalls, function.positionalCount == arguments.count + 1 else { return }
    // The same method seen through another shape needs no other cache entry, only the token.
    if cache.function?.toOpaque() != Unmanaged.passUnretained(function).toOpaque() { cache.replace(function, runtime) }
    if cache.function?.toOpaque() == Unmanaged.passUnretained(function).toOpaque() { functionToken = object.cacheToken }
  }
}

extension Object {
  /// What inline caches compare: the shape's token for instances, the type's for everything else.
  @inline(__always)
  final var cacheToken: Int {
    if kind == .instance {
      let shape = unsafeDowncast(self, to: Instance.self).shapePointer
      return Unmanaged<Shape>.fromOpaque(shape)._withUnsafeGuaranteedRef { $0.token }
    }
    return Unmanaged<TypeObject>.fromOpaque(typePointer)._withUnsafeGuaranteedRef { $0.token }
  }

  /// Whether a method found on the type stays the right one while the token is the same: not for objects whose own attributes
  /// lie in a dictionary.
  var mayCacheMethods: Bool {
    if kind == .instance { return !unsafeDowncast(self, to: Instance.self).shape.isDictionary }
    return kind != .type && kind != .module && kind != .superProxy && existingInstanceDictionary == nil && !type.isHeap
  }
}

extension Runtime {
  /// Whether an attribute of the object itself hides a method of its type.
  func instanceHides(_ value: Value, _ name: StringObject) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .instance:
      let instance = unsafeDowncast(object, to: Instance.self)
      if let dictionary = instance.dictionary { return dictionary.getString(name) != nil }
      return instance.shape.index(of: name) != nil
    case .type, .module, .superProxy: return true
    default: return object.existingInstanceDictionary?.getString(name) != nil
    }
  }
}

/// A call with keyword arguments but nothing to unpack.
final class KeywordCallNode: ExpressionNode {
  private let callee: ExpressionNode
  /// Positional ones, then the keywords' values.
  private let arguments: CallArguments
  private let positionalCount: Int
  private let keywordNames: [StringObject]

  init(
    _ callee: ExpressionNode, _ positional: [ExpressionNode], keywordNames: [StringObject],
    keywordValues: [ExpressionNode], _ range: SourceRange
  ) {
    self.callee = callee
    arguments = CallArguments(positional + keywordValues)
    positionalCount = positional.count
    self.keywordNames = keywordNames
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    let machine = frame.machine
    guard let base = machine.reserveUnbound(arguments.count) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, arguments.count) }
    try arguments.evaluate(into: base, frame)
    do throws(Raised) {
      return try frame.runtime.call(value, Arguments(base, positionalCount, keywordNames: keywordNames))
    } catch { throw frame.located(error, range) }
  }
}

/// A call with `*iterable` or `**mapping`.
final class UnpackingCallNode: ExpressionNode {
  enum Item {
    case positional(ExpressionNode)
    case unpacked(ExpressionNode)
    case keyword(StringObject, ExpressionNode)
    case unpackedKeywords(ExpressionNode)
  }

  private let callee: ExpressionNode
  private let items: [Item]

  init(_ callee: ExpressionNode, _ items: [Item], _ range: SourceRange) {
    self.callee = callee
    self.items = items
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    let (positional, keywords) = try gather(value, frame)
    do { return try frame.runtime.call(value, positional, keywords: keywords) } catch { throw frame.located(error, range) }
  }

  private func gather(_ callee: Value, _ frame: Frame) throws(Raised)
    -> ([Value], [(name: StringObject, value: Value)])
  {
    let runtime = frame.runtime
    var positional: [Value] = []
    var keywords: [(name: StringObject, value: Value)] = []
    for item in items {
      switch item {
      case .positional(let node): positional.append(try node.evaluate(frame))
      case .unpacked(let node):
        let iterable = try node.evaluate(frame)
        do { positional.append(contentsOf: try runtime.array(iterable)) } catch {
          throw frame.located(describe(error, callee, iterable, runtime), range)
        }
      case .keyword(let name, let node): keywords.append((name, try node.evaluate(frame)))
      case .unpackedKeywords(let node):
        let mapping = try node.evaluate(frame)
        do { try merge(mapping, into: &keywords, callee, runtime) } catch { throw frame.located(error, range) }
      }
    }
    return (positional, keywords)
  }

  private func describe(_ raised: Raised, _ callee: Value, _ iterable: Value, _ runtime: Runtime) -> Raised {
    guard runtime.matches(raised, "TypeError"), runtime.type(of: iterable).lookup(runtime.names[.iter]) == nil else {
      return raised
    }
    return runtime.typeError(
      "\(runtime.calleeName(callee)) argument after * must be an iterable, not \(runtime.typeName(iterable))")
  }

  private func merge(
    _ mapping: Value, into keywords: inout [(name: StringObject, value: Value)], _ callee: Value, _ runtime: Runtime
  ) throws(Raised) {
    for (key, value) in try runtime.entries(ofMapping: mapping, for: callee) {
      guard let name = key.string else { throw runtime.typeError("keywords must be strings") }
      if keywords.contains(where: { $0.name.hasSameText(as: name) }) {
        throw runtime.typeError(
          "\(runtime.calleeName(callee)) got multiple values for keyword argument '\(name.text)'")
      }
      keywords.append((runtime.intern(name), value))
    }
  }
}

extension Runtime {
  /// `f()` as messages about its arguments call it.
  func calleeName(_ callee: Value) -> String {
    if let function = callee.cast(.function, to: FunctionObject.self) {
      return "\(moduleQualifier(function.moduleName))\(function.qualifiedName.text)()"
    }
    if let method = callee.cast(.boundMethod, to: BoundMethod.self) { return calleeName(method.function) }
    if let native = callee.cast(.nativeFunction, to: NativeFunction.self) { return "\(native.displayName)()" }
    if let type = callee.type { return "\(type.isHeap ? type.moduleName + "." : "")\(type.qualifiedName)()" }
    return "\(typeName(callee)) object"
  }

  private func moduleQualifier(_ module: Value) -> String {
    guard let name = module.string, name.text != "builtins" else { return "" }
    return name.text + "."
  }

  /// The entries of what stands after `**`.
  func entries(ofMapping mapping: Value, for callee: Value) throws(Raised) -> [(Value, Value)] {
    if let dict = mapping.dict { return dict.liveEntries.map { ($0.key, $0.value) } }
    guard let keys = try getAttributeIfPresent(mapping, intern("keys")) else {
      throw typeError("\(calleeName(callee)) argument after ** must be a mapping, not \(typeName(mapping))")
    }
    var result: [(Value, Value)] = []
    for key in try array(try call(keys)) { result.append((key, try getItem(mapping, key))) }
    return result
  }
}

/// `super()` in a method: the class from the `__class__` cell, the receiver from the first parameter.
final class SuperNode: ExpressionNode {
  private let callee: ExpressionNode
  private let owner: ExpressionNode
  private let receiver: ExpressionNode

  /// `callee` is the name `super`, which a program may have given another meaning.
  init(_ callee: ExpressionNode, owner: ExpressionNode, receiver: ExpressionNode, _ range: SourceRange) {
    self.callee = callee
    self.owner = owner
    self.receiver = receiver
    super.init(range)
  }

  /// The class and the receiver; nil when `super` is not the built-in one.
  func parts(_ frame: Frame) throws(Raised) -> (TypeObject, Value)? {
    guard let type = try callee.evaluate(frame).type, type === frame.runtime.types.superType else { return nil }
    guard let owner = try owner.evaluate(frame).type else {
      throw frame.located(frame.runtime.runtimeError("super(): bad __class__ cell"), range)
    }
    return (owner, try receiver.evaluate(frame))
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    guard let (owner, receiver) = try parts(frame) else {
      let callee = try callee.evaluate(frame)
      do { return try frame.runtime.call(callee) } catch { throw frame.located(error, range) }
    }
    do { return try frame.runtime.makeSuper(owner, receiver) } catch { throw frame.located(error, range) }
  }
}

/// `super().name`, without the object in between.
final class SuperAttributeNode: ExpressionNode {
  private let proxy: SuperNode
  private let name: StringObject

  init(_ proxy: SuperNode, _ name: StringObject, _ range: SourceRange) {
    self.proxy = proxy
    self.name = name
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      guard let (owner, receiver) = try proxy.parts(frame) else {
        return try frame.runtime.getAttribute(try proxy.evaluate(frame), name)
      }
      return try frame.runtime.superLookup(owner, receiver, name)
    } catch { throw frame.located(error, range) }
  }
}
