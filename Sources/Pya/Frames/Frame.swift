import PyaSyntax

/// The variables of one call in progress: a handle of one word.
///
/// Slots lie side by side on the machine's value stack, or in the own memory of a generator or coroutine, and four words of header before them say
/// which code runs. Nodes get the handle as their only argument; reading a variable is one load.
///
/// ```
/// slots - 32: machine   slots - 24: code   slots - 16: function or nil   slots - 8: suspendable frame or nil
/// ```
struct Frame {
  let slots: UnsafeMutablePointer<Value>

  /// How many values of stack the header takes.
  static let headerSize = Machine.frameHeaderSize

  @inline(__always)
  init(slots: UnsafeMutablePointer<Value>) { self.slots = slots }

  /// Writes the header in front of `slots`.
  @inline(__always)
  init(
    at base: UnsafeMutablePointer<Value>, machine: UnsafeMutablePointer<Machine>, code: UnsafeMutableRawPointer,
    function: UnsafeMutableRawPointer?
  ) {
    slots = base + Frame.headerSize
    let header = UnsafeMutableRawPointer(base)
    header.storeBytes(of: machine, as: UnsafeMutablePointer<Machine>.self)
    header.storeBytes(of: code, toByteOffset: 8, as: UnsafeMutableRawPointer.self)
    header.storeBytes(of: function, toByteOffset: 16, as: UnsafeMutableRawPointer?.self)
    header.storeBytes(of: nil, toByteOffset: 24, as: UnsafeMutableRawPointer?.self)
  }

  /// A variable's value.
  @inline(__always)
  subscript(_ slot: Int) -> Value {
    get { (slots + slot).copied }
    nonmutating set { (slots + slot).store(newValue) }
  }

  @inline(__always)
  func isUnbound(_ slot: Int) -> Bool { (slots + slot).holdsUndefined }

  private var header: UnsafeMutableRawPointer { UnsafeMutableRawPointer(slots) - 32 }

  @inline(__always)
  var machine: UnsafeMutablePointer<Machine> { header.load(as: UnsafeMutablePointer<Machine>.self) }

  @inline(__always)
  var runtime: Runtime { machine.pointee.runtime }

  /// Does something with the runtime without counting a reference to it.
  @inline(__always)
  func withRuntime<Outcome>(_ body: (Runtime) throws(Raised) -> Outcome) throws(Raised) -> Outcome {
    try machine.pointee.runtimeReference.borrowed(body)
  }

  var code: Code {
    Unmanaged<Code>.fromOpaque(header.load(fromByteOffset: 8, as: UnsafeMutableRawPointer.self)).takeUnretainedValue()
  }

  @inline(__always)
  var codePointer: UnsafeMutableRawPointer { header.load(fromByteOffset: 8, as: UnsafeMutableRawPointer.self) }

  @inline(__always)
  var functionPointer: UnsafeMutableRawPointer? { header.load(fromByteOffset: 16, as: UnsafeMutableRawPointer?.self) }

