/// A `tuple`.
final class TupleObject: Object {
  final let items: UnsafeMutablePointer<Value>
  final let count: Int
  /// Instances of subclasses (named tuples) carry attributes.
  final var dictionary: DictObject?

  /// Fills the slots through `initialize`, which must initialise all `count` of them.
  init(_ runtime: Runtime, count: Int, initialize: (UnsafeMutablePointer<Value>) -> Void) {
    items = .obtain(count)
    self.count = count
    initialize(items)
    super.init(type: runtime.types.tuple, kind: .tuple)
  }

  init(type: TypeObject, _ values: [Value]) {
    items = .obtain(values.count)
    count = values.count
    for (index, value) in values.enumerated() { (items + index).initialize(to: value) }
    super.init(type: type, kind: .tuple)
  }

  /// Copies of `count` values that lie in memory.
  init(type: TypeObject, copying source: UnsafeMutablePointer<Value>, count: Int) {
    items = .obtain(count)
    self.count = count
    items.initializeCopies(of: source, count: count)
    super.init(type: type, kind: .tuple)
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

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visitBackwards(items, count)
    tracer.visit(dictionary)
  }

  deinit {
    releaseElements(items, count, machine: machineOfType)
    items.relinquish()
  }
}
