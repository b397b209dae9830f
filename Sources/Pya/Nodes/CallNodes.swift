import PyaSyntax

/// `callee(a, b, ...)` with positional arguments only.
final class CallNode: ExpressionNode {
  private let callee: Operand
  private let arguments: CallArguments

  init(_ callee: ExpressionNode, _ arguments: [ExpressionNode], _ range: SourceRange) {
    self.callee = Operand(callee)
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let held = callee.place(frame)?.uncountedObject {
      // In a local variable, which keeps it.
      if held.kind == .function {
        let function = held.as(FunctionObject.self)
        if function._withUnsafeGuaranteedRef({ $0.takes(arguments.count) }) {
          return try callPlain(function, receiverAt: nil, arguments, frame)
        }
      } else if held.kind == .boundMethod {
        return try callHeld(held.as(BoundMethod.self), frame)
      } else if held.kind == .nativeFunction {
        return try callHeld(held.as(NativeFunction.self), frame)
      } else if held.kind == .type {
        return try callHeld(held.as(TypeObject.self), frame)
      }
    }
    return try callEvaluated(frame)
  }

  /// Calls a native function that a variable holds; it may be a method, whose first argument is then the receiver.
  @inline(never)
  private func callHeld(_ native: Unmanaged<NativeFunction>, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let count = arguments.count
    guard let base = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    do throws(Raised) {
      try arguments.lend(to: base, frame)
      let result = try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in
          if native.takes(count), !native.isMethod || count > 0 && native.isMethod(ofValueAt: base) {
            try native.body(runtime, Arguments(base, count))
          } else {
            try native.call(runtime, Arguments(base, count))
          }
        }
      }
      arguments.giveBack(base)
      machine.pointee.stackTop = base
      return result
    } catch { try abandon(arguments, 0, base, frame, error) }
  }

  /// Makes an instance of a type that a variable holds.
  @inline(never)
  private func callHeld(_ type: Unmanaged<TypeObject>, _ frame: Frame) throws(Raised) -> Value {
    try type.borrowed { (type) throws(Raised) in
      type.isHeap ? try callObject(type, arguments, frame) : try construct(.passUnretained(type), arguments, frame)
    }
  }

  /// Calls a bound method that a variable holds.
  @inline(never)
  private func callHeld(_ method: Unmanaged<BoundMethod>, _ frame: Frame) throws(Raised) -> Value {
    if arguments.count == 1, let list = method._withUnsafeGuaranteedRef({ $0.listToAppendTo }) {
      list.append(try arguments.evaluateFirst(frame))
      return .none
    }
    return try method.borrowed { (method) throws(Raised) in try callBound(method, arguments, frame) }
  }

  @inline(never)
  private func callEvaluated(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    guard case .object(let object) = value else { return try refuse(value, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takes(arguments.count) {
        defer { withExtendedLifetime(object) {} }
        return try callPlain(.passUnretained(function), receiverAt: nil, arguments, frame)
      }
    } else if object.kind == .nativeFunction {
      let native = unsafeDowncast(object, to: NativeFunction.self)
      if native.owner == nil, native.takes(arguments.count) {
        defer { withExtendedLifetime(object) {} }
        return try callNative(.passUnretained(native), receiver: nil, arguments, frame)
      }
    } else if object.kind == .boundMethod {
      return try callBound(unsafeDowncast(object, to: BoundMethod.self), arguments, frame)
    }
    return try callObject(object, arguments, frame)
  }

  override func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? {
    guard let held = callee.settledPlace(frame)?.uncountedObject, held.kind == .function else { return nil }
    let function = held.as(FunctionObject.self)
    guard function._withUnsafeGuaranteedRef({ $0.makesGenerator(arguments.count) }) else { return nil }
    return try begin(function, receiver: .undefined, arguments, frame)
  }
}

