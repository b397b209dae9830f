/// Makes elements of a document's text, where that is in order and ordinary: no document type, no entities but the five that all documents
/// know, names in ASCII. For anything else it gives up, and the reader in the language (`_xml_reading`), which knows the whole of XML and
/// what to complain of, starts again.
struct ElementReader {
  struct Events {
    /// What the events are called; None: not wanted.
    let start: Value
    let end: Value
    let list: ListObject
  }

  private let runtime: Runtime
  private let type: TypeObject
  private let text: StringObject
  private let bytes: UnsafeBufferPointer<UInt8>
  private let events: Events?
  private var index = 0
  /// Text that belongs to the last element: into it, or after it once it is closed.
  private var pending: [UInt8] = []
  private var last: ElementObject?
  private var isAfterLast = false
  private var open: [Open] = []
  private var root: ElementObject?
  private var scopes: [Scope] = []
  private var knownNames: [KnownName] = []
  private var nextKnown = 0

  private struct Open {
    let element: ElementObject
    let name: Range<Int>
    let hasScope: Bool
  }

  /// What the prefixes stand for within an element; "" is the prefix of names without one.
  private struct Scope {
    var prefixes: [(prefix: [UInt8], uri: [UInt8])]
  }

  /// A name as written, and what it means in the scope.
  private struct KnownName {
    let written: Range<Int>
    let isTag: Bool
    let value: StringObject
  }

  init(_ runtime: Runtime, _ text: StringObject, _ events: Events?) {
    self.runtime = runtime
    type = runtime.elementTypes.element
    self.text = text
    bytes = text.utf8
    self.events = events
  }

