import PyaSyntax
import Testing

/// What CPython 3.13 prints for each of these files, with the carets.
@Suite struct LexerErrorTests {
  @Test(arguments: [
    ("x=1_", "decimal"), ("x=0_", "decimal"), ("1__0", "decimal"), ("1.5_", "decimal"), ("1e+", "decimal"),
    ("1abc", "decimal"), ("1e", "decimal"), ("1.real", "decimal"), ("1elsewhere", "decimal"), ("1jx", "imaginary"),
    ("0x", "hexadecimal"), ("0xfg", "hexadecimal"), ("0x_", "hexadecimal"), ("0o", "octal"), ("0b", "binary"),
    ("0b1a", "binary"),
  ])
  func badNumbersAreNamedByTheirKind(text: String, kind: String) {
    #expect(errorMessage(text) == "SyntaxError: invalid \(kind) literal")
  }

  @Test func aDigitBeyondTheBaseIsNamed() {
    #expect(
      lexicalError("x=0b12\n") == """
          File "x.py", line 1
            x=0b12
                 ^
        SyntaxError: invalid digit '2' in binary literal

        """)
  }

  @Test func leadingZerosAreUnderlined() {
    #expect(
      lexicalError("0_0_8\n") == """
          File "x.py", line 1
            0_0_8
            ^^^^
        SyntaxError: leading zeros in decimal integer literals are not permitted; \
        use an 0o prefix for octal integers

        """)
  }

  @Test func decimalLiteralsHaveALimit() {
    #expect(errorMessage(String(repeating: "1", count: 4301))?.contains("value has 4301 digits") == true)
    #expect(errorMessage(String(repeating: "1", count: 4300)) == nil)
  }

  @Test func anUnterminatedStringPointsAtItsQuote() {
    #expect(
      lexicalError("x = 'abc\n") == """
          File "x.py", line 1
            x = 'abc
                ^
        SyntaxError: unterminated string literal (detected at line 1)

        """)
  }

  @Test func anEscapedEndQuoteIsSuspected() {
    #expect(errorMessage("'a\\'\n")?.hasSuffix("; perhaps you escaped the end quote?") == true)
  }

  @Test func anUnterminatedTripleQuotedStringNamesTheLastLine() {
    #expect(
      lexicalError("x = '''a\nb\\\n") == """
          File "x.py", line 1
            x = '''a
                ^
        SyntaxError: unterminated triple-quoted string literal (detected at line 2)

        """)
  }

  @Test(arguments: [
    (#"'\x'"#, "0-1: truncated \\xXX escape"), (#"'aé\x1'"#, "11-13: truncated \\xXX escape"),
    (#"'\é\x'"#, "16-17: truncated \\xXX escape"), (#"'\u12'"#, "0-3: truncated \\uXXXX escape"),
    (#"'\U1'"#, "0-2: truncated \\UXXXXXXXX escape"), (#"'\U00110000'"#, "0-9: illegal Unicode character"),
    (#"'\N'"#, "0-1: malformed \\N character escape"), (#"'\N{}'"#, "0-2: malformed \\N character escape"),
    (#"'\N{FOO}'"#, "0-6: unknown Unicode character name"),
  ])
  func badEscapesAreReportedWithTheirPosition(text: String, reason: String) {
    #expect(
      errorMessage(text)
        == "SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes in position \(reason)")
  }

  @Test func aBadEscapeInBytesIsAValueError() {
    #expect(errorMessage(#"b'a\x1'"#) == #"SyntaxError: (value error) invalid \x escape at position 1"#)
  }

  @Test func bytesAreASCII() {
    #expect(
      lexicalError("x=b'é'\n") == """
          File "x.py", line 1
            x=b'é'
              ^^^^
        SyntaxError: bytes can only contain ASCII literal characters

        """)
  }

  @Test func aCharacterThatNamesCannotHaveIsNamed() {
    #expect(
      lexicalError("a×b = 1\n") == """
          File "x.py", line 1
            a×b = 1
             ^
        SyntaxError: invalid character '×' (U+00D7)

        """)
  }

  @Test(arguments: [("x\u{A0}", "00A0"), ("\u{1}", "0001"), ("\u{7F}", "007F"), ("x\u{200B}", "200B")])
  func aCharacterThatCannotBePrintedIsGivenByNumber(text: String, code: String) {
    #expect(errorMessage(text) == "SyntaxError: invalid non-printable character U+\(code)")
  }

  @Test(arguments: ["$", "?", "`", "x = $ 3"])
  func aCharacterWithoutMeaningIsInvalidSyntax(text: String) {
    #expect(errorMessage(text) == "SyntaxError: invalid syntax")
  }

  @Test func aLaterErrorOfTheTokenizerWinsOverAStrayCharacter() {
    #expect(errorMessage("x = $\ny = 0x\n") == "SyntaxError: invalid hexadecimal literal")
  }

  @Test func anOpenBracketIsReportedWhereItStands() {
    #expect(
      lexicalError("x = (1,\n2\n") == """
          File "x.py", line 1
            x = (1,
                ^
        SyntaxError: '(' was never closed

        """)
  }

  @Test(arguments: [
    ("1)", "unmatched ')'"), ("(]", "closing parenthesis ']' does not match opening parenthesis '('"),
    ("(\n]", "closing parenthesis ']' does not match opening parenthesis '(' on line 1"),
  ])
  func bracketsMustMatch(text: String, message: String) {
    #expect(errorMessage(text) == "SyntaxError: \(message)")
  }

  @Test func bracketsNestTwoHundredDeep() {
    #expect(errorMessage(String(repeating: "(", count: 201)) == "SyntaxError: too many nested parentheses")
    #expect(errorMessage(String(repeating: "(", count: 200)) == "SyntaxError: '(' was never closed")
  }

  @Test func nothingMayFollowALineContinuation() {
    #expect(
      lexicalError("x = \\ y\n") == """
          File "x.py", line 1
            x = \\ y
                 ^
        SyntaxError: unexpected character after line continuation character

        """)
  }

  @Test func aLineContinuationNeedsALine() {
    #expect(
      lexicalError("x = 1\\\n + \\\n") == """
          File "x.py", line 2
            + \\
               ^
        SyntaxError: unexpected EOF while parsing

        """)
  }

  @Test func aDedentMustMeetAnOuterLevel() {
    #expect(
      lexicalError("if 1:\n    x=1\n  y=2\n") == """
          File "x.py", line 3
            y=2
               ^
        IndentationError: unindent does not match any outer indentation level

        """)
  }

  @Test func tabsAndSpacesMustNotBeAmbiguous() {
    #expect(
      lexicalError("if 1:\n        x=1\n\ty=2\n") == """
          File "x.py", line 3
            \ty=2
            ^
        TabError: inconsistent use of tabs and spaces in indentation

        """)
  }

  @Test func blocksNestAHundredDeep() {
    let text = (0...100).map { String(repeating: " ", count: $0) + "if 1:\n" }.joined()
    #expect(errorMessage(text) == "IndentationError: too many levels of indentation")
  }

  // MARK: Which error wins

  @Test func aTokenizerErrorOverridesAGrammaticalError() {
    var lexer = Lexer(SourceFile(name: "x.py", text: "x y\nz = 0x\n"))
    _ = lexer.tokenize()
    #expect(lexer.failure(overridingErrorOnLine: 1)?.message == "invalid hexadecimal literal")
  }

  @Test func anOpenBracketOverridesOnlyErrorsOnLaterLines() {
    var lexer = Lexer(SourceFile(name: "x.py", text: "(x y\nz\n"))
    _ = lexer.tokenize()
    #expect(lexer.failure(overridingErrorOnLine: 1) == nil)
    #expect(lexer.failure(overridingErrorOnLine: 2)?.message == "'(' was never closed")
  }

  @Test func anErrorInsideAnFStringOverridesNothing() {
    var lexer = Lexer(SourceFile(name: "x.py", text: "x y\nf'abc\n"))
    _ = lexer.tokenize()
    #expect(lexer.failure(overridingErrorOnLine: 1) == nil)
  }
}