extension ExpressionNode {
  /// Calls a bound method: its function, with the receiver in front.
  @inline(__always)
  final func callBound(_ method: BoundMethod, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    if let function = method.function.uncounted {
      defer { withExtendedLifetime(method) {} }
      if function.kind == .function {
        let plain = function.as(FunctionObject.self)
        if plain._withUnsafeGuaranteedRef({ $0.takes(arguments.count + 1) }) {
          return try callPlain(plain, receiver: method.receiver, arguments, frame)
        }
      } else if function.kind == .nativeFunction {
        let native = function.as(NativeFunction.self)
        var receiver = method.receiver
        if native._withUnsafeGuaranteedRef({ $0.takes(arguments.count + 1) && $0.isMethod(of: receiver) }) {
          return try callNative(native, receiver: &receiver, arguments, frame)
        }
      }
    }
    return try callGeneral(method, receiver: .undefined, arguments, frame)
  }

  /// Calls any object; an instance, whose class has a plain function for that, with itself in front; a class, whose instances are made by
  /// such an `__init__` alone, without the steps between.
  final func callObject(_ object: Object, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    if object.kind == .type {
      let type = unsafeDowncast(object, to: TypeObject.self)
      if let initializer = type.plainInitializer(takes: arguments.count) {
        // It may take itself out of the class.
        let kept = initializer.takeUnretainedValue()
        defer { withExtendedLifetime(kept) {} }
        return try instantiate(.passUnretained(type), initializer, arguments, frame)
      }
    } else if object.kind == .instance, let method = object.type.plainSpecial(.call, takes: arguments.count + 1) {
      // It may take itself out of the class.
      let kept = method.takeUnretainedValue()
      defer { withExtendedLifetime(kept) {} }
      return try callPlain(method, receiver: .object(object), arguments, frame)
    }
    return try callGeneral(object, receiver: .undefined, arguments, frame)
  }

  /// Makes an instance in the first slot of its `__init__` (`plainInitializer`), and runs that. The caller keeps the function alive.
  @inline(__always)
  final func instantiate(
    _ type: Unmanaged<TypeObject>, _ initializer: Unmanaged<FunctionObject>, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let instance = Value.object(type._withUnsafeGuaranteedRef { Instance(type: $0) })
    let result = try callPlain(initializer, receiver: instance, arguments, frame)
    if !result.isNone { try frame.fail(badInitializer(result, frame), range) }
    return instance
  }

  @inline(never)
  private final func badInitializer(_ result: Value, _ frame: Frame) -> Raised {
    frame.runtime.typeError("__init__() should return None, not '\(frame.runtime.typeName(result))'")
  }

  /// Not callable: said after the arguments were evaluated, as CPython does.
  @inline(never)
  final func refuse(_ value: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    guard let base = machine.reserveUnbound(arguments.count) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.release(base, arguments.count) }
    try arguments.evaluate(into: base, frame)
    try frame.fail(
      frame.runtime.typeError("'\(frame.runtime.typeName(value))' object is not callable"), range)
  }
}

extension TypeObject {
  /// The `__init__` that makes the instances of this class alone from so many arguments: no `__new__`, no metaclass, nothing missing. Kept by
  /// the class.
  @inline(__always)
  fileprivate func plainInitializer(takes count: Int) -> Unmanaged<FunctionObject>? {
    guard let found = plainSpecial(.`init`, takes: count + 1), builtinBase == nil, !isAbstract, uncountedSpecial(.new) == nil,
      isExactly(runtime.types.type)
    else { return nil }
    return found
  }
}

extension BoundMethod {
  /// The list of which this is the method `append`; nil: it is another one.
  @inline(__always)
  fileprivate var listToAppendTo: ListObject? {
    guard let held = function.uncounted, held.kind == .nativeFunction,
      held.as(NativeFunction.self)._withUnsafeGuaranteedRef({ $0.shortcut == .append }), let list = receiver.uncounted, list.kind == .list
    else { return nil }
    return list.as(ListObject.self).takeUnretainedValue()
  }
}

