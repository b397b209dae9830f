/// `lower`, `upper`, `title` and their kin: by bytes for ASCII text, else by Unicode's full case mappings.
extension Runtime {
  func installStringCase(_ type: TypeObject) {
    func define(_ name: String, _ body: @escaping (Runtime, StringObject) -> StringObject) {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        .object(arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef { body(runtime, $0) })
      }
    }
    define("lower") { runtime, text in runtime.lowercased(text) }
    define("upper") { runtime, text in
      if text.isASCII { return runtime.mapASCII(text, ASCII.upper) }
      return runtime.mapCodePoints(text) { CodePoint($0).uppercase }
    }
    define("casefold") { runtime, text in
      if text.isASCII { return runtime.mapASCII(text, ASCII.lower) }
      return runtime.mapCodePoints(text) { CodePoint($0).folded }
    }
    define("swapcase") { runtime, text in
      if text.isASCII { return runtime.mapASCII(text) { ASCII.isLower($0) ? ASCII.upper($0) : ASCII.lower($0) } }
      return runtime.mapCodePoints(text, at: { (offset, codePoint) in
        if CodePoint(codePoint).isUppercase { return text.lowercase(codePoint, at: offset) }
        return CodePoint(codePoint).isLowercase ? CodePoint(codePoint).uppercase : CaseMapping(codePoint)
      })
    }
    define("capitalize") { runtime, text in
      if text.isASCII {
        return runtime.asciiText(text.byteCount) { memory in
          for index in 0..<text.byteCount { memory[index] = index == 0 ? ASCII.upper(text.bytes[0]) : ASCII.lower(text.bytes[index]) }
        }
      }
      return runtime.mapCodePoints(text, at: { (offset, codePoint) in
        offset == 0 ? CodePoint(codePoint).titlecase : text.lowercase(codePoint, at: offset)
      })
    }
    define("title") { runtime, text in
      var isInWord = false
      if text.isASCII {
        return runtime.asciiText(text.byteCount) { memory in
          for index in 0..<text.byteCount {
            let byte = text.bytes[index]
            memory[index] = isInWord ? ASCII.lower(byte) : ASCII.upper(byte)
            isInWord = ASCII.isLetter(byte)
          }
        }
      }
      return runtime.mapCodePoints(text, at: { (offset, codePoint) in
        defer { isInWord = CodePoint(codePoint).isCased }
        return isInWord ? text.lowercase(codePoint, at: offset) : CodePoint(codePoint).titlecase
      })
    }
  }

  func lowercased(_ text: StringObject) -> StringObject {
    if text.isASCII { return mapASCII(text, ASCII.lower) }
    return mapCodePoints(text, at: { (offset, codePoint) in text.lowercase(codePoint, at: offset) })
  }

  @inline(__always)
  private func mapASCII(_ text: StringObject, _ map: (UInt8) -> UInt8) -> StringObject {
    asciiText(text.byteCount) { memory in
      let source = text.bytes
      for index in 0..<text.byteCount { memory[index] = map(source[index]) }
    }
  }

  @inline(__always)
  private func mapCodePoints(_ text: StringObject, _ map: (UInt32) -> CaseMapping) -> StringObject {
    mapCodePoints(text, at: { (_, codePoint) in map(codePoint) })
  }

  /// Maps every code point, given with the offset of its first byte.
  @inline(__always)
  private func mapCodePoints(_ text: StringObject, at map: (Int, UInt32) -> CaseMapping) -> StringObject {
    var builder = TextBuilder(capacity: text.byteCount)
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      let mapped = map(offset, codePoint)
      if mapped.count == 1 {
        builder.append(codePoint: mapped[0])
      } else {
        for index in 0..<mapped.count { builder.append(codePoint: mapped[index]) }
      }
      offset += width
    }
    return builder.finish(self)
  }
}

extension StringObject {
  /// The lowercase of a code point where it stands: a capital sigma that ends a word becomes a final one.
  @inline(__always)
  fileprivate func lowercase(_ codePoint: UInt32, at offset: Int) -> CaseMapping {
    if codePoint != 0x3A3 { return CodePoint(codePoint).lowercase }
    return CaseMapping(isFinalSigma(at: offset) ? 0x3C2 : 0x3C3)
  }

  private func isFinalSigma(at offset: Int) -> Bool {
    var before = offset
    var precedesCased = false
    while before > 0 {
      repeat { before -= 1 } while bytes[before] & 0xC0 == 0x80
      let codePoint = CodePoint(decodeUTF8(bytes + before).codePoint)
      if codePoint.isCaseIgnorable { continue }
      precedesCased = codePoint.isCased
      break
    }
    if !precedesCased { return false }
    var after = offset + 2
    while after < byteCount {
      let (value, width) = decodeUTF8(bytes + after)
      let codePoint = CodePoint(value)
      if !codePoint.isCaseIgnorable { return !codePoint.isCased }
      after += width
    }
    return true
  }
}
