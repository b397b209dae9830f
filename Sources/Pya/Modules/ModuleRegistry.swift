/// The modules written in Swift, by name.
extension Runtime {
  var nativeModules: [String: (Runtime) -> ModuleObject] {
    [
      "asyncio": { $0.asyncio.makeModule("asyncio") },
      "asyncio.base_events": { $0.asyncio.makeModule("asyncio.base_events") },
      "asyncio.coroutines": { $0.asyncio.makeModule("asyncio.coroutines") },
      "asyncio.events": { $0.asyncio.makeModule("asyncio.events") },
      "asyncio.exceptions": { $0.asyncio.makeModule("asyncio.exceptions") },
      "asyncio.futures": { $0.asyncio.makeModule("asyncio.futures") },
      "asyncio.locks": { $0.asyncio.makeModule("asyncio.locks") },
      "asyncio.mixins": { $0.asyncio.makeModule("asyncio.mixins") },
      "asyncio.queues": { $0.asyncio.makeModule("asyncio.queues") },
      "asyncio.runners": { $0.asyncio.makeModule("asyncio.runners") },
      "asyncio.taskgroups": { $0.asyncio.makeModule("asyncio.taskgroups") },
      "asyncio.tasks": { $0.asyncio.makeModule("asyncio.tasks") },
      "asyncio.threads": { $0.asyncio.makeModule("asyncio.threads") },
      "asyncio.timeouts": { $0.asyncio.makeModule("asyncio.timeouts") },
      "contextvars": makeContextvarsModule,
      "bisect": { $0.makeBisectModule() },
      "collections": { $0.makeCollectionsModule() },
      "functools": { $0.makeFunctoolsModule() },
      "heapq": { $0.makeHeapqModule() },
      "itertools": { $0.makeItertoolsModule() },
      "operator": { $0.makeOperatorModule() },
      "cmath": makeCmathModule,
      "importlib": { $0.makeImportlibModule() },
      "io": makeIoModule,
      "math": makeMathModule,
      "os": makeOsModule,
      "os.path": makePathModule,
      "posixpath": makePathModule,
      "random": makeRandomModule,
      "sys": makeSysModule,
      "time": makeTimeModule,
      "traceback": makeTracebackModule,
    ]
  }
}
