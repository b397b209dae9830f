/// What the actions of the grammar do: each reports an error, or decides that this was no mistake after all.
extension SyntaxErrorExplainer {
  /// False when the rule does not fit for a reason that the grammar cannot say.
  func perform(_ action: Grammar.Action, _ labels: Labels, _ whole: Range<Int>) throws(Finding) -> Bool {
    let a = labels["a"]
    let b = labels["b"]
    switch action.words.first {
    case "at": throw finding(action.message, at: range(of: a), about: a)
    case "range": throw finding(action.message, at: range(of: a).union(range(of: b)), about: a)
    case "from": throw finding(action.message, at: rangeToTokenizer(from: a), end: .exact)
    case "last": throw finding(action.message, at: lastTokenRange, end: lastTokenEnd)
    case "next": throw finding(action.message, at: tokenRange(whole.upperBound))
    case "name": throw finding(action.message, at: parameterRange(of: a))
    case "key":
      let end = range(of: a).end
      throw finding(action.message, at: SourceRange(end == 0 ? 0 : end - 1, end), end: .zero)
    case "indent": throw missingBlock(after: action.message, statement: a)
    case "target": return try reportTarget(action, a)
    case "comma": return try reportComma(a, b, end: whole.upperBound)
    case "legacy": return try reportLegacyStatement(a, b)
    case "bound": throw reportBound(action.message, colon: a, bound: b)
    case "generator": return try reportGenerator(a, b)
    case "positional": throw reportPositional(a)
    case "strings": return try checkStrings(whole)
    case "conversion": return try checkConversion(a, b)
    default: preconditionFailure("unknown action \(action.words)")
    }
  }

  private func finding(
    _ message: String, at range: SourceRange, about span: Range<Int>? = nil, end: SyntaxDiagnostic.End = .range
  ) -> Finding {
    var message = message
    if let span, let place = message.firstIndex(of: "%") {
      message.replaceSubrange(place...place, with: expression(in: span)?.nameInErrors ?? "expression")
    }
    return Finding(diagnostic: SyntaxDiagnostic(message, at: range, end: end))
  }

  // MARK: Ranges

  func tokenRange(_ index: Int) -> SourceRange { tokens[min(max(index, 0), tokens.count - 1)].range }

  /// The end of the file's last line.
  var endOfLastLine: SourceRange {
    let count = file.bytes.count
    let end = file.bytes.last == UInt8(ascii: "\n") ? count - 1 : count
    return SourceRange(end, end + 1)
  }

  /// The token that was looked at last. The end of the file counts as the end of its last line, and the end of a block
  /// has a line but no column.
  var lastTokenRange: SourceRange {
    if shapes[furthest...].allSatisfy({ $0 == .dedent || $0 == .endOfFile }) { return endOfLastLine }
    return shapes[furthest] == .dedent
      ? .lineOnly(at: Int(tokens[furthest].range.start)) : tokenRange(furthest)
  }

  var lastTokenEnd: SyntaxDiagnostic.End {
    shapes[furthest] == .dedent || shapes[furthest] == .endOfFile ? .minusOne : .range
  }

  /// From `a` to where CPython's tokenizer stands, which it counts one short.
  private func rangeToTokenizer(from span: Range<Int>) -> SourceRange {
    let start = range(of: span).start
    let end = tokenRange(furthest).end
    return SourceRange(start, max(start, shapes[furthest] == .newline || end == 0 ? end : end - 1))
  }

  private func tokenRange(_ span: Range<Int>) -> SourceRange {
    span.isEmpty
      ? tokenRange(span.lowerBound) : tokenRange(span.lowerBound).union(tokenRange(span.upperBound - 1))
  }

  /// An expression's place in the tree, which leaves out parentheses around it; otherwise that of the tokens.
  private func range(of span: Range<Int>) -> SourceRange {
    if span.count == 1 { return tokenRange(span) }
    return expression(in: span)?.range ?? tokenRange(span)
  }

  private func parameterRange(of span: Range<Int>) -> SourceRange {
    let last = span.upperBound - 1
    return tokenRange(last > span.lowerBound && shapes[last] == .op(.comma) ? span.dropLast() : span)
  }

