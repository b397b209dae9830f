/// MD5. Puzzles compute it millions of times, so all steps are written out.
final class MD5: HashFunction {
  init() {
    super.init(name: "md5", blockSize: 64, digestSize: 16, stateSize: 16)
    words[0] = 0x6745_2301
    words[1] = 0xEFCD_AB89
    words[2] = 0x98BA_DCFE
    words[3] = 0x1032_5476
  }

  private var words: UnsafeMutablePointer<UInt32> { state.assumingMemoryBound(to: UInt32.self) }

  override func another() -> HashFunction { MD5() }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    pad(lengthBytes: 8, isBigEndian: false)
    write(UInt32.self, isBigEndian: false, into: result, count: count)
  }

  @inline(__always)
  private func step(_ a: inout UInt32, _ b: UInt32, _ mixed: UInt32, _ x: UInt32, _ s: UInt32, _ k: UInt32) {
    a = ((a &+ x &+ k) &+ mixed).rotatedLeft(s) &+ b
  }

  @inline(__always)
  private func f(_ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ x: UInt32, _ s: UInt32, _ k: UInt32) {
    step(&a, b, d ^ (b & (c ^ d)), x, s, k)
  }

  @inline(__always)
  private func g(_ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ x: UInt32, _ s: UInt32, _ k: UInt32) {
    step(&a, b, d & b, x &+ (c & ~d), s, k)
  }

  @inline(__always)
  private func h(_ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ x: UInt32, _ s: UInt32, _ k: UInt32) {
    step(&a, b, b ^ (c ^ d), x, s, k)
  }

  @inline(__always)
  private func i(_ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ x: UInt32, _ s: UInt32, _ k: UInt32) {
    step(&a, b, c ^ (b | ~d), x, s, k)
  }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    for index in 0..<count { absorb(blocks + 64 * index) }
  }

  @inline(__always)
  private func absorb(_ block: UnsafePointer<UInt8>) {
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    f(&a, b, c, d, block.littleEndian32(0), 7, 0xD76AA478)
    f(&d, a, b, c, block.littleEndian32(1), 12, 0xE8C7B756)
    f(&c, d, a, b, block.littleEndian32(2), 17, 0x242070DB)
    f(&b, c, d, a, block.littleEndian32(3), 22, 0xC1BDCEEE)
    f(&a, b, c, d, block.littleEndian32(4), 7, 0xF57C0FAF)
    f(&d, a, b, c, block.littleEndian32(5), 12, 0x4787C62A)
    f(&c, d, a, b, block.littleEndian32(6), 17, 0xA8304613)
    f(&b, c, d, a, block.littleEndian32(7), 22, 0xFD469501)
    f(&a, b, c, d, block.littleEndian32(8), 7, 0x698098D8)
    f(&d, a, b, c, block.littleEndian32(9), 12, 0x8B44F7AF)
    f(&c, d, a, b, block.littleEndian32(10), 17, 0xFFFF5BB1)
    f(&b, c, d, a, block.littleEndian32(11), 22, 0x895CD7BE)
    f(&a, b, c, d, block.littleEndian32(12), 7, 0x6B901122)
    f(&d, a, b, c, block.littleEndian32(13), 12, 0xFD987193)
    f(&c, d, a, b, block.littleEndian32(14), 17, 0xA679438E)
    f(&b, c, d, a, block.littleEndian32(15), 22, 0x49B40821)
    g(&a, b, c, d, block.littleEndian32(1), 5, 0xF61E2562)
    g(&d, a, b, c, block.littleEndian32(6), 9, 0xC040B340)
    g(&c, d, a, b, block.littleEndian32(11), 14, 0x265E5A51)
    g(&b, c, d, a, block.littleEndian32(0), 20, 0xE9B6C7AA)
    g(&a, b, c, d, block.littleEndian32(5), 5, 0xD62F105D)
    g(&d, a, b, c, block.littleEndian32(10), 9, 0x02441453)
    g(&c, d, a, b, block.littleEndian32(15), 14, 0xD8A1E681)
    g(&b, c, d, a, block.littleEndian32(4), 20, 0xE7D3FBC8)
    g(&a, b, c, d, block.littleEndian32(9), 5, 0x21E1CDE6)
    g(&d, a, b, c, block.littleEndian32(14), 9, 0xC33707D6)
    g(&c, d, a, b, block.littleEndian32(3), 14, 0xF4D50D87)
    g(&b, c, d, a, block.littleEndian32(8), 20, 0x455A14ED)
    g(&a, b, c, d, block.littleEndian32(13), 5, 0xA9E3E905)
    g(&d, a, b, c, block.littleEndian32(2), 9, 0xFCEFA3F8)
    g(&c, d, a, b, block.littleEndian32(7), 14, 0x676F02D9)
    g(&b, c, d, a, block.littleEndian32(12), 20, 0x8D2A4C8A)
    h(&a, b, c, d, block.littleEndian32(5), 4, 0xFFFA3942)
    h(&d, a, b, c, block.littleEndian32(8), 11, 0x8771F681)
    h(&c, d, a, b, block.littleEndian32(11), 16, 0x6D9D6122)
    h(&b, c, d, a, block.littleEndian32(14), 23, 0xFDE5380C)
    h(&a, b, c, d, block.littleEndian32(1), 4, 0xA4BEEA44)
    h(&d, a, b, c, block.littleEndian32(4), 11, 0x4BDECFA9)
    h(&c, d, a, b, block.littleEndian32(7), 16, 0xF6BB4B60)
    h(&b, c, d, a, block.littleEndian32(10), 23, 0xBEBFBC70)
    h(&a, b, c, d, block.littleEndian32(13), 4, 0x289B7EC6)
    h(&d, a, b, c, block.littleEndian32(0), 11, 0xEAA127FA)
    h(&c, d, a, b, block.littleEndian32(3), 16, 0xD4EF3085)
    h(&b, c, d, a, block.littleEndian32(6), 23, 0x04881D05)
    h(&a, b, c, d, block.littleEndian32(9), 4, 0xD9D4D039)
    h(&d, a, b, c, block.littleEndian32(12), 11, 0xE6DB99E5)
    h(&c, d, a, b, block.littleEndian32(15), 16, 0x1FA27CF8)
    h(&b, c, d, a, block.littleEndian32(2), 23, 0xC4AC5665)
    i(&a, b, c, d, block.littleEndian32(0), 6, 0xF4292244)
    i(&d, a, b, c, block.littleEndian32(7), 10, 0x432AFF97)
    i(&c, d, a, b, block.littleEndian32(14), 15, 0xAB9423A7)
    i(&b, c, d, a, block.littleEndian32(5), 21, 0xFC93A039)
    i(&a, b, c, d, block.littleEndian32(12), 6, 0x655B59C3)
    i(&d, a, b, c, block.littleEndian32(3), 10, 0x8F0CCC92)
    i(&c, d, a, b, block.littleEndian32(10), 15, 0xFFEFF47D)
    i(&b, c, d, a, block.littleEndian32(1), 21, 0x85845DD1)
    i(&a, b, c, d, block.littleEndian32(8), 6, 0x6FA87E4F)
    i(&d, a, b, c, block.littleEndian32(15), 10, 0xFE2CE6E0)
    i(&c, d, a, b, block.littleEndian32(6), 15, 0xA3014314)
    i(&b, c, d, a, block.littleEndian32(13), 21, 0x4E0811A1)
    i(&a, b, c, d, block.littleEndian32(4), 6, 0xF7537E82)
    i(&d, a, b, c, block.littleEndian32(11), 10, 0xBD3AF235)
    i(&c, d, a, b, block.littleEndian32(2), 15, 0x2AD7D2BB)
    i(&b, c, d, a, block.littleEndian32(9), 21, 0xEB86D391)
    words[0] &+= a
    words[1] &+= b
    words[2] &+= c
    words[3] &+= d
  }
}
