import PyaSyntax

/// `asyncio` and its submodules.
///
/// The parts that every program uses are Swift and there at once. The others (locks, queues, timeouts, task groups, ...) are plain clients
/// of the loop, written in the language itself (Library/); each is compiled when one of its names is first asked for.
extension Asyncio {
  /// Names of `asyncio` that a library module defines.
  private static let libraryNames: [String: String] = {
    let modules: [(String, [String])] = [
      ("asyncio.locks", ["Barrier"]),
      (
        "asyncio.events",
        [
          "AbstractEventLoopPolicy", "AbstractServer", "DefaultEventLoopPolicy", "get_event_loop_policy", "set_event_loop_policy",
          "get_child_watcher", "set_child_watcher",
        ]
      ),
      (
        "asyncio.unix_events",
        [
          "AbstractChildWatcher", "FastChildWatcher", "MultiLoopChildWatcher", "PidfdChildWatcher", "SafeChildWatcher",
          "ThreadedChildWatcher",
        ]
      ),
      ("asyncio.taskgroups", ["TaskGroup"]),
      (
        "asyncio.tasks",
        ["wait", "as_completed", "shield", "create_eager_task_factory", "eager_task_factory"]
      ),
      ("asyncio.threads", ["to_thread", "wrap_future", "run_coroutine_threadsafe"]),
      (
        "asyncio.streams",
        [
          "StreamReader", "StreamWriter", "StreamReaderProtocol", "open_connection", "start_server", "open_unix_connection",
          "start_unix_server",
        ]
      ),
      ("asyncio.subprocess", ["create_subprocess_exec", "create_subprocess_shell"]),
      ("asyncio.selector_events", ["Server"]),
      ("asyncio.protocols", ["BaseProtocol", "Protocol", "DatagramProtocol", "SubprocessProtocol", "BufferedProtocol"]),
      (
        "asyncio.transports",
        ["BaseTransport", "ReadTransport", "WriteTransport", "Transport", "DatagramTransport", "SubprocessTransport"]
      ),
      (
        "asyncio.exceptions",
        ["BrokenBarrierError", "IncompleteReadError", "LimitOverrunError", "SendfileNotAvailableError"]
      ),
    ]
    return Dictionary(uniqueKeysWithValues: modules.flatMap { module, names in names.map { ($0, module) } })
  }()

  /// `asyncio.__all__`.
  private static let publicNames = [
    "ALL_COMPLETED", "AbstractChildWatcher", "AbstractEventLoop", "AbstractEventLoopPolicy", "AbstractServer", "Barrier", "BaseEventLoop",
    "BaseProtocol", "BaseTransport",
    "BoundedSemaphore", "BrokenBarrierError", "BufferedProtocol", "CancelledError", "Condition", "DatagramProtocol",
    "DatagramTransport", "DefaultEventLoopPolicy", "Event", "EventLoop", "FastChildWatcher", "FIRST_COMPLETED", "FIRST_EXCEPTION", "Future", "Handle",
    "IncompleteReadError", "InvalidStateError", "LifoQueue", "LimitOverrunError", "Lock", "MultiLoopChildWatcher",
    "PidfdChildWatcher", "PriorityQueue", "Protocol", "Queue",
    "QueueEmpty", "QueueFull", "QueueShutDown", "ReadTransport", "Runner", "SafeChildWatcher", "SelectorEventLoop", "Semaphore", "SendfileNotAvailableError", "Server",
    "StreamReader", "StreamReaderProtocol", "StreamWriter", "SubprocessProtocol", "SubprocessTransport", "Task", "TaskGroup",
    "ThreadedChildWatcher", "Timeout", "TimeoutError", "TimerHandle", "Transport", "WriteTransport", "_enter_task", "_get_running_loop", "_leave_task", "_register_task",
    "_set_running_loop", "_unregister_task", "all_tasks", "as_completed",
    "create_eager_task_factory", "create_subprocess_exec", "create_subprocess_shell", "create_task", "current_task",
    "eager_task_factory", "ensure_future", "gather", "get_child_watcher", "get_event_loop", "get_event_loop_policy", "get_running_loop",
    "iscoroutine", "iscoroutinefunction", "isfuture", "new_event_loop", "open_connection", "open_unix_connection", "run",
    "run_coroutine_threadsafe", "set_child_watcher", "set_event_loop", "set_event_loop_policy", "shield", "sleep", "start_server",
    "start_unix_server", "timeout", "timeout_at", "to_thread", "wait", "wait_for", "wrap_future",
  ]

