/// The letters before a string's quote.
struct StringPrefix {
  var isBytes = false
  var isRaw = false
  var isUnicode = false
  var isFormatted = false

  /// Adds a letter if the combination exists: `rb` and `fr` in any order, `u` only alone.
  mutating func accept(_ byte: UInt8) -> Bool {
    switch byte {
    case "b", "B":
      if isBytes || isUnicode || isFormatted { return false }
      isBytes = true
    case "u", "U":
      if isBytes || isUnicode || isFormatted || isRaw { return false }
      isUnicode = true
    case "r", "R":
      if isRaw || isUnicode { return false }
      isRaw = true
    case "f", "F":
      if isFormatted || isBytes || isUnicode { return false }
      isFormatted = true
    default:
      return false
    }
    return true
  }
}

/// String and bytes literals.
extension Lexer {
  /// Lexes from the opening quote, which is at the position; `start` is where the prefix begins.
  mutating func lexString(prefix: StringPrefix, start: Int) throws(SyntaxDiagnostic) {
    let quote = bytes[position]
    let quoteSize = byte(at: position + 1) == quote && byte(at: position + 2) == quote ? 3 : 1
    let bodyStart = position + quoteSize
    let scan = scanBody(from: bodyStart, quote: quote, quoteSize: quoteSize)
    guard scan.isClosed else {
      throw unterminatedString(scan, start: start, quote: quote, quoteSize: quoteSize)
    }
    position = scan.end + quoteSize
    let token = SourceRange(start, position)
    let body = bytes[bodyStart..<scan.end]
    if prefix.isBytes {
      appendBytes(body, isRaw: prefix.isRaw || !scan.hasEscape, isASCII: scan.isASCII, token: token)
    } else if prefix.isRaw || !scan.hasEscape {
      tokens.append(Token(.string(StringLiteral(utf8: Array(body))), token))
    } else {
      do {
        tokens.append(Token(.string(StringLiteral(utf8: try decodeEscapes(body, token))), token))
      } catch {
        postpone(SyntaxDiagnostic(error.message, at: token))
      }
    }
  }

  private mutating func appendBytes(_ body: ArraySlice<UInt8>, isRaw: Bool, isASCII: Bool, token: SourceRange) {
    guard isASCII else {
      return postpone(SyntaxDiagnostic("bytes can only contain ASCII literal characters", at: token))
    }
    do {
      tokens.append(Token(.bytes(isRaw ? Array(body) : try decodeEscapes(body, token, ofBytes: true)), token))
    } catch {
      postpone(SyntaxDiagnostic(error.message, at: token))
    }
  }

  /// Decodes escapes, and warns of the first that means nothing.
  mutating func decodeEscapes(_ body: ArraySlice<UInt8>, _ token: SourceRange, ofBytes: Bool = false)
    throws(StringEscapes.Problem) -> [UInt8]
  {
    let decoded = ofBytes ? try StringEscapes.decodeBytes(body) : try StringEscapes.decode(body)
    if let escape = decoded.doubtful { warnings.append(SyntaxDiagnostic(escape.complaint, at: token)) }
    return decoded.bytes
  }

  private struct BodyScan {
    /// Where the closing quote begins, or where the text or line ends without one.
    var end: Int
    var isClosed = false
    var hasEscape = false
    var hasEscapedQuote = false
    var isASCII = true
  }

  private func scanBody(from start: Int, quote: UInt8, quoteSize: Int) -> BodyScan {
    var scan = BodyScan(end: start)
    while scan.end < end {
      let byte = bytes[scan.end]
      if byte == quote {
        if quoteSize == 1 || (self.byte(at: scan.end + 1) == quote && self.byte(at: scan.end + 2) == quote) {
          scan.isClosed = true
          return scan
        }
      } else if byte == "\\" {
        scan.hasEscape = true
        scan.end += 1
        if self.byte(at: scan.end) == quote { scan.hasEscapedQuote = true }
        if self.byte(at: scan.end) >= 0x80 { scan.isASCII = false }
      } else if byte == "\n", quoteSize == 1 {
        return scan
      } else if byte >= 0x80 {
        scan.isASCII = false
      }
      scan.end += 1
    }
    scan.end = end
    return scan
  }

  private mutating func unterminatedString(
    _ scan: BodyScan, start: Int, quote: UInt8, quoteSize: Int
  ) -> SyntaxDiagnostic {
    if scan.end >= end {
      if let problem = file.decodingProblem { return problem }
      // A single-quoted string reaches the end of the text only behind a backslash.
      isIncomplete = quoteSize == 3 || bytes[end - 1] == "\n" || bytes[end - 1] == "\\"
    }
    let place = SourceRange(start, start + 1)
    if let mode = fstrings.last, mode.quote == quote, mode.quoteSize == quoteSize {
      return error("f-string: expecting '}'", at: place)
    }
    let detected = "(detected at line \(lineOfUnexpectedEnd(scan.end)))"
    if quoteSize == 3 { return error("unterminated triple-quoted string literal \(detected)", at: place) }
    let hint = scan.hasEscapedQuote ? "; perhaps you escaped the end quote?" : ""
    return error("unterminated string literal \(detected)\(hint)", at: place)
  }

  /// The line CPython names: the last one that holds text.
  func lineOfUnexpectedEnd(_ offset: Int) -> Int {
    min(file.location(of: UInt32(offset)).line, file.lineCount)
  }
}
