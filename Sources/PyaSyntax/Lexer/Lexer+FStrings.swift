/// F-strings, as tokens of their parts (PEP 701).
///
/// Each open f-string has a mode. It is either in text, where `lexFStringText` cuts pieces until a brace or the
/// closing quote, or in a field, where the ordinary lexer works until the field's `}` (back to text) or its `:` (to the
/// text of the format specification). Depths decide which brace or colon that is: `bracketDepth` counts the brackets
/// open since the quote, `fieldDepth` the fields among them, from -1. A `:` belongs to the field when every bracket but
/// the fields' own braces is closed, that is, when `bracketDepth - 1 == fieldDepth`.
struct FStringMode {
  let quote: UInt8
  let quoteSize: Int
  let isRaw: Bool
  /// Where the prefix begins.
  let start: Int
  var bracketDepth = 0
  var fieldDepth = -1
  var isInText = true
  var isInFormatSpecification = false
  /// A bad escape in the text: CPython's parser decodes the text when the f-string is complete, so it is told then.
  var decodingProblem: String?

  init(quote: UInt8, quoteSize: Int, isRaw: Bool, start: Int) {
    self.quote = quote
    self.quoteSize = quoteSize
    self.isRaw = isRaw
    self.start = start
  }

  /// Counts a closing bracket, which may end the field; false when it is one too many.
  mutating func closeBracket(isBrace: Bool) -> Bool {
    bracketDepth -= 1
    if isBrace, bracketDepth == fieldDepth {
      fieldDepth -= 1
      isInText = true
      isInFormatSpecification = false
    }
    return bracketDepth >= 0
  }
}

extension Lexer {
  private static let mostFStrings = 150
  private static let mostFields = 3

  /// Lexes the opening quote, which is at the position.
  mutating func lexFStringStart(prefix: StringPrefix, start: Int) throws(SyntaxDiagnostic) {
    let quote = bytes[position]
    let quoteSize = byte(at: position + 1) == quote && byte(at: position + 2) == quote ? 3 : 1
    position += quoteSize
    guard fstrings.count + 1 < Lexer.mostFStrings else { throw error("too many nested f-strings") }
    fstrings.append(FStringMode(quote: quote, quoteSize: quoteSize, isRaw: prefix.isRaw, start: start))
    append(.fstringStart, from: start)
  }

  /// Whether a `:` at the position ends the expression of a field.
  var beginsFormatSpecification: Bool {
    guard let mode = fstrings.last else { return false }
    return mode.fieldDepth >= 0 && mode.bracketDepth - 1 == mode.fieldDepth
  }

  /// Lexes one piece of text, or the closing quote, or turns to a field.
  mutating func lexFStringText() throws(SyntaxDiagnostic) {
    let mode = fstrings[fstrings.count - 1]
    let start = position
    var hasNamedEscape = false
    while true {
      let byte = self.byte(at: position)
      if byte == mode.quote, closes(mode) { break }
      switch byte {
      case 0 where position >= end:
        throw unterminatedFString(mode)
      case "\n" where mode.quoteSize == 1:
        guard mode.isInFormatSpecification else { throw unterminatedFString(mode) }
        appendMiddle(from: start, to: position)
        fstrings[fstrings.count - 1].isInText = false
        fstrings[fstrings.count - 1].isInFormatSpecification = false
        return
      case "{":
        return try lexOpeningBrace(textStart: start)
      case "}" where hasNamedEscape:
        position += 1
        return appendMiddle(from: start, to: position)
      case "}":
        return lexClosingBrace(textStart: start)
      case "\\":
        hasNamedEscape = skipEscape(isRaw: mode.isRaw) || hasNamedEscape
      default:
        position += 1
      }
    }
    if position > start { appendMiddle(from: start, to: position) }
    lexFStringEnd()
  }

  private func closes(_ mode: FStringMode) -> Bool {
    mode.quoteSize == 1 || (byte(at: position + 1) == mode.quote && byte(at: position + 2) == mode.quote)
  }

  /// Skips a backslash and what it escapes; true for `\N{`, whose brace opens no field. Other braces are not escaped.
  private mutating func skipEscape(isRaw: Bool) -> Bool {
    let escaped = byte(at: position + 1)
    position += 1
    if escaped == "{" || escaped == "}" {
      // A doubled brace is part of the text, which is decoded with the backslash.
      if !isRaw, byte(at: position + 1) != escaped { warnings.append(error(DoubtfulEscape.unknown(escaped).complaint, at: SourceRange(position, position))) }
      return false
    }
    position = min(position + 1, end)
    guard !isRaw, escaped == "N", byte(at: position) == "{" else { return false }
    position += 1
    return true
  }

  private mutating func lexOpeningBrace(textStart: Int) throws(SyntaxDiagnostic) {
    let index = fstrings.count - 1
    if byte(at: position + 1) == "{", !fstrings[index].isInFormatSpecification {
      appendMiddle(from: textStart, to: position + 1)
      position += 2
      return
    }
    appendMiddle(from: textStart, to: position)
    fstrings[index].fieldDepth += 1
    guard fstrings[index].fieldDepth < Lexer.mostFields else {
      throw error("f-string: expressions nested too deeply")
    }
    fstrings[index].isInText = false
  }

  private mutating func lexClosingBrace(textStart: Int) {
    let index = fstrings.count - 1
    let isDoubled = byte(at: position + 1) == "}"
    if isDoubled, !fstrings[index].isInFormatSpecification, fstrings[index].bracketDepth == 0 {
      appendMiddle(from: textStart, to: position + 1)
      position += 2
      return
    }
    appendMiddle(from: textStart, to: position)
    fstrings[index].isInText = false
  }

  private mutating func lexFStringEnd() {
    guard let mode = fstrings.popLast() else { return }
    let start = position
    position += mode.quoteSize
    if let problem = mode.decodingProblem {
      postpone(SyntaxDiagnostic(problem, at: SourceRange(start, position)))
    }
    append(.fstringEnd, from: start)
  }

  /// Appends text unless it is empty. The text of a format specification is decoded even in a raw f-string.
  private mutating func appendMiddle(from start: Int, to textEnd: Int) {
    guard textEnd > start else { return }
    let index = fstrings.count - 1
    let range = SourceRange(start, textEnd)
    let text = bytes[start..<textEnd]
    let isSpecification = fstrings[index].fieldDepth >= 0
    if fstrings[index].isRaw && !isSpecification || !text.contains(where: { $0 == "\\" }) {
      tokens.append(Token(.fstringMiddle(StringLiteral(utf8: Array(text))), range))
      return
    }
    do {
      tokens.append(Token(.fstringMiddle(StringLiteral(utf8: try decodeEscapes(text, range))), range))
    } catch {
      if isSpecification {
        postpone(SyntaxDiagnostic(error.message, at: range))
      } else if fstrings[index].decodingProblem == nil {
        fstrings[index].decodingProblem = error.message
      }
    }
  }

  private mutating func unterminatedFString(_ mode: FStringMode) -> SyntaxDiagnostic {
    if position >= end {
      if let problem = file.decodingProblem { return problem }
      isIncomplete = mode.quoteSize == 3 || bytes[end - 1] == "\n" || bytes[end - 1] == "\\"
    }
    let quotes = mode.quoteSize == 3 ? "triple-quoted " : ""
    return error(
      "unterminated \(quotes)f-string literal (detected at line \(lineOfUnexpectedEnd(position)))",
      at: SourceRange(mode.start, mode.start + 1))
  }
}
