import PyaSyntax
import Testing

/// No input may crash the lexer, and every range must lie in the file.
@Suite struct LexerFuzzTests {
  @Test(arguments: 1...40)
  func randomBytesAreLexed(seed: UInt64) {
    var random = SplitMix(state: seed)
    for _ in 0..<60 {
      let count = Int(random.next() % 80)
      check((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test(arguments: 1...40)
  func randomFragmentsAreLexed(seed: UInt64) {
    let fragments = [
      "'", "\"", "'''", "f'", "f\"\"\"", "rb'", "{", "}", "(", ")", "[", "]", ":", "=", "!", "\\", "\\\n", "\n",
      "\n  ", "\n\t", " ", "x", "é", "0", "07", "0x", "1_", "1e", ".", "1j", "\\x", "\\N{", "\\u12", "#", "$", "\u{A0}",
      "\u{1}", "b'", "\u{C}", "\r", "\0", "\u{FEFF}", "# coding: utf8\n", "0b", "else", "\u{1F600}",
    ]
    var random = SplitMix(state: seed)
    for _ in 0..<100 {
      let count = Int(random.next() % 20)
      let text = (0..<count).map { _ in fragments[Int(random.next() % UInt64(fragments.count))] }.joined()
      check(Array(text.utf8))
    }
  }

  private func check(_ bytes: [UInt8]) {
    let file = SourceFile(name: "x.py", bytes: bytes)
    var lexer = Lexer(file)
    let tokens = lexer.tokenize()
    for token in tokens.dropLast() {
      #expect(token.range.start <= token.range.end && Int(token.range.end) <= file.bytes.count)
    }
    switch tokens.last?.kind {
    case .endOfFile: break
    case .error(let diagnostic): #expect(!diagnostic.rendered(in: file).isEmpty)
    default: Issue.record("tokens end with \(String(describing: tokens.last))")
    }
    #expect(!dump(tokens: tokens, file: file).isEmpty)
  }
}

/// A small generator whose sequence depends on the seed alone.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
