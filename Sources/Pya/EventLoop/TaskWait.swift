/// What a task waits for, as far as it can be told: for the report of a deadlock and the tree of tasks.
struct TaskWait {
  /// `<Lock ...>, held by Task-1`, in words that follow "waits for".
  var text: () -> String
  /// Tasks whose end this one waits for.
  var tasks: [TaskObject] = []
  /// The task that holds what this one waits for.
  var holder: TaskObject?

  /// The tasks that stand in the way.
  var obstacles: [TaskObject] { holder.map { [$0] } ?? tasks }

  init(_ text: @escaping @autoclosure () -> String) { self.text = text }

  /// The tasks among futures, and a text that names all of them.
  fileprivate init(_ what: String, _ futures: [FutureObject], _ runtime: Runtime) {
    tasks = futures.compactMap { $0 as? TaskObject }
    text = {
      let names = futures.prefix(10).map { ($0 as? TaskObject)?.name(runtime).text ?? "a future" }
      return "\(what)(\(names.joined(separator: ", "))\(futures.count > 10 ? ", ..." : ""))"
    }
  }
}

extension Asyncio {
  /// Nil: the task waits for nothing.
  func wait(of task: TaskObject, _ holders: TaskHolders) -> TaskWait? {
    if task.isSleeping { return TaskWait(task.waiter.map { self.representation(of: $0) } ?? "") }
    guard let waiter = task.waiter else { return nil }
    if let other = waiter as? TaskObject {
      var wait = TaskWait(other.name(self.runtime).text)
      wait.tasks = [other]
      return wait
    }
    if let gathering = waiter as? GatheringFuture { return TaskWait("gather", gathering.pendingChildren, runtime) }
    if let wait = waitInLibrary(task) ?? waitForShielded(waiter) { return wait }
    guard let subject = (waiter as? WaiterFuture)?.subject else { return TaskWait(self.representation(of: waiter)) }
    if let queue = (subject as? EventObject)?.queue {
      return TaskWait("all that was put to be done: \(self.representation(of: queue))")
    }
    guard let lock = holders.lock(behind: subject), lock.holder != 0 else { return TaskWait(self.representation(of: subject)) }
    let holder = holders.holder(of: lock)
    var wait = TaskWait("\(self.representation(of: subject)), held by \(self.describe(holder, of: lock))")
    wait.holder = holder
    return wait
  }

  private func describe(_ holder: TaskObject?, of lock: LockObject) -> String {
    if let holder { return holder.name(runtime).text }
    guard let failed = failures[lock.holder]?.takeUnretainedValue() as? TaskObject else { return "a task that has ended" }
    return "\(failed.name(runtime).text), which has failed"
  }

  private func representation(of object: Object) -> String { (try? runtime.repr(.object(object)).text) ?? "?" }

  /// The program's innermost frame in which a task stands, and the library's that it calls there.
  func frames(of task: TaskObject) -> (own: SuspendableFrame, library: SuspendableFrame?)? {
    guard var own = task.coroutine as? SuspendableFrame else { return nil }
    var library: SuspendableFrame?
    var frame = own
    while let inner = frame.awaited, inner.state != .finished {
      frame = inner
      if inner.code.information.file.name.hasPrefix("<library ") {
        if library == nil { library = inner }
      } else {
        (own, library) = (inner, nil)
      }
    }
    return (own, library)
  }

  /// Task groups, `wait` and their kin are written in the language: their variables tell what they wait for.
  private func waitInLibrary(_ task: TaskObject) -> TaskWait? {
    var frame = frames(of: task)?.library ?? task.coroutine as? SuspendableFrame
    while let current = frame {
      switch current.qualifiedName.text {
      case "TaskGroup.__aexit__": return TaskWait("TaskGroup", futures(in: attribute("_tasks", of: current)), runtime)
      case "_AsCompletedIterator._wait_for_one":
        return TaskWait("as_completed", futures(in: attribute("_todo", of: current)), runtime)
      case "_wait": return TaskWait("wait", futures(in: current.variable("futures")), runtime)
      case "Barrier.wait":
        if let barrier = current.variable("self").object { return TaskWait(self.representation(of: barrier)) }
      default: break
      }
      frame = current.awaited
    }
    return nil
  }

  private func attribute(_ name: String, of frame: SuspendableFrame) -> Value {
    (try? runtime.getAttribute(frame.variable("self"), runtime.intern(name))) ?? .none
  }

  private func futures(in collection: Value) -> [FutureObject] {
    let values = collection.dict?.keys ?? collection.list?.array ?? []
    return values.compactMap { isFuture($0) }.filter { !$0.isDone }
  }

  /// `shield` returns a future whose callback knows the other one.
  private func waitForShielded(_ waiter: FutureObject) -> TaskWait? {
    for case .call(let callback) in waiter.callbacks {
      guard let function = (callback as? FunctionCallback)?.function.cast(.function, to: FunctionObject.self),
        function.qualifiedName.text == "shield.<locals>._outer_done_callback",
        let index = function.code.freeNames.firstIndex(of: "inner"), index < function.cellCount,
        let inner = isFuture(function.cells[index].value)
      else { continue }
      return TaskWait("shield", [inner], runtime)
    }
    return nil
  }
}

extension SuspendableFrame {
  /// The frame that this one waits for.
  fileprivate var awaited: SuspendableFrame? {
    delegate as? SuspendableFrame ?? (delegate as? AwaitableObject)?.awaitedFrame
  }

  /// A local variable; None if there is none of the name.
  fileprivate func variable(_ name: String) -> Value {
    guard state != .finished, let slot = code.slotNames.firstIndex(of: name) else { return .none }
    let value = frame.slots[slot]
    return (value.cast(.cell, to: Cell.self)?.value ?? value).defined ?? .none
  }
}
