/// `[...]`
extension RegexParser {
  private enum Member {
    case character(UInt32)
    case category(RegexSet.CategoryTest)
  }

  mutating func parseSet() throws(RegexSyntaxError) -> RegexNode {
    let start = index
    index += 1
    if isNext("[") { warnings.append("Possible nested set at position \(index)") }
    var set = RegexSet()
    set.isNegated = take("^")
    set.folding = folding
    var isEmpty = true
    var needsFolding = false
    func add(_ range: ClosedRange<UInt32>) {
      let isCased = folding != .none && (range.count > 1 || folding.distinguishes(range.lowerBound))
      if isCased { needsFolding = true }
      set.add(range)
    }
    while true {
      guard index < text.count else { throw failure("unterminated character set", at: start) }
      let token = index
      if text[index] == 0x5D, !isEmpty {
        index += 1
        break
      }
      let member = try parseMember(isFirst: isEmpty)
      let tokenWidth = text[token] == 0x5C ? 2 : 1
      isEmpty = false
      guard take("-") else {
        switch member {
        case .character(let character): add(character...character)
        case .category(let test): set.add(test)
        }
        continue
      }
      guard index < text.count else { throw failure("unterminated character set", at: start) }
      if isNext("]") {
        index += 1
        switch member {
        case .character(let character): add(character...character)
        case .category(let test): set.add(test)
        }
        add(0x2D...0x2D)
        break
      }
      let endToken = index
      if isNext("-") { warnings.append("Possible set difference at position \(index - 1)") }
      let end = try parseMember(isFirst: true)
      let endWidth = text[endToken] == 0x5C ? 2 : 1
      guard case .character(let low) = member, case .character(let high) = end, low <= high else {
        let range = "\(quote(token..<(token + tokenWidth)))-\(quote(endToken..<(endToken + endWidth)))"
        throw failure("bad character range \(range)", at: index - tokenWidth - 1 - endWidth)
      }
      add(low...high)
    }
    if !needsFolding, set.tests.isEmpty { set.folding = .none }
    if let character = set.single { return .literal(character) }
    return .set(set)
  }

  private mutating func parseMember(isFirst: Bool) throws(RegexSyntaxError) -> Member {
    let character = text[index]
    if character == 0x5C {
      switch try parseEscape(inSet: true) {
      case .literal(let character): return .character(character)
      case .set(let set): return set.tests.first.map { .category($0) } ?? .character(0x5C)
      default: return .character(0x5C)
      }
    }
    index += 1
    if !isFirst, next == character {
      let operation: String? =
        switch Unicode.Scalar(character) {
        case "-": "difference"
        case "&": "intersection"
        case "~": "symmetric difference"
        case "|": "union"
        default: nil
        }
      if let operation { warnings.append("Possible set \(operation) at position \(index - 1)") }
    }
    return .character(character)
  }
}
