/// A `bytes`, or with kind `.byteArray` a `bytearray`, which programs may change.
final class BytesObject: Object {
  /// Nothing of the program runs while they are changed.
  @exclusivity(unchecked) final var bytes: [UInt8]
  final var dictionary: DictObject?
  /// How many views show this `bytearray`, which must not change its length meanwhile.
  final var exports = 0

  init(type: TypeObject, kind: Kind = .bytes, _ bytes: [UInt8]) {
    self.bytes = bytes
    super.init(type: type, kind: kind)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
}
