/// HMAC: a hash of the message behind one half of a key, hashed again behind the other half. Both halves are taken once, when it is made.
final class KeyedHash: HashFunction {
  private let inner: HashFunction
  private let outer: HashFunction

  /// `function` has taken nothing yet, and may be used again.
  init(_ function: HashFunction, key: UnsafeBufferPointer<UInt8>) {
    inner = function.copy()
    outer = function.copy()
    super.init(name: "hmac-" + function.name, blockSize: function.blockSize, digestSize: function.digestSize, stateSize: 0)
    pending.update(repeating: 0, count: blockSize)
    if key.count > blockSize {
      function.digest(adding: key, into: pending, count: digestSize)
    } else if let start = key.baseAddress {
      pending.update(from: start, count: key.count)
    }
    let block = UnsafeMutableBufferPointer(start: pending, count: blockSize)
    for index in 0..<blockSize { block[index] ^= 0x36 }
    inner.update(UnsafeBufferPointer(block))
    for index in 0..<blockSize { block[index] ^= 0x36 ^ 0x5C }
    outer.update(UnsafeBufferPointer(block))
  }

  private init(_ other: KeyedHash) {
    inner = other.inner.copy()
    outer = other.outer.copy()
    super.init(name: other.name, blockSize: other.blockSize, digestSize: other.digestSize, stateSize: 0)
  }

  override func copy() -> HashFunction { KeyedHash(self) }

  override func update(_ bytes: UnsafeBufferPointer<UInt8>) { inner.update(bytes) }

  override func digest(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    digest(of: UnsafeBufferPointer(start: nil, count: 0), into: result)
  }

  /// The digest of all that was taken and this message after it, which may lie where the digest goes.
  private func digest(of message: UnsafeBufferPointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
    inner.digest(adding: message, into: pending, count: digestSize)
    outer.digest(adding: UnsafeBufferPointer(start: pending, count: digestSize), into: result, count: digestSize)
  }

  /// The digest of a whole message, into as many bytes as it has.
  func digest(_ message: [UInt8], into result: inout [UInt8]) {
    message.withUnsafeBufferPointer { message in
      result.withUnsafeMutableBufferPointer { result in
        if let place = result.baseAddress { digest(of: message, into: place) }
      }
    }
  }

  /// Replaces a digest by its own digest.
  func digestAgain(_ digest: inout [UInt8]) {
    digest.withUnsafeMutableBufferPointer { digest in
      if let place = digest.baseAddress { self.digest(of: UnsafeBufferPointer(digest), into: place) }
    }
  }
}
