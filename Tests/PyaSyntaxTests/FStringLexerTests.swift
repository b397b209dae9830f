import PyaSyntax
import Testing

@Suite struct FStringLexerTests {
  @Test func textAndFieldsAlternate() {
    #expect(lineTokens("f'a{x}b'") == [
      "fstringStart", #"fstringMiddle "a""#, "op {", "name x", "op }", #"fstringMiddle "b""#, "fstringEnd",
    ])
  }

  @Test func anEmptyFStringHasNoText() {
    #expect(lineTokens("f''") == ["fstringStart", "fstringEnd"])
  }

  @Test func doubledBracesAreText() {
    #expect(lineTokens("f'{{a}}'") == ["fstringStart", #"fstringMiddle "{""#, #"fstringMiddle "a}""#, "fstringEnd"])
  }

  @Test func aConversionIsAnOperatorAndAName() {
    #expect(lineTokens("f'{x!r}'").dropFirst() == ["op {", "name x", "op !", "name r", "op }", "fstringEnd"])
  }

  @Test func notEqualIsNoConversion() {
    #expect(lineTokens("f'{x!=y}'").contains("op !="))
  }

  @Test func theFormatSpecificationIsText() {
    #expect(lineTokens("f'{x:>{w}.2}'").dropFirst() == [
      "op {", "name x", "op :", #"fstringMiddle ">""#, "op {", "name w", "op }", #"fstringMiddle ".2""#, "op }",
      "fstringEnd",
    ])
  }

  @Test func aColonInBracketsIsOrdinary() {
    #expect(lineTokens("f'{(lambda: 1)}{a[1:2]}'").filter { $0.hasPrefix("fstringMiddle") } == [])
  }

  @Test func aWalrusBeginsAFormatSpecification() {
    #expect(lineTokens("f'{x:=5}'").dropFirst(3) == ["op :", #"fstringMiddle "=5""#, "op }", "fstringEnd"])
  }

  @Test func aWalrusInParenthesesIsAnOperator() {
    #expect(lineTokens("f'{(x:=5)}'").contains("op :="))
  }

  @Test func aFieldMayHoldTheSameQuotes() {
    #expect(lineTokens("f'{'a'}'") == ["fstringStart", "op {", #"string "a""#, "op }", "fstringEnd"])
  }

  @Test func fStringsNest() {
    #expect(lineTokens("f'{f'{f'{1}'}'}'").filter { $0 == "fstringStart" }.count == 3)
  }

  @Test func aFieldMaySpanLinesAndHoldComments() {
    #expect(lineTokens("f'{\nx # c\n}'") == ["fstringStart", "op {", "name x", "op }", "fstringEnd"])
  }

  @Test func escapesOfTheTextAreDecoded() {
    #expect(lineTokens(#"f'\x41\N{BULLET}{x}'"#)[1...2] == [
      #"fstringMiddle "A\xe2\x80\xa2""#, "op {",
    ])
  }

  @Test func aRawFStringKeepsItsEscapes() {
    #expect(lineTokens(#"rf'\x{x}\N{y}'"#).filter { $0.hasPrefix("fstringMiddle") } == [
      #"fstringMiddle "\\x""#, #"fstringMiddle "\\N""#,
    ])
  }

  @Test func aBackslashDoesNotEscapeABrace() {
    #expect(lineTokens(#"f'\{x}'"#) == [
      "fstringStart", #"fstringMiddle "\\""#, "op {", "name x", "op }", "fstringEnd",
    ])
  }

  @Test func aDictionaryInAFieldEndsWithItsOwnBrace() {
    #expect(lineTokens("f'{ {1: 2}[1]:>3}'").filter { $0.hasPrefix("fstringMiddle") } == [#"fstringMiddle ">3""#])
  }

  @Test(arguments: [
    ("f'{x'", "f-string: expecting '}'"),
    ("f'}'", "f-string: single '}' is not allowed"),
    ("f'{a)}'", "f-string: unmatched ')'"),
    ("f'{(}'", "closing parenthesis '}' does not match opening parenthesis '('"),
    ("f'abc", "unterminated f-string literal (detected at line 1)"),
    ("f'''abc\n\n", "unterminated triple-quoted f-string literal (detected at line 2)"),
    ("f'''{1", "'{' was never closed"),
    ("f'{1 # c}'", "'{' was never closed"),
    ("f'{x:{y:{z:{w}}}}'", "f-string: expressions nested too deeply"),
  ])
  func errorsAreThoseOfCPython(text: String, message: String) {
    #expect(errorMessage(text) == "SyntaxError: \(message)")
  }

  @Test func aBadEscapeIsReportedAtTheClosingQuote() {
    #expect(
      lexicalError(#"f'{x}\x{y}'"#) == #"""
          File "x.py", line 1
            f'{x}\x{y}'
                      ^
        SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: truncated \xXX escape

        """#)
  }
}