  /// The function whose call this is; nil for a module or class body.
  var function: FunctionObject? {
    header.load(fromByteOffset: 16, as: UnsafeMutableRawPointer?.self).map {
      Unmanaged<FunctionObject>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// A variable of an enclosing function.
  @inline(__always)
  func closureCell(_ index: Int) -> Cell {
    let function = Unmanaged<FunctionObject>.fromOpaque(
      header.load(fromByteOffset: 16, as: UnsafeMutableRawPointer?.self).unsafelyUnwrapped)
    return function._withUnsafeGuaranteedRef { $0.cells[index] }
  }

  /// Where the value of a variable of an enclosing function lies.
  @inline(__always)
  func closurePlace(_ index: Int) -> UnsafeMutablePointer<Value> {
    let function = Unmanaged<FunctionObject>.fromOpaque(
      header.load(fromByteOffset: 16, as: UnsafeMutableRawPointer?.self).unsafelyUnwrapped)
    return function._withUnsafeGuaranteedRef {
      Cell.place(in: UnsafeRawPointer($0.cells + index).load(as: UnsafeMutableRawPointer.self))
    }
  }

  /// Where the value of a local variable that inner functions share lies.
  @inline(__always)
  func cellPlace(_ slot: Int) -> UnsafeMutablePointer<Value> {
    Cell.place(in: UnsafeRawPointer(slots + slot).load(as: UnsafeMutableRawPointer.self))
  }

  /// The generator or coroutine whose frame this is, uncounted; `suspendable` (Coroutines/) gives it its type.
  @inline(__always)
  var suspendablePointer: UnsafeMutableRawPointer? {
    get { header.load(fromByteOffset: 24, as: UnsafeMutableRawPointer?.self) }
    nonmutating set { header.storeBytes(of: newValue, toByteOffset: 24, as: UnsafeMutableRawPointer?.self) }
  }

  /// The cell that a slot holds.
  @inline(__always)
  func cell(_ slot: Int) -> Cell {
    guard let held = (slots + slot).uncountedObject else { fatalError("pya: slot \(slot) holds no cell") }
    return held.as(Cell.self).takeUnretainedValue()
  }

  // MARK: Places of errors

  /// Notes where in this frame an exception passed, once per frame; returns it for throwing on.
  @inline(never)
  func located(_ raised: Raised, _ range: SourceRange) -> Raised {
    let exception = raised.exception
    if !exception.isLocated {
      exception.isLocated = true
      if exception.traceback.isEmpty {
        if exception.context == nil { machine.pointee.runtime.setContext(of: exception) }
        if exception.type.exceptionLayout == .nameError { noteVisibleNames(on: exception) }
      }
      let entry = TracebackEntry(code: code.information, range: range)
      // Most pass through several frames.
      if exception.traceback.isEmpty { exception.traceback.reserveCapacity(4) }
      exception.traceback.append(entry)
    }
    return raised
  }

  /// Throws an exception that passes here (`located`); small in the caller, as `Raised.again`.
  @inline(never)
  func fail(_ raised: Raised, _ range: SourceRange) throws(Raised) -> Never { throw located(raised, range) }

  /// Takes over an exception that was thrown into a suspended frame, or comes out of a frame it awaited: notes the place. One that was thrown
  /// in gets what this very frame is handling as context; what is being handled around the whole chain does not count.
  @inline(never)
  func received(_ exception: ExceptionObject, _ range: SourceRange) -> Raised {
    let runtime = runtime
    if machine.pointee.isThrowing, runtime.handled.count > machine.pointee.handledBase { runtime.setContext(of: exception) }
    exception.isLocated = true
    exception.traceback.append(TracebackEntry(code: code.information, range: range))
    return Raised(exception)
  }
}

/// A variable shared between a function and the functions inside it.
final class Cell: Object {
  /// The first stored property of eight bytes, which puts it at `valueOffset`.
  var value: Value

  private static let valueOffset = 32

  /// Where the value lies in the cell at an address.
  @inline(__always)
  static func place(in cell: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Value> {
    (cell + valueOffset).assumingMemoryBound(to: Value.self)
  }

  /// Whether `valueOffset` is where the value lies.
  static func layoutIsAsExpected(_ runtime: Runtime) -> Bool {
    let probe = Cell(runtime, .int(0x5eed))
    let place = place(in: Unmanaged.passUnretained(probe).toOpaque())
    defer { withExtendedLifetime(probe) {} }
    if case .int(0x5eed) = place.number { return true }
    return false
  }

  init(_ runtime: Runtime, _ value: Value) {
    self.value = value
    super.init(type: runtime.types.cell, kind: .cell)
    register(runtime.machine)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(value) }

  override func clearContents() { value = .undefined }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if !machine.pointee.beginRelease() { machine.pointee.releaseLater(value) }
    value = .undefined
    machine.endRelease()
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Opens a frame for a call, all slots unbound; nil when the value stack is full. The caller evaluates the arguments into the
  /// parameters' slots, which may run other calls, then enters the frame, runs the code, leaves, and closes the frame.
  @inline(__always)
  func openFrame(_ function: Unmanaged<FunctionObject>, _ size: Int) -> Frame? {
    let code = function._withUnsafeGuaranteedRef { $0.codePointer }
    return openFrame(code: code, function: function.toOpaque(), size)
  }

  /// The same for code that may belong to no function.
  func openFrame(_ code: Code, _ function: FunctionObject?) throws(Raised) -> Frame {
    let codePointer = Unmanaged.passUnretained(code).toOpaque()
    let functionPointer = function.map { Unmanaged.passUnretained($0).toOpaque() }
    guard let frame = openFrame(code: codePointer, function: functionPointer, code.frameSize) else {
      throw stackOverflow()
    }
    return frame
  }

  @inline(__always)
  private func openFrame(code: UnsafeMutableRawPointer, function: UnsafeMutableRawPointer?, _ size: Int) -> Frame? {
    let base = pointee.stackTop
    let top = base + (Frame.headerSize &+ size)
    if top > pointee.stackEnd { return nil }
    pointee.stackTop = top
    let frame = Frame(at: base, machine: self, code: code, function: function)
    frame.slots.initializeUnbound(until: top)
    return frame
  }

  /// Opens a frame around the first `count` slots, which lie on top of the stack with room for the header before them.
  @inline(__always)
  func openFrame(around base: UnsafeMutablePointer<Value>, _ count: Int, _ function: FunctionObject) throws(Raised) -> Frame {
    let top = base + function.frameSize
    if top > pointee.stackEnd { throw stackOverflow() }
    pointee.stackTop = top
    let frame = Frame(
      at: base - Frame.headerSize, machine: self, code: function.codePointer, function: Unmanaged.passUnretained(function).toOpaque())
    (base + count).initializeUnbound(until: top)
    return frame
  }

  /// The error of a full stack.
  @inline(never)
  func stackOverflow() -> Raised { pointee.runtime.recursionError() }

  /// Counts the call in; RecursionError when there are too many. `leaveFrame` must follow in both cases.
  @inline(__always)
  func enterFrame() throws(Raised) {
    pointee.depth &+= 1
    if pointee.depth > pointee.depthLimit || nativeStackIsExhausted { try pauseOrRefuse() }
  }

  @inline(never)
  private func pauseOrRefuse() throws(Raised) {
    if pointee.depth > pointee.depthLimit || !hasYieldedInstead() { throw stackOverflow() }
  }

  @inline(__always)
  func leaveFrame() { pointee.depth &-= 1 }

  /// Closes a frame and releases what its slots hold.
  @inline(__always)
  func closeFrame(_ frame: Frame, _ size: Int) {
    release(frame.slots, size)
    pointee.stackTop = frame.slots - Frame.headerSize
  }

  /// Takes slots of the value stack for the arguments of a call, all unbound; nil when it is full.
  @inline(__always)
  func reserveUnbound(_ count: Int) -> UnsafeMutablePointer<Value>? {
    let base = pointee.stackTop
    let top = base + count
    if top > pointee.stackEnd { return nil }
    pointee.stackTop = top
    base.initializeUnbound(until: top)
    return base
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// Slots without a value, from here on.
  @inline(__always)
  fileprivate func initializeUnbound(until end: UnsafeMutablePointer<Value>) {
    var slot = self
    while slot < end {
      slot.initialize(to: .undefined)
      slot += 1
    }
  }
}
