import Foundation
import PyaSyntax

func parse(_ source: String) throws(SyntaxDiagnostic) -> Module {
  var parser = Parser(file: SourceFile(name: "x.py", text: source))
  return try parser.parseModule()
}

/// The dump of a program; or its error.
func parsed(_ source: String) -> String {
  do throws(SyntaxDiagnostic) {
    var text = dump(try parse(source))
    if text.last == "\n" { text.removeLast() }
    return text
  } catch {
    return "\(error.kind.rawValue): \(error.message)"
  }
}

/// The text that a range covers.
func text(_ range: SourceRange, of source: String) -> String {
  let bytes = Array(source.utf8)
  return String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
}

/// Runs `body` with the stack that the interpreter's own thread has.
func withLargeStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
  let box = ResultBox<Result>()
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    box.result = body()
    done.signal()
  }
  thread.stackSize = 64 << 20
  thread.start()
  done.wait()
  return box.result!
}

/// Written by one thread before the other reads: the semaphore orders them.
private final class ResultBox<Result>: @unchecked Sendable {
  var result: Result?
}
