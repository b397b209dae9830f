import PyaSyntax

/// A generator, coroutine or async generator: a frame in memory of its own, which can stop and go on.
///
/// Suspended frames form chains: a coroutine that awaits another holds it as `delegate`, which points back with `awaiter`. Whoever
/// drives the outermost frame (a task, `send`) resumes the innermost one directly and hands results outward, so a step costs the
/// same however deep the chain is (see `Driving.swift`).
///
/// `await f()` begins `f` on the value stack; only a suspension moves its slots here (`init(movingFrom:)`).
final class SuspendableFrame: IteratorObject {
  enum State { case created, running, suspended, finished }

  // Small fields first: they fill what is left of the word that the base class begins.
  var state: State
  /// An async generator stopped at a `yield`, not at an `await`.
  var stoppedAtYield = false
  /// An async generator's `asend` or `athrow` is in progress.
  var isStepping = false
  /// A generator that runs in one go: `yield` hands on and does not stop (`Consumer`).
  var delivers = false
  /// Where in the source the frame awaits something; what it says is current only while the frame is suspended.
  var stoppedAt: UInt32 = 0
  let function: FunctionObject
  let memory: UnsafeMutablePointer<Value>
  /// What the last resumption hands to the node that suspended: a value, or an exception to raise there.
  var sent: Value = .none
  /// Set by async generators: called with the generator at the first iteration (`sys.set_asyncgen_hooks`).
  var isRegisteredWithLoop = false
  private var isResurrected = false
  var thrown: ExceptionObject?
  /// What this frame waits for: another suspendable frame, or an awaitable written in Swift.
  var delegate: Object?
  /// The frame that waits for this one.
  unowned(unsafe) var awaiter: SuspendableFrame?
  /// Of the outermost frame of a chain: the innermost.
  unowned(unsafe) var innermost: SuspendableFrame?
  private var rarities: Rarities?

  /// What few frames have.
  private final class Rarities {
    /// The names that a program gave it: `__name__` and `__qualname__`.
    var name, qualifiedName: StringObject?
  }

  private var rarity: Rarities {
    if let rarities { return rarities }
    let made = Rarities()
    rarities = made
    return made
  }

  var name: StringObject {
    get { rarities?.name ?? function.name }
    set { rarity.name = newValue }
  }
  var qualifiedName: StringObject {
    get { rarities?.qualifiedName ?? function.qualifiedName }
    set { rarity.qualifiedName = newValue }
  }

  /// Takes over the slots of a frame on the value stack, which must then be closed as if empty.
  init(_ runtime: Runtime, function: FunctionObject, movingFrom source: Frame, state: State) {
    self.function = function
    self.state = state
    let size = function.code.frameSize
    memory = .obtain(size + Frame.headerSize)
    let frame = Frame(
      at: memory, machine: runtime.machine, code: function.codePointer,
      function: Unmanaged.passUnretained(function).toOpaque())
    frame.slots.moveInitialize(from: source.slots, count: size)
    for index in 0..<size { (source.slots + index).initialize(to: .undefined) }
    switch function.code.flavour {
    case .generator: super.init(type: runtime.types.generator, kind: .generator)
    case .asyncGenerator: super.init(type: runtime.types.asyncGenerator, kind: .asyncGenerator)
    case .coroutine, .plain: super.init(type: runtime.types.coroutine, kind: .coroutine)
    }
    frame.suspendable = self
    runtime.machine.pointee.liveFrames &+= 1
    register(runtime.machine)
  }

  /// Takes over everything from a frame object that is being freed, so that its cleanup can run.
  private init(resurrecting other: SuspendableFrame) {
    function = other.function
    memory = other.memory
    state = other.state
    delegate = other.delegate
    innermost = other.innermost === other ? nil : other.innermost
    rarities = other.rarities
    isResurrected = true
    super.init(type: other.type, kind: other.kind)
    register(machineOfType)
    frame.suspendable = self
    if let child = delegate as? SuspendableFrame { child.awaiter = self }
    if innermost == nil { innermost = self }
  }

  /// Remembers where a coroutine was made until it begins: nothing was sent into it before.
  func noteCreation(_ place: Value) { if state == .created { sent = place } }

  var frame: Frame { Frame(slots: memory + Frame.headerSize) }
  var code: Code { function.code }

  /// The line where the frame stands, as far as it is known: where it awaits, else where the function begins.
  var currentLine: Int {
    stoppedAt > 0 ? code.information.file.location(of: stoppedAt).line : code.information.firstLine
  }

