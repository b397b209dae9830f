/// Numbers hash to their value modulo the prime 2**61 - 1.
enum NumericHash {
  static let modulus = (1 << 61) - 1

  @inline(__always)
  static func of(_ number: Int) -> Int {
    if number.magnitude < UInt(modulus) { return number == -1 ? -2 : number }
    let result = Int(number.magnitude % UInt(modulus))
    let signed = number < 0 ? -result : result
    return signed == -1 ? -2 : signed
  }

  /// Of a complex number.
  static func of(_ real: Double, _ imaginary: Double) -> Int {
    let result = of(real) &+ of(imaginary) &* 1_000_003
    return result == -1 ? -2 : result
  }

  static func of(_ number: BigInt) -> Int {
    // 2**64 is 8 modulo 2**61 - 1.
    var result: UInt = 0
    number.magnitude.withWords { words, count in
      var index = count
      while index > 0 {
        index &-= 1
        result = (result << 3 & UInt(modulus)) | result >> 58
        result += words[index] % UInt(modulus)
        if result >= UInt(modulus) { result -= UInt(modulus) }
      }
    }
    let signed = number.sign == .minus ? -Int(result) : Int(result)
    return signed == -1 ? -2 : signed
  }

  static func of(_ number: Double) -> Int {
    if let whole = Int(exactly: number) { return of(whole) }
    if number.isInfinite { return number > 0 ? 314159 : -314159 }
    // CPython takes the identity of the object.
    if number.isNaN { return 0x7FF8_0000 &+ NaNIdentity.number(of: number) }
    // number == significand * 2**shift, with the significand a whole number.
    let size = number.magnitude
    let significand = size.isNormal ? size.significandBitPattern | 1 << 52 : size.significandBitPattern
    let shift = (size.isNormal ? Int(size.exponent) : -1022) - 52
    // Multiplying by a power of two rotates the 61 bits.
    let rotation = UInt64((shift % 61 + 61) % 61)
    let mask = UInt64(modulus)
    let rotated = (significand << rotation & mask) | significand >> (61 - rotation)
    let signed = number < 0 ? -Int(rotated % mask) : Int(rotated % mask)
    return signed == -1 ? -2 : signed
  }
}
