import PyaSyntax
import Testing

/// A wrong program and what CPython 3.13 says about it. Recorded from `python3` with `traceback.format_exception_only`.
struct SyntaxErrorRow: Sendable, CustomTestStringConvertible {
  var source: String
  var line: Int
  /// The first underlined column of the line without its indentation, and how many are underlined: `4+1`. Empty when
  /// CPython underlines nothing.
  var carets: String
  var message: String

  init(_ source: String, _ line: Int, _ carets: String, _ message: String) {
    self.source = source
    self.line = line
    self.carets = carets
    self.message = message
  }

  var testDescription: String { source }
}

enum SyntaxErrorTable {
  static let all: [SyntaxErrorRow] = [
    missingColon, nothingFits, missingComma, equalsForComparison, missingBlock, indentation, whichErrorComesFirst,
    assignment, assignmentExpression, annotation, deletion, starred, calls, parameters, comprehensions, dicts,
    conditionals, notAfterOperator, legacyStatements, strings, fstrings, exceptionHandling, imports, patterns,
    wrongPlace,
  ].flatMap { $0 }
}

struct SyntaxErrorTests {
  @Test(arguments: SyntaxErrorTable.all)
  func agreesWithCPython(_ row: SyntaxErrorRow) {
    let found = reportedError(row.source)
    #expect(found?.message == row.message)
    #expect(found?.line == row.line)
    #expect(found?.carets == row.carets)
  }

  @Test func awaitingIsAllowedAtTheTopLevelOnlyIfAskedFor() {
    for source in ["await x", "[await x for x in y]", "async for x in y: pass", "async with x: pass"] {
      #expect(reportedError(source, allowsTopLevelAwait: true) == nil, "\(source)")
      #expect(reportedError(source, allowsTopLevelAwait: false) != nil, "\(source)")
    }
  }
}

/// The error in the terms of a row; the line, the carets and the message are taken from what a user sees.
private func reportedError(_ source: String, allowsTopLevelAwait: Bool = false) -> SyntaxErrorRow? {
  let file = SourceFile(name: "x.py", text: source)
  var parser = Parser(file: file, allowsTopLevelAwait: allowsTopLevelAwait)
  do throws(SyntaxDiagnostic) {
    _ = try parser.parseModule()
    return nil
  } catch {
    let lines = error.rendered(in: file).split(separator: "\n").map(String.init)
    let line = lines[0].split(separator: " ").last.flatMap { Int($0) } ?? 0
    let underline = lines.count > 3 ? String(lines[2].dropFirst(4)) : ""
    let column = underline.prefix { $0 == " " }.count
    let carets = underline.isEmpty ? "" : "\(column)+\(underline.count - column)"
    return SyntaxErrorRow(source, line, carets, lines.last ?? "")
  }
}