/// `name(a, b, ...)` where the name is a module's: calls the function or class it means without counting a reference to it.
final class GlobalCallNode: ExpressionNode {
  private let callee: GlobalNode
  private let arguments: CallArguments
  /// The function or class called last, used uncounted; `owners` keeps it. (`unplain`: a function whose arguments have to be bound, or whose
  /// call makes an object.)
  private var cached: UnsafeMutableRawPointer?
  private var cachedKind = CachedKind.function
  /// For a class: its token, under which `initializer` is its plain `__init__`.
  private var classToken = 0
  private var initializer: UnsafeMutableRawPointer?
  private var owners = CacheOwners()

  private enum CachedKind: UInt8 {
    case function, unplain, type, builtinType, native, length, instanceCheck, minimum, maximum
    case ordinal, character, absolute, next, nextOr, hash
    /// Of a generator expression: a function that takes all its elements, or a type that does.
    case draining, drainingType
    /// `type` with one argument.
    case typeOf
    /// A class of the program that is no such `type`: an exception, most of all.
    case otherType
  }

  /// For `CoroutineCreationNode`.
  var parts: (callee: GlobalNode, arguments: CallArguments) { (callee, arguments) }

  init(_ callee: GlobalNode, _ arguments: [ExpressionNode], _ range: SourceRange) {
    self.callee = callee
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let cached, callee.means(cached) {
      if cachedKind == .function {
        return try callPlain(Unmanaged<FunctionObject>.fromOpaque(cached), receiverAt: nil, arguments, frame)
      }
      if cachedKind == .type { return try callClass(.fromOpaque(cached), frame) }
      if cachedKind == .length {
        if let length = arguments.lengthOfFirst(frame) { return .int(length) }
        return try lengthOfResult(.fromOpaque(cached), frame)
      }
      return try callOther(cached, frame)
    }
    return try callUncached(frame)
  }

  override func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? {
    guard cachedKind == .unplain, let cached, callee.means(cached) else { return nil }
    let function = Unmanaged<FunctionObject>.fromOpaque(cached)
    guard function._withUnsafeGuaranteedRef({ $0.makesGenerator(arguments.count) }) else { return nil }
    return try begin(function, receiver: .undefined, arguments, frame)
  }

