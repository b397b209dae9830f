/// The modules there are, by full name: a view of the dictionary `sys.modules`, which the program may change.
struct ModuleTable {
  let dictionary: DictObject
  unowned(unsafe) let runtime: Runtime

  /// Setting nil forgets a module.
  subscript(name: String) -> ModuleObject? {
    get { dictionary.getString(runtime.intern(name))?.cast(.module, to: ModuleObject.self) }
    nonmutating set {
      let key = runtime.intern(name)
      if let newValue {
        dictionary.setString(key, .object(newValue))
      } else {
        _ = dictionary.removeString(key)
      }
    }
  }

  /// Sorted by name.
  var sorted: [(name: String, module: ModuleObject)] {
    dictionary.liveEntries.compactMap { entry -> (name: String, module: ModuleObject)? in
      guard let name = entry.key.string?.text, let module = entry.value.cast(.module, to: ModuleObject.self) else { return nil }
      return (name, module)
    }.sorted { $0.name < $1.name }
  }
}
