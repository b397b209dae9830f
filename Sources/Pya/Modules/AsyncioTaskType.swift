/// `asyncio.Task` for programs.
extension Asyncio {
  func task(_ value: Value) throws(Raised) -> TaskObject {
    guard let task = isFuture(value) as? TaskObject else {
      throw runtime.typeError("expected a Task, got '\(runtime.typeName(value))'")
    }
    return task
  }

  func installTaskType() {
    let type = taskType
    type.defineConstructor(runtime, "coro, *, loop=None, name=None, context=None, eager_start=False") {
      [unowned(unsafe) self] (runtime, cls) in
      .object(
        TaskObject(
          type: cls, loop: runningLoop ?? noLoop, coroutine: runtime.types.object, name: .none, context: nil))
    } fill: { [unowned(unsafe) self] (runtime, made, arguments) throws(Raised) in
      let task = try task(made)
      let loop = try loopArgument(arguments[1])
      let coroutine = try loop.checkedCoroutine(arguments[0])
      task.renew(on: loop)
      let context = try contextArgument(arguments[3]) ?? contexts.copyOfCurrent()
      task.take(coroutine: coroutine, name: try loop.taskName(arguments[2].defined ?? .none), context: context)
      let isEager = if let flag = arguments[4].defined { try runtime.isTrue(flag) } else { false }
      // CPython asks the argument itself, not the loop that stands for it.
      if isEager, arguments[1].defined?.isNone ?? true {
        throw runtime.attributeError("'NoneType' object has no attribute 'is_running'")
      }
      try loop.start(task, startsEagerly: isEager)
    }
    runtime.defineTypeArguments(of: type)
    installTaskMethods(type)
    type.defineProperty(runtime, "_must_cancel") { [unowned(unsafe) self] (_, value) throws(Raised) in .bool(try task(value).mustCancel) }
    type.defineProperty(runtime, "_coro") { [unowned(unsafe) self] (_, value) throws(Raised) in try task(value).coroutineValue }
    type.defineProperty(runtime, "_fut_waiter") { [unowned(unsafe) self] (_, value) throws(Raised) in
      try task(value).waiter.map { .object($0) } ?? .none
    }
    type.defineProperty(runtime, "_log_destroy_pending") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try !task(value).mayBeDestroyed)
    } set: { [unowned(unsafe) self] (runtime, value, flag) throws(Raised) in
      try task(value).mayBeDestroyed = try !runtime.isTrue(flag)
    }
  }

  /// A `context` argument.
  func contextArgument(_ value: Value) throws(Raised) -> ContextObject? {
    if value.isUndefined || value.isNone { return nil }
    guard let context = value.object as? ContextObject else {
      throw runtime.typeError("expected a Context, got '\(runtime.typeName(value))'")
    }
    return context
  }

  private func installTaskMethods(_ type: TypeObject) {
    type.define(runtime, "cancel", "self, msg=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .bool(try task(arguments[0]).cancel(message: arguments[1].defined ?? .none, runtime))
    }
    type.define(runtime, "uncancel", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .int(try task(arguments[0]).uncancel())
    }
    type.define(runtime, "cancelling", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .int(Int(try task(arguments[0]).cancelRequests))
    }
    type.define(runtime, "get_coro", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try task(arguments[0]).coroutineValue
    }
    type.define(runtime, "get_context", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .object(try task(arguments[0]).materializedContext())
    }
    type.define(runtime, "get_name", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .object(try task(arguments[0]).name(runtime))
    }
    type.define(runtime, "set_name", "self, value, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let task = try task(arguments[0])
      task.setName(.object(try runtime.str(arguments[1])))
      return .none
    }
    type.define(runtime, "get_stack", "self, /, *, limit=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let task = try task(arguments[0])
      var entries: [TracebackEntry] = []
      if let frame = task.coroutine as? SuspendableFrame, frame.state != .finished {
        entries = [frame.tracebackEntry]
      } else if task.state == .finished, task.holdsException, let exception = task.outcome.exception {
        entries = exception.traceback.reversed()
      }
      if let coroutine = task.coroutine as? AwaitableObject, !task.isDone, !coroutine.isOver {
        if case .int(let most) = arguments[1], most <= 0 { return .object(ListObject(runtime)) }
        return .object(ListObject(runtime, [.object(try runtime.frame(of: coroutine))]))
      }
      if case .int(let most) = arguments[1] { entries = Array(entries.prefix(max(0, most))) }
      return .object(ListObject(runtime, entries.map { .object(FrameObject(runtime, $0)) }))
    }
    type.define(runtime, "print_stack", "self, /, *, limit=None, file=None") {
      [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try printStack(of: try task(arguments[0]), limit: arguments[1], file: arguments[2])
      return .none
    }
  }

  /// Frames and their lines, without carets.
  private func plainStack(_ entries: [TracebackEntry]) -> String {
    runtime.renderStack(entries).joined().split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in line.isEmpty || line.contains { $0 != " " && $0 != "~" && $0 != "^" } }
      .joined(separator: "\n")
  }

  private func printStack(of task: TaskObject, limit: Value, file: Value) throws(Raised) {
    let description = try runtime.repr(.object(task)).text
    var text: String
    if let frame = task.coroutine as? SuspendableFrame, frame.state != .finished {
      text = "Stack for \(description) (most recent call last):\n"
      var entries = [frame.tracebackEntry]
      if case .int(let most) = limit { entries = Array(entries.prefix(max(0, most))) }
      text += plainStack(entries)
    } else if let coroutine = task.coroutine as? AwaitableObject, !task.isDone, !coroutine.isOver {
      // Its lines are asyncio's own.
      text = "Stack for \(description) (most recent call last):\n"
    } else if task.state == .finished, task.holdsException, let exception = task.outcome.exception {
      text = "Traceback for \(description) (most recent call last):\n"
      var entries = Array(exception.traceback.reversed())
      if case .int(let most) = limit { entries = Array(entries.prefix(max(0, most))) }
      text += plainStack(entries) + runtime.renderSummary(exception).joined()
    } else {
      text = "No stack for \(description)\n"
    }
    if file.isUndefined || file.isNone {
      runtime.errorOutput.write(text)
    } else {
      _ = try runtime.callMethod(file, "write", [.object(runtime.string(text))])
    }
  }
}