  /// Calls what is no function of the program.
  @inline(never)
  private func callOther(_ cached: UnsafeMutableRawPointer, _ frame: Frame) throws(Raised) -> Value {
    switch cachedKind {
    case .instanceCheck: if let answer = arguments.isInstance(frame) { return .bool(answer) }
    case .minimum, .maximum: return try extreme(.fromOpaque(cached), cachedKind == .maximum, frame)
    case .typeOf: if let type = arguments.typeOfFirst(frame) { return .object(type) }
      return try construct(.fromOpaque(cached), arguments, frame)
    case .builtinType: return try construct(.fromOpaque(cached), arguments, frame)
    case .draining:
      let native = Unmanaged<NativeFunction>.fromOpaque(cached)
      return try passing(arguments.firstNode, frame) { (runtime, base) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in try native.body(runtime, Arguments(base, 1)) }
      }
    case .drainingType:
      let type = Unmanaged<TypeObject>.fromOpaque(cached)
      return try passing(arguments.firstNode, frame) { (runtime, base) throws(Raised) in
        try type.borrowed { (type) throws(Raised) in try runtime.constructBuiltin(type, Arguments(base, 1)) }
      }
    case .ordinal, .character, .absolute, .next, .hash: return try callUnary(.fromOpaque(cached), frame)
    case .nextOr: return try nextOrDefault(.fromOpaque(cached), frame)
    case .otherType:
      let type = Unmanaged<TypeObject>.fromOpaque(cached)
      return try lending(arguments, frame) { (runtime, base) throws(Raised) in
        try type.borrowed { (type) throws(Raised) in try runtime.instantiate(type, Arguments(base, arguments.count)) }
      }
    case .unplain:
      let function = Unmanaged<FunctionObject>.fromOpaque(cached)
      return try lending(arguments, frame) { (runtime, base) throws(Raised) in
        try function.borrowed { (function) throws(Raised) in try function.call(runtime, Arguments(base, arguments.count)) }
      }
    case .function, .type, .length: return try callUncached(frame)
    case .native: break
    }
    return try callNative(Unmanaged<NativeFunction>.fromOpaque(cached), receiver: nil, arguments, frame)
  }

  @inline(never)
  private func callClass(_ type: Unmanaged<TypeObject>, _ frame: Frame) throws(Raised) -> Value {
    if let initializer, type._withUnsafeGuaranteedRef({ $0.token }) == classToken {
      return try instantiate(type, .fromOpaque(initializer), arguments, frame)
    }
    return try callUncached(frame)
  }

  /// `len` of what does not lie somewhere, or is of a class of the program.
  @inline(never)
  private func lengthOfResult(_ function: Unmanaged<NativeFunction>, _ frame: Frame) throws(Raised) -> Value {
    var argument = try arguments.evaluateFirst(frame)
    if let held = argument.uncounted, held.isPlain, case let length = held._withUnsafeGuaranteedRef({ $0.knownLength }), length >= 0 {
      return .int(length)
    }
    return try argument.lent { (place) throws(Raised) in try callNative(function, Arguments(place, 1), frame) }
  }

  /// `ord`, `chr`, `abs`, `next` or `hash`.
  @inline(__always)
  private func callUnary(_ function: Unmanaged<NativeFunction>, _ frame: Frame) throws(Raised) -> Value {
    var argument = try arguments.evaluateFirst(frame)
    return try argument.lent { (place) throws(Raised) in try callUnary(function, place, frame) }
  }

  @inline(__always)
  private func callUnary(
    _ function: Unmanaged<NativeFunction>, _ argument: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    switch cachedKind {
    case .ordinal:
      if let held = argument.uncountedObject, held.kind == .string,
        let byte = held.as(StringObject.self)._withUnsafeGuaranteedRef({ $0.byteCount == 1 ? $0.bytes[0] : nil })
      {
        return .int(Int(byte))
      }
    case .character:
      if case .int(let code) = argument.number, code >= 0, code < Machine.characterCount {
        return (frame.machine.pointee.characters + code).copied
      }
    case .next:
      if let held = argument.uncountedObject {
        if held.kind == .generator { return try next(of: held.as(SuspendableFrame.self), frame) }
        if held.kind == .iterator, held.isPlain {
          let found: Value
          do throws(Raised) {
            found = try frame.machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
              try held.as(IteratorObject.self).borrowed { (iterator) throws(Raised) in try iterator.next(runtime) }
            }
          } catch { try frame.fail(error, range) }
          if found.isUndefined { try frame.fail(frame.runtime.stopIteration(.none), range) }
          return found
        }
      }
    case .hash: if let hash = argument.quickHash { return .int(hash) }
    default:
      if let held = argument.uncountedObject, held.kind == .complex, held.isPlain {
        let size = Complex(of: held.as(ComplexObject.self)).size
        if size.isFinite { return .float(size) }
      }
      if case .int(let x) = argument.number, x != .min { return .int(Swift.abs(x)) }
      if case .float(let x) = argument.number { return .float(Swift.abs(x)) }
    }
    return try callNative(function, Arguments(argument, 1), frame)
  }

  /// What a generator yields next; StopIteration at its end.
  @inline(__always)
  private func next(of generator: Unmanaged<SuspendableFrame>, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      return try frame.machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try generator.borrowed { (generator) throws(Raised) in try runtime.step(generator, sending: .none) }
      }
    } catch { try frame.fail(error, range) }
  }

  /// `next(iterator, default)`.
  @inline(__always)
  private func nextOrDefault(_ function: Unmanaged<NativeFunction>, _ frame: Frame) throws(Raised) -> Value {
    try lending(arguments, frame) { (runtime, base) throws(Raised) in
      if let held = base.uncountedObject, held.kind == .iterator, held.isPlain {
        do throws(Raised) {
          let found = try held.as(IteratorObject.self).borrowed { (iterator) throws(Raised) in try iterator.next(runtime) }
          return found.isUndefined ? (base + 1).copied : found
        } catch {
          if runtime.matches(error, .stopIteration) { return (base + 1).copied }
          throw error
        }
      }
      return try function.borrowed { (function) throws(Raised) in try function.body(runtime, Arguments(base, 2)) }
    }
  }

  /// `min` or `max` of two to four values.
  @inline(__always)
  private func extreme(_ function: Unmanaged<NativeFunction>, _ isMaximum: Bool, _ frame: Frame) throws(Raised) -> Value {
    try lending(arguments, frame) { (runtime, base) throws(Raised) in
      let count = arguments.count
      var index = 1
      if case .int(var best) = base.number {
        while index < count, case .int(let other) = (base + index).number {
          best = isMaximum ? max(best, other) : min(best, other)
          index &+= 1
        }
        if index == count { return .int(best) }
      } else if case .float(var best) = base.number {
        while index < count, case .float(let other) = (base + index).number {
          // The first, unless the other is better: so also for NaN and -0.0.
          if isMaximum ? other > best : other < best { best = other }
          index &+= 1
        }
        if index == count { return .float(best) }
      }
      return try function.borrowed { (function) throws(Raised) in try function.body(runtime, Arguments(base, count)) }
    }
  }

  @inline(never)
  private func callUncached(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    guard case .object(let object) = value else { return try refuse(value, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takes(arguments.count) {
        if owners.keep(function) {
          cached = function.uncountedPointer
          cachedKind = .function
        }
        defer { withExtendedLifetime(object) {} }
        return try callSeldom(.passUnretained(function), receiver: .undefined, arguments, frame)
      }
      if owners.keep(function) {
        cached = function.uncountedPointer
        cachedKind = .unplain
      }
    } else if object.kind == .nativeFunction {
      let native = unsafeDowncast(object, to: NativeFunction.self)
      if native.owner == nil, native.takes(arguments.count), owners.keep(object) {
        cached = object.uncountedPointer
        cachedKind =
          switch native.shortcut {
          case let shortcut where shortcut.takesAllElements && arguments.generatorExpression != nil: .draining
          case .length where arguments.count == 1: .length
          case .instanceCheck where arguments.count == 2: .instanceCheck
          case .minimum where (2...4).contains(arguments.count): .minimum
          case .maximum where (2...4).contains(arguments.count): .maximum
          case .ordinal where arguments.count == 1: .ordinal
          case .character where arguments.count == 1: .character
          case .absolute where arguments.count == 1: .absolute
          case .next: arguments.count == 1 ? .next : .nextOr
          case .hash where arguments.count == 1: .hash
          default: .native
          }
      }
    } else if object.kind == .type {
      let type = unsafeDowncast(object, to: TypeObject.self)
      if type.isHeap {
        remember(type)
      } else if owners.keep(type) {
        cached = type.uncountedPointer
        let types: BuiltinTypes = frame.runtime.types
        if type === types.type, arguments.count == 1 {
          cachedKind = .typeOf
        } else {
          let drains = type === types.list || type === types.tuple || type === types.set || type === types.frozenset
          cachedKind = drains && arguments.generatorExpression != nil ? .drainingType : .builtinType
        }
      }
    }
    return try callObject(object, arguments, frame)
  }

  /// A class of the program; `type` when it has no `__new__` and no metaclass, and its `__init__` takes just these arguments.
  private func remember(_ type: TypeObject) {
    guard let found = type.plainInitializer(takes: arguments.count), owners.keep(found.takeUnretainedValue()) else {
      if owners.keep(type) {
        cached = type.uncountedPointer
        cachedKind = .otherType
      }
      return
    }
    cached = type.uncountedPointer
    cachedKind = .type
    classToken = type.token
    initializer = found.toOpaque()
  }
}

