/// `asyncio.Queue`, `PriorityQueue` and `LifoQueue` for programs.
final class QueueTypes {
  let queue, priorityQueue, lifoQueue: TypeObject
  let errors: QueueErrors

  fileprivate init(_ runtime: Runtime) {
    func make(_ name: String, base: TypeObject? = nil) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base ?? runtime.types.object], instanceKind: .other,
        isHeap: false)
      type.moduleName = "asyncio.queues"
      return type
    }
    queue = make("Queue")
    priorityQueue = make("PriorityQueue", base: queue)
    lifoQueue = make("LifoQueue", base: queue)
    errors = QueueErrors(runtime)
  }
}

extension Asyncio {
  /// The types with their methods.
  var queueTypes: QueueTypes {
    let types = runtime.attachment(QueueTypes.self) { QueueTypes(runtime) }
    if types.queue.construct == nil {
      defineConstructor(types.queue, .firstIn, types.errors)
      defineConstructor(types.priorityQueue, .smallest, types.errors)
      defineConstructor(types.lifoQueue, .lastIn, types.errors)
      installStates(types.queue)
      installTransfers(types.queue)
      installHooks(types.queue)
      installQueueAttributes(types.queue)
      runtime.defineTypeArguments(of: types.queue)
    }
    return types
  }

  private func defineConstructor(_ type: TypeObject, _ order: QueueObject.Order, _ errors: QueueErrors) {
    defineClass(type, "self, maxsize=0") { [unowned(unsafe) self] cls in
      .object(QueueObject(self, type: cls, order: order, errors: errors))
    } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
      try queue(made).initialize(maxsize: arguments[0].defined ?? .int(0), runtime)
    }
  }

  @inline(__always)
  private func queue(_ value: Value) throws(Raised) -> QueueObject {
    guard case .object(let object) = value, Swift.type(of: object) == QueueObject.self else {
      throw runtime.typeError("an asyncio.Queue was expected, got '\(runtime.typeName(value))'")
    }
    return unsafeDowncast(object, to: QueueObject.self)
  }

  private func installStates(_ type: TypeObject) {
    define(type, "qsize", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .int(try queue(arguments[0]).count(runtime))
    }
    define(type, "empty", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .bool(try queue(arguments[0]).hasNoItems(runtime))
    }
    define(type, "full", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .bool(try queue(arguments[0]).hasNoRoom(runtime))
    }
    type.defineProperty(runtime, "maxsize") { [unowned(unsafe) self] (_, value) throws(Raised) in try queue(value).maxsize }
    define(type, "__repr__", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let queue = try queue(arguments[0])
      return .object(
        runtime.string("<\(queue.type.name) at 0x\(String(queue.address, radix: 16)) \(try describe(queue))>"))
    }
    define(type, "__str__", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let queue = try queue(arguments[0])
      return .object(runtime.string("<\(queue.type.name) \(try describe(queue))>"))
    }
    define(type, "_format", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .object(runtime.string(try format(try queue(arguments[0]))))
    }
  }

  private func describe(_ queue: QueueObject) throws(Raised) -> String {
    if queue.overrides("_format") { return try runtime.str(try runtime.callMethod(.object(queue), "_format")).text }
    return try format(queue)
  }

  /// `maxsize=0 _queue=[1, 2] tasks=2`
  private func format(_ queue: QueueObject) throws(Raised) -> String {
    var parts = ["maxsize=\(try runtime.repr(queue.maxsize).text)"]
    if let items = queue.items.defined, try runtime.isTrue(items) {
      let list = ListObject(runtime, try runtime.array(items))
      parts.append("_queue=\(try runtime.repr(.object(list)).text)")
    }
    if !queue.getters.isEmpty { parts.append("_getters[\(queue.getters.count)]") }
    if !queue.putters.isEmpty { parts.append("_putters[\(queue.putters.count)]") }
    if queue.unfinishedTasks > 0 { parts.append("tasks=\(queue.unfinishedTasks)") }
    if queue.isShutDown { parts.append("shutdown") }
    return parts.joined(separator: " ")
  }

  private func installTransfers(_ type: TypeObject) {
    type.defineAsync(self, "put", "self, item") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).put(arguments[1], runtime)
    }
    type.defineAsync(self, "get", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).get(runtime)
    }
    define(type, "put_nowait", "self, item") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).putNow(arguments[1], runtime)
      return .none
    }
    define(type, "get_nowait", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).getNow(runtime)
    }
    define(type, "task_done", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).taskDone(runtime)
      return .none
    }
    type.defineAsync(self, "join", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let result = try queue(arguments[0]).join(runtime)
      if result.isUndefined { (runtime.machine.pointee.pendingChild as? WaiterFuture)?.givesNone = true }
      return result
    }
    define(type, "shutdown", "self, immediate=False") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let isImmediate = if let flag = arguments[1].defined { try runtime.isTrue(flag) } else { false }
      try queue(arguments[0]).shutDown(immediately: isImmediate, runtime)
      return .none
    }
  }

  /// What subclasses replace, and call as `super()._put(item)`.
  private func installHooks(_ type: TypeObject) {
    define(type, "_init", "self, maxsize") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).makeStorage(runtime)
      return .none
    }
    define(type, "_put", "self, item") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).store(arguments[1], runtime)
      return .none
    }
    define(type, "_get", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try queue(arguments[0]).take(runtime)
    }
  }

  private func installQueueAttributes(_ type: TypeObject) {
    type.defineProperty(runtime, "_queue") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      guard let items = try queue(value).items.defined else { throw runtime.missingAttribute(value, runtime.intern("_queue")) }
      return items
    } set: { [unowned(unsafe) self] (_, value, newValue) throws(Raised) in try queue(value).items = newValue }
    type.defineProperty(runtime, "_maxsize") { [unowned(unsafe) self] (_, value) throws(Raised) in try queue(value).maxsize }
    type.defineProperty(runtime, "_unfinished_tasks") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .int(try queue(value).unfinishedTasks)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      try queue(value).unfinishedTasks = try runtime.index(newValue)
    }
    type.defineProperty(runtime, "_finished") { [unowned(unsafe) self] (_, value) throws(Raised) in
      installLockTypes()
      return .object(try queue(value).finishedEvent)
    }
    type.defineProperty(runtime, "_getters") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      .object(runtime.waiterDeque(try queue(value).getters))
    }
    type.defineProperty(runtime, "_putters") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      .object(runtime.waiterDeque(try queue(value).putters))
    }
    type.defineProperty(runtime, "_is_shutdown") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try queue(value).isShutDown)
    }
  }
}