  /// Where the frame stands, as a line of a traceback.
  var tracebackEntry: TracebackEntry {
    let start = stoppedAt > 0 ? stoppedAt : code.information.start
    return TracebackEntry(code: code.information, range: SourceRange(start, start))
  }

  /// The frame is done: its variables are released.
  func finish() {
    guard state != .finished else { return }
    state = .finished
    delegate = nil
    innermost = nil
    releaseVariables()
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    // What a running frame holds, it may hold uncounted.
    if state == .running || state == .finished { return }
    tracer.visit(frame.slots, code.frameSize)
    tracer.visit(delegate)
    tracer.visit(sent)
    tracer.visit(thrown)
  }

  override func finalize(_ runtime: Runtime) -> Bool {
    switch state {
    case .created where kind == .coroutine:
      isFinalized = true
      runtime.coroutineWasNeverAwaited(name: qualifiedName, madeAt: sent)
      return false
    case .suspended where code.needsCleanup || kind == .generator:
      isFinalized = true
      runtime.closeDropped(self)
      return true
    default: return false
    }
  }

  override func clearContents() {
    if state != .running { finish() }
  }

  private func releaseVariables() {
    let machine = machineOfType
    let slots = frame.slots
    let size = code.frameSize
    let direct = machine.pointee.beginRelease()
    for index in 0..<size {
      let value = slots[index]
      slots[index] = .undefined
      if !direct { machine.pointee.releaseLater(value) }
    }
    machine.endRelease()
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if state == .suspended, delegate == nil { return try resumeAlone(runtime) }
    switch try drive(runtime, sending: .none) {
    case .suspended(let value): return value
    case .returned: return .undefined
    }
  }

  /// The commonest step: a generator that waits for nothing but its caller.
  private func resumeAlone(_ runtime: Runtime) throws(Raised) -> Value {
    let machine = runtime.machine
    defer { machine.leaveFrame() }
    sent = .none
    do throws(Raised) {
      try machine.enterFrame()
      if try runOnce(runtime, machine).isUndefined {
        innermost = Unmanaged<SuspendableFrame>.fromOpaque(machine.pointee.innermost.unsafelyUnwrapped)
          ._withUnsafeGuaranteedRef { $0 }
        return machine.pointee.takeSuspended()
      }
    } catch {
      finish()
      throw error
    }
    finish()
    return .undefined
  }

  deinit {
    unregister(machineOfType)
    if isObserved { tellOfDeath() }
    if state == .suspended, !isResurrected, !isFinalized {
      let runtime = type.runtime
      // Whoever else holds what this frame waits for finds it closed.
      if code.needsCleanup || (delegate is SuspendableFrame && !isKnownUniquelyReferenced(&delegate)) {
        // The twin takes the place of this one in the count.
        let twin = SuspendableFrame(resurrecting: self)
        runtime.closeDropped(twin)
        return
      }
    } else if state == .created, kind == .coroutine, !isFinalized {
      type.runtime.coroutineWasNeverAwaited(name: qualifiedName, madeAt: sent)
    }
    if state != .finished { releaseVariables() }
    machineOfType.pointee.liveFrames &-= 1
    memory.relinquish()
  }
}

/// Something written in Swift that `await` works on: a future, a bare `sleep(0)`, one step of an async generator.
class AwaitableObject: Object {
  /// For who drives it by hand, and may only `resume` what was begun.
  var hasBegun: Bool { true }
  /// An exception thrown in before it has begun goes to what it drives.
  var takesExceptionsAtStart: Bool { false }

  /// A future of the event loop (EventLoop/).
  final let isFuture: Bool

  init(type: TypeObject, isFuture: Bool = false) {
    self.isFuture = isFuture
    super.init(type: type, kind: .awaitable)
  }

  /// Starts waiting. Returns the result when there is nothing to wait for; `undefined` means "suspended", and what to hand to the
  /// driver is in `machine.suspended`.
  func begin(_ runtime: Runtime) throws(Raised) -> Value { .none }

  /// Goes on after a suspension, with the value sent in.
  func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value { .none }

  /// Goes on after a suspension with an exception raised at the point of waiting.
  func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    throw Raised(exception)
  }

  /// Nobody waits any more.
  func close(_ runtime: Runtime) throws(Raised) {}
}

extension Frame {
  /// The generator or coroutine whose frame this is; nil while the frame is on the value stack.
  @inline(__always)
  var suspendable: SuspendableFrame? {
    get { suspendablePointer.map { Unmanaged<SuspendableFrame>.fromOpaque($0).takeUnretainedValue() } }
    nonmutating set { suspendablePointer = newValue.map { Unmanaged.passUnretained($0).toOpaque() } }
  }
}
