/// The tasks of a session, for those who look at them.
extension Session {
  /// One line for each task: name, state, age, where it stands.
  public func tasksText() -> String {
    let tasks = loop.pendingTasks.tasks
    if tasks.isEmpty { return "no tasks\n" }
    var rows = [["NAME", "STATE", "AGE", "WHERE"]]
    for task in tasks {
      rows.append([task.name(runtime).text, state(of: task), age(of: task), place(of: task.coroutine)])
    }
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      (0..<3).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count + 2) }.joined() + row[3] + "\n"
    }.joined()
  }

  private func state(of task: TaskObject) -> String {
    if task.cancelRequests > 0 { return "cancelling" }
    if let frame = task.coroutine as? SuspendableFrame, frame.state == .created { return "created" }
    if task.isSleeping { return "sleeping" }
    if let waiter = task.waiter { return waiter.isDone ? "ready" : "waiting" }
    return "ready"
  }

  private func age(of task: TaskObject) -> String {
    guard let birth = births[task.serial] else { return "?" }
    let seconds = max(loop.time - birth, 0)
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(seconds)
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  /// The innermost coroutine and its line.
  private func place(of coroutine: Object) -> String {
    var coroutine = coroutine
    while let frame = coroutine as? SuspendableFrame, frame.state == .suspended, let next = frame.delegate,
      next is SuspendableFrame
    { coroutine = next }
    return describe(coroutine)
  }

  private func describe(_ coroutine: Object) -> String {
    guard let frame = coroutine as? SuspendableFrame else { return (try? runtime.describeCoroutine(coroutine)) ?? "?" }
    let file = frame.code.information.file
    let line = frame.state == .created ? frame.code.information.firstLine : frame.currentLine
    let source = file.lineText(line).drop { $0 == " " || $0 == "\t" }
    return "\(frame.qualifiedName.text)() at \(file.name):\(line)" + (source.isEmpty ? "" : "  \(source)")
  }

  // MARK: Who awaits whom

  /// Every task with the coroutines it is in and the tasks it waits for, below each other.
  public func treeText() -> String {
    let tasks = loop.pendingTasks.tasks
    if tasks.isEmpty { return "no tasks\n" }
    let awaited = Set(tasks.flatMap(awaitedTasks).map(\.serial))
    var text = ""
    var seen: Set<UInt32> = []
    for task in tasks where !awaited.contains(task.serial) { append(task, "", "", &text, &seen) }
    // Tasks that wait for each other in a circle are awaited all.
    for task in tasks where !seen.contains(task.serial) { append(task, "", "", &text, &seen) }
    return text
  }

  private func awaitedTasks(_ task: TaskObject) -> [TaskObject] {
    var found: [TaskObject] = []
    var futures = task.isSleeping ? [] : task.waiter.map { [$0] } ?? []
    while let future = futures.popLast() {
      if let task = future as? TaskObject { if !task.isDone { found.insert(task, at: 0) } }
      if let gathering = future as? GatheringFuture { futures += gathering.children }
    }
    return found
  }

  private func append(_ task: TaskObject, _ head: String, _ indent: String, _ text: inout String, _ seen: inout Set<UInt32>) {
    guard seen.insert(task.serial).inserted else {
      text += head + task.name(runtime).text + " (see above)\n"
      return
    }
    text += head + task.name(runtime).text + "\n"
    var coroutine = task.coroutine
    var inner: [String] = [describe(coroutine)]
    while let frame = coroutine as? SuspendableFrame, frame.state == .suspended, let next = frame.delegate {
      if !(next is FutureObject), !(next is Slumber) { inner.append(describe(next)) }
      coroutine = next
    }
    let children = awaitedTasks(task)
    for (index, line) in inner.enumerated() {
      let isLast = index == inner.count - 1 && children.isEmpty
      text += indent + (isLast ? "└─ " : "├─ ") + line + "\n"
    }
    for (index, child) in children.enumerated() {
      let isLast = index == children.count - 1
      append(child, indent + (isLast ? "└─ " : "├─ "), indent + (isLast ? "   " : "│  "), &text, &seen)
    }
  }

  // MARK: Cancelling

  /// Cancels the tasks of that name. False: there is none.
  public func cancelTask(named name: String) -> Bool {
    let found = loop.pendingTasks.tasks.filter { $0.name(runtime).text == name }
    for task in found { _ = try? task.cancel(message: .none, runtime) }
    return !found.isEmpty
  }
}
