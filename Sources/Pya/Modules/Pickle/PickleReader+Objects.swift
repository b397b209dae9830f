/// What a pickle fills, finds by name and makes anew.
extension PickleReader {
  // MARK: Filling

  /// Appends what lies from an index on to the value below.
  mutating func append(from start: Int) throws(Raised) {
    guard start > 0, start <= stack.count else { throw underflow() }
    if start == stack.count { return }
    let target = stack[start - 1]
    if let list = target.list, !list.isOfHeapType {
      list.append(copiesOf: stack.items + start, count: stack.count - start)
      stack.replace(start..<stack.count, with: [])
      return
    }
    let values = takeValues(from: start)
    if let extend = try runtime.getAttributeIfPresent(target, support.extend) {
      _ = try runtime.call(extend, .object(ListObject(runtime, values)))
    } else {
      let append = try runtime.getAttribute(target, "append")
      for value in values { _ = try runtime.call(append, value) }
    }
  }

  mutating func setItems(from start: Int) throws(Raised) {
    guard start > 0, start <= stack.count else { throw underflow() }
    if start == stack.count { return }
    guard (stack.count - start) % 2 == 0 else {
      throw support.error("UnpicklingError", "odd number of items for SETITEMS")
    }
    let target = stack[start - 1]
    if let dict = target.dict, !dict.isOfHeapType, dict.isExactly(runtime.types.dict) {
      var index = start
      while index < stack.count {
        if !dict.set(keyAt: stack.items + index, stack[index + 1]) { try dict.set(stack[index], stack[index + 1], runtime) }
        index += 2
      }
      stack.replace(start..<stack.count, with: [])
      return
    }
    let values = takeValues(from: start)
    for index in stride(from: 0, to: values.count, by: 2) { try runtime.setItem(target, values[index], values[index + 1]) }
  }

  mutating func addItems(from start: Int) throws(Raised) {
    guard start > 0, start <= stack.count else { throw underflow() }
    let values = takeValues(from: start)
    let target = stack[start - 1]
    if let set = target.set, set.isExactly(runtime.types.set) {
      for value in values { _ = try set.add(value, runtime) }
    } else {
      let add = try runtime.getAttribute(target, "add")
      for value in values { _ = try runtime.call(add, value) }
    }
  }

  // MARK: Names

  mutating func loadStackGlobal() throws(Raised) {
    let name = try pop()
    let module = try pop()
    guard let name = name.string, let module = module.string else {
      throw support.error("UnpicklingError", "STACK_GLOBAL requires str")
    }
    try pushGlobal(module, name)
  }

  mutating func pushGlobal(_ module: StringObject, _ name: StringObject) throws(Raised) {
    if !hooks.findClass.isUndefined { return push(try runtime.call(hooks.findClass, .object(module), .object(name))) }
    if version >= 3, let found = runtime.moduleDictionary.getString(module)?.cast(.module, to: ModuleObject.self),
      let value = found.namespace.getString(name)
    {
      return push(value)
    }
    let isOld = Value.bool(version < 3 && hooks.usesOldNames)
    push(try runtime.call(try support.function("_find_class"), [.object(module), .object(name), .int(version), isOld]))
  }

  func loadPersistent(_ id: Value) throws(Raised) {
    if hooks.persistentLoad.isUndefined {
      throw support.error(
        "UnpicklingError",
        "A load persistent id instruction was encountered, but no persistent_load function was specified.")
    }
    push(try runtime.call(hooks.persistentLoad, id))
  }

  mutating func loadExtension(_ code: Int) throws(Raised) {
    let place = try runtime.unpack(try runtime.call(try support.function("_extension"), .int(code)), 2)
    guard let module = place[0].string, let name = place[1].string else { throw runtime.typeError("names must be strings") }
    try pushGlobal(module, name)
  }

  func loadBuffer() throws(Raised) {
    if hooks.buffers.isUndefined || hooks.buffers.isNone {
      throw support.error(
        "UnpicklingError",
        "pickle stream refers to out-of-band data but no *buffers* argument was given")
    }
    let next = try runtime.next(of: hooks.buffers)
    if next.isUndefined { throw support.error("UnpicklingError", "not enough out-of-band buffers") }
    push(next)
  }

  // MARK: Objects

  func reduce() throws(Raised) {
    let arguments = try pop()
    let callable = try top()
    guard let tuple = arguments.tuple else { throw runtime.typeError("argument list must be a tuple") }
    replaceTop(try runtime.call(callable, Arguments(tuple.items, tuple.count)))
  }

