import PyaSyntax

/// A generator, coroutine or async generator: a frame in memory of its own, which can stop and go on.
///
/// Suspended frames form chains: a coroutine that awaits another holds it as `delegate`, which points back with `awaiter`. Whoever
/// drives the outermost frame (a task, `send`) resumes the innermost one directly and hands results outward, so a step costs the
/// same however deep the chain is (see `Driving.swift`).
///
/// `await f()` begins `f` on the value stack; only a suspension moves its slots here (`init(movingFrom:)`).
///
/// The slots, with their header, lie behind the stored properties: subclasses differ in how many there is room for (`FrameMemory.swift`).
class SuspendableFrame: IteratorObject {
  enum State { case created, running, suspended, finished }

  // The order fills the gaps: two bytes that the base class leaves, and what is left of the words of `sent`.
  final var state: State
  final private var flags: UInt8
  /// What the last resumption hands to the node that suspended: a value, or an exception to raise there.
  final var sent: Value = .none
  /// An async generator stopped at a `yield`, not at an `await`.
  final var stoppedAtYield = false
  /// An async generator's `asend` or `athrow` is in progress.
  final var isStepping = false
  /// Where in the source the frame awaits something; what it says is current only while the frame is suspended.
  final var stoppedAt: UInt32 = 0
  /// The delegate; of a frame with rarities, these, which keep the delegate.
  final private var held: Object?
  /// The awaiter or the innermost frame: a frame that is awaited is not the outermost of a chain.
  final private var link: UnsafeRawPointer?

  private enum Flag {
    static let isThrown: UInt8 = 1, isRegistered: UInt8 = 2, isResurrected: UInt8 = 4, isLarge: UInt8 = 8, hasRarities: UInt8 = 16
    static let linkIsAwaiter: UInt8 = 32, chainHandles: UInt8 = 64
  }

  @inline(__always)
  final private func set(_ flag: UInt8, _ value: Bool) { flags = value ? flags | flag : flags & ~flag }

  /// `sent` is an exception.
  @inline(__always)
  final private var isThrown: Bool {
    get { flags & Flag.isThrown != 0 }
    set { set(Flag.isThrown, newValue) }
  }
  /// Set by async generators: called with the generator at the first iteration (`sys.set_asyncgen_hooks`).
  @inline(__always)
  final var isRegisteredWithLoop: Bool {
    get { flags & Flag.isRegistered != 0 }
    set { set(Flag.isRegistered, newValue) }
  }
  /// Of the outermost frame of a chain: perhaps some frame of it is suspended while it handles an exception.
  @inline(__always)
  final var chainHandles: Bool {
    get { flags & Flag.chainHandles != 0 }
    set { set(Flag.chainHandles, newValue) }
  }
  /// The slots lie in memory of their own.
  @inline(__always)
  final private var isLarge: Bool { flags & Flag.isLarge != 0 }
  final private var isResurrected: Bool { flags & Flag.isResurrected != 0 }
  @inline(__always)
  final private var hasRarities: Bool {
    get { flags & Flag.hasRarities != 0 }
    set { set(Flag.hasRarities, newValue) }
  }
  @inline(__always)
  final private var linkIsAwaiter: Bool {
    get { flags & Flag.linkIsAwaiter != 0 }
    set { set(Flag.linkIsAwaiter, newValue) }
  }

  /// What this frame waits for: another suspendable frame, or an awaitable written in Swift.
  @inline(__always)
  final var delegate: Object? {
    get { hasRarities ? rarity.delegate : held }
    set { if hasRarities { rarity.delegate = newValue } else { held = newValue } }
  }

  /// The frame that waits for this one; not counted.
  @inline(__always)
  final var awaiter: SuspendableFrame? {
    get { linkIsAwaiter ? linkedFrame : nil }
    set {
      if newValue == nil, !linkIsAwaiter { return }
      link = newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
      linkIsAwaiter = newValue != nil
    }
  }

