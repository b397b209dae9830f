/// An `int` beyond a machine word. Values that fit are always `.int`.
final class BigIntObject: Object {
  final let value: BigInt

  init(_ runtime: Runtime, _ value: BigInt) {
    self.value = value
    super.init(type: runtime.types.int, kind: .bigInt)
  }
}

final class ComplexObject: Object {
  final let real: Double
  final let imaginary: Double
  private final var dictionary: DictObject?

  init(_ runtime: Runtime, real: Double, imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
    super.init(type: runtime.types.complex, kind: .complex)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }
}

/// An instance of a program's subclass of `int` or `float`: the plain number (`.int`, `.float` or a `BigIntObject`) and
/// attributes.
final class NumberInstance: Object {
  final let number: Value
  final var dictionary: DictObject?

  init(type: TypeObject, kind: Kind, number: Value) {
    self.number = number
    super.init(type: type, kind: kind)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func movedOut() -> NumberInstance {
    let twin = NumberInstance(type: type, kind: kind, number: number)
    (twin.dictionary, dictionary) = (dictionary, twin.dictionary)
    return twin
  }

  deinit { if takesLeave { takeLeave() } }
}

extension Value {
  /// The plain number of an instance of an `int` or `float` subclass; other values as they are.
  @inline(__always)
  var plainNumber: Value {
    guard case .object(let object) = self, object.kind == .intInstance || object.kind == .floatInstance else {
      return self
    }
    return unsafeDowncast(object, to: NumberInstance.self).number
  }
}

extension Runtime {
  /// The one representation of an integer.
  func integer(_ value: BigInt) -> Value {
    if value.magnitude.words.count <= 1, let small = Int(exactly: value) { return .int(small) }
    return .object(BigIntObject(self, value))
  }
}
