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

  /// "Exception ignored in: ..." with its traceback, on the error output.
  func reportUnraisable(_ raised: Raised, in object: Value) {
    let subject = (try? repr(object).text) ?? "<object repr() failed>"
    output.flush()
    errorOutput.write("Exception ignored in: \(subject)\n\(render(raised.exception))")
  }
}
