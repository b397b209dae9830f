import PyaSyntax

/// One remembered method: the token it was found under, and what to call.
struct MethodCacheEntry {
  /// What goes in front of the arguments, and what kind of function it is.
  enum Form: UInt8 {
    case method, nativeMethod
    /// A function whose arguments have to be bound, or whose call makes an object.
    case unplain
    /// `list.append` with one argument, `list.pop` without.
    case append, pop
    /// `dict.get`, `set.add`.
    case get, add
    /// `str.isalpha` and its kin: a question about a string, which may be a single ASCII character.
    case question
    /// `str.join` with a generator expression.
    case draining
    /// What the instance itself has in a slot, a callback: `target` is the slot's number and one.
    case own
    /// A function got from a class, or a static method: nothing goes in front.
    case bare
    /// A class that is an attribute of the class: the same.
    case callable
    /// A built-in method got from a class, `dict.get(d, key)`: it looks at its first argument itself.
    case unbound
    /// The class.
    case classMethod
  }

  var token = 0
  var target: UnsafeMutableRawPointer?
  var form = Form.method
}

extension NativeFunction.Shortcut {
  /// What a question about a string answers for an ASCII character; nil: it is no such question.
  @inline(__always)
  fileprivate func holds(_ character: UInt8) -> Bool? {
    switch self {
    case .isLetter: ASCII.isLetter(character)
    case .isDigit: ASCII.isDigit(character)
    case .isLetterOrDigit: ASCII.isLetterOrDigit(character)
    case .isSpace: ASCII.isSpace(character)
    case .isUpper: ASCII.isUpper(character)
    case .isLower: ASCII.isLower(character)
    default: nil
    }
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// The byte of a string here that is a single ASCII character.
  @inline(__always)
  fileprivate var character: UInt8? {
    guard let held = uncountedObject, held.kind == .string else { return nil }
    return held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.byteCount == 1 ? $0.bytes[0] : nil }
  }
}

/// `receiver.name(a, b, ...)` with positional arguments only: finds the method without making a bound one.
///
/// The cache remembers, by the receiver's shape (for an instance), itself (for a class) or its type (for anything else), a function found
/// on the type; neither an attribute of the instance nor a data descriptor can be in its way while the token is the same. It has
/// four entries, for call sites that see several classes.
final class MethodCallNode: ExpressionNode {
  private let receiver: Operand
  private let isGlobalName: Bool
  private let name: StringObject
  private let arguments: CallArguments
  /// Of `receiver.name`.
  private let calleeRange: SourceRange
  private let entries: UnsafeMutablePointer<MethodCacheEntry>
  private var nextEntry = 0
  private var misses = Misses()
  /// The plain or native method of the class with this token, for objects whose attributes lie in a dictionary: it must be asked each time.
  private var besideDictionary = MethodCacheEntry()
  /// The native method of numbers that are no objects; their types never change.
  private var ofNumbers = MethodCacheEntry()
  private var owners = CacheOwners()
  @exclusivity(unchecked) private var moduleCache = ModuleCache()

  private static let entryCount = 4

  init(
    _ receiver: ExpressionNode, _ name: StringObject, _ arguments: [ExpressionNode], calleeRange: SourceRange,
    _ range: SourceRange
  ) {
    self.receiver = Operand(receiver)
    isGlobalName = receiver is GlobalNode
    self.name = name
    self.arguments = CallArguments(arguments)
    self.calleeRange = calleeRange
    entries = .allocate(capacity: MethodCallNode.entryCount)
    entries.initialize(repeating: MethodCacheEntry(), count: MethodCallNode.entryCount)
    super.init(range)
  }

