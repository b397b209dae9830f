/// How a comparison treats case.
enum CaseFolding {
  case none, ascii, unicode

  /// The lowercase character that stands for both.
  @inline(__always)
  func fold(_ character: UInt32) -> UInt32 {
    switch self {
    case .none: return character
    case .ascii: return character &- 0x41 < 26 ? character &+ 32 : character
    case .unicode:
      if character < 0x80 { return character &- 0x41 < 26 ? character &+ 32 : character }
      return CaseFolding.simpleLowercase(character)
    }
  }

  @inline(never)
  private static func simpleLowercase(_ character: UInt32) -> UInt32 {
    let mapping = CodePoint(character).lowercase
    return mapping.count == 1 ? mapping[0] : character == 0x130 ? 0x69 : character
  }

  /// Whether the character has another case at all.
  func distinguishes(_ character: UInt32) -> Bool {
    switch self {
    case .none: return false
    case .ascii: return (character | 0x20) &- 0x61 < 26
    case .unicode:
      if fold(character) != character { return true }
      let upper = CodePoint(character).uppercase
      return upper.count != 1 || upper[0] != character || !others(like: character).isEmpty
    }
  }

  /// Lowercase characters with the same uppercase as this one, which is lowercase too.
  func others(like character: UInt32) -> [UInt32] {
    guard self == .unicode else { return [] }
    for family in CaseFolding.families where family.contains(character) { return family.filter { $0 != character } }
    return []
  }

  private static let families: [[UInt32]] = [
    [0x69, 0x131], [0x73, 0x17F], [0xB5, 0x3BC], [0x345, 0x3B9, 0x1FBE], [0x390, 0x1FD3], [0x3B0, 0x1FE3],
    [0x3B2, 0x3D0], [0x3B5, 0x3F5], [0x3B8, 0x3D1], [0x3BA, 0x3F0], [0x3C0, 0x3D6], [0x3C1, 0x3F1], [0x3C2, 0x3C3],
    [0x3C6, 0x3D5], [0x432, 0x1C80], [0x434, 0x1C81], [0x43E, 0x1C82], [0x441, 0x1C83], [0x442, 0x1C84, 0x1C85],
    [0x44A, 0x1C86], [0x463, 0x1C87], [0x1C88, 0xA64B], [0x1E61, 0x1E9B], [0xFB05, 0xFB06],
  ]

  /// No character beyond has cases.
  static let lastCased: UInt32 = 0x1E943
}

/// The characters one place of an expression accepts: ranges and categories, possibly all others instead.
struct RegexSet {
  enum Category { case digit, space, word }

  struct CategoryTest {
    var category: Category
    var isASCII: Bool
    var isNegated: Bool

    func contains(_ character: UInt32) -> Bool { RegexSet.isIn(category, character, isASCII) != isNegated }
  }

  private(set) var ranges: [ClosedRange<UInt32>] = []
  private(set) var tests: [CategoryTest] = []
  var isNegated = false
  var folding = CaseFolding.none

  init() {}

  /// One character and what folds to the same.
  init(_ character: UInt32, _ folding: CaseFolding) {
    self.folding = folding
    add(character...character)
  }

  init(_ test: CategoryTest) { tests = [test] }

  /// `.`
  static func any(exceptNewline: Bool) -> RegexSet {
    var set = RegexSet()
    set.isNegated = true
    if exceptNewline { set.add(10...10) }
    return set
  }

  /// Set `folding` before.
  mutating func add(_ range: ClosedRange<UInt32>) {
    guard folding != .none, range.lowerBound <= CaseFolding.lastCased else { return ranges.append(range) }
    if range.upperBound > CaseFolding.lastCased { ranges.append((CaseFolding.lastCased + 1)...range.upperBound) }
    for character in range.lowerBound...min(range.upperBound, CaseFolding.lastCased) {
      let folded = folding.fold(character)
      addFolded(folded)
      for other in folding.others(like: folded) { addFolded(other) }
    }
  }

  private mutating func addFolded(_ character: UInt32) {
    if let last = ranges.last {
      if last.contains(character) { return }
      if last.upperBound + 1 == character {
        ranges[ranges.count - 1] = last.lowerBound...character
        return
      }
    }
    ranges.append(character...character)
  }

  mutating func add(_ test: CategoryTest) { tests.append(test) }

  func contains(_ character: UInt32) -> Bool {
    let folded = folding.fold(character)
    for range in ranges where range.contains(folded) { return !isNegated }
    for test in tests where test.contains(folded) { return !isNegated }
    return isNegated
  }

  /// The only character it accepts, if there is just one.
  var single: UInt32? {
    guard !isNegated, folding == .none, tests.isEmpty, ranges.count == 1, ranges[0].count == 1 else { return nil }
    return ranges[0].lowerBound
  }

  static func isIn(_ category: Category, _ character: UInt32, _ isASCII: Bool) -> Bool {
    if character < 0x80 {
      let byte = UInt8(truncatingIfNeeded: character)
      switch category {
      case .digit: return ASCII.isDigit(byte)
      case .space: return isASCII ? ASCII.isByteSpace(byte) : ASCII.isSpace(byte)
      case .word: return ASCII.isLetterOrDigit(byte) || byte == 0x5F
      }
    }
    if isASCII { return false }
    switch category {
    case .digit: return CodePoint(character).isDecimal
    case .space: return CodePoint(character).isSpace
    case .word: return CodePoint(character).isAlphanumeric
    }
  }
}