/// What the caches of a call node point at: kept for as long as the node lives, because a function may be running when the cache turns
/// to another. A node that sees more than a few functions stops remembering.
struct CacheOwners {
  private var objects: [Object] = []

  private static let limit = 8

  /// Keeps the object. False: there are too many.
  mutating func keep(_ object: Object) -> Bool {
    for known in objects where known === object { return true }
    if objects.count == CacheOwners.limit { return false }
    objects.append(object)
    return true
  }
}

extension Object {
  /// The reference as a number.
  @inline(__always)
  final var uncountedPointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

extension ExpressionNode {
  /// Calls a function or built-in method of the receiver's class.
  @inline(__always)
  final func callMethod(_ found: Object, of receiver: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    defer { withExtendedLifetime(found) {} }
    if found.kind == .nativeFunction {
      let native = unsafeDowncast(found, to: NativeFunction.self)
      if native.takes(arguments.count + 1) {
        var receiver = receiver
        return try callNative(.passUnretained(native), receiver: &receiver, arguments, frame)
      }
    } else if found.kind == .function {
      let function = unsafeDowncast(found, to: FunctionObject.self)
      if function.takes(arguments.count + 1) { return try callSeldom(.passUnretained(function), receiver: receiver, arguments, frame) }
    }
    return try callGeneral(found, receiver: receiver, arguments, frame)
  }

