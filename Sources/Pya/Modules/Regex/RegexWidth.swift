/// How many characters an expression takes, at least and at most.
struct RegexWidth: Equatable {
  var min: Int
  var max: Int

  static let zero = RegexWidth(min: 0, max: 0)
  static let one = RegexWidth(min: 1, max: 1)

  static func + (a: RegexWidth, b: RegexWidth) -> RegexWidth {
    RegexWidth(min: clamp(a.min + b.min), max: clamp(a.max + b.max))
  }

  /// One or the other.
  static func | (a: RegexWidth, b: RegexWidth) -> RegexWidth {
    RegexWidth(min: Swift.min(a.min, b.min), max: Swift.max(a.max, b.max))
  }

  /// Widths stay below 2**33, so that no sum or product overflows.
  private static func clamp(_ width: Int) -> Int { Swift.min(width, regexUnbounded) }

  func repeated(_ least: Int, _ most: Int) -> RegexWidth {
    let (product, overflow) = max.multipliedReportingOverflow(by: most)
    let (lower, lowerOverflow) = min.multipliedReportingOverflow(by: least)
    return RegexWidth(
      min: lowerOverflow ? regexUnbounded : RegexWidth.clamp(lower),
      max: overflow ? regexUnbounded : RegexWidth.clamp(product))
  }
}

extension RegexParser {
  func width(_ node: RegexNode) -> RegexWidth { node.width { groupWidths[$0] ?? .zero } }
}

extension RegexNode {
  /// Groups that are referred to are asked for.
  func width(_ group: (Int) -> RegexWidth) -> RegexWidth {
    switch self {
    case .empty, .failure, .position, .look: return .zero
    case .literal, .set: return .one
    case .sequence(let items): return items.reduce(.zero) { $0 + $1.width(group) }
    case .branch(let items): return items.dropFirst().reduce(items[0].width(group)) { $0 | $1.width(group) }
    case .group(_, let node), .atomic(let node): return node.width(group)
    case .repetition(let node, let least, let most, _): return node.width(group).repeated(least, most)
    case .backreference(let number, _): return group(number)
    case .conditional(_, let yes, let no): return yes.width(group) | no.width(group)
    }
  }
}
