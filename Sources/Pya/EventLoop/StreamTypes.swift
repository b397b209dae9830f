/// The types of streams and transports, made when first asked for.
final class StreamTypes {
  let reader, writer, transport, readTransport, writeTransport: TypeObject

  init(_ runtime: Runtime) {
    func make(_ name: String, _ module: String) -> TypeObject { TypeObject(runtime, module: module, name, isWrittenInPython: true) }
    reader = make("StreamReader", "asyncio.streams")
    writer = make("StreamWriter", "asyncio.streams")
    transport = make("_SelectorSocketTransport", "asyncio.selector_events")
    readTransport = make("_UnixReadPipeTransport", "asyncio.unix_events")
    writeTransport = make("_UnixWritePipeTransport", "asyncio.unix_events")
  }
}
