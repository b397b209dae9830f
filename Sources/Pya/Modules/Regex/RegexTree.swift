/// A regular expression as parsed. Flags are resolved, named groups have their numbers.
indirect enum RegexNode {
  case empty
  /// Never matches: `(?!)`.
  case failure
  case literal(UInt32)
  case set(RegexSet)
  case sequence([RegexNode])
  case branch([RegexNode])
  case group(Int, RegexNode)
  case atomic(RegexNode)
  case look(RegexNode, isBehind: Bool, isNegative: Bool)
  case repetition(RegexNode, min: Int, max: Int, Greed)
  case position(PositionTest)
  case backreference(Int, CaseFolding)
  case conditional(Int, RegexNode, RegexNode)

  enum Greed { case greedy, lazy, possessive }
}

/// A place in the text that an expression asks for, without taking a character.
enum PositionTest {
  case start, lineStart, end, lineEnd, textEnd
  case boundary(isASCII: Bool)
  case noBoundary(isASCII: Bool)
}

/// No upper bound of a repetition; also the largest width. (2**32 - 1 repetitions are too many for CPython as well.)
let regexUnbounded = 0xFFFF_FFFF

/// `re.IGNORECASE` and its kin, as bits.
struct RegexFlags: OptionSet {
  let rawValue: Int

  static let ignoreCase = RegexFlags(rawValue: 2)
  static let locale = RegexFlags(rawValue: 4)
  static let multiline = RegexFlags(rawValue: 8)
  static let dotAll = RegexFlags(rawValue: 16)
  static let unicode = RegexFlags(rawValue: 32)
  static let verbose = RegexFlags(rawValue: 64)
  static let debug = RegexFlags(rawValue: 128)
  static let ascii = RegexFlags(rawValue: 256)

  /// Those that say what a letter is: at most one of them holds.
  static let kinds: RegexFlags = [.locale, .unicode, .ascii]

  /// The flag of an inline letter, as in `(?i)`.
  init?(letter: UInt32) {
    switch letter {
    case 0x61: self = .ascii
    case 0x69: self = .ignoreCase
    case 0x4C: self = .locale
    case 0x6D: self = .multiline
    case 0x73: self = .dotAll
    case 0x75: self = .unicode
    case 0x78: self = .verbose
    default: return nil
    }
  }

  init(rawValue: Int) { self.rawValue = rawValue }
}

/// What is wrong with an expression or a replacement template.
struct RegexSyntaxError: Error {
  enum Kind { case syntax, value, overflow, recursion, index }

  var kind = Kind.syntax
  /// `%r` in it stands for the name.
  var message: String
  var name: [UInt32] = []
  /// In characters; nil for complaints about the whole.
  var position: Int?
}
