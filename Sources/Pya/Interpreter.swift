import PyaSyntax

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The front door: runs programs. Each interpreter has its own types, modules, loop and clock; nothing is shared between two.
///
/// A program runs on a thread of its own with a large stack (`run`), since walking a tree recurses on the native stack.
public final class Interpreter {
  public struct Options: Sendable {
    /// What `sys.argv` holds after the script's name.
    public var arguments: [String] = []
    /// Sleeping takes no time: the clock jumps to the next deadline.
    public var usesVirtualClock = false
    /// Warning filters as after Python's `-W`.
    public var warningFilters: [String] = []
    /// Options as after Python's `-X`: `dev`, or `name=value`.
    public var extras: [String] = []
    /// Hands every piece of output to the system at once.
    public var isUnbuffered = false
    /// A prompt comes after the program.
    public var isInspecting = false
    /// The session tells nothing but what is asked.
    public var isQuiet = false
    /// 1: without assertions, 2: without docstrings too.
    public var optimization = 0
    /// 1: warns where texts and bytes are mixed up, 2: raises.
    public var bytesWarning = 0
    /// No variable of the environment has a say in where modules are found.
    public var ignoresEnvironment = false
    /// Colours the values that a prompt shows.
    public var coloursValues = false
    /// Colours tracebacks.
    public var coloursErrors = false
    /// Collects what the program prints instead of writing it to the process's output.
    public var collectsOutput = false
    /// Remarks on standard error where CPython says nothing: a call that blocks the loop, a forgotten `await`.
    public var givesAdvice = false
    public init() {}
  }

  /// A program: its text and what `__file__` and tracebacks call it.
  public struct Program: Sendable {
    /// A path; or `<string>`, which is no file and has no `__file__`; or `<stdin>`.
    public var name: String
    public var source: [UInt8]
    /// Where imports are looked for first; empty: where the process works; nil: nowhere.
    public var directory: String?
    /// `sys.argv[0]`.
    public var scriptName: String
    /// Instead of a source: the name of a module to be found and run as the program.
    public var moduleName: String?

    public init(name: String, source: [UInt8], directory: String?, scriptName: String? = nil) {
      self.name = name
      self.source = source
      self.directory = directory
      self.scriptName = scriptName ?? name
    }
  }

  /// How a program ended.
  public struct Outcome: Sendable {
    public var status: Int32
    /// A KeyboardInterrupt ended it: CPython ends by the signal itself then.
    public var isInterrupted = false
    /// With `collectsOutput`.
    public var output: [UInt8]
    public var errorOutput: [UInt8]
  }

  /// How much native stack a program may use. Reserved, not used, until a recursion needs it.
  fileprivate static let stackSize = 1 << 30

  private let options: Options
  let runtime: Runtime

  public init(options: Options = Options()) {
    self.options = options
    runtime = Runtime(
      output: OutputBuffer(options.collectsOutput ? .memory : .descriptor(1)),
      errorOutput: OutputBuffer(options.collectsOutput ? .memory : .descriptor(2)))
    runtime.installBuiltins()
    precondition(Cell.layoutIsAsExpected(runtime), "pya: unexpected layout of Cell")
    let launch = runtime.launchOptions
    launch.extras = options.extras.map { extra in
      let parts = extra.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (parts[0], parts.count > 1 ? parts[1] : nil)
    }
    launch.optimization = options.optimization
    launch.bytesWarning = options.bytesWarning
    launch.ignoresEnvironment = options.ignoresEnvironment
    launch.coloursValues = options.coloursValues
    launch.warningFilters = (launch.isDevelopment ? ["default"] : []) + options.warningFilters
    if options.bytesWarning > 0 { launch.warningFilters.append("\(options.bytesWarning > 1 ? "error" : "default")::BytesWarning") }
    launch.isInspecting = options.isInspecting
    launch.isQuiet = options.isQuiet
    runtime.output.isUnbuffered = options.isUnbuffered
    runtime.errorOutput.isUnbuffered = options.isUnbuffered
    runtime.coloursErrors = options.coloursErrors
    if options.usesVirtualClock { runtime.clock = VirtualClock() }
    if options.givesAdvice { runtime.advice.isGiven = true }
    runtime.taskTreeWriter = { [unowned runtime = self.runtime] in runtime.writeTaskTree() }
  }

  /// Runs a program to its end on a thread with a large stack, and returns its exit status. Blocks the caller.
  public static func run(
    _ program: Program, options: Options = Options(), started: (@Sendable (InterruptHandle) -> Void)? = nil
  ) -> Outcome {
    runOnLargeStack(options, started) { $0.runOnThisThread(program) }
  }

