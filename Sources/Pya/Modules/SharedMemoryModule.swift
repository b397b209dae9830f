#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_shared`: memory that copies of the process have in common; what `multiprocessing` keeps its values in.
extension Runtime {
  private final class SharedMemory {
    var blocks: [UnsafeMutableRawBufferPointer] = []
  }

  func makeSharedMemoryModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_shared")
    let memory = attachment(SharedMemory.self) { SharedMemory() }
    // allocate(size) -> the block's number. Blocks live as long as the process.
    module.define(self, "allocate", "size, /") { (runtime, arguments) throws(Raised) in
      let size = try runtime.index(arguments[0])
      if size < 0 || size > 1 << 40 { throw runtime.memoryError() }
      let block = mmap(nil, max(size, 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0)
      guard let block, block != MAP_FAILED else { throw runtime.memoryError() }
      memory.blocks.append(UnsafeMutableRawBufferPointer(start: block, count: size))
      return .int(memory.blocks.count - 1)
    }
    func part(_ runtime: Runtime, _ number: Value, _ offset: Value, _ count: Int) throws(Raised) -> UnsafeMutableRawBufferPointer {
      let (number, offset) = (try runtime.index(number), try runtime.index(offset))
      guard memory.blocks.indices.contains(number), offset >= 0, count >= 0, offset <= memory.blocks[number].count,
        count <= memory.blocks[number].count - offset
      else { throw runtime.valueError("outside of the shared memory") }
      return UnsafeMutableRawBufferPointer(rebasing: memory.blocks[number][offset..<(offset + count)])
    }
    module.define(self, "load", "block, offset, size, /") { (runtime, arguments) throws(Raised) in
      let bytes = try part(runtime, arguments[0], arguments[1], runtime.index(arguments[2]))
      return .object(BytesObject(type: runtime.types.bytes, Array(bytes)))
    }
    module.define(self, "store", "block, offset, bytes, /") { (runtime, arguments) throws(Raised) in
      guard let bytes = arguments[2].object as? BytesObject else { throw runtime.typeError("expected bytes") }
      let target = try part(runtime, arguments[0], arguments[1], bytes.count)
      bytes.withContent { target.copyBytes(from: $0) }
      return .none
    }
    return module
  }
}
