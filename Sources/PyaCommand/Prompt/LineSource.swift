import Pya

/// Where the prompt gets its entries from.
protocol LineSource: SessionInput {
  /// Shows the prompt and waits for an entry.
  func begin(prompt: String, continuation: String)
  /// What came, once nothing is waited for.
  func take() -> Line
  func remember(_ entry: String)
}

enum Line: Equatable {
  /// Several for a pasted transcript.
  case entries([String])
  case interrupted
  case endOfInput
}
