/// SipHash-1-3 with the key `(key, 0)`: what CPython knows changed source texts by.
func sipHash13(_ bytes: [UInt8], key: UInt64) -> UInt64 {
  var state = SipState(key: key)
  let whole = bytes.count & ~7
  for start in stride(from: 0, to: whole, by: 8) { state.take(word(bytes[start..<start + 8])) }
  state.take(word(bytes[whole...]) | UInt64(bytes.count & 0xFF) << 56)
  return state.finish()
}

/// Up to eight bytes, the lowest first.
private func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

private struct SipState {
  var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64)

  init(key: UInt64) {
    a = key ^ 0x736f_6d65_7073_6575
    b = 0x646f_7261_6e64_6f6d
    c = key ^ 0x6c79_6765_6e65_7261
    d = 0x7465_6462_7974_6573
  }

  mutating func take(_ word: UInt64) {
    d ^= word
    mix()
    a ^= word
  }

  mutating func finish() -> UInt64 {
    c ^= 0xFF
    for _ in 0..<3 { mix() }
    return a ^ b ^ c ^ d
  }

  private mutating func mix() {
    a &+= b
    b = rotated(b, 13) ^ a
    a = rotated(a, 32)
    c &+= d
    d = rotated(d, 16) ^ c
    a &+= d
    d = rotated(d, 21) ^ a
    c &+= b
    b = rotated(b, 17) ^ c
    c = rotated(c, 32)
  }

  private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}
