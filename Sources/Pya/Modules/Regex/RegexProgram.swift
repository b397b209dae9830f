/// One step of a compiled expression: 16 bytes, read in place.
struct RegexInstruction {
  enum Operation: UInt8 {
    /// The byte `a`.
    case byte
    /// The `b` bytes of the literals from `a`.
    case bytes
    /// A character of set `a`.
    case set
    /// Set `a`, from `b` to `c` times: as often as possible, giving back one at a time.
    case repeatGreedy
    /// The same without giving back.
    case repeatPossessive
    /// The same, as seldom as possible.
    case repeatLazy
    /// Position tests.
    case atStart, atLineStart, atEnd, atLineEnd, atTextEnd, atBoundary, notAtBoundary
    /// Register `a` becomes the position.
    case save
    /// The same for the end of group `b`.
    case saveEnd
    /// Goes on at `a`.
    case jump
    /// Goes on at the next instruction, or if that fails at `a`. `first` can rule the one out, and `c - 1` the other.
    case split
    /// Goes on at `a`, or if that fails at the next instruction.
    case splitLazy
    /// Register `a` becomes `b`.
    case setRegister
    /// Before a turn of a counted loop whose body begins at `a`; the counter is register `b`, the bounds are `counts[c]`.
    case loopGreedy, loopLazy
    /// The turn of a lazy loop that was put off. The body is next.
    case enterLoop
    /// Begin a part whose choices are forgotten at its end. Register `b` keeps how many choices there were, the next one
    /// the position. A negative look goes on at `a` when its part fails.
    case beginAtomic, beginLook, beginNegative
    /// Forget the choices made since. For a look the position becomes what it was; a negative look has failed.
    case endAtomic, endLook, endNegative
    /// Goes back `a` characters.
    case back
    /// The text of group `a`; `first` is a `CaseFolding`.
    case backreference
    /// Goes on at `b` unless group `a` took part.
    case conditional
    case fail
    case success
  }

  var operation: Operation
  /// For choices: an index into `firsts`, or -1 when any byte may follow.
  var first: Int16 = -1
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
}

/// The bounds of a counted loop.
struct RegexLoopBounds {
  var min: Int
  var max: Int
  /// Where the register lies that keeps the position of the last turn.
  var positionRegister: Int
  var exit: Int
}

/// Which bytes can come at a place.
struct ByteSet {
  var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static let all = ByteSet(words: (.max, .max, .max, .max))

  init() {}
  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word =
      byte < 128
      ? (byte < 64 ? words.0 : words.1)
      : (byte < 192 ? words.2 : words.3)
    return word >> UInt64(byte & 63) & 1 != 0
  }

  mutating func insert(_ byte: UInt8) {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  mutating func formUnion(_ other: ByteSet) {
    words.0 |= other.words.0
    words.1 |= other.words.1
    words.2 |= other.words.2
    words.3 |= other.words.3
  }

  func isDisjoint(with other: ByteSet) -> Bool {
    words.0 & other.words.0 | words.1 & other.words.1 | words.2 & other.words.2 | words.3 & other.words.3 == 0
  }

  var isFull: Bool { words.0 & words.1 & words.2 & words.3 == .max }

  var count: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
  }
}

/// A set made ready: a bit for each byte that is a character by itself, and how to treat the others.
struct CompiledSet {
  enum Wide: UInt8 { case none, all, ask }

  var bytes: ByteSet
  var wide: Wide
  /// The only byte not accepted, when `wide` is `all`: the run of such characters ends where that byte is; or -1.
  var stopByte: Int16
}

/// A compiled expression. It owns the memory that the matcher reads.
final class RegexProgram {
  let code: UnsafeMutablePointer<RegexInstruction>
  let codeCount: Int
  let literals: UnsafeMutablePointer<UInt8>
  let sets: UnsafeMutablePointer<CompiledSet>
  /// For characters beyond the bits of `sets`.
  let characterSets: [RegexSet]
  let firsts: UnsafeMutablePointer<ByteSet>
  let counts: UnsafeMutablePointer<RegexLoopBounds>
  /// Groups, not counting the whole.
  let groupCount: Int
  let registerCount: Int
  let lastIndexRegister: Int
  let isBytes: Bool
  let minimalWidth: Int

  // How a search finds candidates.

  /// Every match begins with these bytes.
  let prefix: [UInt8]
  /// Every match begins with one of these; nil: anything, or the empty text.
  let firstBytes: ByteSet?
  /// Matches only at the beginning of the text.
  let isAnchored: Bool

  init(_ builder: RegexCompiler, prefix: [UInt8], firstBytes: ByteSet?, isAnchored: Bool, minimalWidth: Int) {
    code = .allocate(capacity: builder.code.count)
    codeCount = builder.code.count
    code.initialize(from: builder.code, count: builder.code.count)
    literals = .allocate(capacity: max(builder.literals.count, 1))
    literals.initialize(from: builder.literals, count: builder.literals.count)
    sets = .allocate(capacity: max(builder.sets.count, 1))
    sets.initialize(from: builder.sets, count: builder.sets.count)
    firsts = .allocate(capacity: max(builder.firsts.count, 1))
    firsts.initialize(from: builder.firsts, count: builder.firsts.count)
    characterSets = builder.characterSets
    counts = .allocate(capacity: max(builder.counts.count, 1))
    counts.initialize(from: builder.counts, count: builder.counts.count)
    groupCount = builder.groupCount
    registerCount = builder.registerCount
    lastIndexRegister = builder.lastIndexRegister
    isBytes = builder.isBytes
    self.prefix = prefix
    self.firstBytes = firstBytes
    self.isAnchored = isAnchored
    self.minimalWidth = minimalWidth
  }

  deinit {
    code.deallocate()
    literals.deallocate()
    sets.deallocate()
    firsts.deallocate()
    counts.deallocate()
  }
}
