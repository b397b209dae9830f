/// What the loop says of errors that nobody handles.
extension EventLoop {
  /// `call_exception_handler`, with a context of these entries.
  func callExceptionHandler(_ entries: [(name: String, value: Value)]) throws(Raised) {
    let context = DictObject(asyncio.runtime)
    for (name, value) in entries { context.setString(asyncio.runtime.intern(name), value) }
    if try callOwn("call_exception_handler", [.object(context)]) == nil { try callExceptionHandler(context) }
  }

  func callExceptionHandler(_ context: DictObject) throws(Raised) {
    let runtime = asyncio.runtime
    if exceptionHandler.isNone { return try callDefaultHandler(context, "Exception in default exception handler") }
    let contexts = asyncio.contexts
    let saved = contexts.current
    contexts.current = contextOfSubject(context) ?? saved
    defer { contexts.current = saved }
    do throws(Raised) {
      _ = try runtime.call(exceptionHandler, .object(self), .object(context))
    } catch {
      if endsProgram(error.exception, runtime) { throw error }
      let report = DictObject(runtime)
      report.setString(runtime.intern("message"), .object(runtime.string("Unhandled error in exception handler")))
      report.setString(runtime.intern("exception"), .object(error.exception))
      report.setString(runtime.intern("context"), .object(context))
      runtime.handled.append(error.exception)
      defer { runtime.handled.removeLast() }
      try callDefaultHandler(
        report, "Exception in default exception handler while handling an unexpected error in custom exception handler")
    }
  }

  /// `default_exception_handler`, which a class of the program may have replaced.
  private func callDefaultHandler(_ context: DictObject, _ trouble: String) throws(Raised) {
    let runtime = asyncio.runtime
    guard mayHaveOwnMethods else { return try defaultExceptionHandler(context) }
    do throws(Raised) {
      _ = try runtime.callMethod(.object(self), "default_exception_handler", [.object(context)])
    } catch {
      if endsProgram(error.exception, runtime) { throw error }
      if try runtime.logLoopError(trouble, error.exception) { return }
      runtime.errorOutput.write("\(trouble)\n\(runtime.render(error.exception))")
    }
  }

  private func contextOfSubject(_ context: DictObject) -> ContextObject? {
    for name in ["task", "future", "handle"] {
      guard let thing = context.getString(asyncio.runtime.intern(name))?.object else { continue }
      if let task = thing as? TaskObject { return task.context }
      return (thing as? HandleObject)?.context
    }
    return nil
  }

  /// Writes the message, the other entries by name, and the exception's traceback.
  func defaultExceptionHandler(_ context: DictObject) throws(Raised) {
    let runtime = asyncio.runtime
    var text = "Unhandled exception in event loop"
    if let message = context.getString(runtime.intern("message")), try runtime.isTrue(message) {
      text = try runtime.str(message).text
    }
    var lines: [(name: String, text: String)] = []
    for entry in context.liveEntries {
      guard let name = entry.key.string?.text, name != "message", name != "exception" else { continue }
      lines.append((name, try describe(entry.value, named: name)))
    }
    for line in lines.sorted(by: { $0.name < $1.name }) { text += "\n\(line.name): \(line.text)" }
    let exception = context.getString(runtime.intern("exception"))?.exception
    if try runtime.logLoopError(text, exception) { return }
    text += "\n"
    if let exception { text += runtime.render(exception) }
    runtime.errorOutput.write(text)
  }

  private func describe(_ value: Value, named name: String) throws(Raised) -> String {
    let runtime = asyncio.runtime
    guard name == "source_traceback" || name == "handle_traceback" else { return try runtime.repr(value).text }
    let library = try runtime.importModule("traceback", level: 0, globals: runtime.builtins)
    var text = name == "source_traceback" ? "Object" : "Handle"
    text += " created at (most recent call last):\n"
    for line in try runtime.array(try runtime.callMethod(library, "format_list", [value])) { text += try runtime.str(line).text }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  /// A handle raised.
  func reportFailure(of handle: ReadyHandle, _ exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    exception.isLocated = false
    let description: String
    var subject = Value.undefined
    switch handle {
    case .step, .stepThrowing: description = "TaskStepMethWrapper()"
    case .wakeup: description = "Task.task_wakeup()"
    case .sleepIsOver, .taskSleepIsOver: description = "_set_result_unless_cancelled()"
    case .callback(let callback, let future):
      description = try callback.describe(runtime)
      if let function = (callback as? FunctionCallback)?.function {
        subject = .object(HandleObject(self, function, [.object(future)], context: nil))
      }
    case .handle(let handle):
      description = try runtime.describeCall(of: handle)
      subject = .object(handle)
    case .job(let job): description = job is TimeoutTimer ? "Timeout._on_timeout()" : "job"
    }
    var entries: [(name: String, value: Value)] = [
      ("message", .object(runtime.string("Exception in callback \(description)"))), ("exception", .object(exception)),
    ]
    if !subject.isUndefined { entries.append(("handle", subject)) }
    if case .handle(let handle) = handle, let trace = handle.sourceTraceback { entries.append(("source_traceback", trace)) }
    // The handler runs while the exception is handled: `sys.exc_info()` tells of it, and it is the context of what the handler raises.
    runtime.handled.append(exception)
    defer { runtime.handled.removeLast() }
    try callExceptionHandler(entries)
  }

  /// A future failed, was dropped, and nobody had asked for its exception.
  func reportNeverRetrieved(_ future: FutureObject) {
    let runtime = asyncio.runtime
    let message = "\(future.type.name) exception was never retrieved"
    do throws(Raised) {
      try callExceptionHandler([
        ("message", .object(runtime.string(message))), ("exception", future.outcome), ("future", .object(future)),
      ] + (future.sourceTraceback.map { [("source_traceback", $0)] } ?? []))
    } catch { runtime.reportUnraisable(error, in: .object(future)) }
  }
}
