/// Who waits for what: the report of a program in which nothing can go on, and the tree of tasks that Ctrl-\ prints.
extension EventLoop {
  /// Nothing is ready, no timer runs: whoever waits now waits forever. CPython would hang; pya says who waits for what, and ends.
  func reportDeadlock() -> Raised {
    let runtime = asyncio.runtime
    let tasks = pendingTasks.tasks
    runtime.output.flush()
    if tasks.isEmpty {
      runtime.errorOutput.write("pya: the event loop has nothing to do and nothing can stop it\n")
    } else {
      var text = "pya: all tasks wait and nothing can wake them:\n"
      let holders = TaskHolders(tasks)
      for task in tasks.prefix(EventLoop.reportLimit) { text += "  \(asyncio.describe(task, holders))\n" }
      if tasks.count > EventLoop.reportLimit { text += "  ... and \(tasks.count - EventLoop.reportLimit) more\n" }
      if let cycle = holders.cycle(among: tasks) {
        let names = (cycle + [cycle[0]]).map { $0.name(runtime).text }
        text += "They wait for each other: \(names.joined(separator: " -> "))\n"
      }
      runtime.errorOutput.write(text)
    }
    if asyncio.sessionLoop != nil { return runtime.runtimeError("nothing can wake what is awaited") }
    return runtime.error("SystemExit", [.int(1)])
  }

  private static let reportLimit = 100

  /// The tasks with what each waits for; a task that another one waits for stands below it.
  func taskTree() -> String {
    let tasks = pendingTasks.tasks
    let holders = TaskHolders(tasks)
    var awaited: [ObjectIdentifier: [TaskObject]] = [:]
    var isRoot: Set<ObjectIdentifier> = Set(tasks.map(ObjectIdentifier.init))
    for task in tasks {
      for other in asyncio.tasksAwaited(by: task) {
        awaited[ObjectIdentifier(task), default: []].append(other)
        isRoot.remove(ObjectIdentifier(other))
      }
    }
    var text = "pya: \(tasks.count) task\(tasks.count == 1 ? "" : "s")\n"
    var shown: Set<ObjectIdentifier> = []
    func show(_ task: TaskObject) {
      // A loop, not a recursion: chains may be long.
      var stack = [(task: task, depth: 1)]
      while let (task, depth) = stack.popLast() {
        guard shown.insert(ObjectIdentifier(task)).inserted else { continue }
        let mark = task === currentTask ? "* " : "- "
        text += String(repeating: "  ", count: min(depth, 40)) + mark + asyncio.describe(task, holders) + "\n"
        for other in (awaited[ObjectIdentifier(task)] ?? []).reversed() { stack.append((other, depth + 1)) }
      }
    }
    for task in tasks where isRoot.contains(ObjectIdentifier(task)) { show(task) }
    for task in tasks { show(task) }
    return text
  }
}

/// Who holds the locks that tasks wait for, and which future belongs to which task.
struct TaskHolders {
  private var byNumber: [UInt32: TaskObject] = [:]

  init(_ tasks: [TaskObject]) {
    for task in tasks { byNumber[task.serial] = task }
  }

  /// The task that holds what this one waits for.
  func holder(of subject: Object?) -> TaskObject? {
    switch subject {
    case let lock as LockObject: byNumber[lock.holder]
    case let condition as ConditionObject: holder(of: condition.lock.object as? LockObject)
    default: nil
    }
  }

  /// The task whose going on this one waits for, if that is one.
  func awaited(by task: TaskObject) -> TaskObject? {
    guard let waiter = task.waiter else { return nil }
    if let other = waiter as? TaskObject { return other }
    return holder(of: (waiter as? WaiterFuture)?.subject)
  }

  func cycle(among tasks: [TaskObject]) -> [TaskObject]? {
    var seen: Set<ObjectIdentifier> = []
    for task in tasks {
      var path: [TaskObject] = []
      var onPath: Set<ObjectIdentifier> = []
      var current: TaskObject? = task
      while let next = current {
        if onPath.contains(ObjectIdentifier(next)) {
          guard let start = path.firstIndex(where: { $0 === next }) else { return nil }
          return Array(path[start...])
        }
        if !seen.insert(ObjectIdentifier(next)).inserted { break }
        onPath.insert(ObjectIdentifier(next))
        path.append(next)
        current = awaited(by: next)
      }
    }
    return nil
  }
}

extension Asyncio {
  /// `Task-2: worker() at file.py:12, waits for <Lock ...>, held by Task-1`
  fileprivate func describe(_ task: TaskObject, _ holders: TaskHolders) -> String {
    var text = task.name(runtime).text + ": " + place(of: task)
    guard let waiter = task.waiter else {
      return text + (task === task.loop.currentTask ? ", running" : ", ready to go on")
    }
    if waiter is SleepFuture { return text + ", sleeps" }
    if let other = waiter as? TaskObject { return text + ", waits for \(other.name(runtime).text)" }
    if let subject = (waiter as? WaiterFuture)?.subject {
      text += ", waits for \((try? runtime.repr(.object(subject)).text) ?? "?")"
      if let holder = holders.holder(of: subject) { text += ", held by \(holder.name(runtime).text)" }
      return text
    }
    if let gathering = waiter as? GatheringFuture {
      let names = gathering.pendingChildren.prefix(10).map { ($0 as? TaskObject)?.name(runtime).text ?? "a future" }
      return text + ", waits for gather(\(names.joined(separator: ", ")))"
    }
    return text + ", waits for \((try? runtime.repr(.object(waiter)).text) ?? "?")"
  }

  /// The coroutine, and the innermost line of the program where it stands.
  private func place(of task: TaskObject) -> String {
    guard let outer = task.coroutine as? SuspendableFrame else {
      return (try? runtime.describeCoroutine(task.coroutine)) ?? "?"
    }
    var frame = outer
    while let inner = frame.delegate as? SuspendableFrame, inner.state != .finished { frame = inner }
    let information = frame.code.information
    let name = outer === frame ? "\(outer.qualifiedName.text)()" : "\(outer.qualifiedName.text)() in \(frame.qualifiedName.text)()"
    return "\(name) at \(information.file.name):\(frame.currentLine)"
  }

  fileprivate func tasksAwaited(by task: TaskObject) -> [TaskObject] {
    if let other = task.waiter as? TaskObject { return other.isDone ? [] : [other] }
    if let gathering = task.waiter as? GatheringFuture { return gathering.pendingChildren.compactMap { $0 as? TaskObject } }
    return []
  }
}

extension Runtime {
  /// What Ctrl-\ shows.
  func writeTaskTree() {
    output.flush()
    let loop = existingAttachment(Asyncio.self)?.runningLoop
    errorOutput.write(loop?.taskTree() ?? "pya: no event loop is running\n")
    errorOutput.flush()
  }
}
