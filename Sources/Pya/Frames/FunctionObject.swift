/// A function of the program: code, its defaults, and the cells it closes over.
final class FunctionObject: Object {
  @exclusivity(unchecked) private(set) var code: Code
  @exclusivity(unchecked) private var shape: CallShape

  /// Copies of what calls ask of the code, one load away.
  private struct CallShape {
    let codePointer: UnsafeMutableRawPointer
    let frameSize: Int
    let positionalCount: Int
    let takesPlainCalls: Bool
    let takesDirectCalls: Bool
    let takesPlainAwaits: Bool
    /// A generator or async function whose parameters are all positional.
    let makesObjects: Bool
    let isRelay: Bool
    let completeCount: Int
    let completeAwaitCount: Int

    init(_ code: Code) {
      codePointer = Unmanaged.passUnretained(code).toOpaque()
      frameSize = code.frameSize
      positionalCount = code.positionalCount
      takesPlainCalls = code.takesPlainCalls
      takesDirectCalls = code.takesDirectCalls
      takesPlainAwaits = code.takesPlainAwaits
      isRelay = code is RelayCode
      makesObjects = code.flavour != .plain && code.takesOnlyPositional
      completeCount = code.takesPlainCalls ? code.positionalCount : -1
      completeAwaitCount = code.cellSlots.isEmpty ? code.positionalCount : -1
    }
  }

  @inline(__always) var codePointer: UnsafeMutableRawPointer { shape.codePointer }
  @inline(__always) var frameSize: Int { shape.frameSize }
  @inline(__always) var positionalCount: Int { shape.positionalCount }
  @inline(__always) var takesPlainCalls: Bool { shape.takesPlainCalls }
  /// How many positional arguments leave nothing to complete; -1 when there are cells to make.
  @inline(__always) var completeCount: Int { shape.completeCount }
  /// The same of an async function whose call is awaited.
  @inline(__always) var completeAwaitCount: Int { shape.completeAwaitCount }
  let cells: UnsafeMutablePointer<Cell>
  let cellCount: Int
  /// The module's namespace.
  let globals: DictObject
  /// Defaults of the last positional parameters.
  @exclusivity(unchecked) var defaults: [Value] { didSet { requiredCount = positionalCount - defaults.count } }
  private var requiredCount: Int
  /// Defaults of keyword-only parameters in slot order; undefined: none. Empty when there are none at all.
  @exclusivity(unchecked) var keywordDefaults: [Value]
  /// What the program has seen or set as `__kwdefaults__`, and may change; it counts in place of `keywordDefaults`.
  var keywordDefaultsOfProgram: DictObject?
  var name: StringObject
  var qualifiedName: StringObject
  var doc: Value
  var moduleName: Value
  /// Annotations in order: name and value. A thunk would be lazier; 3.13 evaluates them at the definition.
  var annotations: DictObject?
  var typeParameters: Value = .undefined
  var dictionary: DictObject?

  convenience init(
    _ runtime: Runtime, code: Code, cells: [Cell], globals: DictObject, defaults: [Value], keywordDefaults: [Value]
  ) {
    self.init(
      runtime, code: code, cellCount: cells.count, globals: globals, defaults: defaults, keywordDefaults: keywordDefaults
    ) { places in
      for (index, cell) in cells.enumerated() { (places + index).initialize(to: cell) }
    }
  }

  /// `fillCells` initialises as many places.
  init(
    _ runtime: Runtime, code: Code, cellCount: Int, globals: DictObject, defaults: [Value], keywordDefaults: [Value],
    fillCells: (UnsafeMutablePointer<Cell>) -> Void
  ) {
    self.code = code
    shape = CallShape(code)
    requiredCount = code.positionalCount - defaults.count
    cells = cellCount > 0 ? .allocate(capacity: cellCount) : FunctionObject.noCells
    self.cellCount = cellCount
    fillCells(cells)
    self.globals = globals
    self.defaults = defaults
    self.keywordDefaults = keywordDefaults
    name = code.name
    qualifiedName = code.qualifiedName
    doc = code.doc
    moduleName = globals.getString(runtime.names.name) ?? .none
    super.init(type: runtime.types.function, kind: .function)
  }

