/// The modules written in Swift, by name.
extension Runtime {
  var nativeModules: [String: (Runtime) -> ModuleObject] {
    [
      "importlib": { $0.makeImportlibModule() }
    ]
  }
}