  /// Runs `body` with a new interpreter on a thread with a large stack, and returns the exit status it gives.
  static func runOnLargeStack(
    _ options: Options, _ started: (@Sendable (InterruptHandle) -> Void)?,
    _ body: @escaping @Sendable (Interpreter) -> Int32
  ) -> Outcome {
    let job = Job(options, started, body)
    Pya.runOnLargeStack(job)
    return job.outcome
  }

  /// The body of the interpreter's thread.
  fileprivate static func perform(_ job: Job) {
    let interpreter = Interpreter(options: job.options)
    job.started?(InterruptHandle(interpreter.runtime))
    interpreter.noteStack()
    job.outcome.status = job.body(interpreter)
    // The thread that waits for this one stayed behind in the original process.
    if interpreter.runtime.existingAttachment(Threads.self)?.isCopy == true { _exit(job.outcome.status) }
    job.outcome.isInterrupted = interpreter.runtime.endedByInterrupt && job.outcome.status == 130
    job.outcome.output = interpreter.runtime.output.collected
    job.outcome.errorOutput = interpreter.runtime.errorOutput.collected
    // Freeing every object would only cost time: a command is about to exit.
    // Nor may anything be freed that a daemon thread could look at.
    if !job.options.collectsOutput || interpreter.runtime.hasDaemonThreads { _ = Unmanaged.passRetained(interpreter) }
  }

  // MARK: On the interpreter's thread

  /// Tells the machine how far the stack of this thread reaches.
  fileprivate func noteStack() {
    var probe: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &probe) { UInt(bitPattern: $0) }
    runtime.machine.pointee.nativeStackLimit = here - UInt(Interpreter.stackSize) + (1 << 21)
  }

  private func runOnThisThread(_ program: Program) -> Int32 {
    let status: Int32
    do {
      try runMain(program)
      status = 0
    } catch {
      status = runtime.report(uncaught: error)
    }
    return finish(status)
  }

  /// What happens after the last line; the exit status.
  func finish(_ status: Int32) -> Int32 {
    runtime.finishThreads()
    runtime.runExitCallbacks()
    runtime.stopThreads()
    runtime.finishEventLoops()
    runtime.finalizeObjects()
    runtime.errorOutput.flush()
    return runtime.finishOutput() ?? status
  }

  /// Makes the module `__main__` of a program.
  func makeMainModule(_ program: Program) -> ModuleObject {
    runtime.scriptArguments = [program.scriptName] + options.arguments
    runtime.setSearchPath(first: program.directory)
    let module = ModuleObject(runtime, name: "__main__")
    runtime.modules["__main__"] = module
    let isFile = !["<string>", "<prompt>", "<module>"].contains(program.name)
    // A script comes of no spec and is in no package.
    module.set(runtime, "__package__", .none)
    module.set(runtime, "__loader__", .object(MainLoader(runtime, path: isFile ? program.name : nil)))
    module.set(runtime, "__spec__", .none)
    module.set(runtime, "__annotations__", .object(DictObject(runtime)))
    module.set(runtime, "__builtins__", (try? runtime.importModule("builtins", level: 0, globals: module.namespace)) ?? .none)
    if isFile {
      module.set(runtime, "__file__", .object(runtime.string(program.name)))
      module.set(runtime, "__cached__", .none)
    }
    return module
  }

  func runMain(_ program: Program) throws(Raised) {
    let module = makeMainModule(program)
    try runtime.useWarningFilters()
    var file = SourceFile(name: program.name, bytes: program.source)
    if let name = program.moduleName { file = try runtime.prepareModuleAsMain(name, module) }
    let code = try runtime.compile(file, globals: module.namespace)
    runtime.sourceFiles.mainCode = code
    if code.flavour == .plain {
      _ = try runtime.run(code)
    } else {
      try runtime.runTopLevel(try runtime.coroutine(of: code, globals: module.namespace))
    }
  }
}

/// Interrupts a running program from another thread (Ctrl-C). What it does touches no object, only the machine's plain memory.
public struct InterruptHandle: @unchecked Sendable {
  /// Keeps the machine.
  private let runtime: Runtime
  private let machine: UnsafeMutablePointer<Machine>

  init(_ runtime: Runtime) {
    self.runtime = runtime
    machine = runtime.machine
  }

  /// The program gets a KeyboardInterrupt at its next loop turn or when its event loop wakes.
  public func interrupt() { machine.interrupt() }

  /// The program writes the tree of its tasks to standard error, and goes on.
  public func showTasks() { machine.requestTaskTree() }

  /// To be called a moment after `interrupt` in a session: a background task that still keeps the loop busy is ended.
  public func insist() { machine.insistOnInterrupt() }

