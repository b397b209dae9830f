#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file, or nothing, as memory: what `mmap.pya` makes its objects of. Programs see it through memory views alone.
final class MappedMemory: Object, BufferExporter {
  private(set) var memory: UnsafeMutableRawBufferPointer?
  /// The file behind it, of which this is a copy of its own; -1: none.
  let descriptor: Int32
  private let offset: Int
  private let flags, protection: Int32
  var exports = 0

  init(
    type: TypeObject, _ memory: UnsafeMutableRawBufferPointer, descriptor: Int32, offset: Int, flags: Int32, protection: Int32
  ) {
    self.memory = memory
    self.descriptor = descriptor
    self.offset = offset
    self.flags = flags
    self.protection = protection
    super.init(type: type, kind: .other)
  }

  deinit { unmap() }

  func unmap() {
    guard let mapped = memory else { return }
    memory = nil
    munmap(mapped.baseAddress, mapped.count)
    if descriptor >= 0 { close(descriptor) }
  }

  /// The memory behind a range; nil: it lies outside, or where the file no longer is, whose memory the system would kill the process for.
  func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer? {
    guard let memory, range.lowerBound >= 0, range.upperBound <= memory.count else { return nil }
    if descriptor >= 0, !range.isEmpty {
      var status = stat()
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      guard fstat(descriptor, &status) == 0 else { return nil }
      if status.st_mode & S_IFMT == S_IFREG, offset + range.upperBound > (Int(status.st_size) + page - 1) / page * page { return nil }
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory[range])
  }

  var bufferFormat: ElementFormat { .unsignedByte }
  var byteCount: Int { memory?.count ?? 0 }
  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8] { part(range).map { Array($0) } ?? [] }
  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) {
    part(offset..<(offset + bytes.count))?.copyBytes(from: bytes)
  }

  /// Another length, for the file, too. False: the system does not want to.
  func resize(_ size: Int) -> Bool {
    guard let old = memory else { return false }
    let (end, isTooFar) = offset.addingReportingOverflow(size)
    if isTooFar {
      errno = EINVAL
      return false
    }
    if descriptor >= 0, ftruncate(descriptor, off_t(end)) != 0 { return false }
    let mapped = mmap(nil, size, protection, flags, descriptor, off_t(offset))
    guard let mapped, mapped != MAP_FAILED else { return false }
    if descriptor < 0, let start = old.baseAddress { memcpy(mapped, start, min(old.count, size)) }
    munmap(old.baseAddress, old.count)
    memory = UnsafeMutableRawBufferPointer(start: mapped, count: size)
    return true
  }
}

extension Runtime {
  /// `_mmap`
  func makeMappedMemoryModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_mmap")
    let type = TypeObject(self, module: "_mmap", "Memory")
    module.set(self, "PAGESIZE", .int(Int(sysconf(Int32(_SC_PAGESIZE)))))
    for (name, value) in [("MAP_SHARED", MAP_SHARED), ("MAP_PRIVATE", MAP_PRIVATE), ("PROT_READ", PROT_READ), ("PROT_WRITE", PROT_WRITE)] {
      module.set(self, name, .int(Int(value)))
    }
    // (descriptor or -1, length, flags, protection, offset)
    module.define(self, "map", "fd, length, flags, prot, offset, /") { (runtime, arguments) throws(Raised) in
      let given = try runtime.cInt(arguments[0])
      let protection = try runtime.cInt(arguments[3])
      let (length, offset) = (try runtime.index(arguments[1]), try runtime.index(arguments[4]))
      var flags = try runtime.cInt(arguments[2])
      var descriptor: Int32 = -1
      if given >= 0 {
        descriptor = dup(given)
        if descriptor < 0 { throw runtime.systemError(errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      } else {
        flags |= MAP_ANON
      }
      let mapped = mmap(nil, length, protection, flags, descriptor, off_t(offset))
      guard let mapped, mapped != MAP_FAILED else {
        let reason = errno
        if descriptor >= 0 { close(descriptor) }
        throw runtime.systemError(reason)
      }
      return .object(
        MappedMemory(
          type: type, UnsafeMutableRawBufferPointer(start: mapped, count: length), descriptor: descriptor, offset: offset,
          flags: flags, protection: protection))
    }
    // Gives memory that is kept for later back to the system, so that what comes later can be measured.
    module.define(self, "trim", "") { (_, _) throws(Raised) in
      #if canImport(Glibc)
        if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0) }
      #endif
      return .none
    }
    func define(_ name: String, _ signature: NativeSignature, _ body: @escaping (Runtime, MappedMemory, Arguments) throws(Raised) -> Value) {
      type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        try body(runtime, unsafeDowncast(arguments.receiver, to: MappedMemory.self), arguments)
      }
    }
    func checkedPart(_ runtime: Runtime, _ memory: MappedMemory, _ start: Int, _ count: Int) throws(Raised) -> UnsafeMutableRawBufferPointer {
      guard count >= 0, start >= 0, start <= memory.byteCount, count <= memory.byteCount - start, let part = memory.part(start..<(start + count))
      else { throw runtime.valueError("the file behind the memory has become shorter") }
      return part
    }
    define("load", "self, start, count, /") { (runtime, memory, arguments) throws(Raised) in
      let part = try checkedPart(runtime, memory, runtime.index(arguments[1]), runtime.index(arguments[2]))
      try runtime.checkAllocation(part.count)
      return .object(BytesObject(type: runtime.types.bytes, Array(part)))
    }
    define("store", "self, start, data, /") { (runtime, memory, arguments) throws(Raised) in
      let data = try runtime.bytesArgument(arguments[2])
      let target = try checkedPart(runtime, memory, runtime.index(arguments[1]), data.count)
      data.withContent { target.copyBytes(from: $0) }
      return .none
    }
    define("move", "self, to, from, count, /") { (runtime, memory, arguments) throws(Raised) in
      let count = try runtime.index(arguments[3])
      let source = try checkedPart(runtime, memory, runtime.index(arguments[2]), count)
      let target = try checkedPart(runtime, memory, runtime.index(arguments[1]), count)
      if let to = target.baseAddress, let from = source.baseAddress { memmove(to, from, count) }
      return .none
    }
    define("flush", "self, start, count, /") { (runtime, memory, arguments) throws(Raised) in
      let part = try checkedPart(runtime, memory, runtime.index(arguments[1]), runtime.index(arguments[2]))
      if part.count > 0, msync(part.baseAddress, part.count, MS_SYNC) != 0 { throw runtime.systemError(errno) }
      return .none
    }
    define("advise", "self, option, start, count, /") { (runtime, memory, arguments) throws(Raised) in
      let part = try checkedPart(runtime, memory, runtime.index(arguments[2]), runtime.index(arguments[3]))
      if madvise(part.baseAddress, part.count, try runtime.cInt(arguments[1])) != 0 { throw runtime.systemError(errno) }
      return .none
    }
    define("resize", "self, size, /") { (runtime, memory, arguments) throws(Raised) in
      if !memory.resize(try runtime.index(arguments[1])) { throw runtime.systemError(errno) }
      return .none
    }
    define("unmap", "self, /") { (_, memory, _) throws(Raised) in
      memory.unmap()
      return .none
    }
    type.defineProperty(self, "exports") { (_, value) throws(Raised) in .int((value.object as? MappedMemory)?.exports ?? 0) }
    type.defineProperty(self, "descriptor") { (_, value) throws(Raised) in .int((value.object as? MappedMemory).map { Int($0.descriptor) } ?? -1) }
    return module
  }
}
