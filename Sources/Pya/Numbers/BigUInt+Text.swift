/// Digits of whole numbers of any size.
extension BigUInt {
  /// The number that digits of a base from 2 to 36 stand for; each below the base.
  init(digits: ArraySlice<UInt8>, base: Int) {
    if base & (base - 1) == 0 {
      self.init(digits: digits, bits: base.trailingZeroBitCount)
    } else {
      self = BigUInt.parsed(digits, base: UInt(base), chunk: BigUInt.chunk(base: UInt(base)))
    }
  }

  /// How many digits fit into a word, and the power of the base.
  private static func chunk(base: UInt) -> (digits: Int, scale: UInt) {
    var digits = 0
    var scale: UInt = 1
    while case let (product, overflow) = scale.multipliedReportingOverflow(by: base), !overflow {
      scale = product
      digits += 1
    }
    return (digits, scale)
  }

  private static func parsed(_ digits: ArraySlice<UInt8>, base: UInt, chunk: (digits: Int, scale: UInt)) -> BigUInt {
    if digits.count > 1200 {
      // A whole number of chunks below, so that powers are shared by the halves.
      var lowCount = chunk.digits
      while lowCount * 2 < digits.count { lowCount *= 2 }
      var powers = [lowCount: BigUInt(base).power(lowCount)]
      return split(digits, base: base, chunk: chunk, &powers)
    }
    var result: [UInt] = []
    result.reserveCapacity(digits.count / 10 + 1)
    var position = digits.startIndex
    while position < digits.endIndex {
      let end = min(position + chunk.digits, digits.endIndex)
      var word: UInt = 0
      for index in position..<end { word = word * base + UInt(digits[index]) }
      var scale = chunk.scale
      if end - position < chunk.digits {
        scale = 1
        for _ in position..<end { scale *= base }
      }
      position = end
      let carry = result.withUnsafeMutableBufferPointer { buffer -> UInt in
        guard let words = buffer.baseAddress else { return word }
        return WordArithmetic.multiply(words, UnsafePointer(words), buffer.count, by: scale, carry: word)
      }
      if carry > 0 { result.append(carry) }
    }
    return BigUInt(words: result)
  }

  private static func split(
    _ digits: ArraySlice<UInt8>, base: UInt, chunk: (digits: Int, scale: UInt), _ powers: inout [Int: BigUInt]
  ) -> BigUInt {
    if digits.count <= 1200 { return parsed(digits, base: base, chunk: chunk) }
    var lowCount = chunk.digits
    while lowCount * 2 < digits.count { lowCount *= 2 }
    let power = powers[lowCount] ?? BigUInt(base).power(lowCount)
    powers[lowCount] = power
    let middle = digits.endIndex - lowCount
    let high = split(digits[..<middle], base: base, chunk: chunk, &powers)
    return high * power + split(digits[middle...], base: base, chunk: chunk, &powers)
  }

  /// Digits of so many bits each.
  private init(digits: ArraySlice<UInt8>, bits: Int) {
    var words: [UInt] = []
    words.reserveCapacity(digits.count * bits / 64 + 1)
    var word: UInt = 0
    var filled = 0
    for digit in digits.reversed() {
      word |= UInt(digit) << UInt(filled)
      filled += bits
      if filled >= 64 {
        words.append(word)
        filled -= 64
        word = filled > 0 ? UInt(digit) >> UInt(bits - filled) : 0
      }
    }
    if filled > 0 { words.append(word) }
    self.init(words: words)
  }

  // MARK: Writing

