/// `threading.Lock`: held by nobody or somebody; whoever wants it waits, first come, first served, but a running thread may be
/// faster than one that was just woken, as on CPython.
final class ThreadLock: Object {
  fileprivate(set) var isLocked = false
  private var waiters: [ThreadState] = []

  func acquire(_ threads: Threads, blocking: Bool, until deadline: Double) throws(Raised) -> Bool {
    if !isLocked {
      isLocked = true
      return true
    }
    if !blocking { return false }
    let me = threads.current
    while isLocked {
      if deadline < .infinity, threads.runtime.clock.monotonic >= deadline { return false }
      waiters.append(me)
      let waking = threads.park(until: deadline)
      waiters.removeAll { $0 === me }
      try threads.check(waking)
    }
    isLocked = true
    return true
  }

  func release(_ threads: Threads) {
    isLocked = false
    if !waiters.isEmpty { threads.unpark(waiters.removeFirst()) }
  }
}

/// `threading.RLock`: the thread that holds it may take it again.
final class ThreadReentrantLock: Object {
  let lock: ThreadLock
  fileprivate(set) var owner: ThreadState?
  fileprivate(set) var count = 0

  init(type: TypeObject, lockType: TypeObject) {
    lock = ThreadLock(type: lockType, kind: .other)
    super.init(type: type, kind: .other)
  }

  func acquire(_ threads: Threads, blocking: Bool, until deadline: Double) throws(Raised) -> Bool {
    if owner === threads.current {
      count += 1
      return true
    }
    guard try lock.acquire(threads, blocking: blocking, until: deadline) else { return false }
    owner = threads.current
    count = 1
    return true
  }

  /// False: the thread does not hold it.
  func release(_ threads: Threads) -> Bool {
    guard owner === threads.current else { return false }
    count -= 1
    if count == 0 {
      owner = nil
      lock.release(threads)
    }
    return true
  }

  func take(count: Int, _ threads: Threads) throws(Raised) {
    _ = try lock.acquire(threads, blocking: true, until: .infinity)
    owner = threads.current
    self.count = count
  }
}

extension Runtime {
  /// `lock` and `RLock` of `_thread`.
  func defineLocks(in module: ModuleObject) {
    let lockType = threadType("lock")
    lockType.defineConstructor(self, "") { (_, cls, _) throws(Raised) in .object(ThreadLock(type: cls, kind: .other)) }
    for name in ["acquire", "acquire_lock", "__enter__"] {
      let signature: NativeSignature = name == "__enter__" ? "self, /" : "self, blocking=True, timeout=-1"
      lockType.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let lock = try runtime.lock(arguments[0])
        let (blocking, deadline) = try runtime.lockArguments(arguments)
        return .bool(try lock.acquire(runtime.threads, blocking: blocking, until: deadline))
      }
    }
    for name in ["release", "release_lock", "__exit__"] {
      let signature: NativeSignature = name == "__exit__" ? "self, /, *exc_info" : "self, /"
      lockType.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let lock = try runtime.lock(arguments[0])
        if !lock.isLocked { throw runtime.runtimeError("release unlocked lock") }
        lock.release(runtime.threads)
        return .none
      }
    }
    lockType.define(self, "locked", "self, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.lock(arguments[0]).isLocked)
    }
    lockType.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let lock = try runtime.lock(arguments[0])
      let state = lock.isLocked ? "locked" : "unlocked"
      return .object(runtime.string("<\(state) _thread.lock object at 0x\(String(lock.address, radix: 16))>"))
    }
    module.set(self, "lock", .object(lockType))
    module.set(self, "LockType", .object(lockType))
    module.define(self, "allocate_lock", "") { (_, _) throws(Raised) in .object(ThreadLock(type: lockType, kind: .other)) }
    defineReentrantLock(in: module, lockType)
  }

  private func defineReentrantLock(in module: ModuleObject, _ lockType: TypeObject) {
    let type = threadType("RLock")
    type.isFinal = false
    type.defineConstructor(self, "") { (_, cls, _) throws(Raised) in
      .object(ThreadReentrantLock(type: cls, lockType: lockType))
    }
    for name in ["acquire", "__enter__"] {
      let signature: NativeSignature = name == "__enter__" ? "self, /" : "self, blocking=True, timeout=-1"
      type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let lock = try runtime.reentrantLock(arguments[0])
        let (blocking, deadline) = try runtime.lockArguments(arguments)
        return .bool(try lock.acquire(runtime.threads, blocking: blocking, until: deadline))
      }
    }
    for name in ["release", "__exit__"] {
      let signature: NativeSignature = name == "__exit__" ? "self, /, *exc_info" : "self, /"
      type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        if !(try runtime.reentrantLock(arguments[0])).release(runtime.threads) {
          throw runtime.runtimeError("cannot release un-acquired lock")
        }
        return .none
      }
    }
    // What a condition needs of it.
    type.define(self, "_is_owned", "self, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.reentrantLock(arguments[0]).owner === runtime.threads.current)
    }
    type.define(self, "_recursion_count", "self, /") { (runtime, arguments) throws(Raised) in
      let lock = try runtime.reentrantLock(arguments[0])
      return .int(lock.owner === runtime.threads.current ? lock.count : 0)
    }
    type.define(self, "_release_save", "self, /") { (runtime, arguments) throws(Raised) in
      let lock = try runtime.reentrantLock(arguments[0])
      let count = lock.count
      if count == 0 { throw runtime.runtimeError("cannot release un-acquired lock") }
      lock.count = 1
      _ = lock.release(runtime.threads)
      return .int(count)
    }
    type.define(self, "_acquire_restore", "self, state, /") { (runtime, arguments) throws(Raised) in
      try runtime.reentrantLock(arguments[0]).take(count: try runtime.index(arguments[1]), runtime.threads)
      return .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let lock = try runtime.reentrantLock(arguments[0])
      let state = lock.count > 0 ? "locked" : "unlocked"
      return .object(
        runtime.string(
          "<\(state) _thread.RLock object owner=\(lock.owner?.identity ?? 0) count=\(lock.count) at 0x\(String(lock.address, radix: 16))>"))
    }
    module.set(self, "RLock", .object(type))
  }

  func threadType(_ name: String) -> TypeObject {
    let type = TypeObject(self, module: "_thread", name)
    type.isFinal = true
    keepAlive(type)
    return type
  }

  private func lock(_ value: Value) throws(Raised) -> ThreadLock {
    guard let lock = value.object as? ThreadLock else { throw typeError("expected a lock, got '\(typeName(value))'") }
    return lock
  }

  private func reentrantLock(_ value: Value) throws(Raised) -> ThreadReentrantLock {
    guard let lock = value.object as? ThreadReentrantLock else { throw typeError("expected an RLock, got '\(typeName(value))'") }
    return lock
  }

  /// `blocking` and `timeout` of `acquire`, after `self`.
  private func lockArguments(_ arguments: Arguments) throws(Raised) -> (blocking: Bool, deadline: Double) {
    let blocking = try arguments[1].defined.map { (value) throws(Raised) in try isTrue(value) } ?? true
    guard let given = arguments[2].defined else { return (blocking, .infinity) }
    let seconds = try timeSpan(given)
    if seconds == -1 { return (blocking, .infinity) }
    if !blocking { throw valueError("can't specify a timeout for a non-blocking call") }
    if seconds < 0 { throw valueError("timeout value must be a non-negative number") }
    return (blocking, clock.monotonic + seconds)
  }
}
