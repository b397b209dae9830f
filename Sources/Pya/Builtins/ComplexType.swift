#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// `complex`.
extension Runtime {
  func installComplexType() {
    let type = types.complex
    type.construct = { (runtime, type, arguments) throws(Raised) in
      if arguments.count == 1, !arguments.hasKeywords, arguments[0].object?.isExactly(runtime.types.complex) == true,
        type === runtime.types.complex
      {
        return arguments[0]
      }
      let number = try runtime.makeComplex(arguments)
      let object = ComplexObject(runtime, real: number.real, imaginary: number.imaginary)
      object.type = type
      return .object(object)
    }
    type.defineNew(self)
    type.defineOperators(self, [.add, .subtract, .multiply, .divide, .power], accepts: { _ in true })
    type.defineComparisons(self, accepts: { _ in true })
    type.defineUnaryOperators(self)
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.repr(runtime.complex(runtime.complexReceiver(arguments[0]))))
    }
    type.define(self, "__complex__", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.complex(runtime.complexReceiver(arguments[0]))
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.hash(runtime.complex(runtime.complexReceiver(arguments[0]))))
    }
    type.define(self, "__bool__", "self, /") { (runtime, arguments) throws(Raised) in
      .bool(!runtime.complexReceiver(arguments[0]).isZero)
    }
    type.define(self, "__getnewargs__", "self, /") { (runtime, arguments) throws(Raised) in
      let number = runtime.complexReceiver(arguments[0])
      return .object(TupleObject(runtime, [.float(number.real), .float(number.imaginary)]))
    }
    type.define(self, "conjugate", "self, /") { (runtime, arguments) throws(Raised) in
      let number = runtime.complexReceiver(arguments[0])
      return runtime.complex(Complex(number.real, -number.imaginary))
    }
    type.defineProperty(
      self, "real", get: { (runtime, value) throws(Raised) in .float(runtime.complexReceiver(value).real) })
    type.defineProperty(
      self, "imag", get: { (runtime, value) throws(Raised) in .float(runtime.complexReceiver(value).imaginary) })
  }

  func complexReceiver(_ value: Value) -> Complex {
    value.complex.map { Complex($0.real, $0.imaginary) } ?? Complex(0, 0)
  }

  private func makeComplex(_ arguments: Arguments) throws(Raised) -> Complex {
    var real = arguments[0]
    var imaginary = arguments[1]
    let given = arguments.count + arguments.keywordNames.count
    if given > 2 {
      throw typeError("complex() takes at most 2 \(arguments.count == 0 ? "keyword " : "")arguments (\(given) given)")
    }
    for (name, value) in arguments.keywords {
      switch name.text {
      case "real":
        if !real.isUndefined { throw typeError("argument for complex() given by name ('real') and position (1)") }
        real = value
      case "imag":
        if !imaginary.isUndefined { throw typeError("argument for complex() given by name ('imag') and position (2)") }
        imaginary = value
      default:
        let hint = closestName(to: name.text, among: ["real", "imag"]).map { ". Did you mean '\($0)'?" } ?? ""
        throw typeError("complex() got an unexpected keyword argument '\(name.text)'\(hint)")
      }
    }
    if let text = real.string {
      if !imaginary.isUndefined { throw typeError("complex() can't take second arg if first is a string") }
      guard let number = ComplexParser.parse(text.isASCII ? Array(text.utf8) : asciiDigits(text)) else {
        throw valueError("complex() arg is a malformed string")
      }
      return number
    }
    if imaginary.string != nil { throw typeError("complex() second arg can't be a string") }
    let first = real.isUndefined ? Complex(0, 0) : try complexIfNumber(real)
    guard let first else {
      throw typeError("complex() first argument must be a string or a number, not '\(typeName(real))'")
    }
    if imaginary.isUndefined { return first }
    let second = imaginary.complex.map { Complex($0.real, $0.imaginary) }
    if let second {
      return Complex(first.real - second.imaginary, real.isComplexNumber ? first.imaginary + second.real : second.real)
    }
    guard let size = try doubleIfNumber(imaginary) else {
      throw typeError("complex() second argument must be a number, not '\(typeName(imaginary))'")
    }
    return Complex(first.real, real.isComplexNumber ? first.imaginary + size : size)
  }

  /// Through `__complex__`, `__float__` or `__index__`; nil for what has none of them.
  func complexIfNumber(_ value: Value) throws(Raised) -> Complex? {
    if case .object(let object) = value {
      if let method = object.type.special(.complex) ?? (object.kind == .complex ? nil : specialMethod(value, .complex)) {
        let result = try callSpecial(method, value)
        guard let number = result.complex else {
          throw typeError("__complex__ returned non-complex (type \(typeName(result)))")
        }
        if result.isOfHeapType { try warnOfSubclass(named: "__complex__", "complex", result) }
        return Complex(number.real, number.imaginary)
      }
      if object.kind == .complex { return complexReceiver(value) }
    }
    return try doubleIfNumber(value).map { Complex($0, 0) }
  }
}

extension Value {
  fileprivate var isComplexNumber: Bool { complex != nil }
}

/// The grammar of `complex("...")`: `1`, `2j`, `1+2j`, `-j`, with spaces and parentheses around it.
enum ComplexParser {
  static func parse(_ text: [UInt8]) -> Complex? {
    guard let plain = FloatParser.withoutUnderscores(text[...]) else { return nil }
    var span = trimmed(plain[...])
    if span.first == UInt8(ascii: "(") {
      guard span.last == UInt8(ascii: ")"), span.count >= 2 else { return nil }
      span = trimmed(span.dropFirst().dropLast())
    }
    guard let (first, afterFirst) = part(span) else { return nil }
    if afterFirst.isEmpty { return first.isImaginary ? Complex(0, first.number) : Complex(first.number, 0) }
    guard !first.isImaginary, let sign = afterFirst.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let (second, rest) = part(afterFirst), rest.isEmpty, second.isImaginary
    else { return nil }
    return Complex(first.number, second.number)
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var span = text
    while let first = span.first, IntegerLiteralParser.isSpace(first) { span = span.dropFirst() }
    while let last = span.last, IntegerLiteralParser.isSpace(last) { span = span.dropLast() }
    return span
  }

  /// A number with or without `j`; `j` alone is one.
  private static func part(_ text: ArraySlice<UInt8>) -> (
    (number: Double, isImaginary: Bool), rest: ArraySlice<UInt8>
  )? {
    var number = 1.0
    var rest = text
    if let (parsed, length) = FloatParser.prefix(of: text) {
      number = parsed
      rest = text.dropFirst(length)
    } else {
      if let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        if sign == UInt8(ascii: "-") { number = -1 }
        rest = rest.dropFirst()
      }
      guard let letter = rest.first, letter | 0x20 == UInt8(ascii: "j") else { return nil }
    }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "j") { return ((number, true), rest.dropFirst()) }
    return ((number, false), rest)
  }
}

extension Complex {
  /// The absolute value; an infinite part makes it infinite even beside NaN.
  var size: Double {
    if real.isInfinite || imaginary.isInfinite { return .infinity }
    if real.isNaN || imaginary.isNaN { return .nan }
    return hypot(real, imaginary)
  }
}
