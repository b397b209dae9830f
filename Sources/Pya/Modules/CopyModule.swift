/// `_copy`: `copy.copy` and `copy.deepcopy` of containers and plain instances. What is neither goes to `copy.pya`.
extension Runtime {
  func makeCopyModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_copy")
    module.define(self, "copy", "x") { (runtime, arguments) throws(Raised) in
      try runtime.shallowCopy(arguments[0])
    }
    module.define(self, "deepcopy", "x, memo=None, _nil=[]") { (runtime, arguments) throws(Raised) in
      let value = arguments[0]
      if arguments[1].isUndefined || arguments[1].isNone {
        guard case .object(let object) = value, !runtime.isCopiedAsItself(object) else { return value }
        return try runtime.deepCopy(object, DictObject(runtime))
      }
      guard let memo = arguments[1].dict else {
        return try runtime.copyGenerally("_deepcopy_with", value, arguments[1])
      }
      return try runtime.deepCopy(value, memo)
    }
    for name in ["copy", "deepcopy"] {
      guard let function = module.namespace.getString(intern(name))?.cast(.nativeFunction, to: NativeFunction.self) else { continue }
      function.moduleName = "copy"
      function.isWrittenInPython = true
    }
    return module
  }

  private func copyGenerally(_ function: String, _ value: Value, _ memo: Value? = nil) throws(Raised) -> Value {
    let copy = try getAttribute(try importModule("copy", level: 0, globals: builtins), function)
    guard let memo else { return try call(copy, value) }
    return try call(copy, value, memo)
  }

  // MARK: Shallow

  private func shallowCopy(_ value: Value) throws(Raised) -> Value {
    guard case .object(let object) = value else { return value }
    switch object.kind {
    case .string, .bytes, .bigInt, .complex, .range, .function, .nativeFunction, .property, .slice:
      if !object.isOfHeapType { return value }
    case .tuple: if object.isExactly(types.tuple) { return value }
    case .list:
      if object.isExactly(types.list) {
        let list = unsafeDowncast(object, to: ListObject.self)
        let made = ListObject(self)
        made.append(copiesOf: list.items, count: list.count)
        return .object(made)
      }
    case .dict: if object.isExactly(types.dict) { return .object(unsafeDowncast(object, to: DictObject.self).copy(self)) }
    case .set:
      if object.isExactly(types.frozenset) { return value }
      if object.isExactly(types.set) {
        return .object(try unsafeDowncast(object, to: SetObject.self).copy(type: types.set, self))
      }
    case .instance:
      let instance = unsafeDowncast(object, to: Instance.self)
      if try isMadePlainly(instance.type) { return .object(copyAttributes(of: instance)) }
    default: break
    }
    return try copyGenerally("_copy_generally", value)
  }

  /// Whether nothing says how instances are made, taken apart or filled.
  private func isMadePlainly(_ type: TypeObject) throws(Raised) -> Bool {
    let reduction = objectReduction
    guard reduction.isPlain(type), type.special(.new) == nil, !type.isAbstract else { return false }
    return try !reduction.isRegistered(type, in: reduction.registered)
  }

  private func copyAttributes(of instance: Instance) -> Instance {
    let made = Instance(type: instance.type)
    if let dictionary = instance.dictionary {
      if dictionary.count > 0, let attributes = made.instanceDictionary(self) {
        for entry in dictionary.liveEntries { attributes.insert(entry.key, hash: entry.hash, entry.value) }
      }
      return made
    }
    let names = instance.shape.names
    for index in names.indices where !instance.slot(index).holdsUndefined {
      made.append(names[index], instance.slot(index).copied)
    }
    return made
  }

  // MARK: Deep

  private func isCopiedAsItself(_ object: Object) -> Bool {
    switch object.kind {
    case .string, .bytes, .bigInt, .complex, .range, .function, .nativeFunction, .property, .code: !object.isOfHeapType
    case .type: object.isExactly(types.type)
    default: false
    }
  }

  private func deepCopy(_ value: Value, _ memo: DictObject) throws(Raised) -> Value {
    guard case .object(let object) = value, !isCopiedAsItself(object) else { return value }
    let known = memo.index(ofInt: object.address)
    if known >= 0 { return memo.valuePlace(known).copied }
    return try deepCopy(object, memo)
  }

  private func deepCopy(_ object: Object, _ memo: DictObject) throws(Raised) -> Value {
    try enter()
    defer { leave() }
    switch object.kind {
    case .list where object.isExactly(types.list):
      return try deepCopy(list: unsafeDowncast(object, to: ListObject.self), memo)
    case .dict where object.isExactly(types.dict):
      return try deepCopy(dict: unsafeDowncast(object, to: DictObject.self), memo)
    case .tuple where object.isExactly(types.tuple):
      return try deepCopy(tuple: unsafeDowncast(object, to: TupleObject.self), memo)
    case .set where object.isExactly(types.set) || object.isExactly(types.frozenset):
      return try deepCopy(set: unsafeDowncast(object, to: SetObject.self), memo)
    case .instance:
      let instance = unsafeDowncast(object, to: Instance.self)
      if try isMadePlainly(instance.type) { return try deepCopy(instance: instance, memo) }
    default: break
    }
    let made = try copyGenerally("_deepcopy_generally", .object(object), .object(memo))
    if !made.isIdentical(to: .object(object)) {
      try remember(object, made, memo)
      try keep(object, memo)
    }
    return made
  }

  /// Notes a copy under the address of the original.
  private func remember(_ object: Object, _ made: Value, _ memo: DictObject) throws(Raised) {
    try memo.set(.int(object.address), hash: NumericHash.of(object.address), made, self)
  }

  /// What was copied has to live as long as the memo, which names it by its address. It comes there when its copy is complete.
  private func keep(_ object: Object, _ memo: DictObject) throws(Raised) {
    let place = memo.index(ofInt: memo.address)
    if place >= 0, let kept = memo.valuePlace(place).pointee.list {
      kept.append(.object(object))
    } else {
      try memo.set(.int(memo.address), .object(ListObject(self, [.object(object)])), self)
    }
  }

  private func deepCopy(list: ListObject, _ memo: DictObject) throws(Raised) -> Value {
    let made = ListObject(self, capacity: list.count)
    try remember(list, .object(made), memo)
    var index = 0
    while index < list.count {
      made.append(try deepCopy(list[index], memo))
      index += 1
    }
    try keep(list, memo)
    return .object(made)
  }

  private func deepCopy(dict: DictObject, _ memo: DictObject) throws(Raised) -> Value {
    let made = DictObject(self)
    try remember(dict, .object(made), memo)
    let before = dict.count
    var index = 0
    while index < dict.used {
      if !dict.keyPlace(index).holdsUndefined {
        let value = dict.valuePlace(index).copied
        let key = try deepCopy(dict.keyPlace(index).copied, memo)
        try made.set(key, try deepCopy(value, memo), self)
        if dict.count != before { throw runtimeError("dictionary changed size during iteration") }
      }
      index += 1
    }
    try keep(dict, memo)
    return .object(made)
  }

  private func deepCopy(tuple: TupleObject, _ memo: DictObject) throws(Raised) -> Value {
    var elements: [Value] = []
    elements.reserveCapacity(tuple.count)
    var isChanged = false
    for index in 0..<tuple.count {
      let element = tuple[index]
      let copy = try deepCopy(element, memo)
      if !copy.isIdentical(to: element) { isChanged = true }
      elements.append(copy)
    }
    // It may contain itself through a list, and be copied by now.
    let known = memo.index(ofInt: tuple.address)
    if known >= 0 { return memo.valuePlace(known).copied }
    if !isChanged { return .object(tuple) }
    let made = self.tuple(elements)
    try remember(tuple, made, memo)
    try keep(tuple, memo)
    return made
  }

  private func deepCopy(set: SetObject, _ memo: DictObject) throws(Raised) -> Value {
    let made = SetObject(type: set.type)
    for element in set.elements { _ = try made.add(try deepCopy(element, memo), self) }
    try remember(set, .object(made), memo)
    try keep(set, memo)
    return .object(made)
  }

  private func deepCopy(instance: Instance, _ memo: DictObject) throws(Raised) -> Value {
    let made = Instance(type: instance.type)
    try remember(instance, .object(made), memo)
    if let dictionary = instance.dictionary {
      if dictionary.count > 0 {
        let state = try deepCopy(.object(dictionary), memo)
        if let copied = state.dict, let attributes = made.instanceDictionary(self) { try attributes.merge(copied, self) }
      }
      try keep(instance, memo)
      return .object(made)
    }
    let names = instance.shape.names
    for index in names.indices {
      // What runs meanwhile may have moved the attributes into a dictionary.
      guard instance.dictionary == nil, index < instance.shape.count else { break }
      let value = instance.slot(index).copied
      if value.isUndefined { continue }
      let copy = try deepCopy(value, memo)
      if made.dictionary == nil { made.append(names[index], copy) } else { try storeAttribute(.object(made), names[index], copy) }
    }
    try keep(instance, memo)
    return .object(made)
  }
}