  /// Digits in base 2, 8 or 16, in lowercase; at least one.
  func text(bitsPerDigit bits: Int) -> [UInt8] {
    let width = bitWidth
    if width == 0 { return [UInt8(ascii: "0")] }
    let count = (width + bits - 1) / bits
    let mask: UInt = (1 << UInt(bits)) - 1
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count {
        let position = index * bits
        let (word, shift) = (position >> 6, UInt(position & 63))
        var digit = words[word] >> shift
        if shift > UInt(64 - bits), word + 1 < words.count { digit |= words[word + 1] << (64 - shift) }
        digit &= mask
        buffer[count - 1 - index] = UInt8(digit < 10 ? 48 + digit : 87 + digit)
      }
      initialized = count
    }
  }

  /// Decimal digits; at least one.
  var decimalText: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bitWidth * 5 / 16 + 2)
    if words.count <= BigUInt.directLimit {
      appendDecimal(to: &text, width: 0)
      return text
    }
    // 10**(19 * 2**k), up to about half of the number.
    var powers = [BigUInt(10_000_000_000_000_000_000).power(16)]
    while powers[powers.count - 1].bitWidth * 2 <= bitWidth + 1 {
      powers.append(powers[powers.count - 1] * powers[powers.count - 1])
    }
    appendSplit(to: &text, powers, level: powers.count, width: 0)
    return text
  }

  /// Numbers of more words than this are split at a power of ten.
  private static let directLimit = 30

  /// The digits of a number below the square of `powers[level - 1]`, with zeros up to `width`.
  private func appendSplit(to text: inout [UInt8], _ powers: [BigUInt], level: Int, width: Int) {
    if level == 0 || words.count <= BigUInt.directLimit / 2 { return appendDecimal(to: &text, width: width) }
    let lowWidth = (19 * 16) << (level - 1)
    if self < powers[level - 1] {
      if width > lowWidth { text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width - lowWidth)) }
      return appendSplit(to: &text, powers, level: level - 1, width: min(width, lowWidth))
    }
    let (high, low) = quotientAndRemainder(dividingBy: powers[level - 1])
    high.appendSplit(to: &text, powers, level: level - 1, width: max(width - lowWidth, 0))
    low.appendSplit(to: &text, powers, level: level - 1, width: lowWidth)
  }

  /// By division by the largest power of ten in a word.
  private func appendDecimal(to text: inout [UInt8], width: Int) {
    let unit: UInt = 10_000_000_000_000_000_000
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2 * words.count + 2) { buffer in
      guard let rest = buffer.baseAddress else { return }
      let groups = rest + words.count
      var count = words.count
      withWords { rest.update(from: $0, count: $1) }
      var groupCount = 0
      while count > 0 {
        groups[groupCount] = WordArithmetic.divide(rest, UnsafePointer(rest), count, by: unit)
        groupCount += 1
        count = WordArithmetic.significant(rest, count)
      }
      if groupCount == 0 {
        groups[0] = 0
        groupCount = 1
      }
      var top: UInt = 1
      var topDigits = 1
      while topDigits < 19, groups[groupCount - 1] / top >= 10 {
        top *= 10
        topDigits += 1
      }
      let total = topDigits + (groupCount - 1) * 19
      let isEmpty = width > 0 && isZero
      if width > total { text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width - total)) }
      if isEmpty {
        text.append(UInt8(ascii: "0"))
        return
      }
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: total) { digits in
        guard let start = digits.baseAddress else { return }
        var end = start + total
        for index in 0..<groupCount {
          let groupStart = index == groupCount - 1 ? start : end - 19
          var word = groups[index]
          while end > groupStart {
            end -= 1
            let (quotient, digit) = word.quotientAndRemainder(dividingBy: 10)
            end.initialize(to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            word = quotient
          }
        }
        text.append(contentsOf: UnsafeBufferPointer(start: start, count: total))
      }
    }
  }
}

extension BigInt {
  /// Digits without a sign; nil where something else stands among them.
  init?(_ text: String, radix: Int) {
    var digits: [UInt8] = []
    for byte in text.utf8 {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      if Int(digit) >= radix { return nil }
      digits.append(digit)
    }
    self.init(BigUInt(digits: digits[...], base: radix))
  }
}