  /// Of the outermost frame of a chain: the innermost; not counted.
  @inline(__always)
  final var innermost: SuspendableFrame? {
    get { linkIsAwaiter ? nil : linkedFrame }
    set { setInnermost(newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }) }
  }

  @inline(__always)
  final func setInnermost(_ frame: UnsafeRawPointer?) { if !linkIsAwaiter { link = frame } }

  @inline(__always)
  final private var linkedFrame: SuspendableFrame? {
    link.map { Unmanaged<SuspendableFrame>.fromOpaque($0).takeUnretainedValue() }
  }

  /// What few frames have.
  private final class Rarities: Object {
    /// The names that a program gave it: `__name__` and `__qualname__`.
    var name, qualifiedName: StringObject?
    var delegate: Object?
    /// `cr_origin`
    var origin = Value.none
  }

  final private var rarities: Rarities? { hasRarities ? rarity : nil }

  final private var rarity: Rarities {
    if hasRarities, let held { return unsafeDowncast(held, to: Rarities.self) }
    let made = Rarities(type: type, kind: .other)
    made.delegate = held
    held = made
    hasRarities = true
    return made
  }

  /// Where it was made, if that was to be remembered.
  final var origin: Value {
    get { rarities?.origin ?? .none }
    set { rarity.origin = newValue }
  }

  final var name: StringObject {
    get { rarities?.name ?? function.name }
    set { rarity.name = newValue }
  }
  final var qualifiedName: StringObject {
    get { rarities?.qualifiedName ?? function.qualifiedName }
    set { rarity.qualifiedName = newValue }
  }

  /// An exception that the last resumption hands in.
  final var thrown: ExceptionObject? {
    get { isThrown ? sent.exception : nil }
    set {
      isThrown = newValue != nil
      sent = newValue.map { .object($0) } ?? .none
    }
  }

  /// Takes the exception that was handed in, if one was.
  @inline(__always)
  final func takeThrown() -> ExceptionObject? { isThrown ? takeThrownAway() : nil }

  @inline(never)
  final private func takeThrownAway() -> ExceptionObject? {
    let exception = thrown
    thrown = nil
    return exception
  }

  /// Takes what was sent.
  @inline(__always)
  final func takeSent() -> Value {
    var value = Value.none
    swap(&value, &sent)
    return value
  }

  // MARK: Memory

  /// Where the properties of subclasses begin: header and slots, or the pointer to them.
  static let tailOffset = 64

  @inline(__always)
  final private var tail: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() + SuspendableFrame.tailOffset }

  @inline(__always)
  final var frame: Frame {
    if isLarge { return Frame(slots: tail.load(as: UnsafeMutablePointer<Value>.self) + Frame.headerSize) }
    return Frame(slots: tail.assumingMemoryBound(to: Value.self) + Frame.headerSize)
  }

  /// The function whose call this is; the frame's header counts as a reference.
  final var function: FunctionObject { functionPointer.takeUnretainedValue() }

  @inline(__always)
  final private var functionPointer: Unmanaged<FunctionObject> {
    .fromOpaque(frame.functionPointer.unsafelyUnwrapped)
  }

  @inline(__always)
  final var codePointer: Unmanaged<Code> { .fromOpaque(frame.codePointer) }

  /// Takes over the slots of a frame on the value stack, which must then be closed as if empty.
  init(_ runtime: Runtime, function: FunctionObject, movingFrom source: Frame, state: State, isLarge: Bool) {
    self.state = state
    flags = isLarge ? Flag.isLarge : 0
    switch function.code.flavour {
    case .generator: super.init(type: runtime.types.generator, kind: .generator)
    case .asyncGenerator: super.init(type: runtime.types.asyncGenerator, kind: .asyncGenerator)
    case .coroutine, .plain: super.init(type: runtime.types.coroutine, kind: .coroutine)
    }
    let machine = runtime.machine
    let size = function.frameSize
    let frame = Frame(
      at: frame.slots - Frame.headerSize, machine: machine, code: function.codePointer,
      function: Unmanaged.passRetained(function).toOpaque())
    for index in 0..<size {
      (frame.slots + index).lend(source.slots + index)
      (source.slots + index).initialize(to: .undefined)
    }
    frame.suspendablePointer = Unmanaged.passUnretained(self).toOpaque()
    machine.pointee.liveFrames &+= 1
    register(machine)
  }

  /// Takes over everything from a frame object that is being freed, so that its cleanup can run. The slots are moved by the caller.
  init(resurrecting other: SuspendableFrame) {
    state = other.state
    held = other.held
    flags = other.flags & (Flag.hasRarities | Flag.isLarge) | Flag.isResurrected
    super.init(type: other.type, kind: other.kind)
    let inner = other.innermost
    innermost = inner === other || inner == nil ? self : inner
    if !isLarge {
      let count = Frame.headerSize + other.function.frameSize
      UnsafeMutableRawPointer(frame.slots - Frame.headerSize).copyMemory(
        from: other.frame.slots - Frame.headerSize, byteCount: count * MemoryLayout<Value>.stride)
    }
    frame.suspendablePointer = Unmanaged.passUnretained(self).toOpaque()
    register(machineOfType)
    if let child = delegate as? SuspendableFrame { child.awaiter = self }
  }

  /// Remembers where a coroutine was made until it begins: nothing was sent into it before.
  final func noteCreation(_ place: Value) { if state == .created { sent = place } }

  final var code: Code { codePointer.takeUnretainedValue() }

  /// The line where the frame stands, as far as it is known: where it awaits, else where the function begins.
  final var currentLine: Int {
    stoppedAt > 0 ? code.information.file.location(of: stoppedAt).line : code.information.firstLine
  }

  /// Where the frame stands, as a line of a traceback.
  final var tracebackEntry: TracebackEntry {
    let start = stoppedAt > 0 ? stoppedAt : code.information.start
    return TracebackEntry(code: code.information, range: SourceRange(start, start))
  }

  /// The frame is done: its variables are released.
  final func finish() {
    guard state != .finished else { return }
    state = .finished
    if held != nil { delegate = nil }
    setInnermost(nil)
    releaseVariables()
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    // What a running frame holds, it may hold uncounted.
    if state == .running || state == .finished { return }
    tracer.visit(frame.slots, code.frameSize)
    tracer.visit(delegate)
    tracer.visit(sent)
  }

  override func finalize(_ runtime: Runtime) -> Bool {
    switch state {
    case .created where kind == .coroutine:
      isFinalized = true
      runtime.coroutineWasNeverAwaited(name: qualifiedName, madeAt: sent, through: origin)
      return false
    // One that another frame waits for is closed by that one: it may yet come back to life, and go on.
    case .suspended where awaiter == nil && chainNeedsCleanup:
      isFinalized = true
      runtime.closeDropped(self)
      return true
    default: return false
    }
  }

  /// This frame or one that it waits for has something to do in the end.
  private final var chainNeedsCleanup: Bool {
    var next: SuspendableFrame? = self
    while let frame = next {
      if frame.code.needsCleanup || frame.kind == .generator { return true }
      next = frame.delegate as? SuspendableFrame
    }
    return false
  }

  override func clearContents() {
    if state != .running { finish() }
  }

  final private func releaseVariables() {
    let frame = frame
    let machine = frame.machine
    let size = codePointer._withUnsafeGuaranteedRef { $0.frameSize }
    let direct = machine.pointee.beginRelease()
    if direct {
      for index in 0..<size { (frame.slots + index).store(.undefined) }
    } else {
      for index in 0..<size {
        let value = frame[index]
        (frame.slots + index).store(.undefined)
        machine.pointee.releaseLater(value)
      }
    }
    machine.endRelease()
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    switch try step(runtime, sending: .none) {
    case .suspended(let value): return value
    case .returned: return .undefined
    }
  }

  /// `next()`, `send(value)`: a step for whoever drives by hand.
  @inline(__always)
  final func step(_ runtime: Runtime, sending value: Value) throws(Raised) -> Step {
    if state == .suspended, delegate == nil { return try resumeAlone(runtime, sending: value) }
    return try runtime.machine.drivenByHand { () throws(Raised) in try drive(runtime, sending: value) }
  }

  /// The commonest step: a generator that waits for nothing but its caller.
  final private func resumeAlone(_ runtime: Runtime, sending value: Value) throws(Raised) -> Step {
    let machine = runtime.machine
    defer { machine.leaveFrame() }
    sent = value
    let result: Value
    do throws(Raised) {
      try machine.enterFrame()
      result = try runOnce(runtime, machine)
    } catch {
      finish()
      throw error
    }
    if result.isUndefined {
      setInnermost(machine.pointee.innermost)
      return .suspended(machine.pointee.takeSuspended())
    }
    finish()
    return .returned(result)
  }

  /// A step of an async generator that stopped at a `yield` and waits for nothing. What it hands out, or what it waits for, or `undefined`
  /// at its end; it is marked as stepping, which the caller takes back unless it waits.
  final func advance(_ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    defer { machine.leaveFrame() }
    isStepping = true
    sent = .none
    do throws(Raised) {
      try machine.enterFrame()
      let result = try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in try runOnce(runtime, machine) }
      if result.isUndefined {
        setInnermost(machine.pointee.innermost)
        return machine.pointee.takeSuspended()
      }
    } catch {
      isStepping = false
      finish()
      throw error
    }
    finish()
    return .undefined
  }

  deinit {
    unregister(machineOfType)
    if isObserved { tellOfDeath() }
    let hasFinalizer = isRegisteredWithLoop && type.runtime.asyncGeneratorWasFreed?(address) == true
    if state == .suspended, !isResurrected, !isFinalized {
      let runtime = type.runtime
      // Whoever else holds what this frame waits for finds it closed.
      if code.needsCleanup || awaitsSharedFrame || hasFinalizer {
        // The twin takes the place of this one in the count, and all that it owned.
        runtime.closeDropped(twin())
        return
      }
    } else if state == .created, kind == .coroutine, !isFinalized {
      type.runtime.coroutineWasNeverAwaited(name: qualifiedName, madeAt: sent, through: origin)
    }
    if state != .finished {
      // No cleanup, or none any more: a frame that others hold waits on without this one.
      (delegate as? SuspendableFrame)?.outlive(self)
      releaseVariables()
    }
    let frame = frame
    frame.machine.pointee.liveFrames &-= 1
    functionPointer.release()
    if isLarge { (frame.slots - Frame.headerSize).relinquish() }
  }

  /// The frame that waited for this one dies: this is the outermost of what is left of the chain.
  private func outlive(_ waiting: SuspendableFrame) {
    guard linkIsAwaiter, link == UnsafeRawPointer(Unmanaged.passUnretained(waiting).toOpaque()) else { return }
    awaiter = nil
    var inner = self
    while let next = inner.delegate as? SuspendableFrame { inner = next }
    innermost = inner
  }

  /// It waits for a frame that others hold, too.
  final private var awaitsSharedFrame: Bool {
    guard delegate is SuspendableFrame else { return false }
    return hasRarities ? !isKnownUniquelyReferenced(&rarity.delegate) : !isKnownUniquelyReferenced(&held)
  }

  /// Takes over what this frame owns.
  func twin() -> SuspendableFrame { fatalError("pya: a frame without memory") }
}

