import PyaSyntax
import Testing

/// Nothing that a program nests may end the native stack.
struct ParserLimitTests {
  @Test(arguments: [
    ("not ", "a"), ("-", "1"), ("lambda: ", "0"), ("2 ** ", "2"), ("a if b else ", "c"), ("1 + ", "1"), ("a.", "a"),
    ("1 < 2 and (3 or 4) | ", "5"), ("await ", "a"), ("x = ", "1"), ("a, ", "b"), ("1 and ", "1"), ("\"a\" ", "\"b\""),
  ])
  func repeatedPrefixesParseOrAreRefused(_ prefix: String, _ end: String) {
    for count in [1_000, 20_000] {
      let result = withLargeStack { parsed(String(repeating: prefix, count: count) + end) }
      #expect(!result.isEmpty)
    }
  }

  @Test(arguments: [("a", "()"), ("a", ".b"), ("a", "[0]"), ("1", " + 1"), ("1", " < 1"), ("f(1)", "(lambda: 0)")])
  func repeatedSuffixesParseOrAreRefused(_ start: String, _ suffix: String) {
    for count in [1_000, 20_000] {
      let result = withLargeStack { parsed(start + String(repeating: suffix, count: count)) }
      #expect(!result.isEmpty)
    }
  }

  @Test(arguments: [("not ", "a", "MemoryError"), ("1 + ", "1", "RecursionError")])
  func deepTreesAreErrors(_ prefix: String, _ end: String, _ error: String) {
    let result = withLargeStack { parsed(String(repeating: prefix, count: 10_000) + end) }
    #expect(result.hasPrefix(error))
  }

  @Test func chainsInBracketsAddUp() {
    let chain = String(repeating: " + 1", count: 500) + ")"
    let result = withLargeStack {
      parsed(String(repeating: "(", count: 150) + "1" + String(repeating: chain, count: 150))
    }
    #expect(result.hasPrefix("RecursionError"))
  }

  @Test(arguments: ["(", "[", "{", "f(", "a[", "x = (", "[*", "f'{"])
  func openBracketsAreRefused(_ bracket: String) {
    let result = withLargeStack { parsed(String(repeating: bracket, count: 10_000)) }
    #expect(result.contains("Error"))
  }

  @Test func wideProgramsAreFine() {
    let sources = [
      String(repeating: "x = a.b + f(c)\n", count: 20_000),
      "x = [" + String(repeating: "a.b, ", count: 20_000) + "]\n",
      "x = [" + String(repeating: "lambda: a, ", count: 20_000) + "]\n",
      "x = {" + String(repeating: "1: (a, b), ", count: 20_000) + "}\n",
      "f(" + String(repeating: "a + b, ", count: 20_000) + ")\n",
      "x = " + String(repeating: "a and ", count: 15_000) + "b\n",
      "x = " + String(repeating: "'a' ", count: 20_000) + "\n",
      "x = a" + String(repeating: " < a", count: 20_000) + "\n",
      "if a: b\n" + String(repeating: "elif c: d\n", count: 5_000) + "else: e\n",
    ]
    for source in sources {
      let isParsed = withLargeStack { (try? parse(source)) != nil }
      #expect(isParsed, "\(source.prefix(30))")
    }
  }

  @Test func aHundredLevelsOfBlocksAreTheLimit() {
    @Sendable func nested(_ depth: Int) -> String {
      (0..<depth).map { String(repeating: " ", count: $0) + "if a:\n" }.joined()
        + String(repeating: " ", count: depth) + "b\n"
    }
    #expect(withLargeStack { (try? parse(nested(99))) != nil })
    #expect(withLargeStack { parsed(nested(100)) } == "IndentationError: too many levels of indentation")
  }
}
