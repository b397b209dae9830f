/// An expression of the source, with its place.
public struct Expression: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Sendable {
    // Literals
    case none
    case bool(Bool)
    case ellipsis
    case integer(IntegerLiteral)
    case float(Double)
    case imaginary(Double)
    /// Adjacent literals are already joined.
    case string(StringLiteral)
    case bytes([UInt8])
    case fstring([FStringPart])
    case name(String)

    // Displays
    case tuple([Expression])
    case list([Expression])
    case set([Expression])
    /// In source order; `key == nil` is a `**mapping` entry.
    case dict([DictEntry])
    case comprehension(Comprehension)

    // Operators
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// `a and b`, `a or b`; a chain of the same operator nests to the right: `a and (b and c)`.
    case boolean(BooleanOperator, Expression, Expression)
    /// `first op rest[0] op rest[1] ...`
    case comparison(Expression, [ComparisonLink])
    case conditional(condition: Expression, then: Expression, otherwise: Expression)
    case walrus(name: String, nameRange: SourceRange, value: Expression)
    case lambda(Lambda)

    // Primaries
    case attribute(Expression, name: String, nameRange: SourceRange)
    case `subscript`(Expression, Expression)
    /// Stands only inside a subscript (alone or in a tuple).
    case slice(lower: Expression?, upper: Expression?, step: Expression?)
    case call(Expression, [Argument])
    /// `*x` in a display, a subscript or an assignment target.
    case starred(Expression)

    // Suspension
    case await(Expression)
    case yield(Expression?)
    case yieldFrom(Expression)
  }
}

public struct DictEntry: Sendable {
  public var key: Expression?
  public var value: Expression
  public init(key: Expression?, value: Expression) { self.key = key; self.value = value }
}

public struct ComparisonLink: Sendable {
  public var op: ComparisonOperator
  public var right: Expression
  public init(_ op: ComparisonOperator, _ right: Expression) { self.op = op; self.right = right }
}

/// One argument of a call (or of a class statement), in source order.
public struct Argument: Sendable {
  public enum Kind: Sendable {
    case positional
    /// `*iterable`
    case unpacked
    case keyword(String)
    /// `**mapping`
    case unpackedKeywords
  }
  public var kind: Kind
  public var value: Expression
  /// The whole argument: `name=value`, `*value`.
  public var range: SourceRange
  public init(_ kind: Kind, _ value: Expression, _ range: SourceRange) {
    self.kind = kind; self.value = value; self.range = range
  }
}

public struct FStringPart: Sendable {
  public indirect enum Kind: Sendable {
    case literal(StringLiteral)
    /// `{value!conversion:format}`. `conversion` is `r`, `s` or `a`. For `{x=}` the parser puts the text `x=` before it
    /// as a literal part and sets `conversion` to `r` when neither a conversion nor a format is given.
    case field(value: Expression, conversion: Character?, format: [FStringPart]?)
  }
  public var kind: Kind
  public var range: SourceRange
  public init(_ kind: Kind, _ range: SourceRange) { self.kind = kind; self.range = range }
}

public struct Comprehension: Sendable {
  public enum Kind: Sendable {
    case list, set, generator
    /// `element` is the key, `value` the value.
    case dict(value: Expression)
  }
  public struct Clause: Sendable {
    public var isAsync: Bool
    public var target: Expression
    public var iterable: Expression
    public var conditions: [Expression]
    public init(isAsync: Bool, target: Expression, iterable: Expression, conditions: [Expression]) {
      self.isAsync = isAsync; self.target = target; self.iterable = iterable; self.conditions = conditions
    }
  }
  public var kind: Kind
  public var element: Expression
  public var clauses: [Clause]
  /// Names this construct's scope in `ScopeTable`.
  public var scope: ScopeID
  public init(kind: Kind, element: Expression, clauses: [Clause], scope: ScopeID) {
    self.kind = kind; self.element = element; self.clauses = clauses; self.scope = scope
  }
}

public struct Lambda: Sendable {
  public var parameters: Parameters
  public var body: Expression
  public var scope: ScopeID
  public init(parameters: Parameters, body: Expression, scope: ScopeID) {
    self.parameters = parameters; self.body = body; self.scope = scope
  }
}

public enum UnaryOperator: String, Sendable { case not, minus = "-", plus = "+", invert = "~" }

public enum BooleanOperator: String, Sendable { case and, or }

public enum BinaryOperator: String, CaseIterable, Sendable {
  case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", modulo = "%", power = "**"
  case matrixMultiply = "@", leftShift = "<<", rightShift = ">>", and = "&", or = "|", xor = "^"
}

public enum ComparisonOperator: String, CaseIterable, Sendable {
  case equal = "==", notEqual = "!=", less = "<", lessEqual = "<=", greater = ">", greaterEqual = ">="
  case `is`, isNot = "is not", `in`, notIn = "not in"
}
