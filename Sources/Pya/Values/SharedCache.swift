#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What places that see instances of many classes have in common: where the attributes of a shape are, and what its class has under a name.
///
/// A node remembers up to four shapes in a cache of its own. A method that subclasses share, the `eval` of a tree's nodes or the `__init__`
/// of a base class sees more; such places look here next. The table is direct-mapped, by the shape's token and the name, as V8's stub
/// cache is: an entry says what it is for, and a newer one takes the place of an older one. Tokens are never used twice and change with
/// the class, so whatever an entry points at is alive as long as some instance has the token.
struct SharedCache {
  enum Meaning: UInt8 {
    case nothing
    /// Reading: the instance has it in slot `slot`; the class has a plain value, which its look-up finds; a function to be bound; a
    /// property whose getter is a function of one argument.
    case slot, classValue, method, getter
    /// Calling: a function or a built-in method, which nothing of the instance hides.
    case callee
    /// Storing: the instance has it in slot `slot`; it gets the slot, and with it the shape `target`.
    case place, addition
  }

  /// What the entry is asked for: each has entries of its own.
  enum Purpose: UInt8 { case reading, calling, storing }

  struct Entry {
    fileprivate var token = 0
    fileprivate var name: UInt = 0
    fileprivate(set) var target: UnsafeMutableRawPointer?
    fileprivate(set) var slot = 0
    fileprivate(set) var meaning = Meaning.nothing
    fileprivate var purpose = Purpose.reading
  }

  private let entries: UnsafeMutablePointer<Entry>
  private static let size = 2048

  /// The memory is zero, which no token is, and costs nothing before it is used.
  init() {
    guard let memory = calloc(SharedCache.size, MemoryLayout<Entry>.stride) else { fatalError("pya: no memory") }
    entries = memory.bindMemory(to: Entry.self, capacity: SharedCache.size)
  }

  func deallocate() { free(entries) }

  @inline(__always)
  private func place(_ token: Int, _ name: StringObject, _ purpose: Purpose) -> UnsafeMutablePointer<Entry> {
    let key = (UInt(bitPattern: token) &* 31 &+ UInt(purpose.rawValue) &* 683) ^ name.identity >> 4
    return entries + Int(key & UInt(SharedCache.size - 1))
  }

  /// What is known of the name, which must be interned, for instances whose shape has the token; nil: nothing.
  @inline(__always)
  func entry(_ token: Int, _ name: StringObject, _ purpose: Purpose) -> UnsafePointer<Entry>? {
    let place = place(token, name, purpose)
    let isThis = place.pointee.token == token && place.pointee.name == name.identity && place.pointee.purpose == purpose
    return isThis ? UnsafePointer(place) : nil
  }

  func remember(
    _ token: Int, _ name: StringObject, _ purpose: Purpose, _ meaning: Meaning, slot: Int = 0, target: UnsafeMutableRawPointer? = nil
  ) {
    guard name.isInterned else { return }
    let place = place(token, name, purpose)
    place.pointee = Entry(token: token, name: name.identity, target: target, slot: slot, meaning: meaning, purpose: purpose)
  }
}

/// How often a place's own cache did not know: it turns to newer shapes now and then only, once it is full.
struct Misses {
  private var count: UInt8 = 0

  /// Notes one; whether the cache should take the newest in.
  mutating func note(whileFull isFull: Bool) -> Bool {
    count &+= 1
    return !isFull || count & 63 == 0
  }
}