  /// `function.__code__ = code`, of as many cells. False, and nothing is done, where what nodes remember of a function that makes
  /// generators or coroutines would not fit the new code.
  func replaceCode(by new: Code) -> Bool {
    guard code.flavour == .plain else { return false }
    if let relay = code as? RelayCode {
      if !keywordDefaults.isEmpty { _ = keywordDefaultsByName(type.runtime) }
      relay.target = new
      return true
    }
    // What call nodes remember of a function must fit.
    let fits =
      new.flavour == .plain && new.takesOnlyPositional && code.takesOnlyPositional && new.positionalCount == positionalCount
      && new.frameSize == frameSize && new.takesPlainCalls == takesPlainCalls && new.freeOrder == code.freeOrder
    // Frames of the former code may be in progress: it lives on.
    let runtime = type.runtime
    let former = runtime.attachment(FormerCode.self) { FormerCode() }
    former.code.append(code)
    // The defaults of keyword-only parameters stay those of their names.
    if !keywordDefaults.isEmpty { _ = keywordDefaultsByName(runtime) }
    code = fits ? new : RelayCode(runtime, target: new, former: code)
    shape = CallShape(code)
    requiredCount = positionalCount - defaults.count
    return true
  }

  private final class FormerCode {
    var code: [Code] = []
  }

  /// `__kwdefaults__`; nil where there are none.
  func keywordDefaultsByName(_ runtime: Runtime) -> DictObject? {
    if let known = keywordDefaultsOfProgram { return known }
    let made = DictObject(runtime)
    for (index, value) in keywordDefaults.enumerated() where !value.isUndefined {
      let parameters = visibleCode.parameters
      made.setString(parameters.names[parameters.positionalCount + index], value)
    }
    if made.count == 0 { return nil }
    keywordDefaultsOfProgram = made
    return made
  }

  /// The default of a keyword-only parameter; undefined: it has none.
  func keywordDefault(_ index: Int) -> Value {
    if let known = keywordDefaultsOfProgram {
      return known.getString(code.parameters.names[positionalCount + index]) ?? .undefined
    }
    return index < keywordDefaults.count ? keywordDefaults[index] : .undefined
  }

  /// Other variables for a function that nobody else holds.
  func setCells(_ cell: (Int) -> Cell) {
    for index in 0..<cellCount { cells[index] = cell(index) }
  }

  private static var noCells: UnsafeMutablePointer<Cell> {
    UnsafeMutablePointer(bitPattern: MemoryLayout<Cell>.alignment).unsafelyUnwrapped
  }

  override func visitContents(_ tracer: Tracer) {
    for index in 0..<cellCount { tracer.visit(cells[index]) }
    tracer.visit(globals)
    tracer.visit(&defaults)
    tracer.visit(&keywordDefaults)
    tracer.visit(keywordDefaultsOfProgram)
    tracer.visit(annotations)
    tracer.visit(typeParameters)
    tracer.visit(dictionary)
  }

  /// The tuple of cells is an object there.
  override var trackedCount: Int { cellCount > 0 ? 2 : 1 }

  deinit {
    let machine = machineOfType
    if isObserved { tellOfDeath() }
    if !machine.pointee.beginRelease() {
      for index in 0..<cellCount { machine.pointee.releaseLater(.object(cells[index])) }
    }
    cells.deinitialize(count: cellCount)
    machine.endRelease()
    if cellCount > 0 { cells.deallocate() }
  }

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined { return .object(self) }
    return .object(BoundMethod(runtime, function: .object(self), receiver: instance))
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  /// Whether so many positional arguments may be evaluated straight into a frame's slots; `complete` then does the rest, if they are
  /// not `completeCount`.
  @inline(__always)
  func takes(_ count: Int) -> Bool { shape.takesDirectCalls && count <= positionalCount && count >= requiredCount }

  /// Whether a call with so many positional arguments makes a generator or coroutine.
  @inline(__always)
  func makesObjects(_ count: Int) -> Bool { shape.makesObjects && count <= positionalCount && count >= requiredCount }

  /// The same of an async function whose call is awaited.
  @inline(__always)
  func takesAwait(_ count: Int) -> Bool { shape.takesPlainAwaits && count <= positionalCount && count >= requiredCount }

