import ArgumentParser
import Pya
import PyaSyntax

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pya check`: the errors of programs, without running them.
struct CheckCommand: ParsableCommand {
  static let name = "check"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Reports the errors of programs without running them.",
    usage: "pya check [--json] [--python] file ...",
    discussion: "The exit status is 1 when there are any.")

  @Flag(help: "One JSON object per error, for editors.")
  var json = false

  @Flag(help: "Also report what plain Python does not know: await at the top level, sleep and the like without import.")
  var python = false

  @ArgumentParser.Argument(help: "The programs; - for standard input.", completion: .file(extensions: ["pya", "py"]))
  var files: [String]

  struct Finding {
    var file: String
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int
    var kind: String
    var message: String
    /// The line and the carets.
    var excerpt: String
  }

  /// The exit status.
  func perform() -> Int32 {
    var status: Int32 = 0
    for name in files {
      let source: Invocation.Source = name == "-" ? .standardInput(isNamed: true) : .file(name)
      let program: Interpreter.Program
      do { program = try Invocation(source: source, arguments: []).readProgram() } catch {
        write("pya: \(error.message)\n", to: 2)
        status = 2
        continue
      }
      let file = SourceFile(name: name == "-" ? "<stdin>" : name, bytes: program.source)
      for finding in findings(in: file) {
        write(json ? jsonText(finding) : text(finding), to: 1)
        status = max(status, 1)
      }
    }
    return status
  }

  private func text(_ finding: Finding) -> String {
    "\(finding.file):\(finding.line):\(finding.column): \(finding.kind): \(finding.message)\n\(finding.excerpt)"
  }

  private func jsonText(_ finding: Finding) -> String {
    let fields: [(String, String)] = [
      ("file", quoted(finding.file)), ("line", "\(finding.line)"), ("column", "\(finding.column)"),
      ("endLine", "\(finding.endLine)"), ("endColumn", "\(finding.endColumn)"), ("kind", quoted(finding.kind)),
      ("message", quoted(finding.message)),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}\n"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if scalar.value < 32 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  // MARK: Finding

  /// The errors of a file in the order of its lines. After an error the statement that has it is taken out, and the rest is
  /// looked at once more.
  func findings(in file: SourceFile) -> [Finding] {
    var findings: [Finding] = []
    var bytes = file.bytes
    for _ in 0..<50 {
      let current = SourceFile(name: file.name, bytes: bytes)
      do throws(SyntaxDiagnostic) {
        var parser = Parser(file: current)
        _ = try analyseScopes(of: try parser.parseModule())
        findings += moduleFindings(in: current)
        break
      } catch {
        findings.append(finding(error, in: current))
        guard let place = error.place(in: current), take(outStatementAt: place, of: current, &bytes) else { break }
      }
    }
    return findings.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  private func finding(_ error: SyntaxDiagnostic, in file: SourceFile) -> Finding {
    let place = error.place(in: file)
    let lines = error.rendered(in: file).split(separator: "\n", omittingEmptySubsequences: true).dropFirst().dropLast()
    return Finding(
      file: file.name, line: place?.line ?? 1, column: max(place?.offset ?? 1, 1), endLine: place?.endLine ?? 1,
      endColumn: max(place?.endOffset ?? 1, (place?.offset ?? 0) + 1), kind: error.kind.rawValue, message: error.message,
      excerpt: lines.map { $0 + "\n" }.joined())
  }

  /// Blanks the lines of the outermost statement around an error. False: there is nothing to blank.
  private func take(outStatementAt place: SyntaxErrorPlace, of file: SourceFile, _ bytes: inout [UInt8]) -> Bool {
    func isStart(_ line: Int) -> Bool {
      guard let first = file.lineText(line).unicodeScalars.first else { return false }
      return first != " " && first != "\t" && first != "#" && first != ")" && first != "]" && first != "}"
    }
    var first = min(max(place.line, 1), max(file.lineCount, 1))
    while first > 1, !isStart(first) { first -= 1 }
    var last = max(place.line, first)
    while last < file.lineCount, !isStart(last + 1) { last += 1 }
    let range = file.lineRange(first).lowerBound..<file.lineRange(last).upperBound
    var changed = false
    for index in range where bytes.indices.contains(index) && bytes[index] != 10 && bytes[index] != 32 {
      bytes[index] = 32
      changed = true
    }
    return changed
  }

  /// Imports of modules that are not there, and with `--python` what is not plain Python.
  private func moduleFindings(in file: SourceFile) -> [Finding] {
    var findings: [Finding] = []
    if python {
      var parser = Parser(file: file, allowsTopLevelAwait: false)
      do throws(SyntaxDiagnostic) { _ = try parser.parseModule() } catch { findings.append(finding(error, in: file)) }
    }
    for (name, range) in ImportScan.modules(in: file) where !isAvailable(name, from: file.name) {
      let error = SyntaxDiagnostic("there is no module '\(name)' in pya", at: range, kind: .unsupported)
      findings.append(finding(error, in: file))
    }
    return findings
  }

  private func isAvailable(_ module: String, from program: String) -> Bool {
    if CheckCommand.modules.contains(module) { return true }
    let folder = program.contains("/") ? String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)]) : "."
    let folders = [folder] + Interpreter.moduleFolders
    let first = String(module.prefix { $0 != "." })
    return folders.contains { folder in
      [".pya", ".py", ""].contains { access("\(folder)/\(first)\($0)", F_OK) == 0 }
    }
  }

  private static let modules = Interpreter.moduleNames
}

/// Finds the modules that a program imports. Those tried for (`try: import x`) do not count: the program does without.
private enum ImportScan {
  static func modules(in file: SourceFile) -> [(name: String, range: SourceRange)] {
    var lexer = Lexer(file)
    let tokens = lexer.tokenize()
    var found: [(name: String, range: SourceRange)] = []
    for index in tokens.indices where isStart(index, tokens) {
      var position = index + 1
      switch tokens[index].kind {
      case .keyword(.import):
        while let module = dottedName(&position, tokens) {
          found.append(module)
          if position + 1 < tokens.count, tokens[position].kind == .keyword(.as) { position += 2 }
          guard position < tokens.count, tokens[position].kind == .op(.comma) else { break }
          position += 1
        }
      case .keyword(.from): if let module = dottedName(&position, tokens) { found.append(module) }
      default: break
      }
    }
    return found
  }

  private static func isStart(_ index: Int, _ tokens: [Token]) -> Bool {
    guard index > 0 else { return true }
    switch tokens[index - 1].kind {
    case .newline, .dedent: return true
    case .indent:
      let isTry = index >= 4 && tokens[index - 4].kind == .keyword(.try)
      return !isTry
    case .op(.semicolon): return true
    default: return false
    }
  }

  private static func dottedName(_ position: inout Int, _ tokens: [Token]) -> (name: String, range: SourceRange)? {
    guard position < tokens.count, case .name(let first) = tokens[position].kind else { return nil }
    var name = first
    let start = tokens[position].range.start
    var end = tokens[position].range.end
    position += 1
    while position + 1 < tokens.count, tokens[position].kind == .op(.dot), case .name(let next) = tokens[position + 1].kind {
      name += "." + next
      end = tokens[position + 1].range.end
      position += 2
    }
    return (name, SourceRange(start, end))
  }
}
