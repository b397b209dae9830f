import PyaSyntax
import Testing

@Suite struct SourceFileTests {
  @Test func offsetsBecomeLinesAndByteColumns() {
    let file = SourceFile(name: "x.py", text: "a\néb\n")
    #expect(file.location(of: 0) == (1, 0))
    #expect(file.location(of: 4) == (2, 2))
  }

  @Test func characterColumnsCountCodePoints() {
    #expect(SourceFile(name: "x.py", text: "é€b").characterColumn(of: 5) == 2)
  }

  @Test func offsetsPastTheEndCountAsTheEnd() {
    #expect(SourceFile(name: "x.py", text: "ab").location(of: 99) == (1, 2))
  }

  @Test func everyLineEndBecomesANewline() {
    #expect(SourceFile(name: "x.py", text: "a\r\nb\rc\n").bytes == Array("a\nb\nc\n".utf8))
  }

  @Test func theByteOrderMarkIsDropped() {
    #expect(SourceFile(name: "x.py", text: "\u{FEFF}a").bytes == Array("a".utf8))
  }

  @Test(arguments: [("", 0), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("a\nb", 2)])
  func aFinalNewlineBeginsNoLine(text: String, count: Int) {
    #expect(SourceFile(name: "x.py", text: text).lineCount == count)
  }

  @Test func aLineIsGivenWithoutItsNewline() {
    #expect(SourceFile(name: "x.py", text: "a\nbc\n").lineText(2) == "bc")
  }

  @Test func aLineThatDoesNotExistIsEmpty() {
    #expect(SourceFile(name: "x.py", text: "a\n").lineText(7) == "")
  }

  @Test func bytesThatAreNotUTF8AreAnError() {
    #expect(
      lexicalError(bytes: [0x78, 0x0A, 0xFF]) == """
        SyntaxError: Non-UTF-8 code starting with '\\xff' in file x.py on line 2, but no encoding declared; \
        see https://peps.python.org/pep-0263/ for details

        """)
  }

  @Test func encodedSurrogatesAreNotUTF8() {
    #expect(lexicalError(bytes: [0xED, 0xA0, 0x80])?.contains("'\\xed'") == true)
  }

  @Test func nullBytesAreAnErrorWithoutCarets() {
    #expect(
      lexicalError("x = \"a\0b\"\n") == """
          File "x.py", line 1
            x = "a
        SyntaxError: source code cannot contain null bytes

        """)
  }

  @Test func anErrorBeforeUndecodableBytesComesFirst() {
    #expect(lexicalError(bytes: Array("0x\n".utf8) + [0xFF])?.contains("invalid hexadecimal literal") == true)
  }

  @Test func latin1IsDecodedWhenDeclared() {
    let file = SourceFile(name: "x.py", bytes: Array("# coding: latin-1\n'".utf8) + [0xE9] + Array("'".utf8))
    #expect(file.lineText(2) == "'é'")
  }

  @Test func anUnknownEncodingIsAnError() {
    #expect(lexicalError("# coding: foo\nx") == "SyntaxError: encoding problem: foo\n")
  }
}
