/// Decimal numbers as text.
extension DecimalNumber {
  /// `sign`, digits, exponent; or `inf`, `nan123`, `snan`. Nil: not a number. Underscores are ignored, blanks around it too.
  init?(text: StringObject, isStrict: Bool = false) {
    var scalars: [UInt8] = []
    for scalar in text.text.unicodeScalars {
      if scalar.isASCII {
        scalars.append(UInt8(scalar.value))
      } else if let digit = CodePoint(scalar.value).decimalDigit {
        scalars.append(UInt8(ascii: "0") + UInt8(digit))
      } else if scalar.properties.isWhitespace {
        scalars.append(UInt8(ascii: " "))
      } else {
        return nil
      }
    }
    var rest = scalars[...]
    if isStrict {
      self.init(bytes: rest)
      return
    }
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) || (28...31).contains(byte) }
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    self.init(bytes: rest.filter { $0 != UInt8(ascii: "_") }[...])
  }

  private init?(bytes: ArraySlice<UInt8>) {
    var rest = bytes
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    if let letter = rest.first, letter > UInt8(ascii: "9") {
      self.init(word: String(decoding: rest, as: UTF8.self).lowercased(), isNegative)
      return
    }
    func takeDigits() -> ArraySlice<UInt8> {
      let digits = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits
    }
    var digits = Array(takeDigits())
    var exponent = 0
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = takeDigits()
      exponent = -fraction.count
      digits += fraction
    }
    if digits.isEmpty { return nil }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      var sign = 1
      if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
        sign = first == UInt8(ascii: "-") ? -1 : 1
        rest.removeFirst()
      }
      let written = takeDigits()
      if written.isEmpty { return nil }
      var value = 0
      for digit in written where value < 100_000_000_000_000_000 { value = value * 10 + Int(digit - 48) }
      exponent += sign * value
    }
    guard rest.isEmpty else { return nil }
    self.init(isNegative, DecimalText.parse(digits[...]), exponent)
  }

  private init?(word: String, _ isNegative: Bool) {
    if word == "inf" || word == "infinity" {
      self.init(kind: .infinity, isNegative: isNegative)
      return
    }
    let isSignaling = word.hasPrefix("snan")
    guard isSignaling || word.hasPrefix("nan") else { return nil }
    let payload = Array(word.utf8.dropFirst(isSignaling ? 4 : 3))
    guard payload.allSatisfy({ (48...57).contains($0) }) else { return nil }
    self.init(
      kind: isSignaling ? .signalingNaN : .quietNaN, isNegative: isNegative, payload: DecimalText.parse(payload[...]))
  }

  var digits: [UInt8] { DecimalText.of(BigInt(coefficient)) }

  /// As `str` and, with exponents that are multiples of three, `to_eng_string`.
  func text(isEngineering: Bool = false, isCapital: Bool = true) -> [UInt8] {
    var result: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
    switch kind {
    case .infinity: return result + Array("Infinity".utf8)
    case .quietNaN, .signalingNaN:
      result += Array((kind == .quietNaN ? "NaN" : "sNaN").utf8)
      return coefficient.isZero ? result : result + digits
    case .finite: break
    }
    let digits = self.digits
    let left = exponent + digits.count
    let point: Int
    if exponent <= 0, left > -6 {
      point = left
    } else if !isEngineering {
      point = 1
    } else if isZero {
      point = Gregorian.floorModulo(left + 1, 3) - 1
    } else {
      point = Gregorian.floorModulo(left - 1, 3) + 1
    }
    result += DecimalNumber.withPoint(digits, at: point)
    if left != point {
      result.append(UInt8(ascii: isCapital ? "E" : "e"))
      result += Array((left - point >= 0 ? "+" : "").utf8) + Array(String(left - point).utf8)
    }
    return result
  }

  /// Digits with a point after the first `point` of them.
  static func withPoint(_ digits: [UInt8], at point: Int) -> [UInt8] {
    let zero = UInt8(ascii: "0")
    if point <= 0 { return [zero, UInt8(ascii: ".")] + [UInt8](repeating: zero, count: -point) + digits }
    if point >= digits.count { return digits + [UInt8](repeating: zero, count: point - digits.count) }
    return digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
  }
}

