import PyaSyntax

/// Where the program called a built-in function that wants to know: its frame, its module and the place in the source.
///
/// Recorded by calls of certain names alone (`PlacedCallNode`), so that all others pay nothing.
struct CallSite {
  let frame: Frame
  let globals: DictObject
  let range: SourceRange
  /// How deep the calling frame is: what is recorded says nothing about calls from frames further in.
  let depth: Int

  var file: SourceFile { frame.code.information.file }
  var line: Int { file.location(of: range.start).line }
}

/// The innermost recorded call in progress.
final class CallSites {
  var current: CallSite?
}

extension Runtime {
  var callSites: CallSites { attachment(CallSites.self) { CallSites() } }

  /// Where the built-in function now running was called from, if that was recorded. `level` -1: where the function that called it
  /// was called from.
  func callSite(level: Int = 0) -> CallSite? {
    guard let site = callSites.current, site.depth == machine.pointee.depth + level else { return nil }
    return site
  }
}
