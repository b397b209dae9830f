import PyaSyntax

/// `int`.
extension Runtime {
  func installIntType() {
    let type = types.int
    type.construct = { (runtime, type, arguments) throws(Raised) in
      let value = try runtime.makeInt(arguments)
      return runtime.makeNumber(value, type: type, builtIn: runtime.types.int, kind: .intInstance)
    }
    type.defineNew(self)
    func isInteger(_ number: Number) -> Bool { number.bigInt != nil }
    type.defineOperators(
      self,
      [
        .add, .subtract, .multiply, .divide, .floorDivide, .modulo, .power, .leftShift, .rightShift, .and, .or, .xor,
      ], accepts: { !$0.isFloat && !$0.isComplex })
    type.defineDivmod(self, accepts: { !$0.isFloat && !$0.isComplex })
    type.defineComparisons(self, accepts: { !$0.isFloat && !$0.isComplex })
    type.defineUnaryOperators(self)
    for name in ["__int__", "__index__", "__trunc__", "__floor__", "__ceil__", "conjugate"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        try runtime.positive(arguments[0].plainNumber)
      }
    }
    for name in ["real", "numerator"] {
      type.defineProperty(self, name, get: { (runtime, value) throws(Raised) in try runtime.positive(value.plainNumber) })
    }
    type.defineProperty(self, "imag", get: { (_, _) throws(Raised) in .int(0) })
    type.defineProperty(self, "denominator", get: { (_, _) throws(Raised) in .int(1) })
    type.define(self, "__invert__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.invert(arguments[0].plainNumber)
    }
    type.define(self, "__float__", "self, /") { (runtime, arguments) throws(Raised) in
      .float(try runtime.double(runtime.number(arguments[0])))
    }
    type.define(self, "__round__", "self, ndigits=None, /") { (runtime, arguments) throws(Raised) in
      try runtime.roundInteger(arguments[0].plainNumber, arguments[1])
    }
    type.define(self, "__sizeof__", "self, /") { (runtime, arguments) throws(Raised) in
      let width = runtime.number(arguments[0]).bigInt?.magnitude.bitWidth ?? 0
      return .int(24 + max((width + 29) / 30, 1) * 4)
    }
    type.define(self, "as_integer_ratio", "self, /") { (runtime, arguments) throws(Raised) in
      .object(TupleObject(runtime, [try runtime.positive(arguments[0].plainNumber), .int(1)]))
    }
    type.define(self, "is_integer", "self, /") { (_, _) throws(Raised) in .bool(true) }
    type.define(self, "bit_length", "self, /") { (runtime, arguments) throws(Raised) in
      if case .int(let number) = arguments[0] { return .int(Int.bitWidth - number.magnitude.leadingZeroBitCount) }
      return .int(runtime.number(arguments[0]).bigInt?.magnitude.bitWidth ?? 0)
    }
    type.define(self, "bit_count", "self, /") { (runtime, arguments) throws(Raised) in
      if case .int(let number) = arguments[0] { return .int(number.magnitude.nonzeroBitCount) }
      let words = runtime.number(arguments[0]).bigInt?.magnitude.words
      return .int(words?.reduce(0) { $0 + $1.nonzeroBitCount } ?? 0)
    }
    installByteConversions(of: type)
  }

  /// The number that a receiver known to be a number is.
  func number(_ value: Value) -> Number { Number(value) ?? .int(0) }

  private func installByteConversions(of type: TypeObject) {
    type.define(self, "to_bytes", "self, length=1, byteorder='big', *, signed=False") { (runtime, arguments) throws(Raised) in
      let length = arguments[1].isUndefined ? 1 : try runtime.index(arguments[1])
      let isLittle = try runtime.isLittleEndian(arguments[2], "to_bytes")
      let isSigned = arguments[3].isUndefined ? false : try runtime.isTrue(arguments[3])
      if case .int(let number) = arguments.base.number, let bits = number.bits(length, isLittle: isLittle, isSigned: isSigned) {
        return .object(
          BytesObject(type: runtime.types.bytes, count: length) { place in
            for index in 0..<length { place[index] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index)) }
          })
      }
      if length < 0 { throw runtime.valueError("length argument must be non-negative") }
      let bytes = try runtime.bytes(
        of: runtime.number(arguments[0]).bigInt ?? 0, length: length, isLittle: isLittle, isSigned: isSigned)
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    type.defineClassMethod(self, "from_bytes", "type, bytes, byteorder='big', *, signed=False") {
      (runtime, arguments) throws(Raised) in
      let isLittle = try runtime.isLittleEndian(arguments[2], "from_bytes")
      let isSigned = arguments[3].isUndefined ? false : try runtime.isTrue(arguments[3])
      let value: Value
      if let small = runtime.bytesNow(arguments[1])?.number(isLittle: isLittle, isSigned: isSigned) {
        value = .int(small)
      } else {
        var bytes = try runtime.bytesOfIterable(arguments[1])
        if !isLittle { bytes.reverse() }
        value = runtime.integer(BigInt(littleEndian: bytes, isSigned: isSigned))
      }
      if let held = arguments.base.uncountedObject, held.toOpaque() == runtime.types.int.uncountedPointer {
        return value
      }
      let type = arguments[0].type ?? runtime.types.int
      return try runtime.call(.object(type), value)
    }
  }

  private func isLittleEndian(_ value: Value, _ function: String) throws(Raised) -> Bool {
    if value.isUndefined { return false }
    guard let order = value.string else {
      throw typeError("\(function)() argument 'byteorder' must be str, not \(givenName(value))")
    }
    if order.hasText("big") { return false }
    if order.hasText("little") { return true }
    throw valueError("byteorder must be either 'little' or 'big'")
  }

  private func bytes(of number: BigInt, length: Int, isLittle: Bool, isSigned: Bool) throws(Raised) -> [UInt8] {
    let isNegative = number.sign == .minus && !number.isZero
    if isNegative, !isSigned { throw overflowError("can't convert negative int to unsigned") }
    // Two's complement of a negative number is the complement of its magnitude less one.
    let magnitude = isNegative ? number.magnitude - 1 : number.magnitude
    let width = magnitude.bitWidth + (isSigned ? 1 : 0)
    if number.isZero || (length == 0 && isNegative && magnitude.isZero) ? false : width > length.multipliedReportingOverflow(by: 8).partialValue {
      throw overflowError("int too big to convert")
    }
    try checkAllocation(length)
    var result: [UInt8] = []
    result.reserveCapacity(length)
    words: for word in magnitude.words {
      for byte in 0..<8 {
        if result.count == length { break words }
        result.append(UInt8(truncatingIfNeeded: word >> UInt(byte * 8)))
      }
    }
    result.append(contentsOf: repeatElement(0, count: length - result.count))
    if isNegative { for index in result.indices { result[index] = ~result[index] } }
    if !isLittle { result.reverse() }
    return result
  }

  /// The bytes of a bytes-like object or an iterable of small ints.
  private func bytesOfIterable(_ value: Value) throws(Raised) -> [UInt8] {
    if case .object(let object) = value {
      if object.kind == .bytes || object.kind == .byteArray { return unsafeDowncast(object, to: BytesObject.self).copyBytes() }
      if object.isExactly(memoryViewType), let span = unsafeDowncast(object, to: MemoryViewObject.self).span {
        return span.copyBytes()
      }
    }
    if let method = specialMethod(value, .bytes) {
      let result = try callSpecial(method, value)
      if let bytes = result.bytes { return bytes.copyBytes() }
      throw typeError("__bytes__ returned non-bytes (type \(typeName(result)))")
    }
    let isIterable = specialMethod(value, .iter) != nil || specialMethod(value, .getitem) != nil
    if value.string != nil || !isIterable { throw typeError("cannot convert '\(typeName(value))' object to bytes") }
    var result: [UInt8] = []
    for item in try array(value) {
      guard case .int(let number) = try integer(fromIndex: item), let byte = UInt8(exactly: number) else {
        throw valueError("bytes must be in range(0, 256)")
      }
      result.append(byte)
    }
    return result
  }
}