  /// Fills in the defaults of a frame that has the first `given` arguments, and makes the cells.
  @inline(never)
  func complete(_ frame: Frame, given: Int, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) {
    if shape.isRelay { return try completeReplaced(frame, given: given) }
    if given < positionalCount {
      try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try fillPositionalDefaults(from: given, frame, runtime)
      }
    }
    if !takesPlainCalls { makeCells(frame, machine) }
  }

  /// The frame of a function whose code was replaced: it was opened for the relay, or before there was one.
  private func completeReplaced(_ frame: Frame, given: Int) throws(Raised) {
    guard let relay = code as? RelayCode else { return }
    let runtime = type.runtime
    let former = relay.former
    guard frame.codePointer == Unmanaged.passUnretained(former).toOpaque() else { return relay.gather(given, frame, runtime) }
    let firstDefault = former.positionalCount - defaults.count
    let missing = (given..<max(given, former.positionalCount)).filter { $0 < firstDefault && frame.isUnbound($0) }
    if !missing.isEmpty {
      throw missingArguments(missing.map { former.parameters.names[$0].text }, kind: "positional", runtime)
    }
    for slot in given..<max(given, former.positionalCount) where frame.isUnbound(slot) { frame[slot] = defaults[slot - firstDefault] }
    for slot in former.cellSlots { frame[slot] = .object(Cell(runtime, frame[slot])) }
  }

  /// The same where keywords have been bound too.
  func complete(_ frame: Frame, givenWithKeywords given: Int, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) {
    if shape.isRelay { return try completeReplaced(frame, given: given) }
    try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
      if given < positionalCount { try fillPositionalDefaults(from: given, frame, runtime) }
      if code.parameters.keywordOnlyCount > 0 { try fillKeywordDefaults(frame, runtime) }
    }
    if !takesPlainCalls { makeCells(frame, machine) }
  }

  /// The general call: binds the arguments, then runs the body or makes the generator or coroutine.
  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    let machine = runtime.machine
    let frame = try machine.openFrame(code, self)
    if takes(arguments.count), !arguments.hasKeywords {
      for index in 0..<arguments.count { (frame.slots + index).initialize(toCopyAt: arguments.base + index) }
      if arguments.count != completeCount {
        do { try complete(frame, given: arguments.count, machine) } catch {
          machine.closeFrame(frame, frameSize)
          throw error
        }
      }
      return try runPlain(frame, machine)
    }
    if makesObjects(arguments.count), !arguments.hasKeywords {
      for index in 0..<arguments.count { (frame.slots + index).initialize(toCopyAt: arguments.base + index) }
      if arguments.count != completeAwaitCount {
        do { try complete(frame, given: arguments.count, machine) } catch {
          machine.closeFrame(frame, frameSize)
          throw error
        }
      }
      let made = runtime.makeSuspendable(self, movingFrom: frame)
      machine.closeFrame(frame, frameSize)
      return made
    }
    do { try bind(arguments, to: frame, runtime) } catch {
      machine.closeFrame(frame, code.frameSize)
      throw error
    }
    return try start(frame, machine)
  }

  override func call(_ runtime: Runtime, inPlace base: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
    guard takes(count) else { return try call(runtime, Arguments(base, count)) }
    let machine = runtime.machine
    let frame = try machine.openFrame(around: base, count, self)
    let size = frameSize
    defer { machine.release(base + count, size - count) }
    if count != completeCount { try complete(frame, given: count, machine) }
    defer { machine.leaveFrame() }
    do throws(Raised) {
      try machine.enterFrame()
      return try code.run(frame)
    } catch {
      frame.passOn(error)
      throw error
    }
  }

  /// Runs the body on a frame whose parameters are bound, and closes the frame.
  @inline(__always)
  func start(_ frame: Frame, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    if !code.takesPlainCalls, let made = makeSuspendable(frame, machine) { return made }
    return try runPlain(frame, machine)
  }

  /// Runs plain code on a frame that is ready, and closes the frame.
  @inline(__always)
  func runPlain(_ frame: Frame, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    let code = code
    do {
      try machine.enterFrame()
      let result = try code.run(frame)
      machine.leaveFrame()
      machine.closeFrame(frame, code.frameSize)
      return result
    } catch {
      throw abandon(frame, machine, error, code.frameSize)
    }
  }

  @inline(never)
  private func abandon(_ frame: Frame, _ machine: UnsafeMutablePointer<Machine>, _ raised: Raised, _ size: Int) -> Raised {
    machine.leaveFrame()
    frame.passOn(raised)
    machine.closeFrame(frame, size)
    return raised
  }

  /// Gives captured variables their cells; for a generator or coroutine, makes its object and closes the frame.
  func makeSuspendable(_ frame: Frame, _ machine: UnsafeMutablePointer<Machine>) -> Value? {
    makeCells(frame, machine)
    if code.flavour == .plain { return nil }
    let made = machine.pointee.runtime.makeSuspendable(self, movingFrom: frame)
    machine.closeFrame(frame, code.frameSize)
    return made
  }

  func makeCells(_ frame: Frame, _ machine: UnsafeMutablePointer<Machine>) {
    for slot in code.cellSlots {
      frame[slot] = .object(Cell(machine.pointee.runtime, frame[slot]))
    }
  }
}
