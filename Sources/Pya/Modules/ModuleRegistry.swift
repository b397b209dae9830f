/// The modules written in Swift, by name.
extension Runtime {
  var nativeModules: [String: (Runtime) -> ModuleObject] {
    [
      "cmath": makeCmathModule,
      "importlib": { $0.makeImportlibModule() },
      "math": makeMathModule,
      "random": makeRandomModule,
    ]
  }
}