  /// What each submodule takes over from `asyncio` itself.
  private static let nativeNames: [String: [String]] = [
    "asyncio.base_events": ["BaseEventLoop", "Server"],
    "asyncio.coroutines": ["iscoroutine", "iscoroutinefunction"],
    "asyncio.events": [
      "AbstractEventLoop", "Handle", "TimerHandle", "get_event_loop", "get_running_loop", "new_event_loop",
      "set_event_loop", "_get_running_loop", "_set_running_loop",
    ],
    "asyncio.exceptions": ["CancelledError", "InvalidStateError", "TimeoutError"],
    "asyncio.futures": ["Future", "isfuture"],
    "asyncio.locks": ["Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore"], "asyncio.mixins": [],
    "asyncio.queues": ["Queue", "PriorityQueue", "LifoQueue", "QueueEmpty", "QueueFull", "QueueShutDown"], "asyncio.taskgroups": [],
    "asyncio.log": [], "asyncio.constants": [], "asyncio.staggered": [], "asyncio.unix_events": [],
    "asyncio.threads": [], "asyncio.streams": [], "asyncio.subprocess": [], "asyncio.selector_events": [],
    "asyncio.protocols": [], "asyncio.transports": [],
    "asyncio.timeouts": ["Timeout", "timeout", "timeout_at"],
    "asyncio.runners": ["Runner", "run"],
    "asyncio.tasks": [
      "ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION", "Task", "all_tasks", "create_task", "current_task",
      "ensure_future", "gather", "sleep", "wait_for", "_enter_task", "_leave_task", "_register_task", "_swap_current_task",
      "_unregister_task",
    ],
  ]

  /// The names of all modules made here.
  static var moduleNames: [String] { ["asyncio"] + nativeNames.keys }

  // MARK: Making modules

  func makeModule(_ name: String) -> ModuleObject {
    name == "asyncio" ? makePackage() : makeSubmodule(name)
  }

  private func makePackage() -> ModuleObject {
    installTypes()
    let module = ModuleObject(runtime, name: "asyncio")
    module.set(runtime, "__path__", .object(ListObject(runtime)))
    module.set(runtime, "__package__", .object(runtime.string("asyncio")))
    defineFunctions(in: module)
    let all = Asyncio.publicNames.map { Value.object(runtime.string($0)) }
    module.set(runtime, "__all__", .object(TupleObject(runtime, all)))
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      let text = name.text
      if let type = runtime.asyncio.lateType(text) {
        module.namespace.setString(name, .object(type))
        return .object(type)
      }
      if let library = Asyncio.libraryNames[text] {
        let source = try runtime.importModule(library, level: 0, globals: module.namespace)
        let value = try runtime.getAttribute(source, name)
        module.namespace.setString(name, value)
        return value
      }
      if Asyncio.nativeNames["asyncio.\(text)"] != nil {
        return try runtime.importModule("asyncio.\(text)", level: 0, globals: module.namespace)
      }
      return nil
    }
    return module
  }

  /// Types that are made when a program first asks for one of them.
  private func lateType(_ name: String) -> TypeObject? {
    switch name {
    case "Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore":
      installLockTypes()
      let types = synchronization
      return [types.lock, types.event, types.condition, types.semaphore, types.boundedSemaphore].first { $0.name == name }
    case "Queue": return queueTypes.queue
    case "PriorityQueue": return queueTypes.priorityQueue
    case "LifoQueue": return queueTypes.lifoQueue
    case "QueueEmpty": return queueTypes.errors.empty
    case "QueueFull": return queueTypes.errors.full
    case "QueueShutDown": return queueTypes.errors.shutDownType
    default: return nil
    }
  }

  private func makeSubmodule(_ name: String) -> ModuleObject {
    let module = ModuleObject(runtime, name: name)
    module.set(runtime, "__package__", .object(runtime.string("asyncio")))
    if let package = runtime.modules["asyncio"] {
      for name in Asyncio.nativeNames[name] ?? [] {
        if let value = package.namespace.getString(runtime.intern(name)) {
          module.set(runtime, name, value)
        } else if let type = lateType(name) {
          module.set(runtime, name, .object(type))
        }
      }
    }
    // Written in the language, in a module of their own.
    let moved = ["asyncio.tasks": "run_coroutine_threadsafe", "asyncio.futures": "wrap_future", "asyncio.base_events": "Server"][name]
    guard let source = Library.sources[name] else {
      module.lazyAttribute = { (runtime, module, attribute) throws(Raised) in
        guard attribute.text == moved, let package = runtime.modules["asyncio"] else { return nil }
        return try runtime.getAttribute(.object(package), attribute)
      }
      return module
    }
    var isLoaded = false
    module.lazyAttribute = { (runtime, module, attribute) throws(Raised) in
      // Only what the source may define starts it.
      if attribute.text == moved, let package = runtime.modules["asyncio"] { return try runtime.getAttribute(.object(package), attribute) }
      if isLoaded || attribute.text.hasPrefix("__") { return nil }
      isLoaded = true
      do throws(Raised) { try runtime.loadLibrary(name, source, into: module) } catch {
        isLoaded = false
        throw error
      }
      return module.namespace.getString(attribute)
    }
    return module
  }

  private func installTypes() {
    guard futureType.construct == nil else { return }
    installCoroutineType()
    installFutureType()
    installTaskType()
    installLoopType()
    installHandleTypes()
    installRunnerType()
    installTimeoutType()
  }

  /// Coroutines written in Swift look like those of the program.
  private func installCoroutineType() {
    runtime.installAwaitableMethods(coroutineType)
    coroutineType.define(runtime, "__await__", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      guard let coroutine = arguments[0].cast(.awaitable, to: AwaitableObject.self) else { return arguments[0] }
      return .object(NativeCoroutineIterator(self, coroutine))
    }
    coroutineType.attributes.removeString(runtime.intern("__iter__"))
    coroutineType.attributes.removeString(runtime.intern("__next__"))
    for name in ["__name__", "__qualname__"] {
      coroutineType.defineProperty(runtime, name) { (runtime, value) throws(Raised) in
        guard let object = value.object else { return .none }
        var text = String(try runtime.describeCoroutine(object).dropLast(2))
        if name == "__name__", let dot = text.lastIndex(of: ".") { text = String(text[text.index(after: dot)...]) }
        return .object(runtime.string(text))
      }
    }
    coroutineType.defineProperty(runtime, "cr_origin") { (_, _) throws(Raised) in .none }
    coroutineType.defineProperty(runtime, "cr_await") { [unowned(unsafe) self] (_, value) throws(Raised) in
      guard let coroutine = value.object as? NativeCoroutine, let inner = coroutine.inner else { return .none }
      if let frame = inner.awaitedFrame { return .object(frame) }
      let future =
        inner is Slumber
        ? loops.lazy.flatMap { $0._withUnsafeGuaranteedRef { $0.pendingTasks.tasks } }.first { $0.coroutine === coroutine }?.waiter
        : (inner as? WaitingOperation)?.future ?? inner as? FutureObject
      return future.map { .object(FutureIterator(self, $0)) } ?? .none
    }
    coroutineType.defineProperty(runtime, "cr_frame") { (runtime, value) throws(Raised) in
      guard let coroutine = value.cast(.awaitable, to: AwaitableObject.self), !coroutine.isOver else { return .none }
      return .object(try runtime.frame(of: coroutine))
    }
    coroutineType.defineProperty(runtime, "cr_code") { (runtime, value) throws(Raised) in
      guard let coroutine = value.cast(.awaitable, to: AwaitableObject.self) else { return .none }
      return .object(CodeSummary(runtime, try runtime.frame(of: coroutine).entry))
    }
    coroutineType.defineProperty(runtime, "cr_running") { (_, _) throws(Raised) in .bool(false) }
    coroutineType.defineProperty(runtime, "cr_suspended") { (_, value) throws(Raised) in
      guard let coroutine = value.cast(.awaitable, to: AwaitableObject.self) else { return .bool(false) }
      return .bool(coroutine.hasBegun && !coroutine.isOver)
    }
    coroutineType.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let object = arguments[0].object else { return .none }
      let name = try runtime.describeCoroutine(object).dropLast(2)
      return .object(runtime.string("<coroutine object \(name) at 0x\(String(object.address, radix: 16))>"))
    }
  }
}