  /// Reads the tokens of `span` again, as an expression.
  private func expression(in span: Range<Int>) -> Expression? {
    guard !span.isEmpty, span.upperBound <= tokens.count else { return nil }
    let end = tokenRange(span).end
    let part = Array(tokens[span]) + [Token(.endOfFile, SourceRange(end, end))]
    var parser = Parser(file: file, tokens: part, lexer: nil, allowsTopLevelAwait: true)
    do throws(SyntaxDiagnostic) {
      let expression = parser.at(.yield) ? try parser.parseYield() : try parser.parseStarNamedExpressions()
      return parser.current == .endOfFile ? expression : nil
    } catch {
      return nil
    }
  }

  // MARK: Blocks

  private func missingBlock(after construct: String, statement span: Range<Int>) -> Finding {
    let message =
      span.isEmpty
      ? construct : "expected an indented block after \(construct) on line \(line(of: tokenRange(span).start))"
    return Finding(
      diagnostic: SyntaxDiagnostic(message, at: lastTokenRange, kind: .indentationError, end: lastTokenEnd))
  }

  // MARK: Targets

  private func reportTarget(_ action: Grammar.Action, _ span: Range<Int>) throws(Finding) -> Bool {
    guard let expression = expression(in: span),
      let culprit = expression.firstInvalidTarget(TargetKind(rawValue: action.words[1]) ?? .star)
    else { return false }
    let message = action.message.replacingPercent(with: culprit.nameInErrors)
    throw Finding(diagnostic: SyntaxDiagnostic(message, at: culprit.range))
  }

  enum TargetKind: String { case star, `for`, delete }

  // MARK: Two expressions side by side

  private func isLegacyStatement(_ span: Range<Int>) -> String? {
    guard case .name(let name)? = expression(in: span)?.kind else { return nil }
    return name == "print" || name == "exec" ? name : nil
  }

  private func reportComma(_ a: Range<Int>, _ b: Range<Int>, end: Int) throws(Finding) -> Bool {
    guard isLegacyStatement(a) == nil, bracketDepth(after: end - 1) > 0 else { return false }
    throw finding("invalid syntax. Perhaps you forgot a comma?", at: range(of: a).union(range(of: b)))
  }

  /// How many brackets are open after a token.
  private func bracketDepth(after index: Int) -> Int {
    var depth = 0
    for shape in shapes[start...min(index, shapes.count - 1)] {
      switch shape {
      case .op(.leftParen), .op(.leftBracket), .op(.leftBrace): depth += 1
      case .op(.rightParen), .op(.rightBracket), .op(.rightBrace): depth -= 1
      default: break
      }
    }
    return depth
  }

  private func reportLegacyStatement(_ a: Range<Int>, _ b: Range<Int>) throws(Finding) -> Bool {
    guard let name = isLegacyStatement(a) else { return false }
    throw finding(
      "Missing parentheses in call to '\(name)'. Did you mean \(name)(...)?", at: range(of: a).union(range(of: b)))
  }

  // MARK: Arguments and type parameters

  private func reportBound(_ kind: String, colon: Range<Int>, bound: Range<Int>) -> Finding {
    var what = "bound"
    if case .tuple? = expression(in: bound)?.kind { what = "constraints" }
    return finding("cannot use \(what) with \(kind)", at: rangeToTokenizer(from: colon), end: .exact)
  }

  /// `f(a, b for b in c)`
  private func reportGenerator(_ arguments: Range<Int>, _ clauses: Range<Int>) throws(Finding) -> Bool {
    let starts = argumentStarts(in: arguments)
    guard starts.count > 1, let last = starts.last else { return false }
    throw finding(
      "Generator expression must be parenthesized", at: tokenRange(last).union(range(of: clauses)))
  }

  private func reportPositional(_ arguments: Range<Int>) -> Finding {
    let unpacks = argumentStarts(in: arguments).contains { shapes[$0] == .op(.doubleStar) }
    return finding(
      "positional argument follows keyword argument" + (unpacks ? " unpacking" : ""), at: tokenRange(furthest))
  }

