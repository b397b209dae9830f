/// `hashlib`
final class HashObject: Object {
  let function: HashFunction

  init(type: TypeObject, _ function: HashFunction) {
    self.function = function
    super.init(type: type, kind: .other)
  }
}

extension Runtime {
  func makeHashlibModule() -> ModuleObject {
    let module = ModuleObject(self, name: "hashlib")
    let plain = makeHashType("HASH", module: "_hashlib", isExtendable: false)
    let extendable = makeHashType("HASHXOF", module: "_hashlib", isExtendable: true)
    let names = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"]
    for name in names {
      module.define(self, name, "string=b'', *, usedforsecurity=True") { (runtime, arguments) throws(Raised) in
        try runtime.makeHash(plain, name, arguments[0])
      }
    }
    for name in ["shake_128", "shake_256"] {
      module.define(self, name, "string=b'', *, usedforsecurity=True") { (runtime, arguments) throws(Raised) in
        try runtime.makeHash(extendable, name, arguments[0])
      }
    }
    for entry in module.namespace.liveEntries {
      guard let function = entry.value.cast(.nativeFunction, to: NativeFunction.self) else { continue }
      function.moduleName = "_hashlib"
    }
    let blakes = [("blake2b", 64, 16), ("blake2s", 32, 8)].map { (name, largest, salt) in
      makeBlakeType(name, largest: largest, saltSize: salt)
    }
    for type in blakes { module.set(self, type.name, .object(type)) }
    module.define(self, "new", "name, data=b'', *, usedforsecurity=True, digest_size=0") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string?.text else {
        throw runtime.typeError("new() argument 'name' must be str, not \(runtime.givenName(arguments[0]))")
      }
      if name.count == 7, let type = blakes.first(where: { $0.name == name.lowercased() }) {
        return try runtime.call(.object(type), arguments[1].isUndefined ? [] : [arguments[1]])
      }
      if let function = runtime.hashFunction(name) {
        if let data = arguments[1].defined { try runtime.update(function, data) }
        return .object(HashObject(type: function.digestSize == 0 ? extendable : plain, function))
      }
      let lower = name.lowercased()
      let known = ["sha-1": "sha1", "sha-256": "sha256", "sha-512": "sha512", "sha-384": "sha384", "sha-224": "sha224"][lower]
        ?? lower.map { $0 == "-" || $0 == "/" ? "_" : String($0) }.joined()
      return try runtime.makeHash(known.hasPrefix("shake") ? extendable : plain, known, arguments[1], asked: name)
    }
    for entry in ["algorithms_guaranteed", "algorithms_available"] {
      let more = entry == "algorithms_available" ? ["sha512_224", "sha512_256"] : []
      let all = (names + ["shake_128", "shake_256", "blake2b", "blake2s"] + more).map { Value.object(string($0)) }
      if let set = try? makeSet(all) { module.set(self, entry, set) }
    }
    addKeyDerivation(to: module)
    addKeyedHashes(to: module)
    addFileDigest(to: module)
    return module
  }

  private func addFileDigest(to module: ModuleObject) {
    module.define(self, "file_digest", "fileobj, digest, /, *, _bufsize=262144") {
      [unowned(unsafe) module] (runtime, arguments) throws(Raised) in
      let file = arguments[0]
      let hash: Value
      if arguments[1].string != nil {
        hash = try runtime.callMethod(.object(module), "new", [arguments[1]])
      } else {
        hash = try runtime.call(arguments[1])
      }
      if let contents = try runtime.getAttributeIfPresent(file, runtime.intern("getbuffer")) {
        _ = try runtime.callMethod(hash, "update", [try runtime.call(contents)])
        return hash
      }
      let isBinary = try runtime.getAttributeIfPresent(file, runtime.intern("readinto")) != nil
      guard isBinary, let readable = try runtime.getAttributeIfPresent(file, runtime.intern("readable")),
        try runtime.isTrue(try runtime.call(readable))
      else {
        throw runtime.valueError("'\(try runtime.repr(file).text)' is not a file-like object in binary reading mode.")
      }
      let size = Value.int(try runtime.number(arguments[2], default: 262_144))
      while true {
        let chunk = try runtime.callMethod(file, "read", [size])
        if try !runtime.isTrue(chunk) { return hash }
        _ = try runtime.callMethod(hash, "update", [chunk])
      }
    }
  }

  private func makeSet(_ values: [Value]) throws(Raised) -> Value {
    try call(.object(types.set), .object(ListObject(self, values)))
  }

  /// The hash function of a name; nil: there is none.
  func hashFunction(_ name: String) -> HashFunction? {
    switch name {
    case "md5": MD5()
    case "sha1": SHA1()
    case "sha224": SHA256(isShort: true)
    case "sha256": SHA256(isShort: false)
    case "sha384": SHA512Function.sha384()
    case "sha512": SHA512Function.sha512()
    case "sha512_224": SHA512Function.truncated(bits: 224)
    case "sha512_256": SHA512Function.truncated(bits: 256)
    case "sha3_224": Keccak(name: name, rate: 144, digestSize: 28, suffix: 6)
    case "sha3_256": Keccak(name: name, rate: 136, digestSize: 32, suffix: 6)
    case "sha3_384": Keccak(name: name, rate: 104, digestSize: 48, suffix: 6)
    case "sha3_512": Keccak(name: name, rate: 72, digestSize: 64, suffix: 6)
    case "shake_128": Keccak(name: name, rate: 168, digestSize: 0, suffix: 31)
    case "shake_256": Keccak(name: name, rate: 136, digestSize: 0, suffix: 31)
    case "blake2b": Blake2b(Blake2Parameters(digestSize: 64))
    case "blake2s": Blake2s(Blake2Parameters(digestSize: 32))
    default: nil
    }
  }

  private func makeHash(_ type: TypeObject, _ name: String, _ data: Value, asked: String? = nil) throws(Raised) -> Value {
    guard let function = hashFunction(name) else { throw valueError("unsupported hash type \(asked ?? name)") }
    if !data.isUndefined { try update(function, data) }
    return .object(HashObject(type: type, function))
  }

  private func update(_ function: HashFunction, _ data: Value) throws(Raised) {
    guard let bytes = bytesNow(data) else {
      throw typeError(
        data.string != nil ? "Strings must be encoded before hashing" : "object supporting the buffer API required")
    }
    bytes.withContent { function.update($0) }
  }

  private func digest(of function: HashFunction, _ length: Int) -> BytesObject {
    BytesObject(type: types.bytes, count: length) { function.digest(into: $0, count: length) }
  }

  // MARK: Types

  private func makeHashType(_ name: String, module: String, isExtendable: Bool) -> TypeObject {
    let type = TypeObject(self, module: module, name)
    type.isFinal = true
    defineHashMethods(type, isExtendable: isExtendable)
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let object = arguments[0].hash
      return .object(
        runtime.string("<\(object.function.name) \(module).\(name) object @ 0x\(String(object.address, radix: 16))>"))
    }
    return type
  }

  private func defineHashMethods(_ type: TypeObject, isExtendable: Bool) {
    type.define(self, "update", "self, obj, /") { (runtime, arguments) throws(Raised) in
      try runtime.update(arguments[0].hash.function, arguments[1])
      return .none
    }
    let signature: NativeSignature = isExtendable ? "self, length" : "self, /"
    func digest(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> BytesObject {
      let function = arguments[0].hash.function
      guard isExtendable else { return runtime.digest(of: function, function.digestSize) }
      let length = try runtime.index(arguments[1])
      if length < 0 { throw runtime.valueError("value must be positive") }
      try runtime.checkAllocation(length)
      return runtime.digest(of: function, length)
    }
    type.define(self, "digest", signature) { (runtime, arguments) throws(Raised) in
      .object(try digest(runtime, arguments))
    }
    type.define(self, "hexdigest", signature) { (runtime, arguments) throws(Raised) in
      .object(try digest(runtime, arguments).withContent { runtime.hexadecimal($0) })
    }
    type.define(self, "copy", "self, /") { (_, arguments) throws(Raised) in
      let object = arguments[0].hash
      return .object(HashObject(type: object.type, object.function.copy()))
    }
    type.defineMember(self, "name") { value in
      let object = value.hash
      return .object(object.type.runtime.string(object.function.name))
    }
    type.defineMember(self, "digest_size") { .int($0.hash.function.digestSize) }
    type.defineMember(self, "block_size") { .int($0.hash.function.blockSize) }
  }

  private func makeBlakeType(_ name: String, largest: Int, saltSize: Int) -> TypeObject {
    let type = makeHashType(name, module: "_blake2", isExtendable: false)
    type.defineConstructor(
      self, "data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, usedforsecurity=True"
    ) { (runtime, cls, arguments) throws(Raised) in
      let size = arguments[1].isUndefined ? largest : try runtime.index(arguments[1])
      guard (1...largest).contains(size) else {
        throw runtime.valueError("digest_size must be between 1 and \(largest) bytes")
      }
      func bytes(_ index: Int, _ what: String, atMost limit: Int) throws(Raised) -> [UInt8] {
        if arguments[index].isUndefined { return [] }
        let bytes = try runtime.bytesArgument(arguments[index])
        if bytes.count > limit { throw runtime.valueError("maximum \(what) length is \(limit) bytes") }
        return bytes.copyBytes()
      }
      let key = try bytes(2, "key", atMost: largest)
      let salt = try bytes(3, "salt", atMost: saltSize)
      let person = try bytes(4, "person", atMost: saltSize)
      func byte(_ index: Int, _ what: String, from least: Int) throws(Raised) -> UInt8 {
        guard let value = arguments[index].defined else { return 1 }
        let number = try runtime.index(value)
        guard (least...255).contains(number) else { throw runtime.valueError("\(what) must be between \(least) and 255") }
        return UInt8(number)
      }
      let fanout = try byte(5, "fanout", from: 0)
      let depth = try byte(6, "depth", from: 1)
      let parameters = Blake2Parameters(digestSize: size, key: key, salt: salt, person: person, fanout: fanout, depth: depth)
      let function: HashFunction = name == "blake2b" ? Blake2b(parameters) : Blake2s(parameters)
      if let data = arguments[0].defined { try runtime.update(function, data) }
      return .object(HashObject(type: cls, function))
    }
    for (constant, value) in [
      ("MAX_DIGEST_SIZE", largest), ("MAX_KEY_SIZE", largest), ("SALT_SIZE", saltSize), ("PERSON_SIZE", saltSize),
    ] {
      type.attributes.setString(intern(constant), .int(value))
    }
    return type
  }

  // MARK: Keys

  /// What `hmac` is made of: `_keyed` makes of a hash that has taken nothing one with a key, or None of what is none of ours; `_keyed_digest` tells
  /// at once the digest of a whole message.
  private func addKeyedHashes(to module: ModuleObject) {
    let type = TypeObject(self, module: "_hashlib", "HMAC")
    type.isFinal = true
    defineHashMethods(type, isExtendable: false)
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let object = arguments[0].hash
      let name = object.function.name.dropFirst("hmac-".count)
      return .object(runtime.string("<\(name) HMAC object @ 0x\(String(object.address, radix: 16))>"))
    }
    func keyed(_ runtime: Runtime, _ hash: Value, _ key: Value) throws(Raised) -> KeyedHash? {
      guard let hash = hash.object as? HashObject, hash.function.digestSize > 0 else { return nil }
      return try runtime.bytesArgument(key).withContent { KeyedHash(hash.function, key: $0) }
    }
    module.define(self, "_keyed", "hash, key, /") { (runtime, arguments) throws(Raised) in
      guard let function = try keyed(runtime, arguments[0], arguments[1]) else { return .none }
      return .object(HashObject(type: type, function))
    }
    module.define(self, "_keyed_digest", "hash, key, message, /") { (runtime, arguments) throws(Raised) in
      guard let function = try keyed(runtime, arguments[0], arguments[1]) else { return .none }
      try runtime.bytesArgument(arguments[2]).withContent { function.update($0) }
      return .object(runtime.digest(of: function, function.digestSize))
    }
  }

  private func addKeyDerivation(to module: ModuleObject) {
    module.define(self, "pbkdf2_hmac", "hash_name, password, salt, iterations, dklen=None") {
      (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string?.text else {
        throw runtime.typeError("pbkdf2_hmac() argument 'hash_name' must be str, not \(runtime.givenName(arguments[0]))")
      }
      guard let inner = runtime.hashFunction(name.lowercased()) else {
        throw runtime.valueError("unsupported hash type \(name)")
      }
      guard let password = runtime.bytesLike(arguments[1]), let salt = runtime.bytesLike(arguments[2]) else {
        let wrong = runtime.bytesLike(arguments[1]) == nil ? arguments[1] : arguments[2]
        throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(wrong))'")
      }
      let iterations = try runtime.index(arguments[3])
      if iterations < 1 { throw runtime.valueError("iteration value must be greater than 0.") }
      if iterations > Int32.max { throw runtime.overflowError("iteration value is too great.") }
      var length = inner.digestSize
      if let given = arguments[4].defined, !given.isNone { length = try runtime.index(given) }
      if length < 1 { throw runtime.valueError("key length must be greater than 0.") }
      if length > Int32.max { throw runtime.overflowError("key length is too great.") }
      try runtime.checkAllocation(length)
      let key = password.withContent { KeyedHash(inner, key: $0) }
      let result = try runtime.derivedKey(key, salt: salt.copyBytes(), iterations: iterations, length: length)
      return .object(BytesObject(type: runtime.types.bytes, result))
    }
    module.define(self, "scrypt", "password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64") {
      (runtime, arguments) throws(Raised) in
      .object(BytesObject(type: runtime.types.bytes, try runtime.scrypt(arguments)))
    }
  }

  /// PBKDF2.
  private func derivedKey(_ key: KeyedHash, salt: [UInt8], iterations: Int, length: Int) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    var block: UInt32 = 1
    var last = [UInt8](repeating: 0, count: key.digestSize)
    while result.count < length {
      key.digest(salt + block.bytes(isBigEndian: true), into: &last)
      var sum = last
      for turn in 1..<max(iterations, 1) {
        key.digestAgain(&last)
        for index in 0..<sum.count { sum[index] ^= last[index] }
        if turn & 1023 == 0, machine.pointee.isInterrupted { try handleInterrupt() }
      }
      result += sum
      block += 1
    }
    return Array(result.prefix(length))
  }

  private func scrypt(_ arguments: Arguments) throws(Raised) -> [UInt8] {
    func bytes(_ index: Int) throws(Raised) -> [UInt8] {
      let bytes = try bytesArgument(arguments[index])
      return bytes.copyBytes()
    }
    func number(_ index: Int, _ name: String) throws(Raised) -> Int {
      guard let given = arguments[index].defined, !given.isNone else {
        throw typeError("\(name) is required and must be an unsigned int")
      }
      guard case .int(let value) = given.plainNumber else {
        throw typeError("scrypt() argument '\(name)' must be int, not \(typeName(given))")
      }
      if value < 0 { throw typeError("\(name) is required and must be an unsigned int") }
      return value
    }
    let password = try bytes(0)
    guard let given = arguments[1].defined, !given.isNone else { throw typeError("salt is required") }
    let salt = try bytes(1)
    let cost = try number(2, "n")
    if cost < 2 || cost & (cost - 1) != 0 { throw valueError("n must be a power of 2.") }
    let (size, lanes) = try (number(3, "r"), number(4, "p"))
    let limit = arguments[5].isUndefined ? 0 : try index(arguments[5])
    if limit < 0 || limit > 0x7FFF_FFFF { throw valueError("maxmem must be positive and smaller than 2147483647") }
    let length = arguments[6].isUndefined ? 64 : try index(arguments[6])
    if length < 1 || length > 0x7FFF_FFFF {
      throw valueError("dklen must be greater than 0 and smaller than 2147483647")
    }
    guard size > 0, lanes > 0, size <= 1 << 24, lanes <= (1 << 30) / size, cost <= 1 << 40 else {
      throw valueError("Invalid parameter combination for n, r, p, maxmem.")
    }
    let needed = lanes * 128 * size + 128 * size * (cost + 2)
    if needed > (limit == 0 ? 32 << 20 : limit) { throw valueError("[digital envelope routines] memory limit exceeded") }
    guard let inner = hashFunction("sha256") else { throw valueError("unsupported hash type sha256") }
    let key = password.withUnsafeBufferPointer { KeyedHash(inner, key: $0) }
    var blocks = try derivedKey(key, salt: salt, iterations: 1, length: lanes * 128 * size)
    var mixer = Scrypt(cost: cost, blockSize: size)
    for lane in 0..<lanes { mixer.mix(&blocks[(lane * 128 * size)..<((lane + 1) * 128 * size)]) }
    return try derivedKey(key, salt: blocks, iterations: 1, length: length)
  }
}

extension Value {
  fileprivate var hash: HashObject { unsafeDowncast(object.unsafelyUnwrapped, to: HashObject.self) }
}
