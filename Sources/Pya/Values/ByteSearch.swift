#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finding bytes in bytes. On UTF-8 this finds characters too: a match of whole characters begins at one.
enum ByteSearch {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  /// The offset of the first occurrence, or -1.
  static func first(_ needle: Bytes, in haystack: Bytes) -> Int {
    if needle.count == 0 { return 0 }
    guard needle.count <= haystack.count, let base = haystack.baseAddress, let start = needle.baseAddress else { return -1 }
    let lead = Int32(start[0])
    let last = haystack.count - needle.count
    var offset = 0
    var failures = 0
    while offset <= last {
      guard let candidate = memchr(base + offset, lead, last - offset + 1) else { return -1 }
      offset = UnsafeRawPointer(candidate) - UnsafeRawPointer(base)
      if needle.count == 1 || memcmp(base + offset, start, needle.count) == 0 { return offset }
      offset += 1
      failures += 1
      // Text that keeps almost matching ("aaaa...") would take quadratic time.
      if failures > 100, failures * 4 > offset {
        let found = firstByFailureTable(needle, in: Bytes(rebasing: haystack[offset...]))
        return found < 0 ? -1 : offset + found
      }
    }
    return -1
  }

  /// Knuth, Morris and Pratt's search, linear whatever the text.
  private static func firstByFailureTable(_ needle: Bytes, in haystack: Bytes) -> Int {
    var table = [Int](repeating: 0, count: needle.count)
    var matched = 0
    for index in 1..<needle.count {
      while matched > 0, needle[index] != needle[matched] { matched = table[matched - 1] }
      if needle[index] == needle[matched] { matched += 1 }
      table[index] = matched
    }
    matched = 0
    for index in 0..<haystack.count {
      while matched > 0, haystack[index] != needle[matched] { matched = table[matched - 1] }
      if haystack[index] == needle[matched] { matched += 1 }
      if matched == needle.count { return index + 1 - needle.count }
    }
    return -1
  }

  /// The offset of the last occurrence, or -1.
  static func last(_ needle: Bytes, in haystack: Bytes) -> Int {
    guard needle.count <= haystack.count else { return -1 }
    if needle.count == 0 { return haystack.count }
    guard let base = haystack.baseAddress, let start = needle.baseAddress else { return -1 }
    var offset = haystack.count - needle.count
    while offset >= 0 {
      if base[offset] == start[0], memcmp(base + offset, start, needle.count) == 0 { return offset }
      offset -= 1
    }
    return -1
  }

  /// How often a needle (not empty) occurs, without overlaps.
  static func count(_ needle: Bytes, in haystack: Bytes) -> Int {
    var count = 0
    if needle.count == 1 {
      let byte = needle[0]
      for index in 0..<haystack.count { count &+= haystack[index] == byte ? 1 : 0 }
      return count
    }
    var rest = haystack
    while true {
      let offset = first(needle, in: rest)
      if offset < 0 { return count }
      count += 1
      rest = Bytes(rebasing: rest[(offset + needle.count)...])
    }
  }

  static func hasPrefix(_ prefix: Bytes, _ text: Bytes) -> Bool {
    if prefix.count == 0 { return true }
    guard prefix.count <= text.count, let base = text.baseAddress, let start = prefix.baseAddress else { return false }
    return memcmp(base, start, prefix.count) == 0
  }

  static func hasSuffix(_ suffix: Bytes, _ text: Bytes) -> Bool {
    if suffix.count == 0 { return true }
    guard suffix.count <= text.count, let base = text.baseAddress, let start = suffix.baseAddress else { return false }
    return memcmp(base + (text.count - suffix.count), start, suffix.count) == 0
  }
}
