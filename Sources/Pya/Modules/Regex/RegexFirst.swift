/// Which bytes an expression can begin with, and whether it can take nothing.
struct RegexFirst {
  var bytes = ByteSet()
  var isNullable: Bool

  static let empty = RegexFirst(isNullable: true)
  static let anything = RegexFirst(bytes: .all, isNullable: true)

  /// This, then what comes after.
  func followed(by next: RegexFirst?) -> RegexFirst? {
    guard isNullable else { return self }
    guard let next else { return nil }
    var result = self
    result.bytes.formUnion(next.bytes)
    result.isNullable = next.isNullable
    return result
  }

  static func | (a: RegexFirst, b: RegexFirst) -> RegexFirst {
    var result = a
    result.bytes.formUnion(b.bytes)
    result.isNullable = a.isNullable || b.isNullable
    return result
  }
}

extension RegexNode {
  func first(isBytes: Bool) -> RegexFirst {
    switch self {
    case .empty, .position, .look: return .empty
    case .failure: return RegexFirst(isNullable: false)
    case .literal(let character):
      var result = RegexFirst(isNullable: false)
      result.bytes.insert(isBytes ? UInt8(truncatingIfNeeded: character) : CompiledSet.leadByte(of: character))
      return result
    case .set(let set): return RegexFirst(bytes: CompiledSet(set, isBytes: isBytes).leadBytes(isBytes: isBytes), isNullable: false)
    case .sequence(let items):
      var result = RegexFirst.empty
      for item in items {
        guard result.isNullable else { break }
        result = result.followed(by: item.first(isBytes: isBytes)) ?? .anything
      }
      return result
    case .branch(let items):
      return items.dropFirst().reduce(items[0].first(isBytes: isBytes)) { $0 | $1.first(isBytes: isBytes) }
    case .group(_, let node), .atomic(let node): return node.first(isBytes: isBytes)
    case .repetition(let node, let least, let most, _):
      if most == 0 { return .empty }
      var result = node.first(isBytes: isBytes)
      if least == 0 { result.isNullable = true }
      return result
    case .backreference: return .anything
    case .conditional(_, let yes, let no): return yes.first(isBytes: isBytes) | no.first(isBytes: isBytes)
    }
  }
}

extension CompiledSet {
  init(_ set: RegexSet, isBytes: Bool) {
    var bytes = ByteSet()
    var missing: [UInt32] = []
    for value in 0..<(isBytes ? 256 : 128) as Range<UInt32> {
      if set.contains(value) { bytes.insert(UInt8(value)) } else { missing.append(value) }
    }
    self.bytes = bytes
    if isBytes {
      wide = .none
    } else {
      let isOnlyASCII = set.ranges.allSatisfy { $0.upperBound < 0x80 } && set.tests.allSatisfy { $0.isASCII && !$0.isNegated }
      let foldsBeyond = set.folding == .unicode
      wide = isOnlyASCII && !foldsBeyond ? (set.isNegated ? .all : .none) : .ask
    }
    stopByte = (isBytes || wide == .all) && missing.count == 1 ? Int16(missing[0]) : -1
  }

  static func leadByte(of character: UInt32) -> UInt8 {
    if character < 0x80 { return UInt8(character) }
    if character < 0x800 { return UInt8(0xC0 | character >> 6) }
    if character < 0x10000 { return UInt8(0xE0 | character >> 12) }
    return UInt8(truncatingIfNeeded: 0xF0 | character >> 18)
  }

  /// The first bytes of the characters, as UTF-8 has them: those from 0x80 to 0xBF begin none.
  func leadBytes(isBytes: Bool) -> ByteSet {
    var result = bytes
    if !isBytes, wide != .none { result.words.3 = .max }
    return result
  }
}
