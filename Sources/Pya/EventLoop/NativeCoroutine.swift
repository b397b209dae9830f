/// The coroutine that a call of an async method written in Swift makes when it is not awaited on the spot.
final class NativeCoroutine: AwaitableObject {
  private enum Phase: UInt8 { case created, waiting, over }

  let function: NativeFunction
  let qualifiedName: String
  @exclusivity(unchecked) private var arguments: [Value]
  /// What it waits in.
  @exclusivity(unchecked) private(set) var inner: AwaitableObject?
  override var awaitedFrame: SuspendableFrame? { inner?.awaitedFrame }
  private var phase = Phase.created

  init(_ asyncio: Asyncio, _ function: NativeFunction, name: String, _ arguments: Arguments) {
    self.function = function
    qualifiedName = name
    self.arguments = arguments.positional
    super.init(type: asyncio.coroutineType)
  }

  override var hasBegun: Bool { phase != .created }
  override var isOver: Bool { phase == .over }

  override func variables(_ runtime: Runtime) -> [(name: StringObject, value: Value)] {
    let names = (function.owner == nil ? [] : [runtime.intern("self")]) + function.parameterNames(runtime)
    return zip(names, arguments).map { ($0, $1) }
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(&arguments)
    tracer.visit(inner)
  }

  /// What the operation works on.
  var receiver: Value { arguments.first ?? .none }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    guard phase == .created, let body = function.awaitBody else {
      throw runtime.awaitedBefore(isWaiting: phase == .waiting)
    }
    phase = .over
    let result = try runtime.withArguments(arguments) { (arguments) throws(Raised) in try body(runtime, arguments) }
    guard result.isUndefined else { return result }
    guard let child = runtime.machine.pointee.pendingChild else { fatalError("pya: a wait without an awaitable") }
    runtime.machine.pointee.pendingChild = nil
    inner = unsafeDowncast(child, to: AwaitableObject.self)
    phase = .waiting
    return .undefined
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try resume(runtime) { (inner) throws(Raised) in try inner.resume(runtime, sent: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if phase == .created {
      phase = .over
      throw Raised(exception)
    }
    return try resume(runtime) { (inner) throws(Raised) in try inner.resume(runtime, throwing: exception) }
  }

  private func resume(_ runtime: Runtime, _ step: (AwaitableObject) throws(Raised) -> Value) throws(Raised) -> Value {
    guard phase == .waiting, let inner else { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
    let result: Value
    do { result = try step(inner) } catch {
      phase = .over
      self.inner = nil
      throw error
    }
    if !result.isUndefined {
      phase = .over
      self.inner = nil
    }
    return result
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    if phase == .waiting { try inner?.close(runtime) }
    phase = .over
    inner = nil
  }

  deinit {
    if phase == .created {
      type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern(qualifiedName))
    }
  }
}

extension Runtime {
  /// Begins to await something, as an `awaitBody` does.
  func begin(awaiting awaitable: AwaitableObject) throws(Raised) -> Value {
    let result = try awaitable.begin(self)
    if result.isUndefined { machine.pointee.pendingChild = awaitable }
    return result
  }

  /// The same of what a function of the library or a method of the program has returned.
  func begin(awaiting value: Value) throws(Raised) -> Value { try begin(awaiting: try awaitable(value)) }

  /// Awaits a call of a coroutine function that is written in the language.
  func begin(_ function: String, of module: String, _ arguments: [Value]) throws(Raised) -> Value {
    let library = try importModule(module, level: 0, globals: builtins)
    return try begin(awaiting: try callMethod(library, function, arguments))
  }

  /// A coroutine that has begun is awaited once more.
  func awaitedBefore(isWaiting: Bool) -> Raised {
    runtimeError(isWaiting ? "coroutine is being awaited already" : "cannot reuse already awaited coroutine")
  }
}

extension Asyncio {
  /// An async function or method: `body` is what `await` does with a call (`NativeFunction.awaitBody`).
  private func asyncFunction(
    _ name: String, _ signature: NativeSignature, owner: TypeObject?, displayName: String, _ body: @escaping NativeBody
  ) -> NativeFunction {
    unowned(unsafe) var this: NativeFunction?
    let function = NativeFunction(runtime, name, signature, owner: owner) { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      guard let this else { return .none }
      return .object(NativeCoroutine(self, this, name: displayName, arguments))
    }
    this = function
    function.isWrittenInPython = true
    function.awaitBody = body
    return function
  }

  fileprivate func define(
    in type: TypeObject, _ name: String, _ signature: NativeSignature, displayName: String?, _ body: @escaping NativeBody
  ) {
    let function = asyncFunction(
      name, signature, owner: type, displayName: displayName ?? "\(type.name).\(name)", body)
    type.attributes.setString(runtime.intern(name), .object(function))
  }

  fileprivate func define(in module: ModuleObject, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    let function = asyncFunction(name, signature, owner: nil, displayName: name, body)
    function.moduleName = module.name
    module.set(runtime, name, .object(function))
  }
}

extension TypeObject {
  func defineAsync(
    _ asyncio: Asyncio, _ name: String, _ signature: NativeSignature, displayName: String? = nil, _ body: @escaping NativeBody
  ) {
    asyncio.define(in: self, name, signature, displayName: displayName, body)
  }
}

extension ModuleObject {
  func defineAsync(_ asyncio: Asyncio, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    asyncio.define(in: self, name, signature, body)
  }
}

/// Awaits something to its end and gives another result.
final class ReplacingResult: AwaitableObject {
  private let inner: AwaitableObject
  private let value: Value

  /// Begins `inner`; the result is what an `awaitBody` gives.
  static func begin(_ runtime: Runtime, _ inner: AwaitableObject, result: Value) throws(Raised) -> Value {
    if try !inner.begin(runtime).isUndefined { return result }
    runtime.machine.pointee.pendingChild = ReplacingResult(runtime, inner, result)
    return .undefined
  }

  /// `inner` was begun and waits.
  init(_ runtime: Runtime, _ inner: AwaitableObject, _ value: Value) {
    self.inner = inner
    self.value = value
    super.init(type: runtime.types.object)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try inner.resume(runtime, sent: sent).isUndefined ? .undefined : value
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try inner.resume(runtime, throwing: exception).isUndefined ? .undefined : value
  }

  override func close(_ runtime: Runtime) throws(Raised) { try inner.close(runtime) }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(inner)
    tracer.visit(value)
  }
}
