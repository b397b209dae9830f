extension Session {
  public var prompt: String { promptText("ps1") ?? ">>> " }
  public var continuationPrompt: String { promptText("ps2") ?? "... " }

  private func promptText(_ name: String) -> String? {
    guard let value = runtime.standardStreams.sysModule?.namespace.getString(runtime.intern(name)) else { return nil }
    return try? runtime.str(value).text
  }

  /// The name means the built-in of that name.
  public func isBuiltin(_ name: String) -> Bool { main.namespace.getString(runtime.intern(name)) == nil }

  /// The names that begin with a colon at a prompt.
  public static let commandNames = [":cancel ", ":help", ":load ", ":reset", ":save ", ":tasks", ":time ", ":tree"]

  /// Seconds on the session's clock.
  public var now: Double { runtime.clock.monotonic }

  public func writeError(_ text: String) {
    runtime.output.flush()
    runtime.errorOutput.write(text)
    runtime.errorOutput.flush()
  }

  /// Writes to the standard output, past what programs have put in its place.
  public func write(_ text: String) {
    runtime.output.write(text)
    runtime.output.flush()
  }
}