  private func argumentStarts(in span: Range<Int>) -> [Int] {
    var starts = [span.lowerBound]
    var depth = 0
    for index in span {
      switch shapes[index] {
      case .op(.leftParen), .op(.leftBracket), .op(.leftBrace): depth += 1
      case .op(.rightParen), .op(.rightBracket), .op(.rightBrace): depth -= 1
      case .op(.comma) where depth == 0 && index + 1 < span.upperBound: starts.append(index + 1)
      default: break
      }
    }
    return starts
  }

  // MARK: Strings

  private func checkStrings(_ span: Range<Int>) throws(Finding) -> Bool {
    var sawBytes = false
    var sawText = false
    for shape in shapes[span] {
      switch shape {
      case .bytes: sawBytes = true
      case .string, .fstringStart: sawText = true
      default: break
      }
    }
    // A string inside an f-string's field is not beside the others.
    guard sawBytes, sawText, !shapes[span].contains(.fstringStart) || hasMixedNeighbours(span) else { return true }
    throw finding("cannot mix bytes and nonbytes literals", at: tokenRange(furthest))
  }

  private func hasMixedNeighbours(_ span: Range<Int>) -> Bool {
    var depth = 0
    var sawBytes = false
    var sawText = false
    for shape in shapes[span] {
      switch shape {
      case .fstringStart:
        if depth == 0 { sawText = true }
        depth += 1
      case .fstringEnd: depth -= 1
      case .bytes where depth == 0: sawBytes = true
      case .string where depth == 0: sawText = true
      default: break
      }
    }
    return sawBytes && sawText
  }

  private func checkConversion(_ mark: Range<Int>, _ name: Range<Int>) throws(Finding) -> Bool {
    guard case .name(let text) = tokens[name.lowerBound].kind else { return true }
    if tokenRange(mark).end != tokenRange(name).start {
      throw finding(
        "f-string: conversion type must come right after the exclamanation mark",  // as CPython spells it
        at: tokenRange(mark).union(tokenRange(name)))
    }
    guard text != "r", text != "s", text != "a" else { return true }
    throw finding(
      "f-string: invalid conversion character '\(text)': expected 's', 'r', or 'a'", at: tokenRange(name))
  }
}

extension String {
  fileprivate func replacingPercent(with text: String) -> String {
    guard let place = firstIndex(of: "%") else { return self }
    var copy = self
    copy.replaceSubrange(place...place, with: text)
    return copy
  }
}

extension Expression {
  /// The first part that cannot be assigned to (or deleted).
  func firstInvalidTarget(_ target: SyntaxErrorExplainer.TargetKind) -> Expression? {
    switch kind {
    case .name, .attribute, .subscript: return nil
    case .tuple(let elements), .list(let elements):
      for element in elements {
        if let culprit = element.firstInvalidTarget(target) { return culprit }
      }
      return nil
    case .starred(let value): return target == .delete ? self : value.firstInvalidTarget(target)
    case .comparison(let left, let links) where target == .for:
      // `for x in y`: the target was read together with `in y`.
      return links[0].op == .in ? left.firstInvalidTarget(target) : nil
    default: return self
    }
  }

  /// What CPython calls this kind of expression in its messages.
  var nameInErrors: String {
    switch kind {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .ellipsis: "ellipsis"
    case .integer, .float, .imaginary, .string, .bytes: "literal"
    case .fstring: "f-string expression"
    case .name: "name"
    case .tuple: "tuple"
    case .list: "list"
    case .set: "set display"
    case .dict: "dict literal"
    case .comprehension(let comprehension):
      switch comprehension.kind {
      case .list: "list comprehension"
      case .set: "set comprehension"
      case .dict: "dict comprehension"
      case .generator: "generator expression"
      }
    case .unary, .binary, .boolean: "expression"
    case .comparison: "comparison"
    case .conditional: "conditional expression"
    case .walrus: "named expression"
    case .lambda: "lambda"
    case .attribute: "attribute"
    case .subscript: "subscript"
    case .slice: "slice"
    case .call: "function call"
    case .starred: "starred"
    case .await: "await expression"
    case .yield, .yieldFrom: "yield expression"
    }
  }
}
