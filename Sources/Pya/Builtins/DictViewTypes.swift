import PyaSyntax

/// `dict_keys`, `dict_values` and `dict_items`.
extension Runtime {
  func installDictViews() {
    for (type, part) in [
      (types.dictKeys, DictViewObject.Part.keys), (types.dictValues, .values), (types.dictItems, .items),
    ] {
      type.defineLength(self) { ($0.cast(.dictView, to: DictViewObject.self)?.dict.count).unsafelyUnwrapped }
      type.defineElements(self, isSubscriptable: false)
      type.defineRepresentation(self)
      type.define(self, "__reversed__", "self, /") { (runtime, arguments) throws(Raised) in
        .object(ReversedDictIterator(runtime, arguments[0].view.dict, part))
      }
      type.defineProperty(self, "mapping") { (runtime, value) throws(Raised) in
        .object(MappingProxyObject(runtime, .object(value.view.dict)))
      }
      if part != .values { installViewAlgebra(type) }
    }
    types.dictValues.attributes.setString(intern("__eq__"), types.object.attributes.getString(names[.eq]) ?? .none)
  }

  /// Views of keys and items are sets in all but changes.
  private func installViewAlgebra(_ type: TypeObject) {
    type.defineAsUnhashable(self)
    type.define(self, "isdisjoint", "self, other, /") { (runtime, arguments) throws(Raised) in
      let view = arguments[0].view
      let iterator = try runtime.iterator(arguments[1])
      while true {
        let element = try iterator.next(runtime)
        if element.isUndefined { return .bool(true) }
        if try runtime.viewContains(view, element) { return .bool(false) }
      }
    }
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.compareViews(op, arguments[0], arguments[1])
      }
    }
    for (name, op) in [("and", BinaryOperator.and), ("or", .or), ("sub", .subtract), ("xor", .xor)] {
      type.define(self, "__\(name)__", "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.viewOperation(op, arguments[0], arguments[1])
      }
      type.define(self, "__r\(name)__", "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.viewOperation(op, arguments[1], arguments[0])
      }
    }
  }

  private func compareViews(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard let size = setLikeCount(b) else { return .notImplemented }
    let own = a.view.dict.count
    switch op {
    case .equal: return .bool(own == size ? try allContained(a, in: b) : false)
    case .notEqual: return .bool(own == size ? try !allContained(a, in: b) : true)
    case .less: return .bool(own < size ? try allContained(a, in: b) : false)
    case .lessEqual: return .bool(own <= size ? try allContained(a, in: b) : false)
    case .greater: return .bool(own > size ? try allContained(b, in: a) : false)
    case .greaterEqual: return .bool(own >= size ? try allContained(b, in: a) : false)
    default: return .notImplemented
    }
  }

  /// The size of a set or of a view that is like one.
  private func setLikeCount(_ value: Value) -> Int? {
    if let set = value.set { return set.count }
    if let view = value.cast(.dictView, to: DictViewObject.self), view.part != .values { return view.dict.count }
    return nil
  }

  private func allContained(_ a: Value, in b: Value) throws(Raised) -> Bool {
    let iterator = try iterator(a)
    while true {
      let element = try iterator.next(self)
      if element.isUndefined { return true }
      if try !contains(b, element) { return false }
    }
  }

  /// `a & b` and its kin where one operand is a view and the other any iterable.
  private func viewOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if op == .and { return try viewIntersection(a, b) }
    if op == .xor, let first = itemsView(a), let second = itemsView(b) { return try itemsDifference(first, second) }
    let result = SetObject(self)
    try setUpdate(result, keysOrSelf(a))
    switch op {
    case .or: try setUpdate(result, b)
    case .subtract: try setDifferenceUpdate(result, b)
    default: try setSymmetricDifferenceUpdate(result, b)
    }
    return .object(result)
  }

  /// A view of keys is taken as its dictionary, which fills a set with one resize.
  private func keysOrSelf(_ value: Value) -> Value {
    guard let view = value.cast(.dictView, to: DictViewObject.self), view.part == .keys else { return value }
    return .object(view.dict)
  }

  private func itemsView(_ value: Value) -> DictViewObject? {
    guard let view = value.cast(.dictView, to: DictViewObject.self), view.part == .items else { return nil }
    return view
  }

  private func viewIntersection(_ a: Value, _ b: Value) throws(Raised) -> Value {
    var (view, other) = (a, b)
    if setLikeCount(a) == nil || a.set != nil { (view, other) = (b, a) }
    if let set = other.set, set.isExactly(types.set), view.view.dict.count <= set.count {
      return .object(try setIntersection(set, view))
    }
    if let second = other.cast(.dictView, to: DictViewObject.self), second.part != .values,
      second.dict.count > view.view.dict.count
    {
      (view, other) = (other, view)
    }
    let result = SetObject(self)
    let searched = view.view
    try forEach(other) { (element) throws(Raised) in
      if try viewContains(searched, element) { try result.add(element, self) }
    }
    return .object(result)
  }

  private func itemsDifference(_ a: DictViewObject, _ b: DictViewObject) throws(Raised) -> Value {
    let rest = a.dict.copy(self)
    let result = SetObject(self)
    for entry in b.dict.liveEntries {
      let index = try rest.find(entry.key, hash: entry.hash, self)
      if index >= 0, try isSame(rest.entries[index].value, entry.value) {
        let again = try rest.find(entry.key, hash: entry.hash, self)
        if again >= 0 { rest.remove(at: again) }
      } else {
        try result.add(pair(entry.key, entry.value), self)
      }
    }
    try setUpdate(result, .object(DictViewObject(self, rest, .items)))
    return .object(result)
  }
}

extension Value {
  /// The view that a view's method has for its receiver.
  fileprivate var view: DictViewObject { cast(.dictView, to: DictViewObject.self).unsafelyUnwrapped }
}
