/// The words of a number, the lowest first.
///
/// Not an array: asking for an array's memory looks up what class holds elements of its type, and for words that takes longer than the
/// arithmetic of short numbers.
struct Words: RandomAccessCollection, Hashable, @unchecked Sendable {
  /// Never changes once it is filled. The header is the number of words.
  private final class Memory: ManagedBuffer<Int, UInt> {}

  private let memory: Memory?

  @inline(__always)
  init() { memory = nil }

  /// Room for so many words is filled by `fill`, which returns how many of them count.
  @inline(__always)
  init(count: Int, _ fill: (UnsafeMutablePointer<UInt>) -> Int) {
    if count <= 0 {
      memory = nil
      return
    }
    let made = unsafeDowncast(Memory.create(minimumCapacity: count) { _ in 0 }, to: Memory.self)
    made.withUnsafeMutablePointers { header, words in header.pointee = fill(words) }
    memory = made
  }

  init(_ words: [UInt]) {
    self.init(count: words.count) { memory in
      for (index, word) in words.enumerated() { (memory + index).initialize(to: word) }
      return words.count
    }
  }

  @inline(__always)
  var count: Int { memory.map { $0.withUnsafeMutablePointerToHeader { $0.pointee } } ?? 0 }

  var startIndex: Int { 0 }
  @inline(__always)
  var endIndex: Int { count }

  @inline(__always)
  subscript(_ index: Int) -> UInt {
    withPointer { words, count in
      precondition(index >= 0 && index < count)
      return words[index]
    }
  }

  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<UInt>, Int) -> Result) -> Result {
    guard let memory else { return withUnsafePointer(to: 0 as UInt) { body($0, 0) } }
    return memory.withUnsafeMutablePointers { header, words in body(UnsafePointer(words), header.pointee) }
  }

  static func == (a: Words, b: Words) -> Bool {
    a.withPointer { x, xCount in
      b.withPointer { y, yCount in xCount == yCount && WordArithmetic.order(x, y, xCount) == 0 }
    }
  }

  func hash(into hasher: inout Hasher) { for word in self { hasher.combine(word) } }
}
