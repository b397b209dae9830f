/// `asyncio.Lock`, `Event`, `Condition`, `Semaphore` and `BoundedSemaphore` for programs.
extension Asyncio {
  /// Gives the types their methods, once.
  func installLockTypes() {
    let types = synchronization
    guard types.lock.construct == nil else { return }
    installLock(types.lock)
    installEvent(types.event)
    installCondition(types.condition)
    installSemaphore(types.semaphore)
    installBoundedSemaphore(types.boundedSemaphore)
  }

  // MARK: What they share

  /// The object as one of a class, for methods whose receiver was checked to be of the type.
  @inline(__always)
  private func cast<T: SynchronizationObject>(_ value: Value, to: T.Type) throws(Raised) -> T {
    guard case .object(let object) = value, Swift.type(of: object) == T.self else {
      throw runtime.typeError("an asyncio object was expected, got '\(runtime.typeName(value))'")
    }
    return unsafeDowncast(object, to: T.self)
  }

  /// A method that CPython writes in Python.
  func define(_ type: TypeObject, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    type.define(runtime, name, signature, body)
    (type.attributes.getString(runtime.intern(name))?.object as? NativeFunction)?.isWrittenInPython = true
  }

  /// A class whose `__init__` CPython writes in Python; `signature` has `self`.
  func defineClass(
    _ type: TypeObject, _ signature: NativeSignature, empty: @escaping (TypeObject) -> Value,
    fill: @escaping (Value, Arguments) throws(Raised) -> Void
  ) {
    let initializer = NativeFunction(runtime, "\(type.name).__init__", signature) { (_, arguments) throws(Raised) in
      try fill(arguments[0], arguments.dropFirst)
      return .none
    }
    initializer.isWrittenInPython = true
    type.defineConstructor(runtime, "*args, **kwargs") { (_, cls) in
      empty(cls)
    } fill: { (runtime, made, arguments) throws(Raised) in
      if !arguments.hasKeywords, arguments.count < signature.maximum, arguments.count + 1 >= signature.required {
        return try fill(made, arguments)
      }
      _ = try runtime.withArguments([made] + arguments.positional, keywords: arguments.keywords) { (arguments) throws(Raised) in
        try initializer.callChecked(runtime, arguments)
      }
    }
  }

