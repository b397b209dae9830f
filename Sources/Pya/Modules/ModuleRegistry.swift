/// The modules written in Swift, by name.
extension Runtime {
  var nativeModules: [String: (Runtime) -> ModuleObject] {
    [
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