  /// Calls a value with positional arguments still to be evaluated.
  final func callValue(_ callee: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    guard case .object(let object) = callee else { return try refuse(callee, arguments, frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takes(arguments.count) {
        defer { withExtendedLifetime(object) {} }
        return try callPlain(.passUnretained(function), receiver: .undefined, arguments, frame)
      }
    }
    return try callGeneral(object, receiver: .undefined, arguments, frame)
  }
}

/// `super().name(a, b, ...)` with positional arguments only. The cache remembers the function found behind the class for one type of
/// receivers.
final class SuperCallNode: ExpressionNode {
  private let proxy: SuperNode
  private let name: StringObject
  private let arguments: CallArguments
  private let calleeRange: SourceRange
  @exclusivity(unchecked) private var receiverToken = 0
  @exclusivity(unchecked) private var ownerClass: UnsafeMutableRawPointer?
  /// A function of the program, or a built-in one.
  @exclusivity(unchecked) private var function: UnsafeMutableRawPointer?
  @exclusivity(unchecked) private var isNative = false
  @exclusivity(unchecked) private var owners = CacheOwners()

  init(
    _ proxy: SuperNode, _ name: StringObject, _ arguments: [ExpressionNode], calleeRange: SourceRange, _ range: SourceRange
  ) {
    self.proxy = proxy
    self.name = name
    self.arguments = CallArguments(arguments)
    self.calleeRange = calleeRange
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if !isNative, let function, let (owner, receiver) = proxy.settledParts(frame), owner.toOpaque() == ownerClass,
      let held = receiver.uncountedObject, held.kind != .type, held._withUnsafeGuaranteedRef({ $0.typeToken }) == receiverToken
    {
      return try callPlain(.fromOpaque(function), receiverAt: receiver, arguments, frame)
    }
    return try evaluateElsewhere(frame)
  }

  @inline(never)
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    guard let (owner, receiver) = try proxy.parts(frame) else {
      let object = try proxy.evaluate(frame)
      let callee: Value
      do { callee = try runtime.getAttribute(object, name) } catch { try frame.fail(error, calleeRange) }
      return try callValue(callee, arguments, frame)
    }
    if let held = receiver.uncounted, held.kind != .type {
      let token = held._withUnsafeGuaranteedRef { $0.typeToken }
      if token == receiverToken, owner.uncountedPointer == ownerClass, let function {
        if !isNative { return try callPlain(.fromOpaque(function), receiver: receiver, arguments, frame) }
        let native = Unmanaged<NativeFunction>.fromOpaque(function)
        if arguments.count == 0, native._withUnsafeGuaranteedRef({ $0.shortcut == .nothing }) { return .none }
        var receiver = receiver
        return try callNative(native, receiver: &receiver, arguments, frame)
      }
      let found: Value?
      do { found = try runtime.superFind(owner, receiver, name) } catch { try frame.fail(error, calleeRange) }
      if case .object(let method)? = found, takesMethodCall(method) {
        if runtime.type(of: receiver).isSubtype(of: owner), owners.keep(method) {
          receiverToken = token
          ownerClass = owner.uncountedPointer
          function = method.uncountedPointer
          isNative = method.kind == .nativeFunction
        }
        defer { withExtendedLifetime(method) {} }
        if method.kind == .function {
          return try callSeldom(.passUnretained(unsafeDowncast(method, to: FunctionObject.self)), receiver: receiver, arguments, frame)
        }
        var receiver = receiver
        return try callNative(.fromOpaque(method.uncountedPointer), receiver: &receiver, arguments, frame)
      }
    }
    let callee: Value
    do { callee = try runtime.superLookup(owner, receiver, name) } catch { try frame.fail(error, calleeRange) }
    return try callValue(callee, arguments, frame)
  }

