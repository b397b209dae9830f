/// Remarks on standard error about what CPython is silent on: never on standard output, and without effect on what the program does.
final class Advice {
  /// Off unless the command turns it on: the library, and with it the golden programs, write what CPython writes.
  var isGiven = false
  private var shown: Set<String> = []

  /// Whether this remark was not made yet.
  fileprivate func isNew(_ text: String) -> Bool { shown.insert(text).inserted }
}

extension Runtime {
  var advice: Advice { attachment(Advice.self) { Advice() } }

  private func advise(_ text: String) {
    output.flush()
    errorOutput.write("pya: \(text)\n")
  }

  /// `time.sleep` is about to stop everything: said once for each place that calls it from a task.
  func adviseOnBlockingSleep(_ seconds: Double) {
    guard seconds > 0, let asyncio = existingAttachment(Asyncio.self), asyncio.runningLoop?.currentTask != nil,
      advice.isGiven, let site = callSite()
    else { return }
    let place = "\(site.file.name):\(site.line)"
    if advice.isNew(place) {
      advise("\(place): time.sleep() stops all tasks for its time; `await asyncio.sleep()` lets the others run")
    }
  }

  /// After the traceback of an exception that ends the program: what the mistake probably is.
  func advise(on exception: ExceptionObject) {
    guard advice.isGiven else { return }
    if let object = exception.fields["obj"]?.object, object.kind == .coroutine, exception.type.name == "AttributeError" {
      return advise("a coroutine was used in place of its result; did you forget `await`?")
    }
    guard exception.type.name == "TypeError", let text = exception.arguments.first?.string?.text else { return }
    if text.hasPrefix("object "), text.hasSuffix(" can't be used in 'await' expression") {
      if !text.contains("coroutine") {
        advise("`await` is for what async functions return; the result of a plain function needs none")
      }
    } else if text.contains("'coroutine'") || text.contains("coroutine object") {
      advise("a coroutine was used in place of its result; did you forget `await`?")
    }
  }
}
