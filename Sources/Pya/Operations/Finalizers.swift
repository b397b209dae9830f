/// `__del__`, and errors that have no caller to go to.
extension Runtime {
  /// Calls `__del__` of an object that is being freed (of its twin, that is: see `Instance`).
  func runFinalizer(of object: Instance) {
    guard let method = object.type.special(.del) else { return }
    let handledBefore = handled
    do {
      _ = try callSpecial(method, .object(object))
    } catch {
      handled = handledBefore
      reportUnraisable(error, in: method)
    }
  }

  /// "Exception ignored in: ..." with its traceback, which has neither carets nor causes, on the error output.
  func reportUnraisable(_ raised: Raised, in object: Value, during occasion: String = "") {
    if let hook = existingAttachment(UnraisableHook.self), hook.takes(raised.exception, object) { return }
    writeUnraisable(raised, in: object, during: occasion)
  }

  /// The report itself, whatever the program set as hook.
  func writeUnraisable(_ raised: Raised, in object: Value, during occasion: String = "") {
    let exception = raised.exception
    output.flush()
    if object.isNone, !occasion.isEmpty {
      errorOutput.write("Exception ignored in \(occasion):\n")
    } else if !object.isNone {
      let subject = (try? repr(object).text) ?? "<object repr() failed>"
      errorOutput.write(
        occasion.isEmpty ? "Exception ignored in: \(subject)\n" : "Exception ignored in \(occasion)\(subject):\n")
    }
    let entries = exception.traceback.filter { !$0.file.isLibrary }
    if !entries.isEmpty { errorOutput.write("Traceback (most recent call last):\n") }
    for entry in entries.reversed() {
      let line = entry.file.location(of: entry.range.start).line
      errorOutput.write("  File \"\(entry.file.name)\", line \(line), in \(entry.functionName)\n")
      let source = entry.file.lineText(line).drop { $0 == " " || $0 == "\t" }
      if !source.isEmpty { errorOutput.write("    \(source)\n") }
    }
    let text = (try? str(.object(exception)).text) ?? "<exception str() failed>"
    errorOutput.write("\(publicName(of: exception.type).replacingMainModule): \(text)\n")
  }
}

/// Asked before an exception that nobody can catch is reported: `sys.unraisablehook`.
final class UnraisableHook {
  /// True: it was taken care of.
  let takes: (ExceptionObject, Value) -> Bool

  init(_ takes: @escaping (ExceptionObject, Value) -> Bool) { self.takes = takes }
}

extension String {
  /// Without the `__main__.` that names of the program's own classes begin with.
  fileprivate var replacingMainModule: String { hasPrefix("__main__.") ? String(dropFirst(9)) : self }
}
