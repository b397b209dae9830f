/// `_thread`: what `threading` is built from.
extension Runtime {
  func makeThreadModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_thread")
    defineLocks(in: module)
    let handleType = threadType("_ThreadHandle")
    let localType = threadType("_local")
    localType.isFinal = false
    defineHandle(handleType)
    defineLocal(localType)
    module.set(self, "_local", .object(localType))
    module.set(self, "_ThreadHandle", .object(handleType))
    if let error = exceptionTypes["RuntimeError"] { module.set(self, "error", .object(error)) }
    module.set(self, "TIMEOUT_MAX", .float(9_223_372_036))
    for name in ["get_ident", "get_native_id"] {
      module.define(self, name, "") { (runtime, _) throws(Raised) in
        let state = runtime.threads.current
        return .int(name == "get_ident" ? state.identity : state.nativeNumber)
      }
    }
    for name in ["start_new_thread", "start_new"] {
      module.define(self, name, "function, args, kwargs=None, /") { (runtime, arguments) throws(Raised) in
        let state = try runtime.startThread(arguments, isDaemon: true) { (raised) in
          guard !runtime.matches(raised, "SystemExit") else { return }
          runtime.reportUnraisable(raised, in: arguments[0], during: "thread started by ")
        }
        return .int(state.identity)
      }
    }
    // Starts a thread, which runs at once, and returns its handle. The function must not raise.
    module.define(self, "_start_joinable", "function, daemon, /") { (runtime, arguments) throws(Raised) in
      let call = try runtime.withArguments([arguments[0], .object(TupleObject(runtime, []))]) { (call) throws(Raised) in
        try runtime.startThread(call, isDaemon: runtime.isTrue(arguments[1])) { runtime.reportUnraisable($0, in: .none) }
      }
      runtime.threads.yield()
      return .object(ThreadHandleObject(type: handleType, call))
    }
    module.define(self, "_main_handle", "") { (runtime, _) throws(Raised) in
      .object(ThreadHandleObject(type: handleType, runtime.threads.main))
    }
    module.define(self, "_yield", "") { (runtime, _) throws(Raised) in
      runtime.threads.yield()
      return .none
    }
    module.define(self, "_at_shutdown", "callback, /") { (runtime, arguments) throws(Raised) in
      runtime.threads.shutdownCallbacks.append(arguments[0])
      return .none
    }
    module.define(self, "_count", "") { (runtime, _) throws(Raised) in .int(runtime.threads.alive.count - 1) }
    module.define(self, "stack_size", "size=0, /") { (runtime, arguments) throws(Raised) in
      let before = runtime.threads.requestedStackSize
      if let given = arguments[0].defined {
        let size = try runtime.index(given)
        if size < 0 { throw runtime.valueError("size must be 0 or a positive value") }
        if size > 0, size < 32768 || size > 1 << 40 { throw runtime.valueError("size not valid: \(size) bytes") }
        runtime.threads.requestedStackSize = size
      }
      return .int(before)
    }
    module.define(self, "exit", "") { (runtime, _) throws(Raised) in throw runtime.error("SystemExit", []) }
    module.define(self, "interrupt_main", "signum=2, /") { (runtime, _) throws(Raised) in
      runtime.machine.interrupt()
      return .none
    }
    return module
  }

  /// Starts a thread that calls a function of the program with arguments (a tuple, a dict).
  fileprivate func startThread(_ arguments: Arguments, isDaemon: Bool, failed: @escaping (Raised) -> Void) throws(Raised)
    -> ThreadState
  {
    guard isCallable(arguments[0]) else { throw typeError("first arg must be callable") }
    guard let tuple = arguments[1].cast(.tuple, to: TupleObject.self) else { throw typeError("2nd arg must be a tuple") }
    var keywords: [(name: StringObject, value: Value)] = []
    if let given = arguments[2].defined, !given.isNone {
      guard let dict = given.dict else { throw typeError("optional 3rd arg must be a dictionary") }
      for entry in dict.liveEntries {
        guard let name = entry.key.string else { throw typeError("keywords must be strings") }
        keywords.append((intern(name), entry.value))
      }
    }
    let call = ThreadCall(arguments[0], tuple.array, keywords)
    guard let state = threads.start({ [unowned(unsafe) self] (_) in call.run(self, failed) }) else {
      throw runtimeError("can't start new thread")
    }
    state.isDaemon = isDaemon
    return state
  }

  private func defineHandle(_ type: TypeObject) {
    func handle(_ value: Value) throws(Raised) -> ThreadHandleObject {
      guard let handle = value.object as? ThreadHandleObject else { throw typeError("expected a thread handle") }
      return handle
    }
    type.define(self, "join", "self, timeout=None, /") { (runtime, arguments) throws(Raised) in
      let state = try handle(arguments[0]).state
      guard let given = arguments[1].defined, !given.isNone else { return .bool(try runtime.threads.join(state)) }
      return .bool(try runtime.threads.join(state, until: runtime.clock.monotonic + max(0, runtime.timeSpan(given))))
    }
    type.define(self, "is_done", "self, /") { (_, arguments) throws(Raised) in .bool(try handle(arguments[0]).state.hasFinished) }
    type.defineProperty(self, "ident") { (_, value) throws(Raised) in .int(try handle(value).state.identity) }
    type.defineProperty(self, "native_id") { (_, value) throws(Raised) in .int(try handle(value).state.nativeNumber) }
  }

  private func defineLocal(_ type: TypeObject) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let hasInitializer = cls.isHeap && cls.special(.`init`)?.cast(.function, to: FunctionObject.self) != nil
      if !hasInitializer, arguments.count > 0 || arguments.hasKeywords {
        throw runtime.typeError("Initialization arguments are not supported")
      }
      let local = LocalObject(type: cls, arguments.positional, hasInitializer ? arguments.keywords : [])
      // The thread that makes it runs `__init__` the usual way.
      local.isPrepared(for: runtime.threads.current)
      return .object(local)
    }
  }
}

