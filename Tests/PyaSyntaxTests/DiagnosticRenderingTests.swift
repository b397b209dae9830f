import PyaSyntax
import Testing

@Suite struct DiagnosticRenderingTests {
  private func rendered(_ text: String, _ range: SourceRange, kind: SyntaxDiagnostic.Kind = .syntaxError) -> String {
    SyntaxDiagnostic("m", at: range, kind: kind).rendered(in: SourceFile(name: "x.py", text: text))
  }

  @Test func caretsUnderlineTheRange() {
    #expect(rendered("a bcd", SourceRange(2, 5)).contains("    a bcd\n      ^^^\n"))
  }

  @Test func leadingSpacesAreRemoved() {
    #expect(rendered("    ab\n", SourceRange(5, 6)).contains("\n    ab\n     ^\n"))
  }

  @Test func leadingTabsStayAndAlignTheCarets() {
    #expect(rendered("\tab\n", SourceRange(2, 3)).contains("\n    \tab\n    \t ^\n"))
  }

  @Test func anErrorInTheRemovedSpacesHasNoCarets() {
    #expect(rendered("  ab\n", SourceRange(1, 2)) == "  File \"x.py\", line 1\n    ab\nSyntaxError: m\n")
  }

  @Test func aRangeOfManyLinesIsUnderlinedToTheEndOfTheFirst() {
    #expect(rendered("f(a,\nb)\n", SourceRange(0, 7)).contains("    f(a,\n    ^^^^\n"))
  }

  @Test func anEmptyRangeGetsOneCaret() {
    #expect(rendered("ab\n", SourceRange(2, 2)).contains("    ab\n      ^\n"))
  }

  @Test func columnsCountCharacters() {
    #expect(rendered("é€ x\n", SourceRange(6, 7)).contains("    é€ x\n       ^\n"))
  }

  @Test func aRefusedFeatureIsASyntaxError() {
    #expect(rendered("a\n", SourceRange(0, 1), kind: .unsupported).hasSuffix("\nSyntaxError: m\n"))
  }

  @Test func aLimitOfTheParserHasNoPlace() {
    #expect(rendered("a\n", SourceRange(0, 1), kind: .memoryError) == "MemoryError: m\n")
  }

  @Test func thePlaceGivesTheAttributesOfSyntaxError() throws {
    let file = SourceFile(name: "x.py", text: "é\n ab\n")
    let place = try #require(SyntaxDiagnostic("m", at: SourceRange(4, 6)).place(in: file))
    #expect((place.line, place.offset, place.endLine, place.endOffset) == (2, 2, 2, 4))
    #expect(place.text == " ab")
  }
}
