/// The modules written in Swift, by name.
extension Runtime {
  var nativeModules: [String: (Runtime) -> ModuleObject] {
    [
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