  /// Ends the sleep of a session at its prompt: the terminal has changed.
  public func wake() { machine.wake() }
}

extension Runtime {
  /// Reports an exception that nobody caught; returns the exit status.
  func report(uncaught raised: Raised) -> Int32 {
    output.flush()
    if matches(raised, "SystemExit") { return exitStatus(raised.exception) }
    // Whoever read the output has gone (`| head`): no reason to complain.
    if output.isClosed, matches(raised, "BrokenPipeError") { return 1 }
    show(uncaught: raised.exception)
    advise(on: raised.exception)
    errorOutput.flush()
    endedByInterrupt = raised.exception.type === exceptionTypes["KeyboardInterrupt"]
    return endedByInterrupt ? 130 : 1
  }

  /// Writes what is left of the program's output. A status instead of the program's own when that fails, as CPython's.
  func finishOutput() -> Int32? {
    if standardStreams.failedToFlush {
      output.flush()
      return 120
    }
    let hadFailed = output.failure != 0
    if output.flush() || hadFailed { return nil }
    if !output.isClosed {
      errorOutput.write("Exception ignored on flushing sys.stdout:\n")
      errorOutput.write("OSError: [Errno \(output.failure)] \(String(cString: strerror(output.failure)))\n")
      errorOutput.flush()
    }
    return 120
  }

  /// By `sys.excepthook`, if the program has put its own there.
  private func show(uncaught exception: ExceptionObject) {
    guard let module = standardStreams.sysModule, let hook = module.namespace.getString(intern("excepthook")),
      hook.object !== module.namespace.getString(intern("__excepthook__"))?.object
    else { return show(traceback: exception) }
    do throws(Raised) {
      let traceback = try getAttribute(.object(exception), "__traceback__")
      _ = try call(hook, [.object(exception.type), .object(exception), traceback])
      output.flush()
    } catch {
      output.flush()
      if matches(error, "SystemExit") { return }
      errorOutput.write("Error in sys.excepthook:\n")
      show(traceback: error.exception)
      errorOutput.write("\nOriginal exception was:\n")
      show(traceback: exception)
    }
  }

  /// Shows what nobody caught, where `sys.stderr` leads now.
  func show(traceback exception: ExceptionObject) {
    let stream = standardStreams.sysModule?.namespace.getString(intern("stderr"))
    if let stream, stream.isNone { return }
    let text = render(exception)
    if let stream, stream.object !== standardStreams.error {
      if (try? callMethod(stream, "write", [.object(string(text))])) != nil { return }
    }
    errorOutput.write(coloursErrors ? TracebackColours.coloured(text) : text)
    errorOutput.flush()
  }

  private func exitStatus(_ exception: ExceptionObject) -> Int32 {
    let code = exception.fields["code"] ?? .none
    switch code.plainNumber {
    case .none: return 0
    case .bool(let flag): return flag ? 1 : 0
    case .int(let status): return Int32(truncatingIfNeeded: status & 0xFF)
    case let number:
      if number.bigInt != nil { return 255 }
      if let text = try? str(code) { errorOutput.write(text.text + "\n") }
      return 1
    }
  }
}

/// What the starting thread and the interpreter's thread hand each other; the one waits while the other uses it.
private final class Job: @unchecked Sendable {
  let options: Interpreter.Options
  let started: (@Sendable (InterruptHandle) -> Void)?
  let body: @Sendable (Interpreter) -> Int32
  var outcome = Interpreter.Outcome(status: 1, output: [], errorOutput: [])

  init(
    _ options: Interpreter.Options, _ started: (@Sendable (InterruptHandle) -> Void)?,
    _ body: @escaping @Sendable (Interpreter) -> Int32
  ) {
    self.options = options
    self.started = started
    self.body = body
  }
}

/// Runs a job on a thread of its own and waits for it.
private func runOnLargeStack(_ job: Job) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, Interpreter.stackSize)
  let argument = Unmanaged.passRetained(job).toOpaque()
  #if canImport(Glibc)
    var thread = pthread_t()
    let failure = pthread_create(&thread, &attributes, threadMain, argument)
  #else
    var thread: pthread_t?
    let failure = pthread_create(&thread, &attributes, threadMain, argument)
  #endif
  pthread_attr_destroy(&attributes)
  guard failure == 0 else { fatalError("pya: cannot start the interpreter's thread") }
  #if canImport(Glibc)
    pthread_join(thread, nil)
  #else
    if let thread { pthread_join(thread, nil) }
  #endif
}

#if canImport(Glibc)
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Interpreter.perform(Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()) }
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Interpreter.perform(Unmanaged<Job>.fromOpaque(argument).takeRetainedValue())
    return nil
  }
#endif
