/// One line per token: `1:0-1:3 name foo`, with lines from 1 and byte columns from 0.
public func dump(tokens: [Token], file: SourceFile) -> String {
  var result = ""
  for token in tokens {
    let start = file.location(of: token.range.start)
    let end = file.location(of: token.range.end)
    result += "\(start.line):\(start.column)-\(end.line):\(end.column) \(token.kind.dumped)\n"
  }
  return result
}

extension Token.Kind {
  fileprivate var dumped: String {
    switch self {
    case .name(let name): "name \(name)"
    case .keyword(let keyword): "keyword \(keyword.rawValue)"
    case .integer(.small(let value)): "integer \(value)"
    case .integer(.big(let digits, let radix)): "integer \(digits) base \(radix)"
    case .float(let value): "float \(value)"
    case .imaginary(let value): "imaginary \(value)"
    case .string(let literal): "string \(quoted(literal.utf8))"
    case .bytes(let bytes): "bytes \(quoted(bytes))"
    case .fstringStart: "fstringStart"
    case .fstringMiddle(let literal): "fstringMiddle \(quoted(literal.utf8))"
    case .fstringEnd: "fstringEnd"
    case .op(let op): "op \(op.rawValue)"
    case .newline: "newline"
    case .indent: "indent"
    case .dedent: "dedent"
    case .endOfFile: "endOfFile"
    case .error(let diagnostic): "error \(diagnostic.exceptionName): \(diagnostic.message)"
    }
  }

  /// The text between quotes; what is not printable ASCII appears as escaped bytes.
  private func quoted(_ bytes: [UInt8]) -> String {
    var result = "\""
    for byte in bytes {
      switch byte {
      case "\"", "\\": result += "\\" + String(Character(Unicode.Scalar(byte)))
      case "\n": result += "\\n"
      case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "\\x" + hexadecimal(UInt32(byte), width: 2, uppercase: false)
      }
    }
    return result + "\""
  }
}
