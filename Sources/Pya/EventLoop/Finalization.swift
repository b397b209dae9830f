/// What is said of tasks when the program ends and they still exist.
extension Runtime {
  /// Reports failures that nobody asked for, and tasks that wait on loops nobody closed.
  func finishEventLoops() { existingAttachment(Asyncio.self)?.finish() }
}

extension Asyncio {
  fileprivate func finish() {
    for loop in loops.map({ $0.takeUnretainedValue() }) where !loop.isRunning {
      let tasks = loop.pendingTasks.tasks
      for task in tasks where task.isMissed { loop.reportDestroyed(task) }
      // Their coroutines are closed, which runs what stands in `finally`.
      for task in tasks {
        guard let frame = task.coroutine as? SuspendableFrame, frame.state == .suspended else { continue }
        do { _ = try frame.close(runtime) } catch { runtime.reportUnraisable(error, in: .object(frame)) }
      }
    }
    for serial in failures.keys.sorted() {
      guard let future = failures[serial]?.takeUnretainedValue(), future.logsTraceback else { continue }
      future.logsTraceback = false
      future.loop.reportNeverRetrieved(future)
    }
  }
}

extension EventLoop {
  /// A task goes that is not done.
  func reportDestroyed(_ task: TaskObject) {
    let message = asyncio.runtime.string("Task was destroyed but it is pending!")
    do throws(Raised) {
      try callExceptionHandler(
        [("message", .object(message)), ("task", .object(task))] + (task.sourceTraceback.map { [("source_traceback", $0)] } ?? []))
    } catch { asyncio.runtime.reportUnraisable(error, in: .object(task)) }
  }
}