/// The call that a thread makes; it lets go of everything while the thread still has its turn.
private final class ThreadCall {
  private var function: Value
  private var arguments: [Value]
  private var keywords: [(name: StringObject, value: Value)]

  init(_ function: Value, _ arguments: [Value], _ keywords: [(name: StringObject, value: Value)]) {
    self.function = function
    self.arguments = arguments
    self.keywords = keywords
  }

  func run(_ runtime: Runtime, _ failed: (Raised) -> Void) {
    do throws(Raised) { _ = try runtime.call(function, arguments, keywords: keywords) } catch { failed(error) }
    (function, arguments, keywords) = (.none, [], [])
  }
}

private final class ThreadHandleObject: Object {
  let state: ThreadState

  init(type: TypeObject, _ state: ThreadState) {
    self.state = state
    super.init(type: type, kind: .other)
  }
}

/// `threading.local`: every thread sees attributes of its own. A subclass's `__init__` runs once in each thread that looks.
private final class LocalObject: Object {
  private let positional: [Value]
  private let keywords: [(name: StringObject, value: Value)]

  init(type: TypeObject, _ positional: [Value], _ keywords: [(name: StringObject, value: Value)]) {
    self.positional = positional
    self.keywords = keywords
    super.init(type: type, kind: .other)
  }

  func isPrepared(for state: ThreadState) { state.locals[ObjectIdentifier(self)] = DictObject(type.runtime) }

  private var dictionary: DictObject {
    let runtime = type.runtime
    let state = runtime.threads.current
    if let found = state.locals[ObjectIdentifier(self)] { return found }
    let made = DictObject(runtime)
    state.locals[ObjectIdentifier(self)] = made
    if type.isHeap, let initializer = type.special(.`init`), initializer.cast(.function, to: FunctionObject.self) != nil {
      do throws(Raised) {
        _ = try runtime.call(initializer, [.object(self)] + positional, keywords: keywords)
      } catch { runtime.reportUnraisable(error, in: .object(self)) }
    }
    return made
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { dictionary }
  override var existingInstanceDictionary: DictObject? { dictionary }

  deinit {
    guard let threads = type.runtime.existingAttachment(Threads.self) else { return }
    for state in threads.alive { state.locals[ObjectIdentifier(self)] = nil }
  }
}