  /// `cls.__new__(cls, *arguments)`.
  func makeObject() throws(Raised) {
    let arguments = try pop()
    let cls = try top()
    guard let tuple = arguments.tuple else {
      throw support.error("UnpicklingError", "NEWOBJ expected an arg tuple, got \(runtime.typeName(arguments))")
    }
    guard let type = cls.type else {
      throw support.error("UnpicklingError", "NEWOBJ class argument must be a type, not \(runtime.typeName(cls))")
    }
    if tuple.count == 0, type.isHeap, type.builtinBase == nil, type.instanceKind == .instance, !type.isAbstract,
      type.special(.new) == nil
    {
      return replaceTop(.object(Instance(type: type)))
    }
    let new = try runtime.getAttribute(cls, runtime.names[.new])
    replaceTop(try runtime.call(new, [cls] + tuple.array))
  }

  func makeObjectWithKeywords() throws(Raised) {
    let keywords = try pop()
    let arguments = try pop()
    let cls = try top()
    guard cls.type != nil else {
      throw support.error("UnpicklingError", "NEWOBJ_EX class argument must be a type, not \(runtime.typeName(cls))")
    }
    guard let tuple = arguments.tuple else {
      throw support.error("UnpicklingError", "NEWOBJ_EX args argument must be a tuple, not \(runtime.typeName(arguments))")
    }
    guard let dict = keywords.dict else {
      throw support.error("UnpicklingError", "NEWOBJ_EX kwargs argument must be a dict, not \(runtime.typeName(keywords))")
    }
    var named: [(name: StringObject, value: Value)] = []
    for entry in dict.liveEntries {
      guard let name = entry.key.string else { throw runtime.typeError("keywords must be strings") }
      named.append((runtime.intern(name), entry.value))
    }
    let new = try runtime.getAttribute(cls, runtime.names[.new])
    replaceTop(try runtime.call(new, [cls] + tuple.array, keywords: named))
  }

  /// An instance as protocols 0 and 1 knew them from Python 2.
  mutating func makeOldInstance(_ code: UInt8) throws(Raised) {
    var cls = Value.undefined
    if code == PickleCode.inst {
      let module = try name()
      try pushGlobal(module, try name())
      cls = try pop()
    }
    var values = takeValues(from: try takeMark())
    if code == PickleCode.obj {
      if values.isEmpty { throw underflow() }
      cls = values.removeFirst()
    }
    push(try runtime.call(try support.function("_instantiate"), cls, runtime.tuple(values)))
  }

  /// Gives the object below its state.
  func build() throws(Raised) {
    let state = try pop()
    let target = try top()
    if let setState = try runtime.getAttributeIfPresent(target, runtime.objectReduction.setState) {
      _ = try runtime.call(setState, state)
      return
    }
    var attributes = state
    var slots = Value.none
    if let pair = state.tuple, pair.count == 2 {
      attributes = pair[0]
      slots = pair[1]
    }
    if !attributes.isNone {
      guard let dict = attributes.dict else { throw support.error("UnpicklingError", "state is not a dictionary") }
      try fill(target, dict)
    }
    if slots.isNone { return }
    guard let dict = slots.dict else { throw support.error("UnpicklingError", "slot state is not a dictionary") }
    for entry in dict.liveEntries {
      guard let name = entry.key.string else {
        throw runtime.typeError("attribute name must be string, not '\(runtime.typeName(entry.key))'")
      }
      try runtime.setAttribute(target, runtime.intern(name), entry.value)
    }
  }

  /// Attributes go right into the object's dictionary, or where they lie while it needs none.
  private func fill(_ target: Value, _ attributes: DictObject) throws(Raised) {
    if let instance = target.instance, instance.dictionary == nil, !instance.type.hasNoInstanceDictionary {
      for index in 0..<attributes.used {
        guard let held = attributes.keyPlace(index).uncountedObject else { continue }
        guard held.kind == .string else { return try fillDictionary(target, attributes) }
        let name = runtime.intern(held.as(StringObject.self).takeUnretainedValue())
        let value = attributes.valuePlace(index).copied
        if let slot = instance.shape.index(of: name) {
          instance.slot(slot).store(value)
        } else {
          instance.append(name, value)
        }
      }
      return
    }
    try fillDictionary(target, attributes)
  }

  private func fillDictionary(_ target: Value, _ attributes: DictObject) throws(Raised) {
    let dictionary = try runtime.getAttribute(target, runtime.names.dict)
    for entry in attributes.liveEntries {
      let key = entry.key.string.map { Value.object(runtime.intern($0)) } ?? entry.key
      try runtime.setItem(dictionary, key, entry.value)
    }
  }
}