  /// `async with lock`: acquiring and releasing, through the program's own methods where a subclass has some.
  private func defineContextManager<T: SynchronizationObject>(
    _ type: TypeObject, _: T.Type, acquire: @escaping (T) throws(Raised) -> Value,
    release: @escaping (T) throws(Raised) -> Void
  ) {
    type.defineAsync(self, "__aenter__", "self", displayName: "_ContextManagerMixin.__aenter__") {
      [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let lock = try cast(arguments[0], to: T.self)
      if lock.overrides("acquire") {
        return try ReplacingResult.begin(
          runtime, try runtime.awaitable(try runtime.callMethod(arguments[0], "acquire")), result: .none)
      }
      let result = try acquire(lock)
      if result.isUndefined, let waiter = runtime.machine.pointee.pendingChild {
        if let waiter = waiter as? WaiterFuture {
          waiter.givesNone = true
        } else {
          runtime.machine.pointee.pendingChild = ReplacingResult(
            runtime, unsafeDowncast(waiter, to: AwaitableObject.self), .none)
        }
        return result
      }
      return .none
    }
    type.defineAsync(self, "__aexit__", "self, exc_type, exc, tb", displayName: "_ContextManagerMixin.__aexit__") {
      [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let lock = try cast(arguments[0], to: T.self)
      if lock.overrides("release") {
        _ = try runtime.callMethod(arguments[0], "release")
      } else {
        try release(lock)
      }
      return .none
    }
  }

  private func defineLoopBinding(_ type: TypeObject) {
    define(type, "_get_loop", "self") { (_, arguments) throws(Raised) in
      guard let object = arguments[0].object as? SynchronizationObject else { return .none }
      return .object(try object.boundLoop())
    }
    type.defineProperty(runtime, "_loop") { (_, value) throws(Raised) in
      (value.object as? SynchronizationObject)?.loop.map { .object($0) } ?? .none
    }
  }

  /// `_waiters`, as a snapshot.
  private func defineWaiters<T: SynchronizationObject>(
    _ type: TypeObject, _: T.Type, _ list: @escaping (T) -> WaiterList?
  ) {
    type.defineProperty(runtime, "_waiters") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      guard let waiters = list(try cast(value, to: T.self)) else { return .none }
      return .object(runtime.waiterDeque(waiters))
    }
  }

  /// `<asyncio.locks.Lock object at 0x7f... [locked, waiters:2]>`
  private func representation(_ object: SynchronizationObject, _ state: String, _ waiters: WaiterList) -> Value {
    let text = runtime.defaultRepr(.object(object)).dropFirst().dropLast()
    let waiting = waiters.isEmpty ? "" : ", waiters:\(waiters.count)"
    return .object(runtime.string("<\(text) [\(state)\(waiting)]>"))
  }

  // MARK: Lock and Event

  private func installLock(_ type: TypeObject) {
    defineClass(type, "self") { [unowned(unsafe) self] cls in
      .object(LockObject(self, type: cls))
    } fill: { (_, _) in }
    type.defineAsync(self, "acquire", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: LockObject.self).acquire(runtime)
    }
    define(type, "release", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: LockObject.self).release(runtime)
      return .none
    }
    define(type, "locked", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try cast(arguments[0], to: LockObject.self).isLocked)
    }
    define(type, "__repr__", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let lock = try cast(arguments[0], to: LockObject.self)
      return representation(lock, lock.isLocked ? "locked" : "unlocked", lock.waiters)
    }
    type.defineProperty(runtime, "_locked") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try cast(value, to: LockObject.self).isLocked)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      try cast(value, to: LockObject.self).isLocked = try runtime.isTrue(newValue)
    }
    defineWaiters(type, LockObject.self) { $0.hasWaited ? $0.waiters : nil }
    defineLoopBinding(type)
    let runtime = runtime
    defineContextManager(
      type, LockObject.self, acquire: { (lock) throws(Raised) in try lock.acquire(runtime) },
      release: { (lock) throws(Raised) in try lock.release(runtime) })
  }

  private func installEvent(_ type: TypeObject) {
    defineClass(type, "self") { [unowned(unsafe) self] cls in
      .object(EventObject(self, type: cls))
    } fill: { (_, _) in }
    type.defineAsync(self, "wait", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: EventObject.self).wait(runtime)
    }
    define(type, "set", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: EventObject.self).set(runtime)
      return .none
    }
    define(type, "clear", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try cast(arguments[0], to: EventObject.self).clear()
      return .none
    }
    define(type, "is_set", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try cast(arguments[0], to: EventObject.self).isSet)
    }
    define(type, "__repr__", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let event = try cast(arguments[0], to: EventObject.self)
      return representation(event, event.isSet ? "set" : "unset", event.waiters)
    }
    type.defineProperty(runtime, "_value") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try cast(value, to: EventObject.self).isSet)
    }
    defineWaiters(type, EventObject.self) { $0.waiters }
    defineLoopBinding(type)
  }

  // MARK: Condition

  private func installCondition(_ type: TypeObject) {
    defineClass(type, "self, lock=None") { [unowned(unsafe) self] cls in
      .object(ConditionObject(self, type: cls, lock: .none))
    } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
      let given = arguments[0].defined ?? .none
      try cast(made, to: ConditionObject.self).take(
        lock: given.isNone ? .object(LockObject(self, type: synchronization.lock)) : given)
    }
    type.defineAsync(self, "acquire", "self", displayName: "Lock.acquire") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: ConditionObject.self).acquire(runtime)
    }
    define(type, "release", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: ConditionObject.self).release(runtime)
      return .none
    }
    define(type, "locked", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .bool(try cast(arguments[0], to: ConditionObject.self).isLocked(runtime))
    }
    type.defineAsync(self, "wait", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: ConditionObject.self).wait(runtime)
    }
    type.defineAsync(self, "wait_for", "self, predicate") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try ConditionPredicateWait(try cast(arguments[0], to: ConditionObject.self), arguments[1]).begin(runtime)
    }
    define(type, "notify", "self, n=1") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let count = if let given = arguments[1].defined { try runtime.index(given) } else { 1 }
      try cast(arguments[0], to: ConditionObject.self).notify(count, runtime)
      return .none
    }
    define(type, "notify_all", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let condition = try cast(arguments[0], to: ConditionObject.self)
      if condition.overrides("notify") {
        _ = try runtime.callMethod(arguments[0], "notify", [.int(condition.waiters.count)])
      } else {
        try condition.notify(condition.waiters.count, runtime)
      }
      return .none
    }
    define(type, "__repr__", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let condition = try cast(arguments[0], to: ConditionObject.self)
      return representation(condition, try condition.isLocked(runtime) ? "locked" : "unlocked", condition.waiters)
    }
    type.defineProperty(runtime, "_lock") { [unowned(unsafe) self] (_, value) throws(Raised) in
      try cast(value, to: ConditionObject.self).lock
    }
    defineWaiters(type, ConditionObject.self) { $0.waiters }
    defineLoopBinding(type)
    let runtime = runtime
    defineContextManager(
      type, ConditionObject.self, acquire: { (condition) throws(Raised) in try condition.acquire(runtime) },
      release: { (condition) throws(Raised) in try condition.release(runtime) })
  }

  // MARK: Semaphores

  private func installSemaphore(_ type: TypeObject) {
    defineClass(type, "self, value=1") { [unowned(unsafe) self] cls in
      .object(SemaphoreObject(self, type: cls, value: 1))
    } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
      try cast(made, to: SemaphoreObject.self).value = try semaphoreValue(arguments[0])
    }
    type.defineAsync(self, "acquire", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: SemaphoreObject.self).acquire(runtime)
    }
    define(type, "release", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try cast(arguments[0], to: SemaphoreObject.self).release(runtime)
      return .none
    }
    define(type, "locked", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try cast(arguments[0], to: SemaphoreObject.self).isLocked)
    }
    define(type, "__repr__", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let semaphore = try cast(arguments[0], to: SemaphoreObject.self)
      return representation(
        semaphore, semaphore.isLocked ? "locked" : "unlocked, value:\(semaphore.value)", semaphore.waiters)
    }
    type.defineProperty(runtime, "_value") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .int(try cast(value, to: SemaphoreObject.self).value)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      try cast(value, to: SemaphoreObject.self).value = try runtime.index(newValue)
    }
    defineWaiters(type, SemaphoreObject.self) { $0.hasWaited ? $0.waiters : nil }
    defineLoopBinding(type)
    let runtime = runtime
    defineContextManager(
      type, SemaphoreObject.self, acquire: { (semaphore) throws(Raised) in try semaphore.acquire(runtime) },
      release: { (semaphore) throws(Raised) in try semaphore.release(runtime) })
  }

  private func installBoundedSemaphore(_ type: TypeObject) {
    defineClass(type, "self, value=1") { [unowned(unsafe) self] cls in
      .object(SemaphoreObject(self, type: cls, value: 1))
    } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
      let semaphore = try cast(made, to: SemaphoreObject.self)
      semaphore.value = try semaphoreValue(arguments[0])
      semaphore.bound = semaphore.value
    }
    type.defineProperty(runtime, "_bound_value") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .int(try cast(value, to: SemaphoreObject.self).bound ?? 0)
    }
  }

  private func semaphoreValue(_ value: Value) throws(Raised) -> Int {
    guard let value = value.defined else { return 1 }
    if try runtime.isTrue(try runtime.compare(.less, value, .int(0))) {
      throw runtime.valueError("Semaphore initial value must be >= 0")
    }
    if case .float(let number) = value, number < 1e18 { return Int(number) }
    return try runtime.index(value)
  }
}

extension Runtime {
  /// Those who wait, as a deque.
  func waiterDeque(_ waiters: WaiterList) -> DequeObject {
    let deque = DequeObject(type: dequeType)
    for waiter in waiters.waiters { deque.append(.object(waiter.awaited)) }
    return deque
  }
}
