import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// `abs`, `divmod`, `pow`, `round`, `bin`, `oct`, `hex`.
extension Runtime {
  func installNumberFunctions() {
    func define(_ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
      builtins.setString(intern(name), .object(NativeFunction(self, name, signature, body: body)))
    }
    define("abs", "x, /") { (runtime, arguments) throws(Raised) in try runtime.abs(arguments[0]) }
    builtins.setShortcut(.absolute, of: "abs", self)
    define("divmod", "x, y, /") { (runtime, arguments) throws(Raised) in
      try runtime.divmod(arguments[0], arguments[1])
    }
    define("pow", "base, exp, mod=None") { (runtime, arguments) throws(Raised) in
      try runtime.power(arguments[0], arguments[1], modulus: arguments[2])
    }
    define("round", "number, ndigits=None") { (runtime, arguments) throws(Raised) in
      try runtime.round(arguments[0], arguments[1])
    }
    let radices: [(String, StaticString, Int)] = [("bin", "0b", 1), ("oct", "0o", 3), ("hex", "0x", 4)]
    for (name, prefix, bits) in radices {
      define(name, "number, /") { (runtime, arguments) throws(Raised) in
        switch try runtime.integer(fromIndex: arguments[0]) {
        case .int(let number):
          let digits = number.magnitude.digitCount(bitsPerDigit: bits)
          let front = number < 0 ? 3 : 2
          return .object(
            runtime.asciiText(front + digits) { text in
              text[0] = UInt8(ascii: "-")
              text[front - 2] = prefix.utf8Start[0]
              text[front - 1] = prefix.utf8Start[1]
              (text + front).store(digits, of: number.magnitude, bitsPerDigit: bits)
            })
        case let big:
          let number = big.bigInt.unsafelyUnwrapped.value
          let digits = String(decoding: number.magnitude.text(bitsPerDigit: bits), as: UTF8.self)
          return .object(runtime.string((number.sign == .minus ? "-" : "") + "\(prefix)" + digits))
        }
      }
    }
  }

  /// `abs(value)`.
  func abs(_ value: Value) throws(Raised) -> Value {
    switch value {
    case .int, .float, .bool: return try absolute(value)
    case .object(let object):
      if let method = object.type.special(.abs) { return try callSpecial(method, value) }
      switch object.kind {
      case .bigInt, .complex, .intInstance, .floatInstance: return try absolute(value.plainNumber)
      default: break
      }
      if let method = object.type.lookup(names[.abs]) { return try callSpecial(method, value) }
    default: break
    }
    throw typeError("bad operand type for abs(): '\(typeName(value))'")
  }

  // MARK: round

  func round(_ value: Value, _ digits: Value) throws(Raised) -> Value {
    switch value {
    case .int, .bool: return try roundInteger(value, digits)
    case .float(let number): return try roundFloat(number, digits)
    default: break
    }
    if let method = type(of: value).special(.round) ?? type(of: value).lookup(names[.round]) {
      return digits.isUndefined || digits.isNone ? try callSpecial(method, value) : try callSpecial(method, value, digits)
    }
    throw typeError("type \(typeName(value)) doesn't define __round__ method")
  }

  /// `int.__round__`: half to even, at a power of ten.
  func roundInteger(_ number: Value, _ digits: Value) throws(Raised) -> Value {
    let number = try positive(number)
    if digits.isUndefined || digits.isNone { return number }
    let count: Value = try integer(fromIndex: digits)
    guard case .int(let count) = count else {
      // Beyond a machine word: no digit is far enough right, or none is left.
      return count.bigInt.unsafelyUnwrapped.value.sign == .minus ? .int(0) : number
    }
    if count >= 0 { return number }
    guard let exact = Number(number)?.bigInt else { return number }
    // log10(2) is less than 0.30103: beyond that, the unit is more than twice the number.
    if -Double(count) > Double(exact.magnitude.bitWidth) * 0.30103 + 2 { return .int(0) }
    let unit = BigInt(10).power(-count)
    let (quotient, remainder) = exact.floorDivided(by: unit)
    let twice = remainder * 2
    let isOdd = quotient.magnitude.words.first.map { $0 & 1 != 0 } ?? false
    return integer((twice > unit || (twice == unit && isOdd) ? quotient + 1 : quotient) * unit)
  }

  /// `float.__round__`: without digits an int, half to even; with digits the float nearest to the exactly rounded decimal.
  func roundFloat(_ number: Double, _ digits: Value) throws(Raised) -> Value {
    if digits.isUndefined || digits.isNone {
      return try integer(truncating: number.rounded(.toNearestOrEven))
    }
    let wanted: Value = try integer(fromIndex: digits)
    let count: Int
    if case .int(let small) = wanted {
      count = small
    } else {
      count = wanted.bigInt.unsafelyUnwrapped.value.sign == .minus ? .min : .max
    }
    if !number.isFinite || count > 323 || number == 0 { return .float(number) }
    if count < -308 { return .float(copysign(0, number)) }
    let result = count >= 0 ? roundToDecimals(number, count) : roundToPowerOfTen(number, -count)
    if result.isInfinite { throw overflowError("rounded value too large to represent") }
    return .float(result)
  }

  private func roundToDecimals(_ number: Double, _ count: Int) -> Double {
    // A number this large has no fraction.
    if number.magnitude >= 0x1p52 { return number }
    if let quick = roundQuickly(number.magnitude, count) { return copysign(quick, number) }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 330) { buffer in
      _ = print_double(buffer.baseAddress, buffer.count, "%.*f", CInt(count), number)
      return strtod(buffer.baseAddress.unsafelyUnwrapped, nil)
    }
  }

  /// The same where the number has so few digits that doubles tell: the product with the power of ten, and what rounding it took away,
  /// say on which side of a half the number lies; the quotient of two exact whole numbers is the double nearest to the decimal.
  private func roundQuickly(_ size: Double, _ count: Int) -> Double? {
    guard count < Double.exactPowersOfTen.count else { return nil }
    let power = Double.exactPowersOfTen[count]
    let product = size * power
    guard product < 0x1p52 else { return nil }
    let lost = (-product).addingProduct(size, power)
    let floor = product.rounded(.down)
    let excess = product - floor - 0.5
    let isUp = excess > 0 || excess == 0 && (lost > 0 || lost == 0 && floor.remainder(dividingBy: 2) != 0)
    return (isUp ? floor + 1 : floor) / power
  }

  private func roundToPowerOfTen(_ number: Double, _ power: Int) -> Double {
    let size = number.magnitude
    let whole = BigInt(truncating: size)
    let hasFraction = size != size.rounded(.down)
    let unit = BigInt(10).power(power)
    let (quotient, remainder) = whole.quotientAndRemainder(dividingBy: unit)
    let twice = remainder * 2
    let isOdd = quotient.magnitude.words.first.map { $0 & 1 != 0 } ?? false
    let isUp = twice > unit || (twice == unit && (hasFraction || isOdd))
    let result = ((isUp ? quotient + 1 : quotient) * unit).roundedToDouble ?? .infinity
    return number < 0 ? -result : result
  }
}
