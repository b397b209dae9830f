/// `_pprint`: where `pprint` need not look into a value to show it in one line.
extension Runtime {
  func makePprintModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_pprint")
    module.define(self, "is_plain", "value, sorts, /") { (runtime, arguments) throws(Raised) in
      .bool(runtime.isPlain(arguments[0], needsOrder: try runtime.isTrue(arguments[1]), depth: 0))
    }
    return module
  }

  /// Whether built-in types alone make up the value, so that `repr` shows it as it is: no container holds itself, and dictionaries are in
  /// the order of their keys if they have to be. False for what is very deep, too.
  private func isPlain(_ value: Value, needsOrder: Bool, depth: Int) -> Bool {
    guard case .object(let object) = value else { return !value.isUndefined }
    func arePlain(_ items: UnsafeMutablePointer<Value>, _ count: Int) -> Bool {
      depth < 40 && (0..<count).allSatisfy { isPlain(items[$0], needsOrder: needsOrder, depth: depth + 1) }
    }
    switch object.kind {
    case .string, .bytes, .byteArray, .bigInt, .complex: return !object.isOfHeapType
    case .list:
      guard object.isExactly(types.list) else { return false }
      let list = unsafeDowncast(object, to: ListObject.self)
      return arePlain(list.items, list.count)
    case .tuple:
      guard object.isExactly(types.tuple) else { return false }
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      return arePlain(tuple.items, tuple.count)
    case .dict:
      guard object.isExactly(types.dict), depth < 40 else { return false }
      var before = Value.undefined
      for entry in unsafeDowncast(object, to: DictObject.self).liveEntries {
        if needsOrder, !before.isUndefined, !isOrdered(before, entry.key) { return false }
        before = entry.key
        guard isPlain(entry.key, needsOrder: needsOrder, depth: depth + 1),
          isPlain(entry.value, needsOrder: needsOrder, depth: depth + 1)
        else { return false }
      }
      return true
    default: return false
    }
  }

  /// Whether two keys are both ints or both texts, and in order.
  private func isOrdered(_ a: Value, _ b: Value) -> Bool {
    if case .int(let x) = a, case .int(let y) = b { return x <= y }
    guard let x = a.string, let y = b.string, !x.isOfHeapType, !y.isOfHeapType else { return false }
    return x.compare(to: y) <= 0
  }
}