extension Runtime {
  /// `format(Decimal, specification)`.
  func format(_ number: DecimalNumber, _ source: StringObject, _ context: DecimalContextObject) throws(Raised) -> StringObject {
    func malformed() -> Raised { valueError("invalid format string") }
    var specification: FormatSpecification
    if source.hasZeroAfterAlignment { throw malformed() }
    do {
      specification = try parse(source, typeName: "decimal.Decimal", defaultType: 0, alignment: .right)
    } catch { throw malformed() }
    var type = specification.typeByte
    if specification.separator == UInt8(ascii: "_") { throw malformed() }
    if ![0, 101, 69, 102, 70, 103, 71, 110, 37].contains(type) { throw malformed() }
    if type == UInt8(ascii: "n") {
      if specification.separator != 0 { throw malformed() }
      type = UInt8(ascii: "g")
    }
    var builder = TextBuilder()
    let rounding = context.rounding
    let lowered = type | 0x20
    var number = number
    var text = TextBuilder()
    guard number.isFinite else {
      if specification.fill == 0x30, specification.alignment == .afterSign {
        specification.fill = 0x20
        specification.alignment = .right
      }
      text.append(number.withSign(false).text())
      if type == UInt8(ascii: "%") { text.append(byte: type) }
      specification.separator = 0
      builder.append(number: text, leadingDigits: 0, isNegative: number.isNegative, prefix: "", specification)
      return builder.finish(self)
    }
    let isFixed = lowered == UInt8(ascii: "f") || type == UInt8(ascii: "%")
    let isScientific = lowered == UInt8(ascii: "e")
    if type == UInt8(ascii: "%") { number.exponent += 2 }
    let arithmetic = DecimalArithmetic()
    var precision = specification.precision
    if precision == 0, !isFixed, !isScientific { precision = 1 }
    if precision >= 0 {
      if isFixed {
        number = arithmetic.rescaled(number, -precision, rounding)
      } else {
        number = rounded(number, digits: isScientific ? precision + 1 : precision, rounding, pads: isScientific)
      }
    }
    if isFixed, number.isZero, number.exponent > 0 { number = arithmetic.rescaled(number, 0, rounding) }
    if number.isZero, specification.coercesNegativeZero { number.isNegative = false }
    let digits = number.digits
    let left = number.exponent + digits.count
    let point: Int
    if isFixed {
      point = left
    } else if isScientific {
      point = number.isZero && precision >= 0 ? 1 - precision : 1
    } else {
      point = number.exponent <= 0 && left > -6 ? left : 1
    }
    let shown = DecimalNumber.withPoint(digits, at: point)
    text.append(shown)
    if specification.isAlternate, !shown.contains(UInt8(ascii: ".")) { text.append(byte: UInt8(ascii: ".")) }
    if left != point || isScientific {
      let isCapital = type == 0 ? context.capitals == 1 : type & 0x20 == 0
      text.append(byte: UInt8(ascii: isCapital ? "E" : "e"))
      text.append(left >= point ? "+" : "")
      text.append(integer: left - point)
    }
    if type == UInt8(ascii: "%") { text.append(byte: type) }
    let leading = shown.firstIndex(of: UInt8(ascii: ".")) ?? shown.count
    builder.append(number: text, leadingDigits: leading, isNegative: number.isNegative, prefix: "", specification)
    return builder.finish(self)
  }

  private func rounded(_ number: DecimalNumber, digits: Int, _ rounding: DecimalRounding, pads: Bool) -> DecimalNumber {
    if number.isZero { return number }
    let excess = number.digitCount - digits
    if excess == 0 || (excess < 0 && !pads) { return number }
    var result = DecimalArithmetic().rescaled(number, number.exponent + excess, rounding)
    if result.digitCount > digits {
      result.coefficient /= 10
      result.exponent += 1
    }
    return result
  }
}

extension StringObject {
  /// Whether a format specification asks for padding with zeros although it says how to align.
  fileprivate var hasZeroAfterAlignment: Bool {
    var rest = Array(text.unicodeScalars)[...]
    func isAlignment(_ scalar: Unicode.Scalar) -> Bool { "<>=^".unicodeScalars.contains(scalar) }
    if rest.count > 1, isAlignment(rest[1]) {
      rest = rest.dropFirst(2)
    } else if let first = rest.first, isAlignment(first) {
      rest = rest.dropFirst()
    } else {
      return false
    }
    if let sign = rest.first, "+- ".unicodeScalars.contains(sign) { rest = rest.dropFirst() }
    if rest.first == "z" { rest = rest.dropFirst() }
    return rest.first == "0"
  }
}

extension CompactDecimal {
  /// `text` without an exponent; nil: it has one.
  func shortText(_ runtime: Runtime) -> StringObject? {
    guard exponent <= 0, exponent > -50 else { return nil }
    let digits = coefficient.digitCount
    guard exponent + digits > -6 else { return nil }
    let sign = isNegative ? 1 : 0
    let whole = max(exponent + digits, 1)
    return runtime.asciiText(sign + whole + (exponent < 0 ? 1 - exponent : 0)) { text in
      // The digits come from the end, nineteen by nineteen.
      var upper = coefficient
      var rest: UInt = 0
      var left = 0
      func write(_ count: Int, before end: Int) {
        for place in stride(from: end - 1, to: end - 1 - count, by: -1) {
          if left == 0 {
            (upper, rest) = upper.divided(by: WideUInt.tenPower(19))
            left = 19
          }
          left -= 1
          let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
          text[place] = UInt8(ascii: "0") + UInt8(digit)
          rest = quotient
        }
      }
      if exponent < 0 {
        write(-exponent, before: sign + whole + 1 - exponent)
        text[sign + whole] = UInt8(ascii: ".")
      }
      write(whole, before: sign + whole)
      text[0] = isNegative ? UInt8(ascii: "-") : text[0]
    }
  }
}
