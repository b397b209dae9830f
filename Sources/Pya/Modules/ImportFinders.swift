/// `sys.meta_path` and the specs of modules: how a program takes part in importing.
///
/// As long as no program asks for `sys.meta_path`, there is no such list. Of the finders CPython has in it, `PathFinder` stands here for all
/// that pya finds itself; where a program's finder answers first, its loader makes the module.
final class DefaultFinders {
  /// The classes that pya itself puts into the list; the last one stands for pya's own search.
  let classes: [Value]

  init(classes: [Value]) { self.classes = classes }
}

extension Runtime {
  /// Lets `sys.meta_path` be made when it is first asked for.
  func defineFinders(of module: ModuleObject) {
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      guard name.hasText("meta_path") else { return nil }
      let machinery = try runtime.importMachinery
      var classes: [Value] = []
      for name in ["BuiltinImporter", "FrozenImporter", "PathFinder"] { classes.append(try runtime.getAttribute(machinery, name)) }
      runtime.imports.finders = DefaultFinders(classes: classes)
      let list = Value.object(ListObject(runtime, classes))
      module.namespace.setString(name, list)
      return list
    }
    addLibrarySpec(to: module)
  }

  var importMachinery: Value {
    get throws(Raised) { try importModule("importlib.machinery", level: 0, globals: builtins) }
  }

  /// What stands in `sys.meta_path`, if the program has changed that; else nil.
  var findersOfProgram: [Value]? {
    guard let defaults = imports.finders?.classes,
      let list = standardStreams.sysModule?.namespace.getString(intern("meta_path"))?.list?.array
    else { return nil }
    let isUnchanged = list.count == defaults.count && zip(list, defaults).allSatisfy { $0.isIdentical(to: $1) }
    return isUnchanged ? nil : list
  }

  /// Whether the finder stands for pya's own search. The other classes that are in the list from the start find nothing.
  func isDefault(_ finder: Value) throws(Raised) -> Bool {
    imports.finders?.classes.last.map { $0.isIdentical(to: finder) } ?? false
  }

  /// Asks a finder of the program, and makes the module if it knows it.
  func load(_ name: String, _ path: Value, by finder: Value) throws(Raised) -> Value? {
    if imports.finders?.classes.contains(where: { $0.isIdentical(to: finder) }) ?? false { return nil }
    guard let find = try getAttributeIfPresent(finder, intern("find_spec")) else { return nil }
    let spec = try call(find, .object(string(name)), path, .none)
    if spec.isNone { return nil }
    return try callMethod(try importMachinery, "_load", [spec])
  }

  /// `__spec__` and `__loader__` of a module made of a file, or of folders alone.
  func setSpec(of module: ModuleObject, _ name: String, path: Value, _ locations: Value) throws(Raised) {
    try setSpec(of: module, try callMethod(try importMachinery, "_file_spec", [.object(string(name)), path, locations]))
  }

  private func setSpec(of module: ModuleObject, _ spec: Value) throws(Raised) {
    module.set(self, "__spec__", spec)
    module.set(self, "__loader__", try getAttribute(spec, "loader"))
    if module.namespace.getString(intern("__package__")) == nil { module.set(self, "__package__", try getAttribute(spec, "parent")) }
  }

  /// Lets `__spec__` and `__loader__` of a module of the library be made when they are asked for.
  func addLibrarySpec(to module: ModuleObject) {
    let other = module.lazyAttribute
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      guard name.hasText("__spec__") || name.hasText("__loader__") || name.hasText("__package__") else {
        return try other?(runtime, module, name)
      }
      let isPackage = Value.bool(module.namespace.getString(runtime.names.path) != nil)
      let made = try runtime.callMethod(
        try runtime.importMachinery, "_library_spec", [.object(runtime.string(module.name)), isPackage])
      try runtime.setSpec(of: module, made)
      return module.namespace.getString(name)
    }
  }
}
