/// The words of a number, the lowest first.
///
/// Up to two of them lie in place, so that short numbers need no memory of their own. More lie in memory that is no array: asking for an
/// array's memory looks up what class holds elements of its type, and for words that takes longer than the arithmetic.
struct Words: RandomAccessCollection, Hashable, @unchecked Sendable {
  /// Never changes once it is filled. The header is the number of words.
  private final class Memory: ManagedBuffer<Int, UInt> {
    @inline(__always)
    final var words: UnsafeMutablePointer<UInt> { withUnsafeMutablePointerToElements { $0 } }
  }

  /// Nil: there are at most two words.
  private let memory: Memory?
  private let low: UInt
  private let high: UInt

  @inline(__always)
  init(high: UInt = 0, low: UInt = 0) {
    memory = nil
    (self.low, self.high) = (low, high)
  }

  /// Room for so many words is filled by `fill`, which returns how many of them count: the highest of those is not 0.
  @inline(__always)
  init(count: Int, _ fill: (UnsafeMutablePointer<UInt>) -> Int) {
    var place: (UInt, UInt, UInt, UInt) = (0, 0, 0, 0)
    var made = count > 4 ? Words.memory(count) : nil
    let used = withUnsafeMutableBytes(of: &place) { bytes in
      let words = made?.words ?? bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt.self)
      let used = fill(words)
      if used > 2, made == nil {
        let kept = Words.memory(used)
        kept.words.initialize(from: words, count: used)
        made = kept
      } else if used <= 2, made != nil {
        bytes.storeBytes(of: used > 0 ? words[0] : 0, as: UInt.self)
        bytes.storeBytes(of: used > 1 ? words[1] : 0, toByteOffset: MemoryLayout<UInt>.stride, as: UInt.self)
      }
      return used
    }
    if used > 2 {
      made.unsafelyUnwrapped.header = used
      memory = made
      (low, high) = (0, 0)
    } else {
      memory = nil
      (low, high) = (used > 0 ? place.0 : 0, used > 1 ? place.1 : 0)
    }
  }

  @inline(never)
  private static func memory(_ count: Int) -> Memory {
    unsafeDowncast(Memory.create(minimumCapacity: count) { _ in 0 }, to: Memory.self)
  }

  init(_ words: [UInt]) {
    self.init(count: words.count) { memory in
      for (index, word) in words.enumerated() { (memory + index).initialize(to: word) }
      return words.count
    }
  }

  /// The words of a number of at most two; nil: there are more.
  @inline(__always)
  var pair: (high: UInt, low: UInt)? { memory == nil ? (high, low) : nil }

  @inline(__always)
  var count: Int {
    guard let memory else { return high != 0 ? 2 : low != 0 ? 1 : 0 }
    return memory.withUnsafeMutablePointerToHeader { $0.pointee }
  }

  var startIndex: Int { 0 }
  @inline(__always)
  var endIndex: Int { count }

  @inline(__always)
  var first: UInt? { withPointer { words, count in count > 0 ? words[0] : nil } }
  @inline(__always)
  var last: UInt? { withPointer { words, count in count > 0 ? words[count - 1] : nil } }

  @inline(__always)
  subscript(_ index: Int) -> UInt {
    withPointer { words, count in
      precondition(index >= 0 && index < count)
      return words[index]
    }
  }

  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<UInt>, Int) -> Result) -> Result {
    withUnsafeBytes(of: (low, high)) { bytes in
      defer { withExtendedLifetime(memory) {} }
      let place = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt.self)
      return body(memory.map { UnsafePointer($0.words) } ?? place, count)
    }
  }

  static func == (a: Words, b: Words) -> Bool {
    a.withPointer { x, xCount in
      b.withPointer { y, yCount in xCount == yCount && WordArithmetic.order(x, y, xCount) == 0 }
    }
  }

  func hash(into hasher: inout Hasher) { for word in self { hasher.combine(word) } }
}
