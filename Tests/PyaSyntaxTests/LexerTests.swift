import PyaSyntax
import Testing

@Suite struct LexerTests {
  // MARK: Lines

  @Test func anEmptyFileHasOnlyItsEnd() {
    #expect(tokens("") == ["endOfFile"])
  }

  @Test func blankLinesAndCommentsMakeNoTokens() {
    #expect(tokens("\n  # c\n\t\n\u{C}\n#") == ["endOfFile"])
  }

  @Test func aLineWithoutNewlineEndsLikeAnyOther() {
    #expect(tokens("x # c") == ["name x", "newline", "endOfFile"])
  }

  @Test func theNewlineTokenCoversTheCommentBeforeIt() {
    let file = SourceFile(name: "x.py", text: "x = # c\n")
    var lexer = Lexer(file)
    let newline = lexer.tokenize()[2]
    #expect(newline.kind == .newline && newline.range == SourceRange(4, 7))
  }

  @Test func deeperLinesAreIndented() {
    #expect(
      tokens("if a:\n  b\nc\n") == [
        "keyword if", "name a", "op :", "newline", "indent", "name b", "newline", "dedent", "name c", "newline",
        "endOfFile",
      ])
  }

  @Test func theEndOfTheFileClosesAllBlocks() {
    #expect(tokens("if a:\n if b:\n  c").suffix(4) == ["newline", "dedent", "dedent", "endOfFile"])
  }

  @Test func blankLinesDoNotCloseABlock() {
    #expect(tokens("if a:\n  b\n\n# c\n  d\n").filter { $0 == "dedent" }.count == 1)
  }

  @Test func aTabReachesTheNextMultipleOfEight() {
    #expect(errorMessage("if a:\n        b\n\tc\n")?.hasPrefix("TabError") == true)
    #expect(errorMessage("if a:\n\tb\n\tc\n") == nil)
  }

  @Test func aFormFeedRestartsTheIndentation() {
    #expect(tokens("  \u{C}x\n") == ["name x", "newline", "endOfFile"])
  }

  @Test func aBackslashJoinsLines() {
    #expect(lineTokens("x = \\\n  1\n") == ["name x", "op =", "integer 1"])
  }

  @Test func theBlanksBeforeABackslashAreTheIndentation() {
    #expect(tokens("if a:\n  \\\n      b\n  c\n").filter { $0 == "indent" || $0 == "dedent" } == ["indent", "dedent"])
  }

  @Test func bracketsJoinLines() {
    #expect(lineTokens("(\n  a # c\n\n b)\n") == ["op (", "name a", "name b", "op )"])
  }

  // MARK: Names and operators

  @Test func softKeywordsAreNames() {
    #expect(lineTokens("match case type _") == ["name match", "name case", "name type", "name _"])
  }

  @Test(arguments: Keyword.allCases)
  func everyReservedWordIsAKeyword(keyword: Keyword) {
    #expect(lineTokens(keyword.rawValue) == ["keyword \(keyword.rawValue)"])
  }

  @Test func aNameThatBeginsWithAKeywordIsAName() {
    #expect(lineTokens("continued nonlocals iff") == ["name continued", "name nonlocals", "name iff"])
  }

  @Test func lettersOfAllScriptsMakeNames() {
    #expect(lineTokens("é_1 ℘ 变量") == ["name é_1", "name ℘", "name 变量"])
  }

  @Test(arguments: Operator.allCases.filter { !"()[]{}".contains($0.rawValue) })
  func everyOperatorIsRead(op: Operator) {
    #expect(lineTokens("a \(op.rawValue) b") == ["name a", "op \(op.rawValue)", "name b"])
  }

  @Test func theLongestOperatorWins() {
    #expect(lineTokens("a**=b//c..d") == ["name a", "op **=", "name b", "op //", "name c", "op .", "op .", "name d"])
  }

  // MARK: Numbers

  @Test(arguments: [
    ("0", "integer 0"), ("00_0", "integer 0"), ("1_000", "integer 1000"), ("0xFf", "integer 255"),
    ("0X_f", "integer 15"), ("0o17", "integer 15"), ("0B1_0", "integer 2"),
    ("9223372036854775807", "integer 9223372036854775807"),
    ("9_223372036854775808", "integer 9223372036854775808 base 10"),
    ("0xFFFFFFFFFFFFFFFFF", "integer FFFFFFFFFFFFFFFFF base 16"),
    ("1.", "float 1.0"), (".5", "float 0.5"), ("1e3", "float 1000.0"), ("1_0.0_1E-1_0", "float 1.001e-09"),
    ("1e999", "float inf"), ("00.5", "float 0.5"), ("09e1", "float 90.0"), ("1j", "imaginary 1.0"),
    ("09J", "imaginary 9.0"), (".1e1j", "imaginary 1.0"),
  ])
  func numbersHaveTheirValue(text: String, token: String) {
    #expect(lineTokens(text) == [token])
  }

  @Test func aKeywordMayFollowANumberDirectly() {
    #expect(lineTokens("1if 0x1for 2else 1.or") == [
      "integer 1", "keyword if", "integer 31", "keyword or", "integer 2", "keyword else", "float 1.0", "keyword or",
    ])
  }

  @Test func aDotAfterAFloatIsAnAttribute() {
    #expect(lineTokens("1..real") == ["float 1.0", "op .", "name real"])
  }

  // MARK: Strings

  @Test func stringsMayHaveEitherQuote() {
    #expect(lineTokens("'a\"' \"b'\" '' \"\"") == [#"string "a\"""#, #"string "b'""#, #"string """#, #"string """#])
  }

  @Test func tripleQuotedStringsHoldNewlinesAndQuotes() {
    #expect(lineTokens("'''a\n'' b'''") == [#"string "a\n'' b""#])
  }

  @Test func prefixesComeInAnyCase() {
    #expect(lineTokens(#"Rb'\x' bR"\x" B'a' u'a' R'\n'"#) == [
      #"bytes "\\x""#, #"bytes "\\x""#, #"bytes "a""#, #"string "a""#, #"string "\\n""#,
    ])
  }

  @Test func urIsNoPrefix() {
    #expect(lineTokens("ur'a'") == ["name ur", #"string "a""#])
  }

  @Test func escapesAreDecoded() {
    #expect(lineTokens(#"'\a\b\f\n\r\t\v\\\'\"\101\x41\u0041\U00000041'"#) == [
      #"string "\x07\x08\x0c\n\x0d\x09\x0b\\'\"AAAA""#
    ])
  }

  @Test func octalEscapesReach777InStrings() {
    #expect(lineTokens(#"'\777\08'"#) == [#"string "\xc7\xbf\x008""#])
  }

  @Test func octalEscapesAreCutInBytes() {
    #expect(lineTokens(#"b'\777'"#) == [#"bytes "\xff""#])
  }

  @Test func unknownEscapesStay() {
    #expect(lineTokens(#"'\d\é' b'\u0041'"#) == [#"string "\\d\\\xc3\xa9""#, #"bytes "\\u0041""#])
  }

  @Test func anEscapedNewlineVanishes() {
    #expect(lineTokens("'a\\\nb'") == [#"string "ab""#])
  }

  @Test func loneSurrogatesSurvive() {
    #expect(lineTokens(#"'\ud800'"#) == [#"string "\xed\xa0\x80""#])
  }

  @Test func charactersAreFoundByName() {
    #expect(lineTokens(#"'\N{BULLET}\N{digit one}\N{LF}'"#) == [#"string "\xe2\x80\xa21\n""#])
  }

  // MARK: Incomplete input

  @Test(arguments: ["(1,\n", "'''a\n", "f'''{1}\n", "x = \\\n", "'a\\\n", "{'a': [1,"])
  func inputThatMoreTextCouldCompleteIsIncomplete(text: String) {
    #expect(isIncomplete(text))
  }

  @Test(arguments: ["x\n", "'a\n", "(]", "0x", "f'a\n"])
  func otherInputIsNot(text: String) {
    #expect(!isIncomplete(text))
  }
}
