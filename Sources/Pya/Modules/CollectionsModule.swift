/// `collections`: `deque` in DequeType.swift, and subtypes of `dict` and `tuple` in a file each.
///
/// The subtypes of `dict` count as classes of a program (`isHeap`), so that every operation finds the special methods they
/// change.
extension Runtime {
  func makeCollectionsModule() -> ModuleObject {
    let module = ModuleObject(self, name: "collections")
    module.set(self, "deque", .object(dequeType))
    module.set(self, "OrderedDict", .object(makeOrderedDictType()))
    module.set(self, "Counter", .object(makeCounterType()))
    module.set(self, "defaultdict", .object(makeDefaultdictType()))
    module.define(self, "_count_elements", "mapping, iterable, /") { (runtime, arguments) throws(Raised) in
      let get = try runtime.getAttribute(arguments[0], runtime.intern("get"))
      try runtime.forEach(arguments[1]) { (element) throws(Raised) in
        let sum = try runtime.binary(.add, try runtime.call(get, element, .int(0)), .int(1))
        try runtime.setItem(arguments[0], element, sum)
      }
      return .none
    }
    addNamedTuple(to: module)
    module.markAsPython(self, ["namedtuple"])
    let wrappers: Set<String> = ["ChainMap", "UserDict", "UserList", "UserString"]
    // Modules that bring `collections.abc` along in CPython.
    let importers = [
      "dataclasses", "typing", "statistics", "logging", "decimal", "fractions", "inspect", "asyncio", "pprint", "traceback",
      "unittest", "concurrent.futures", "configparser", "doctest", "selectors", "socket", "subprocess", "array", "cmd",
      "multiprocessing", "tomllib",
    ]
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      if name.text == "abc" {
        guard importers.contains(where: { runtime.moduleDictionary.getString(runtime.intern($0)) != nil }) else { return nil }
        return try runtime.importModule("collections.abc", level: 0, globals: module.namespace)
      }
      guard wrappers.contains(name.text) else { return nil }
      let library = try runtime.importModule("_collections_wrappers", level: 0, globals: module.namespace)
      for wrapper in wrappers { module.set(runtime, wrapper, try runtime.getAttribute(library, wrapper)) }
      return module.namespace.getString(name)
    }
    let names = [
      "ChainMap", "Counter", "OrderedDict", "UserDict", "UserList", "UserString", "defaultdict", "deque", "namedtuple",
    ]
    module.set(self, "__all__", .object(ListObject(self, names.map { .object(string($0)) })))
    return module
  }

  /// A subtype of `dict` with methods of its own. The caller calls `didChange` when it has them all.
  func makeDictSubtype(_ name: String) -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: name, bases: [types.dict], instanceKind: .dict, isHeap: true)
    type.leavesItemsToBase()
    type.moduleName = "collections"
    type.attributes.setString(names.module, .object(string("collections")))
    type.attributes.setString(names.doc, .none)
    return type
  }
}