extension Runtime {
  /// The frame of a coroutine written in Swift, as if it were a function of asyncio's.
  func frame(of coroutine: AwaitableObject) throws(Raised) -> FrameObject {
    let qualifiedName = String(try describeCoroutine(coroutine).dropLast(2))
    let name = qualifiedName.split(separator: ".").last.map(String.init) ?? qualifiedName
    let file = SourceFile(name: "<library asyncio>", text: "")
    let code = CodeInformation(name: name, qualifiedName: qualifiedName, file: file)
    let frame = FrameObject(self, TracebackEntry(code: code, range: SourceRange(0, 0)))
    let variables = DictObject(self)
    for (name, value) in coroutine.variables(self) where !value.isUndefined { variables.setString(name, value) }
    frame.locals = .object(variables)
    return frame
  }

  /// Runs the source of a library module in a module that is there. Tracebacks leave out its frames.
  func loadLibrary(_ name: String, _ source: String, into module: ModuleObject) throws(Raised) {
    module.set(self, "__builtins__", .object(builtins))
    try runModule(source: SourceFile(name: "<library \(name)>", text: source), name: name, into: module)
  }

  /// The names that are found without import when nothing else defines them, if this is one of them.
  func languageAdditions(with name: StringObject) -> DictObject? {
    let names = ["sleep", "create_task", "gather"]
    guard names.contains(name.text) else { return nil }
    if let additions = asyncio.languageAdditions { return additions }
    guard let module = try? importModule("asyncio", level: 0, globals: builtins).cast(.module, to: ModuleObject.self)
    else { return nil }
    let additions = DictObject(self)
    for name in names {
      if let function = module.namespace.getString(intern(name)) { additions.setString(intern(name), function) }
    }
    asyncio.languageAdditions = additions
    return additions
  }
}
