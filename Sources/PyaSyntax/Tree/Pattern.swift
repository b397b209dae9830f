/// A pattern of a `case` clause.
public struct Pattern: Sendable {
  public indirect enum Kind: Sendable {
    /// A number, string, bytes or dotted name: compared with `==`.
    case value(Expression)
    /// `None`, `True`, `False`: compared with `is`.
    case singleton(Expression)
    /// `name`, or `_` when nil.
    case capture(String?)
    /// `pattern as name`
    case named(Pattern, String)
    case alternatives([Pattern])
    /// At most one element is `star`.
    case sequence([Pattern])
    /// `*name` or `*_` inside a sequence.
    case star(String?)
    /// `{key: pattern, ..., **rest}`
    case mapping(keys: [Expression], patterns: [Pattern], rest: String?)
    /// `Class(positional, name=pattern)`
    case `class`(Expression, positional: [Pattern], keywords: [(name: String, pattern: Pattern)])
  }
  public var kind: Kind
  public var range: SourceRange
  public init(_ kind: Kind, _ range: SourceRange) { self.kind = kind; self.range = range }
}

public struct MatchCase: Sendable {
  public var pattern: Pattern
  public var guardCondition: Expression?
  public var body: [Statement]
  public init(pattern: Pattern, guardCondition: Expression?, body: [Statement]) {
    self.pattern = pattern; self.guardCondition = guardCondition; self.body = body
  }
}