/// Something written in Swift that `await` works on: a future, a bare `sleep(0)`, one step of an async generator.
class AwaitableObject: Object {
  /// For who drives it by hand, and may only `resume` what was begun.
  var hasBegun: Bool { true }
  /// It will not go on any more.
  var isOver: Bool { false }
  /// Of a coroutine written in Swift: what its variables would be called in asyncio, and what they hold.
  func variables(_ runtime: Runtime) -> [(name: StringObject, value: Value)] { [] }
  /// An exception thrown in before it has begun goes to what it drives.
  var takesExceptionsAtStart: Bool { false }

  /// A future of the event loop (EventLoop/).
  final let isFuture: Bool

  init(type: TypeObject, isFuture: Bool = false) {
    self.isFuture = isFuture
    super.init(type: type, kind: .awaitable)
  }

  /// A class of the program, of futures or tasks, has an `__await__` of its own.
  @inline(__always)
  final func hasOwnAwait(_ runtime: Runtime) -> Bool { isFuture && type.isHeap && overridesAwait(runtime) }

  @inline(never)
  private final func overridesAwait(_ runtime: Runtime) -> Bool {
    type.lookupWithOwner(runtime.names[.await])?.owner.isHeap ?? false
  }

  /// Starts waiting. Returns the result when there is nothing to wait for; `undefined` means "suspended", and what to hand to the
  /// driver is in `machine.suspended`.
  func begin(_ runtime: Runtime) throws(Raised) -> Value { .none }

  /// The same by hand, with a value that most have no use for.
  func begin(_ runtime: Runtime, sending value: Value) throws(Raised) -> Value { try begin(runtime) }

  /// Goes on after a suspension, with the value sent in.
  func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value { .none }

  /// Goes on after a suspension with an exception raised at the point of waiting.
  func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    throw Raised(exception)
  }

  /// Nobody waits any more.
  func close(_ runtime: Runtime) throws(Raised) {}

  /// The frame that it drives, for reports.
  var awaitedFrame: SuspendableFrame? { nil }
}

extension Frame {
  /// The generator or coroutine whose frame this is; nil while the frame is on the value stack.
  @inline(__always)
  var suspendable: SuspendableFrame? {
    get { suspendablePointer.map { Unmanaged<SuspendableFrame>.fromOpaque($0).takeUnretainedValue() } }
    nonmutating set { suspendablePointer = newValue.map { Unmanaged.passUnretained($0).toOpaque() } }
  }
}
