/// A `tuple`. Up to `inlineCapacity` elements lie in the object itself: pairs and triples need no memory of their own.
final class TupleObject: Object {
  /// The first stored property of eight bytes, which puts it at `inlineOffset`.
  private final var inline: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
  final private(set) var items: UnsafeMutablePointer<Value>
  final let count: Int
  /// Instances of subclasses (named tuples) carry attributes.
  final var dictionary: DictObject?

  private static let inlineCapacity = 3
  private static let inlineOffset = 32

  private final var inlineItems: UnsafeMutablePointer<Value> {
    (Unmanaged.passUnretained(self).toOpaque() + TupleObject.inlineOffset).assumingMemoryBound(to: Value.self)
  }

  /// Fills the slots through `initialize`, which must initialise all `count` of them.
  @inline(__always)
  init(type: TypeObject, count: Int, initialize: (UnsafeMutablePointer<Value>) -> Void) {
    self.count = count
    if count <= TupleObject.inlineCapacity {
      items = UnsafeMutablePointer(bitPattern: TupleObject.inlineOffset).unsafelyUnwrapped
      super.init(type: type, kind: .tuple)
      items = inlineItems
    } else {
      items = .obtain(count)
      super.init(type: type, kind: .tuple)
    }
    initialize(items)
  }

  @inline(__always)
  convenience init(_ runtime: Runtime, count: Int, initialize: (UnsafeMutablePointer<Value>) -> Void) {
    self.init(type: runtime.types.tuple, count: count, initialize: initialize)
  }

  convenience init(type: TypeObject, _ values: [Value]) {
    self.init(type: type, count: values.count) { items in
      for (index, value) in values.enumerated() { (items + index).initialize(to: value) }
    }
  }

  /// Copies of `count` values that lie in memory.
  convenience init(type: TypeObject, copying source: UnsafeMutablePointer<Value>, count: Int) {
    self.init(type: type, count: count) { $0.initializeCopies(of: source, count: count) }
  }

  /// Whether `inlineOffset` is where few elements lie.
  static func layoutIsAsExpected(type: TypeObject) -> Bool {
    let probe = TupleObject(type: type, count: 0) { _ in }
    probe.inline.1 = 0x5eed
    return UnsafeRawPointer(probe.inlineItems).load(fromByteOffset: 8, as: UInt64.self) == 0x5eed
  }

  convenience init(_ runtime: Runtime, _ values: [Value]) { self.init(type: runtime.types.tuple, values) }

  /// The element at a position that the caller has checked against `count`.
  @inline(__always)
  subscript(_ index: Int) -> Value { (items + index).copied }

  var array: [Value] {
    Array(unsafeUninitializedCapacity: count) { copies, copied in
      if let base = copies.baseAddress { base.initializeCopies(of: items, count: count) }
      copied = count
    }
  }

  /// None for a struct sequence, whose dictionary holds the fields that are not elements.
  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if type.hasNoInstanceDictionary { return nil }
    if dictionary == nil, type.isHeap { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { type.hasNoInstanceDictionary ? nil : dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    if type.hasNoInstanceDictionary { return false }
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visitBackwards(items, count)
    tracer.visit(dictionary)
  }

  deinit {
    releaseElements(items, count, machine: machineOfType)
    if items != inlineItems { items.relinquish() }
  }
}