  /// The root; nil: something is not in order, or not ordinary.
  mutating func read() -> ElementObject? {
    defer { withExtendedLifetime(text) {} }
    if hasPrefix("<?xml"), index + 5 < bytes.count, ElementReader.isSpace(bytes[index + 5]) {
      guard let end = find("?>", from: index) else { return nil }
      index = end + 2
    }
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "<") ? readMarkup() : readText() else { return nil }
    }
    return open.isEmpty ? root : nil
  }

  // MARK: Text

  private mutating func readText() -> Bool {
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "<") { index += 1 }
    if open.isEmpty { return (start..<index).allSatisfy { ElementReader.isSpace(bytes[$0]) } }
    return appendExpanded(start..<index, isAttribute: false)
  }

  /// Adds text with its references resolved to what is pending.
  private mutating func appendExpanded(_ span: Range<Int>, isAttribute: Bool) -> Bool {
    var from = span.lowerBound
    var place = from
    while place < span.upperBound {
      let byte = bytes[place]
      if byte == UInt8(ascii: "&") {
        pending.append(contentsOf: bytes[from..<place])
        guard let end = appendReference(place, span.upperBound) else { return false }
        from = end
        place = end
        continue
      }
      if byte < 32 {
        guard byte == 9 || byte == 10 || byte == 13 else { return false }
        if isAttribute, byte != 13 {
          pending.append(contentsOf: bytes[from..<place])
          pending.append(32)
          from = place + 1
        }
      } else if byte == UInt8(ascii: "]"), !isAttribute, hasPrefix("]]>", at: place) {
        return false
      } else if byte == 0xED || byte == 0xEF, place + 2 < span.upperBound, mayBeNoCharacter(byte, bytes[place + 1]) {
        return false
      }
      place += 1
    }
    pending.append(contentsOf: bytes[from..<span.upperBound])
    return true
  }

  /// Whether these bytes begin a lone surrogate, or one of the last two code points of the plane or their neighbours.
  private func mayBeNoCharacter(_ first: UInt8, _ second: UInt8) -> Bool { first == 0xED ? second >= 0xA0 : second == 0xBF }

  /// The place after the reference.
  private mutating func appendReference(_ start: Int, _ limit: Int) -> Int? {
    var end = start + 1
    while end < limit, end < start + 12, bytes[end] != UInt8(ascii: ";") { end += 1 }
    guard end < limit, bytes[end] == UInt8(ascii: ";") else { return nil }
    let name = bytes[start + 1..<end]
    if name.first == UInt8(ascii: "#") {
      var digits = name.dropFirst()
      let isHexadecimal = digits.first == UInt8(ascii: "x")
      if isHexadecimal { digits = digits.dropFirst() }
      var code = 0
      if digits.isEmpty { return nil }
      for byte in digits {
        guard let digit = ASCII.digitValue(byte), digit < (isHexadecimal ? 16 : 10) else { return nil }
        code = code * (isHexadecimal ? 16 : 10) + digit
      }
      guard code >= 32 || code == 9 || code == 10 || code == 13, let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value)
      else { return nil }
      pending.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
    } else if name.elementsEqual("lt".utf8) {
      pending.append(UInt8(ascii: "<"))
    } else if name.elementsEqual("gt".utf8) {
      pending.append(UInt8(ascii: ">"))
    } else if name.elementsEqual("amp".utf8) {
      pending.append(UInt8(ascii: "&"))
    } else if name.elementsEqual("quot".utf8) {
      pending.append(UInt8(ascii: "\""))
    } else if name.elementsEqual("apos".utf8) {
      pending.append(UInt8(ascii: "'"))
    } else {
      return nil
    }
    return end + 1
  }

  private mutating func takePending() -> Value {
    let value = Value.object(runtime.string(pending))
    pending.removeAll(keepingCapacity: true)
    return value
  }

  private mutating func flush() {
    if pending.isEmpty { return }
    let text = takePending()
    if isAfterLast { last?.tail = text } else { last?.text = text }
  }

  // MARK: Markup

  private mutating func readMarkup() -> Bool {
    guard index + 1 < bytes.count else { return false }
    switch bytes[index + 1] {
    case UInt8(ascii: "/"): return readEnd()
    case UInt8(ascii: "!"):
      if hasPrefix("<!--") {
        guard let end = find("--", from: index + 4), hasPrefix("-->", at: end) else { return false }
        index = end + 3
        return true
      }
      guard hasPrefix("<![CDATA["), !open.isEmpty, let end = find("]]>", from: index + 9) else { return false }
      pending.append(contentsOf: bytes[index + 9..<end])
      index = end + 3
      return true
    case UInt8(ascii: "?"):
      guard let end = find("?>", from: index + 2), end - index >= 3, bytes[index + 2] | 0x20 != UInt8(ascii: "x") else { return false }
      index = end + 2
      return true
    default: return readStart()
    }
  }

  private mutating func readEnd() -> Bool {
    guard let opened = open.popLast() else { return false }
    let length = opened.name.count
    let start = index + 2
    guard start + length < bytes.count, memoryIsSame(start, opened.name) else { return false }
    index = start + length
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else { return false }
    index += 1
    close(opened.element, hasScope: opened.hasScope)
    return true
  }

  private mutating func close(_ element: ElementObject, hasScope: Bool) {
    flush()
    last = element
    isAfterLast = true
    if hasScope {
      scopes.removeLast()
      knownNames.removeAll(keepingCapacity: true)
    }
    if let events, !events.end.isNone { events.list.append(runtime.tuple([events.end, .object(element)])) }
  }

  private mutating func readStart() -> Bool {
    index += 1
    if root != nil, open.isEmpty { return false }
    guard let name = readName() else { return false }
    var attributes: [(name: Range<Int>, value: Value)] = []
    var declarations: [Range<Int>] = []
    flush()
    while true {
      let before = index
      skipSpace()
      guard index < bytes.count else { return false }
      let byte = bytes[index]
      if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { break }
      guard index > before, let attribute = readName() else { return false }
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { return false }
      index += 1
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else { return false }
      let quote = bytes[index]
      let start = index + 1
      index = start
      while index < bytes.count, bytes[index] != quote {
        if bytes[index] == UInt8(ascii: "<") { return false }
        index += 1
      }
      guard index < bytes.count, appendExpanded(start..<index, isAttribute: true) else { return false }
      index += 1
      if attributes.contains(where: { isSame($0.name, attribute) }) || declarations.contains(where: { isSame($0, attribute) }) { return false }
      if isDeclaration(attribute) {
        declare(attribute, isFirst: declarations.isEmpty)
        declarations.append(attribute)
      } else {
        attributes.append((attribute, takePending()))
      }
    }
    let isEmpty = bytes[index] == UInt8(ascii: "/")
    index += isEmpty ? 2 : 1
    guard index <= bytes.count, bytes[index - 1] == UInt8(ascii: ">"), let tag = meaning(of: name, isTag: true) else { return false }
    let element = ElementObject(type: type, tag: .object(tag))
    if !attributes.isEmpty {
      let dict = DictObject(runtime)
      for (written, value) in attributes {
        guard let name = meaning(of: written, isTag: false) else { return false }
        dict.setString(name, value)
      }
      if dict.count != attributes.count { return false }
      element.attributes = dict
    }
    if let parent = open.last { parent.element.append(.object(element), runtime) } else { root = element }
    last = element
    isAfterLast = false
    if let events, !events.start.isNone { events.list.append(runtime.tuple([events.start, .object(element)])) }
    if isEmpty {
      close(element, hasScope: !declarations.isEmpty)
    } else {
      open.append(Open(element: element, name: name, hasScope: !declarations.isEmpty))
    }
    return true
  }

  // MARK: Names

  private mutating func readName() -> Range<Int>? {
    let start = index
    guard index < bytes.count, ASCII.isLetter(bytes[index]) || bytes[index] == UInt8(ascii: "_") else { return nil }
    var colons = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: ":") {
        // It parts a prefix from a name, which both are there.
        guard colons == 0, index + 1 < bytes.count, ASCII.isLetter(bytes[index + 1]) || bytes[index + 1] == UInt8(ascii: "_")
        else { return nil }
        colons += 1
      } else if !(ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "."))
      {
        if byte >= 128 { return nil }
        break
      }
      index += 1
    }
    return start..<index
  }

  private func isDeclaration(_ name: Range<Int>) -> Bool {
    hasPrefix("xmlns", at: name.lowerBound) && (name.count == 5 || bytes[name.lowerBound + 5] == UInt8(ascii: ":"))
  }

  /// The value of the declaration is pending.
  private mutating func declare(_ name: Range<Int>, isFirst: Bool) {
    if isFirst {
      scopes.append(scopes.last ?? Scope(prefixes: []))
      knownNames.removeAll(keepingCapacity: true)
    }
    let prefix = name.count == 5 ? [] : Array(bytes[name.lowerBound + 6..<name.upperBound])
    scopes[scopes.count - 1].prefixes.append((prefix, pending))
    pending.removeAll(keepingCapacity: true)
  }

  /// What a name stands for: `{uri}local` where it has a namespace; nil: its prefix is not declared.
  private mutating func meaning(of name: Range<Int>, isTag: Bool) -> StringObject? {
    for known in knownNames
    where known.isTag == isTag && isSame(known.written, name) {
      return known.value
    }
    let colon = bytes[name].firstIndex(of: UInt8(ascii: ":"))
    var result: [UInt8]
    if colon != nil || isTag && !scopes.isEmpty {
      let prefix = colon.map { Array(bytes[name.lowerBound..<$0]) } ?? []
      var uri = scopes.last?.prefixes.last { $0.prefix == prefix }?.uri
      if uri == nil, prefix.elementsEqual("xml".utf8) { uri = Array("http://www.w3.org/XML/1998/namespace".utf8) }
      if colon != nil, uri == nil || uri?.isEmpty == true { return nil }
      if let uri, !uri.isEmpty {
        result = [UInt8(ascii: "{")] + uri + [UInt8(ascii: "}")]
      } else {
        result = []
      }
      result += bytes[(colon.map { $0 + 1 } ?? name.lowerBound)..<name.upperBound]
    } else {
      result = Array(bytes[name])
    }
    let value = runtime.string(result)
    let known = KnownName(written: name, isTag: isTag, value: value)
    if knownNames.count < 16 {
      knownNames.append(known)
    } else {
      knownNames[nextKnown] = known
      nextKnown = (nextKnown + 1) & 15
    }
    return value
  }

  // MARK: Bytes

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 10 || byte == 9 || byte == 13 }

  private mutating func skipSpace() { while index < bytes.count, ElementReader.isSpace(bytes[index]) { index += 1 } }

  private func hasPrefix(_ prefix: StaticString) -> Bool { hasPrefix(prefix, at: index) }

  private func hasPrefix(_ prefix: StaticString, at place: Int) -> Bool {
    let count = prefix.utf8CodeUnitCount
    guard place + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[place + offset] != prefix.utf8Start[offset] { return false }
    return true
  }

  private func find(_ wanted: StaticString, from start: Int) -> Int? {
    var place = start
    while place + wanted.utf8CodeUnitCount <= bytes.count {
      if hasPrefix(wanted, at: place) { return place }
      place += 1
    }
    return nil
  }

  private func isSame(_ a: Range<Int>, _ b: Range<Int>) -> Bool { a.count == b.count && memoryIsSame(a.lowerBound, b) }

  /// Whether the bytes from a place on are those of a span.
  private func memoryIsSame(_ start: Int, _ span: Range<Int>) -> Bool {
    guard start + span.count <= bytes.count else { return false }
    for offset in 0..<span.count where bytes[start + offset] != bytes[span.lowerBound + offset] { return false }
    return true
  }
}