  /// Whether what was found can be called with the receiver in front, without binding it first.
  private func takesMethodCall(_ method: Object) -> Bool {
    switch method.kind {
    case .function: unsafeDowncast(method, to: FunctionObject.self).takes(arguments.count + 1)
    case .nativeFunction:
      method.isDescriptor
        && (unsafeDowncast(method, to: NativeFunction.self).takes(arguments.count + 1)
          || arguments.count == 0 && unsafeDowncast(method, to: NativeFunction.self).shortcut == .nothing)
    default: false
    }
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
    return kind != .type && kind != .module && kind != .superProxy && existingInstanceDictionary == nil && !type.isHeap && !type.instancesHideMethods
  }
}

extension Runtime {
  /// The function or built-in method that `value.name(...)` calls with the value in front, if it is one of the class.
  func methodToCall(_ value: Value, _ name: StringObject) -> Object? {
    let type = type(of: value)
    guard type.special(.getattribute) == nil, let found = type.lookup(name)?.object,
      found.kind == .function || found.kind == .nativeFunction, found.isDescriptor, !instanceHides(value, name)
    else { return nil }
    return found
  }

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

/// `super()` in a method: the class from the `__class__` cell, the receiver from the first parameter. Or `super(Class, self)` with both.
final class SuperNode: ExpressionNode {
  private let callee: ExpressionNode
  private let owner: ExpressionNode
  private let receiver: ExpressionNode
  /// Class and receiver are arguments.
  private let isExplicit: Bool

  /// `callee` is the name `super`, which a program may have given another meaning.
  init(_ callee: ExpressionNode, owner: ExpressionNode, receiver: ExpressionNode, isExplicit: Bool = false, _ range: SourceRange) {
    self.callee = callee
    self.owner = owner
    self.receiver = receiver
    self.isExplicit = isExplicit
    super.init(range)
  }

  /// The class, and where the receiver lies, if all of them lie somewhere and `super` is the built-in one.
  @inline(__always)
  func settledParts(_ frame: Frame) -> (Unmanaged<Object>, UnsafeMutablePointer<Value>)? {
    guard let type = callee.settledPlace(frame)?.uncountedObject,
      frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef({ $0.types.superType.uncountedPointer }) == type.toOpaque(),
      let owner = owner.settledPlace(frame)?.uncountedObject, let receiver = receiver.settledPlace(frame)
    else { return nil }
    return (owner, receiver)
  }

  /// The class and the receiver; nil when `super` is not the built-in one, or they are no such arguments (these are names: evaluating them
  /// again does no harm).
  func parts(_ frame: Frame) throws(Raised) -> (TypeObject, Value)? {
    guard let type = try callee.evaluate(frame).type, type === frame.runtime.types.superType else { return nil }
    guard let owner = try owner.evaluate(frame).type else {
      if isExplicit { return nil }
      try frame.fail(frame.runtime.runtimeError("super(): bad __class__ cell"), range)
    }
    let receiver = try receiver.evaluate(frame)
    return isExplicit && receiver.isNone ? nil : (owner, receiver)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    guard let (owner, receiver) = try parts(frame) else {
      let callee = try callee.evaluate(frame)
      if isExplicit {
        let (owner, receiver) = (try owner.evaluate(frame), try receiver.evaluate(frame))
        do { return try frame.runtime.call(callee, owner, receiver) } catch { try frame.fail(error, range) }
      }
      do { return try frame.runtime.call(callee) } catch { try frame.fail(error, range) }
    }
    do { return try frame.runtime.makeSuper(owner, receiver) } catch { try frame.fail(error, range) }
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
    } catch { try frame.fail(error, range) }
  }
}
