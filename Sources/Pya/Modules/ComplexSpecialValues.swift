/// What the functions of `cmath` give where a part of the argument is infinite or NaN (C99, annex G).
///
/// Rows are the real part, columns the imaginary part: -inf, negative, -0, 0, positive, inf, NaN. An entry is two letters, the
/// parts of the result: `0` 0, `z` -0, `1` 1, `o` -1, `i` inf, `n` NaN, `a` `b` `c` `d` one to four quarters of pi, capitals for
/// negative ones, `!` a domain error, `u` never looked up.
struct ComplexSpecialValues {
  private let letters: [UInt8]

  private init(_ rows: StaticString...) {
    var letters: [UInt8] = []
    for row in rows { row.withUTF8Buffer { letters.append(contentsOf: $0) } }
    self.letters = letters
  }

  func value(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let position = (ComplexSpecialValues.line(z.real) * 7 + ComplexSpecialValues.line(z.imaginary)) * 2
    return Complex(try part(letters[position]), try part(letters[position + 1]))
  }

  private static func line(_ number: Double) -> Int {
    if number.isNaN { return 6 }
    if number.isInfinite { return number < 0 ? 0 : 5 }
    if number == 0 { return number.sign == .minus ? 2 : 3 }
    return number < 0 ? 1 : 4
  }

  private func part(_ letter: UInt8) throws(ComplexFunctionError) -> Double {
    switch letter {
    case UInt8(ascii: "0"): return 0
    case UInt8(ascii: "z"): return -0.0
    case UInt8(ascii: "1"): return 1
    case UInt8(ascii: "o"): return -1
    case UInt8(ascii: "i"): return .infinity
    case UInt8(ascii: "I"): return -.infinity
    case UInt8(ascii: "a")...UInt8(ascii: "d"): return .pi / 4 * Double(letter - UInt8(ascii: "a") + 1)
    case UInt8(ascii: "A")...UInt8(ascii: "D"): return -.pi / 4 * Double(letter - UInt8(ascii: "A") + 1)
    case UInt8(ascii: "!"): throw .outOfDomain
    default: return .nan
    }
  }

  static let acos = ComplexSpecialValues(
    "cidididIdIcIni",
    "biuuuuuuuubInn",
    "biuuuuuuuubIbn",
    "biuuuuuuuubIbn",
    "biuuuuuuuubInn",
    "ai0i0i0I0IaIni",
    "ninnnnnnnnnInn")
  static let acosh = ComplexSpecialValues(
    "iCiDiDididicin",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iAizizi0i0iain",
    "innnnnnnnninnn")
  static let asinh = ComplexSpecialValues(
    "IAIzIzI0I0IaIn",
    "IBuuuuuuuuIbnn",
    "IBuuuuuuuuIbnn",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iAizizi0i0iain",
    "innnnzn0nninnn")
  static let atanh = ComplexSpecialValues(
    "zBzBzBzbzbzbzn",
    "zBuuuuuuuuzbnn",
    "zBuuuuuuuuzbzn",
    "0Buuuuuuuu0b0n",
    "0Buuuuuuuu0bnn",
    "0B0B0B0b0b0b0n",
    "0Bnnnnnnnn0bnn")
  static let cosh = ComplexSpecialValues(
    "!!iii0iziI!!in",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!n0",
    "!!uuuuuuuu!!n0",
    "!!uuuuuuuu!!nn",
    "!!iIizi0ii!!in",
    "nnnnn0n0nnnnnn")
  static let exp = ComplexSpecialValues(
    "000z0z00000000",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "!!iIizi0ii!!in",
    "nnnnnzn0nnnnnn")
  static let log = ComplexSpecialValues(
    "iCiDiDididicin",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iBuuuuuuuuibnn",
    "iAizizi0i0iain",
    "innnnnnnnninnn")
  static let sinh = ComplexSpecialValues(
    "!!IIIzI0Ii!!in",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!0n",
    "!!uuuuuuuu!!0n",
    "!!uuuuuuuu!!nn",
    "!!iIizi0ii!!in",
    "nnnnnzn0nnnnnn")
  static let sqrt = ComplexSpecialValues(
    "iI0I0I0i0iiini",
    "iIuuuuuuuuiinn",
    "iIuuuuuuuuiinn",
    "iIuuuuuuuuiinn",
    "iIuuuuuuuuiinn",
    "iIizizi0i0iiin",
    "iInnnnnnnniinn")
  static let tanh = ComplexSpecialValues(
    "o0ozozo0o0o0o0",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "!!uuuuuuuu!!nn",
    "101z1z10101010",
    "nnnnnzn0nnnnnn")
  static let rectangular = ComplexSpecialValues(
    "!!IiI0IzII!!in",
    "!!uuuuuuuu!!nn",
    "00uuuuuuuu0000",
    "00uuuuuuuu0000",
    "!!uuuuuuuu!!nn",
    "!!iIizi0ii!!in",
    "nnnnn0n0nnnnnn")
}