  deinit { entries.deallocate() }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    guard let place = receiver.place(frame), !place.holdsUndefined else { return try callEvaluated(frame) }
    guard let entry = entry(for: place.uncountedObject), let target = entry.target else {
      return try callUncached(place.pointee, frame)
    }
    if entry.form == .method { return try callPlain(.fromOpaque(target), receiverAt: place, arguments, frame) }
    if entry.form == .nativeMethod { return try callNativeMethod(.fromOpaque(target), receiver: place, frame) }
    if entry.form == .get { return try get(.fromOpaque(target), from: place, frame) }
    return try callOther(entry, target, receiver: place, frame)
  }

  @inline(never)
  private func callNativeMethod(
    _ method: Unmanaged<NativeFunction>, receiver place: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    try callNative(method, receiver: place, arguments, frame)
  }

  override func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? {
    guard let place = receiver.settledPlace(frame), let entry = entry(for: place.uncountedObject), entry.form == .unplain,
      let target = entry.target
    else { return nil }
    guard Unmanaged<Object>.fromOpaque(target).kind == .function else { return nil }
    let function = Unmanaged<FunctionObject>.fromOpaque(target)
    guard function._withUnsafeGuaranteedRef({ $0.makesGenerator(arguments.count + 1) }) else { return nil }
    return try begin(function, receiver: place.copied, arguments, frame)
  }

  /// The same where the receiver has to be evaluated.
  @inline(never)
  private func callEvaluated(_ frame: Frame) throws(Raised) -> Value {
    let value: Value
    let known: MethodCacheEntry?
    if receiver.maySettle || isGlobalName, let place = receiver.settledPlace(frame) {
      let held = place.uncountedObject
      if isGlobalName, let held, held.kind == .module, let result = try callOfModule(held, frame) { return result }
      known = entry(for: held)
      // Where nothing else runs, the list needs no reference of ours.
      if let known, let held {
        if known.form == .append {
          if let item = arguments.firstPlace(frame) {
            held.as(ListObject.self).append(item.copied)
            return .none
          }
        } else if known.form == .pop, let last = popped(held) {
          return last
        }
      }
      value = place.copied
    } else {
      value = try receiver.evaluate(frame)
      known = entry(for: value.uncounted)
    }
    guard let entry = known, let target = entry.target else { return try callUncached(value, frame) }
    if entry.form == .method { return try callPlain(.fromOpaque(target), receiver: value, arguments, frame) }
    var receiver = value
    if entry.form == .nativeMethod { return try callNativeMethod(.fromOpaque(target), receiver: &receiver, frame) }
    return try callOther(entry, target, receiver: &receiver, frame)
  }

  /// The last element of a list, taken off it; nil: it is empty.
  @inline(__always)
  private func popped(_ list: Unmanaged<Object>) -> Value? {
    list.as(ListObject.self)._withUnsafeGuaranteedRef { $0.count > 0 ? $0.remove(at: $0.count - 1) : nil }
  }

  /// What is remembered for a receiver.
  @inline(__always)
  private func entry(for receiver: Unmanaged<Object>?) -> MethodCacheEntry? {
    guard let receiver, receiver.kind != .module else { return nil }
    let token = receiver._withUnsafeGuaranteedRef { $0.methodToken }
    var entry = entries
    if entry.pointee.token == token { return entry.pointee }
    for _ in 1..<MethodCallNode.entryCount {
      entry += 1
      if entry.pointee.token == token { return entry.pointee }
    }
    return nil
  }

  /// Calls what is no method written in the language. The receiver stays at `place` meanwhile.
  @inline(never)
  private func callOther(
    _ entry: MethodCacheEntry, _ target: UnsafeMutableRawPointer, receiver place: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    switch entry.form {
    case .method: return try callSeldom(.fromOpaque(target), receiver: place.copied, arguments, frame)
    case .nativeMethod: return try callNativeMethod(.fromOpaque(target), receiver: place, frame)
    case .append:
      guard let list = place.uncountedObject else { return .none }
      list.as(ListObject.self).append(try arguments.evaluateFirst(frame))
      return .none
    case .pop:
      guard let list = place.uncountedObject else { return .none }
      if let last = popped(list) { return last }
      return try callNative(.fromOpaque(target), receiver: place, arguments, frame)
    case .get: return try get(.fromOpaque(target), from: place, frame)
    case .add:
      guard let set = place.uncountedObject else { return .none }
      var element = try arguments.evaluateFirst(frame)
      try element.lent { (element) throws(Raised) in try add(element, to: set.as(SetObject.self), frame) }
      return .none
    case .question:
      let native = Unmanaged<NativeFunction>.fromOpaque(target)
      if let byte = place.character, let answer = native._withUnsafeGuaranteedRef({ $0.shortcut.holds(byte) }) { return .bool(answer) }
      return try callNative(native, receiver: place, arguments, frame)
    case .draining:
      let native = Unmanaged<NativeFunction>.fromOpaque(target)
      return try passing(arguments.firstNode, receiver: place, frame) { (runtime, base) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in try native.body(runtime, Arguments(base, 2)) }
      }
    case .unplain:
      let function = Unmanaged<Object>.fromOpaque(target).takeUnretainedValue()
      return try callGeneral(function, receiver: place.copied, arguments, frame)
    case .callable:
      return try Unmanaged<Object>.fromOpaque(target).borrowed { (type) throws(Raised) in try callObject(type, arguments, frame) }
    case .own:
      guard let held = place.uncountedObject else { return .none }
      let callee = held.instanceSlot(Int(bitPattern: target) - 1).copied
      guard let function = callee.uncounted else { return try callUncached(place.pointee, frame) }
      return try callFunction(function, of: callee, frame)
    case .unbound:
      let native = Unmanaged<NativeFunction>.fromOpaque(target)
      return try lending(arguments, frame) { (runtime, base) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in try native.call(runtime, Arguments(base, arguments.count)) }
      }
    case .bare: return try callSeldom(.fromOpaque(target), receiver: .undefined, arguments, frame)
    case .classMethod:
      guard let held = place.uncountedObject else { return .none }
      let owner = held._withUnsafeGuaranteedRef { $0.kind == .type ? $0 : $0.type }
      return try callSeldom(.fromOpaque(target), receiver: .object(owner), arguments, frame)
    }
  }

  /// `dict.get`: looks into the dictionary here, where its keys can be compared without running code of the program.
  @inline(never)
  private func get(
    _ native: Unmanaged<NativeFunction>, from place: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    guard let held = place.uncountedObject, held.kind == .dict, let (key, other) = arguments.firstPlaces(frame),
      let index = held.as(DictObject.self)._withUnsafeGuaranteedRef({ $0.quickIndex(keyAt: key) })
    else { return try getEvaluating(native, from: place, frame) }
    if index >= 0 { return held.as(DictObject.self)._withUnsafeGuaranteedRef { $0.valuePlace(index).copied } }
    return other?.copied ?? .none
  }

  /// The same where an argument has to be evaluated.
  @inline(never)
  private func getEvaluating(
    _ native: Unmanaged<NativeFunction>, from place: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    guard let held = place.uncountedObject, held.kind == .dict else { return .none }
    let dict = held.as(DictObject.self)
    let machine = frame.machine
    let count = arguments.count + 1
    guard let base = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    let key = base + 1
    base.lend(place)
    let result: Value
    do throws(Raised) {
      try arguments.lend(to: key, frame)
      if let index = dict._withUnsafeGuaranteedRef({ $0.quickIndex(keyAt: key) }) {
        if index >= 0 {
          result = dict._withUnsafeGuaranteedRef { $0.valuePlace(index).copied }
        } else {
          result = count == 3 ? (key + 1).copied : .none
        }
      } else {
        result = try callNative(native, Arguments(base, count), frame)
      }
    } catch { try abandon(arguments, 1, base, frame, error) }
    arguments.giveBack(key)
    machine.pointee.stackTop = base
    return result
  }

  @inline(__always)
  private func add(_ element: UnsafeMutablePointer<Value>, to set: Unmanaged<SetObject>, _ frame: Frame) throws(Raised) {
    do throws(Raised) {
      try frame.machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try set.borrowed { (set) throws(Raised) in
          if let hash = element.quickHash { return _ = try set.add(keyAt: element, hash: hash, runtime) }
          _ = try set.add(element.copied, runtime)
        }
      }
    } catch { try frame.fail(error, range) }
  }

  /// Calls what a module has under the name; nil: it has nothing.
  @inline(__always)
  private func callOfModule(_ module: Unmanaged<Object>, _ frame: Frame) throws(Raised) -> Value? {
    let callee = module.as(ModuleObject.self)._withUnsafeGuaranteedRef {
      let known = moduleCache.known(of: $0)
      return known.isUndefined ? moduleCache.value(of: $0, name) : known
    }
    if let function = callee.uncounted { return try callFunction(function, of: callee, frame) }
    return callee.isUndefined ? nil : try callValue(callee, arguments, frame)
  }

  /// `callee` holds the function.
  @inline(__always)
  private func callFunction(_ function: Unmanaged<Object>, of callee: Value, _ frame: Frame) throws(Raised) -> Value {
    defer { withExtendedLifetime(callee) {} }
    if function.kind == .nativeFunction {
      let native = function.as(NativeFunction.self)
      if native._withUnsafeGuaranteedRef({ !$0.hasReceiver && $0.takes(arguments.count) }) {
        return try callNative(native, receiver: nil, arguments, frame)
      }
    } else if function.kind == .function {
      let plain = function.as(FunctionObject.self)
      if plain._withUnsafeGuaranteedRef({ $0.takes(arguments.count) }) {
        return try callSeldom(plain, receiver: .undefined, arguments, frame)
      }
    } else if function.kind == .boundMethod {
      return try function.as(BoundMethod.self).borrowed { (method) throws(Raised) in try callBound(method, arguments, frame) }
    } else if function.kind == .instance || function.kind == .type {
      return try function.borrowed { (object) throws(Raised) in try callObject(object, arguments, frame) }
    }
    return try callValue(callee, arguments, frame)
  }

  @inline(never)
  private func callUncached(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    if value.uncounted == nil {
      var receiver = value
      if let target = ofNumbers.target, ofNumbers.token == value.numberToken {
        return try callNative(.fromOpaque(target), receiver: &receiver, arguments, frame)
      }
    }
    let runtime = frame.runtime
    if let held = value.uncounted {
      if held.kind == .module, let result = try callOfModule(held, frame) { return result }
      if held.kind == .instance {
        let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
        if let entry = frame.machine.pointee.sharedCache.entry(token, name, .calling), let target = entry.pointee.target {
          let found = Unmanaged<Object>.fromOpaque(target).takeUnretainedValue()
          if misses.note(whileFull: entries[MethodCallNode.entryCount - 1].token != 0) { remember(found, for: value) }
          return try callMethod(found, of: value, arguments, frame)
        }
      }
      if let target = besideDictionary.target,
        held._withUnsafeGuaranteedRef({ $0.typeToken }) == besideDictionary.token, !runtime.instanceHides(value, name)
      {
        if besideDictionary.form == .method { return try callSeldom(.fromOpaque(target), receiver: value, arguments, frame) }
        var receiver = value
        return try callNative(.fromOpaque(target), receiver: &receiver, arguments, frame)
      }
    }
    if let found = runtime.methodToCall(value, name) {
      remember(found, for: value)
      if let instance = value.instance, !instance.shape.isDictionary {
        runtime.machine.pointee.sharedCache.remember(instance.cacheToken, name, .calling, .callee, target: found.uncountedPointer)
      }
      return try callMethod(found, of: value, arguments, frame)
    }
    learn(value, runtime.type(of: value), runtime)
    let callee: Value
    do { callee = try runtime.getAttribute(value, name) } catch { try frame.fail(error, calleeRange) }
    return try callValue(callee, arguments, frame)
  }

  private func remember(_ found: Object, for value: Value) {
    if found.kind == .nativeFunction, !unsafeDowncast(found, to: NativeFunction.self).takes(arguments.count + 1) { return }
    guard case .object(let object) = value else {
      if found.kind == .nativeFunction, value.numberToken != 0, owners.keep(found) {
        ofNumbers = MethodCacheEntry(token: value.numberToken, target: found.uncountedPointer, form: .nativeMethod)
      }
      return
    }
    guard object.mayCacheMethods else {
      let isFunction = found.kind == .function
      if object.type.isHeap, !isFunction || unsafeDowncast(found, to: FunctionObject.self).takes(arguments.count + 1), owners.keep(found) {
        besideDictionary = MethodCacheEntry(
          token: object.typeToken, target: found.uncountedPointer, form: isFunction ? .method : .nativeMethod)
      }
      return
    }
    if found.kind == .function {
      let isPlain = unsafeDowncast(found, to: FunctionObject.self).takes(arguments.count + 1)
      return enter(found, object.cacheToken, isPlain ? .method : .unplain)
    }
    let form: MethodCacheEntry.Form =
      switch unsafeDowncast(found, to: NativeFunction.self).shortcut {
      case .append where arguments.count == 1 && object.kind == .list: .append
      case .pop where arguments.count == 0 && object.kind == .list: .pop
      case .get where (1...2).contains(arguments.count) && object.kind == .dict: .get
      case .add where arguments.count == 1 && object.kind == .set: .add
      case .draining where arguments.generatorExpression != nil: .draining
      case let question where object.kind == .string && question.holds(0) != nil: .question
      default: .nativeMethod
      }
    enter(found, object.cacheToken, form)
  }

  /// Remembers static and class methods, and functions of a class that is the receiver.
  private func learn(_ value: Value, _ type: TypeObject, _ runtime: Runtime) {
    guard case .object(let object) = value else { return }
    let found: Value?
    if object.kind == .type {
      let owner = unsafeDowncast(object, to: TypeObject.self)
      guard type === runtime.types.type, !runtime.isDataDescriptor(type.lookup(name)) else { return }
      found = owner.lookup(name)
    } else {
      guard object.kind == .instance, type.special(.getattribute) == nil, object.mayCacheMethods else { return }
      found = type.lookup(name)
      if let slot = unsafeDowncast(object, to: Instance.self).shape.index(of: name) {
        if runtime.leavesToInstance(found, name) { enter(UnsafeMutableRawPointer(bitPattern: slot + 1), object.methodToken, .own) }
        return
      }
    }
    guard case .object(let attribute)? = found, !attribute.type.isHeap else { return }
    switch attribute.kind {
    case .nativeFunction:
      if object.kind == .type { enter(attribute, object.methodToken, .unbound) }
    case .function:
      if object.kind == .type { remember(.object(attribute), extra: 0, object.methodToken, .bare) }
    case .classMethod where unsafeDowncast(attribute, to: ClassMethodObject.self).function.uncounted?.kind == .nativeFunction:
      // The class is the receiver; an instance would have to be asked for its class.
      guard object.kind == .type,
        let native = unsafeDowncast(attribute, to: ClassMethodObject.self).function.cast(.nativeFunction, to: NativeFunction.self),
        native.takesClass, native.takes(arguments.count + 1)
      else { return }
      enter(native, object.methodToken, .nativeMethod)
    case .staticMethod:
      remember(unsafeDowncast(attribute, to: StaticMethodObject.self).function, extra: 0, object.methodToken, .bare)
    case .classMethod:
      remember(unsafeDowncast(attribute, to: ClassMethodObject.self).function, extra: 1, object.methodToken, .classMethod)
    case .type: enter(attribute, object.methodToken, .callable)
    default: if object.kind != .type, attribute.bindsAsMethod { enter(attribute, object.methodToken, .unplain) }
    }
  }

  private func remember(_ function: Value, extra: Int, _ token: Int, _ form: MethodCacheEntry.Form) {
    guard let function = function.cast(.function, to: FunctionObject.self), function.takes(arguments.count + extra) else { return }
    enter(function, token, form)
  }

  private func enter(_ found: Object, _ token: Int, _ form: MethodCacheEntry.Form) {
    if owners.keep(found) { enter(found.uncountedPointer, token, form) }
  }

  private func enter(_ target: UnsafeMutableRawPointer?, _ token: Int, _ form: MethodCacheEntry.Form) {
    entries[nextEntry] = MethodCacheEntry(token: token, target: target, form: form)
    nextEntry = (nextEntry + 1) % MethodCallNode.entryCount
  }
}

extension Object {
  /// What the cache of methods compares. A class is known by the complement of its token, by which some of its instances are known.
  @inline(__always)
  fileprivate final var methodToken: Int {
    kind == .type ? ~unsafeDowncast(self, to: TypeObject.self).token : cacheToken
  }
}

extension Value {
  /// Tells the types of numbers that are no objects apart; 0: it is none of them.
  @inline(__always)
  fileprivate var numberToken: Int {
    switch self {
    case .int: 1
    case .float: 2
    case .bool: 3
    default: 0
    }
  }
}
