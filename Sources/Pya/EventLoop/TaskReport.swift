/// Who waits for what: the report of a program in which nothing can go on, and the tree of tasks that Ctrl-\ prints.
extension EventLoop {
  /// Nothing is ready, no timer runs: whoever waits now waits forever. CPython would hang; pya says who waits for what, and ends.
  func reportDeadlock() -> Raised {
    let runtime = asyncio.runtime
    let tasks = pendingTasks.tasks
    runtime.output.flush()
    if hasDeadlocked { return runtime.error("SystemExit", [.int(1)]) }
    if tasks.isEmpty {
      runtime.errorOutput.write("pya: the event loop has nothing to do and nothing can stop it\n")
    } else {
      var text = "pya: all tasks wait and nothing can wake them:\n"
      let holders = TaskHolders(tasks)
      for task in tasks.prefix(EventLoop.reportLimit) { text += "  \(asyncio.describe(task, holders))\n" }
      if tasks.count > EventLoop.reportLimit { text += "  ... and \(tasks.count - EventLoop.reportLimit) more\n" }
      if let cycle = holders.cycle(among: tasks, asyncio) {
        let names = (cycle + [cycle[0]]).map { $0.name(runtime).text }
        text += "They wait for each other: \(names.joined(separator: " -> "))\n"
      }
      runtime.errorOutput.write(text)
    }
    if asyncio.sessionLoop == nil { hasDeadlocked = true }
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
      for other in asyncio.wait(of: task, holders)?.tasks ?? [] where !other.isDone {
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

  func holder(of lock: LockObject) -> TaskObject? { byNumber[lock.holder] }

  /// The lock that a task waits for in fact.
  func lock(behind subject: Object) -> LockObject? {
    switch subject {
    case let lock as LockObject: lock
    case let condition as ConditionObject: condition.lock.object as? LockObject
    default: nil
    }
  }

  /// Tasks each of which waits for the next one, and the last one for the first.
  func cycle(among tasks: [TaskObject], _ asyncio: Asyncio) -> [TaskObject]? {
    var seen: Set<ObjectIdentifier> = []
    for start in tasks where !seen.contains(ObjectIdentifier(start)) {
      // Depth first, with a path of our own: chains may be long.
      var path: [(task: TaskObject, rest: [TaskObject])] = []
      var placeOnPath: [ObjectIdentifier: Int] = [:]
      func enter(_ task: TaskObject) {
        seen.insert(ObjectIdentifier(task))
        placeOnPath[ObjectIdentifier(task)] = path.count
        path.append((task, Array((asyncio.wait(of: task, self)?.obstacles ?? []).reversed())))
      }
      enter(start)
      while !path.isEmpty {
        guard let next = path[path.count - 1].rest.popLast() else {
          placeOnPath[ObjectIdentifier(path.removeLast().task)] = nil
          continue
        }
        if let place = placeOnPath[ObjectIdentifier(next)] { return path[place...].map(\.task) }
        if !seen.contains(ObjectIdentifier(next)) { enter(next) }
      }
    }
    return nil
  }
}

extension Asyncio {
  /// `Task-2: worker() at file.py:12, waits for <Lock ...>, held by Task-1`
  fileprivate func describe(_ task: TaskObject, _ holders: TaskHolders) -> String {
    let text = task.name(runtime).text + ": " + place(of: task)
    if task.isSleeping { return text + ", sleeps" }
    if task.waiter == nil { return text + (task === task.loop.currentTask ? ", running" : ", ready to go on") }
    return text + ", waits for \(wait(of: task, holders)?.text() ?? "?")"
  }

  /// The coroutine, and the innermost line of the program where it stands.
  private func place(of task: TaskObject) -> String {
    guard let outer = task.coroutine as? SuspendableFrame else {
      return (try? runtime.describeCoroutine(task.coroutine)) ?? "?"
    }
    let frame = frames(of: task)?.own ?? outer
    let information = frame.code.information
    let name = outer === frame ? "\(outer.qualifiedName.text)()" : "\(outer.qualifiedName.text)() in \(frame.qualifiedName.text)()"
    return "\(name) at \(information.file.name):\(frame.currentLine)"
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