extension Int {
  /// The number as 1 to 8 bytes, the first one lowest; nil: it does not fit, or there are to be fewer or more.
  fileprivate func bits(_ length: Int, isLittle: Bool, isSigned: Bool) -> UInt64? {
    guard length >= 1, length <= 8, self >= 0 || isSigned else { return nil }
    let width = Int.bitWidth - (self < 0 ? ~self : self).leadingZeroBitCount + (isSigned ? 1 : 0)
    guard width <= length * 8 else { return nil }
    let bits = UInt64(bitPattern: Int64(self))
    return isLittle ? bits : (bits << UInt64(64 - 8 * length)).byteSwapped
  }
}

extension ByteSpan {
  /// The integer that up to eight bytes stand for; nil: they are more, or it is beyond a word.
  fileprivate func number(isLittle: Bool, isSigned: Bool) -> Int? {
    guard count <= 8 else { return nil }
    return withContent { bytes in
      var bits: UInt64 = 0
      for index in 0..<bytes.count { bits = bits << 8 | UInt64(bytes[isLittle ? bytes.count - 1 - index : index]) }
      if isSigned, count > 0 {
        let unused = UInt64(64 - 8 * count)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
      }
      return Int(exactly: bits)
    }
  }
}

extension BigInt {
  /// The number in two's complement (signed) or not, lowest byte first.
  init(littleEndian bytes: [UInt8], isSigned: Bool) {
    let isNegative = isSigned && bytes.last.map { $0 & 0x80 != 0 } ?? false
    var words: [UInt] = []
    words.reserveCapacity(bytes.count / 8 + 1)
    var position = 0
    while position < bytes.count {
      var word: UInt = 0
      for offset in 0..<8 {
        let byte = position + offset < bytes.count ? bytes[position + offset] : isNegative ? 0xFF : 0
        word |= UInt(byte) << UInt(offset * 8)
      }
      words.append(isNegative ? ~word : word)
      position += 8
    }
    let magnitude = BigInt(BigUInt(words: words))
    self = isNegative ? -magnitude - 1 : magnitude
  }
}
