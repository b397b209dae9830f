/// The types of streams and transports, made when first asked for.
final class StreamTypes {
  let reader, writer, transport, readTransport, writeTransport: TypeObject

  init(_ runtime: Runtime) {
    func make(_ name: String, _ module: String) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: .other, isHeap: false)
      type.moduleName = module
      return type
    }
    reader = make("StreamReader", "asyncio.streams")
    writer = make("StreamWriter", "asyncio.streams")
    transport = make("_SelectorSocketTransport", "asyncio.selector_events")
    readTransport = make("_UnixReadPipeTransport", "asyncio.unix_events")
    writeTransport = make("_UnixWritePipeTransport", "asyncio.unix_events")
  }
}
