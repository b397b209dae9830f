/// Handlers of coding errors that the program registered (`codecs.register_error`).
extension Runtime {
  final class ErrorHandlers {
    var byName: [String: Value] = [:]
  }

  var errorHandlers: ErrorHandlers { attachment(ErrorHandlers.self) { ErrorHandlers() } }

  /// What a handler puts in place of what cannot be coded. It has to go on at the end of it.
  func askErrorHandler(_ name: String, _ failure: Raised, end: Int) throws(Raised) -> Value {
    guard let handler = errorHandlers.byName[name] else { throw error("LookupError", "unknown error handler name '\(name)'") }
    let answer = try call(handler, [.object(failure.exception)])
    guard let parts = answer.tuple?.array, parts.count == 2, case .int(let position) = parts[1] else {
      throw typeError("encoding error handler must return (str/bytes, int) tuple")
    }
    if position != end {
      throw error("NotImplementedError", "pya: an error handler must go on at the end of what it replaces")
    }
    return parts[0]
  }
}
