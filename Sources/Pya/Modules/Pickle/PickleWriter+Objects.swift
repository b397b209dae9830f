/// What is written by name (classes, functions), or as a call that makes it anew.
extension PickleWriter {
  // MARK: Persistent ids

  /// True when the pickler's `persistent_id` names the object, and only its name was written.
  mutating func savePersistently(_ value: Value) throws(Raised) -> Bool {
    let id = try runtime.call(hooks.persistentID, value)
    if id.isNone { return false }
    if isBinary {
      output.beginValue()
      try saveContent(id)
      output.put(PickleCode.binPersistentID)
      return true
    }
    let text = try runtime.str(id)
    guard text.isASCII else {
      throw support.error("PicklingError", "persistent IDs in protocol 0 must be ASCII strings")
    }
    output.put(PickleCode.persistentID)
    output.put(text.utf8)
    output.put(10)
    return true
  }

  // MARK: What is none of the built-in values

  mutating func saveForeign(_ value: Value) throws(Raised) {
    if !hooks.reducerOverride.isUndefined {
      let parts = try runtime.call(hooks.reducerOverride, value)
      if !parts.isNotImplemented { return try saveParts(value, parts) }
    }
    let type = runtime.type(of: value)
    if let object = value.object {
      if object.isExactly(runtime.types.type) {
        // These have no name; they are the types of what has one.
        for constant in [Value.none, .notImplemented, .ellipsis] where runtime.type(of: constant) === object {
          return try saveReduced(value, [.object(runtime.types.type), runtime.tuple([constant])])
        }
        return try saveGlobal(value, nil)
      }
      if object.kind == .function { return try saveGlobal(value, nil) }
      if hooks.dispatchTable.isUndefined, version >= 2, runtime.objectReduction.isPlain(type),
        try !runtime.objectReduction.isRegistered(type, in: registered)
      {
        return try savePlain(unsafeDowncast(object, to: Instance.self))
      }
    }
    if let reducer = try reducer(of: type) { return try saveParts(value, try runtime.call(reducer, value)) }
    if type.isSubtype(of: runtime.types.type) { return try saveGlobal(value, nil) }
    try saveParts(value, try runtime.call(try support.function("_reduce"), value, .int(version)))
  }

  private func reducer(of type: TypeObject) throws(Raised) -> Value? {
    if hooks.dispatchTable.isUndefined { return try registered?.get(.object(type), runtime) }
    if let table = hooks.dispatchTable.dict, !table.isOfHeapType { return try table.get(.object(type), runtime) }
    do { return try runtime.getItem(hooks.dispatchTable, .object(type)) } catch {
      if runtime.matches(error, .keyError) { return nil }
      throw error
    }
  }

  /// An instance that is its class and its attributes.
  private mutating func savePlain(_ instance: Instance) throws(Raised) {
    try save(.object(instance.type))
    output.put(PickleCode.emptyTuple)
    output.put(PickleCode.newObject)
    memoize(instance)
    if let dictionary = instance.dictionary {
      if dictionary.count == 0 { return }
      try save(.object(dictionary))
    } else {
      let names = instance.shape.names
      let visible = names.indices.count { !instance.slot($0).holdsUndefined }
      if visible == 0 { return }
      output.beginValue()
      output.put(PickleCode.emptyDict)
      memoize(.none, address: 0)
      try saveAttributes(of: instance, names, visible)
    }
    output.put(PickleCode.build)
  }

  private mutating func saveAttributes(of instance: Instance, _ names: [StringObject], _ count: Int) throws(Raised) {
    var index = 0
    var done = 0
    repeat {
      done = 0
      if count > 1 { output.put(PickleCode.mark) }
      while index < names.count, done < PickleWriter.batchSize {
        let value = instance.slot(index).copied
        let name = names[index]
        index += 1
        if value.isUndefined { continue }
        try save(.object(name))
        try save(value)
        done += 1
        // What the program's own methods do meanwhile may have moved the attributes.
        if instance.dictionary != nil { throw runtime.runtimeError("dictionary changed size during iteration") }
      }
      output.put(count > 1 ? PickleCode.setItems : PickleCode.setItem)
    } while done == PickleWriter.batchSize
  }

  // MARK: By name

  mutating func saveGlobal(_ value: Value, _ name: StringObject?) throws(Raised) {
    let (module, path) = try place(of: value, name)
    if version >= 4 {
      output.beginValue()
      switch (module.hasText("builtins"), value.object) {
      case (true, let function as NativeFunction): save(function.owner == nil ? support.moduleOfFunctions : module)
      case (true, let type as TypeObject) where type === runtime.exceptionTypes["ExceptionGroup"]: save(support.moduleOfGroup)
      default: save(module)
      }
      output.beginValue()
      // CPython makes the names of its own types anew each time.
      if let type = value.type, !type.isHeap { saveAnew(path) } else { save(path) }
      output.put(PickleCode.stackGlobal)
    } else {
      try saveOldGlobal(module, path)
    }
    if let object = value.object {
      memoize(object)
    } else {
      memoize(value, address: UInt(bitPattern: runtime.identity(value)))
    }
  }

  /// Before protocol 4 a name is that of something in a module; what lies inside a class is asked of the class.
  private mutating func saveOldGlobal(_ module: StringObject, _ path: StringObject) throws(Raised) {
    let parts = try runtime.array(try runtime.callMethod(.object(path), "split", [.object(runtime.string("."))]))
    for _ in parts.dropFirst() {
      try save(try support.getattr())
      if version < 2 { output.put(PickleCode.mark) }
    }
    let isOld = Value.bool(hooks.usesOldNames && version < 3)
    let names = try runtime.unpack(try runtime.call(try support.function("_old_global"), .object(module), parts[0], isOld), 2)
    output.put(PickleCode.global)
    for name in names {
      guard let text = name.string else { throw runtime.typeError("names must be strings") }
      output.put(text.utf8)
      output.put(10)
    }
    for name in parts.dropFirst() {
      try save(name)
      output.put(version < 2 ? PickleCode.tuple : PickleCode.tuple2)
      output.put(PickleCode.reduce)
    }
  }

  /// The module and the name there under which a reader finds the object.
  private func place(of value: Value, _ name: StringObject?) throws(Raised) -> (StringObject, StringObject) {
    if name == nil, let type = value.type, !type.qualifiedName.utf8.contains(UInt8(ascii: ".")) {
      let module = runtime.intern(type.moduleName)
      let name = runtime.intern(type.qualifiedName)
      if let found = runtime.moduleDictionary.getString(module)?.cast(.module, to: ModuleObject.self),
        let there = found.namespace.getString(name), there.isIdentical(to: value)
      {
        return (module, name)
      }
    }
    let found = try runtime.call(try support.function("_find_global"), value, name.map { .object($0) } ?? .none)
    let parts = try runtime.unpack(found, 2)
    guard let module = parts[0].string, let path = parts[1].string else {
      throw runtime.typeError("names must be strings")
    }
    return (runtime.intern(module), runtime.intern(path))
  }

  // MARK: By how it is made

  /// What `__reduce_ex__` or a function of the program gave.
  private mutating func saveParts(_ value: Value, _ parts: Value) throws(Raised) {
    if let name = parts.string { return try saveGlobal(value, name) }
    guard let tuple = parts.tuple else {
      throw support.error("PicklingError", "__reduce__ must return a string or tuple")
    }
    try saveReduced(value, tuple.array)
  }

  /// A callable, its arguments, state, elements, items, and what sets the state.
  mutating func saveReduced(_ value: Value, _ parts: [Value]) throws(Raised) {
    guard parts.count >= 2, parts.count <= 6 else {
      throw support.error("PicklingError", "tuple returned by __reduce__ must contain 2 through 6 elements")
    }
    func part(_ index: Int) -> Value? { index < parts.count && !parts[index].isNone ? parts[index] : nil }
    let callable = parts[0]
    guard runtime.isCallable(callable) else {
      throw support.error("PicklingError", "first item of the tuple returned by __reduce__ must be callable")
    }
    guard let arguments = parts[1].tuple else {
      throw support.error("PicklingError", "second item of the tuple returned by __reduce__ must be a tuple")
    }
    try saveMaker(value, callable, arguments)
    let address = UInt(bitPattern: runtime.identity(value))
    let number = memo.number(of: address)
    if number >= 0 {
      // Its arguments contain it.
      output.put(PickleCode.pop)
      get(number)
    } else {
      memoize(value, address: address)
    }
    if let elements = part(3) {
      guard runtime.isIterator(elements) else {
        throw support.error(
          "PicklingError", "fourth element of the tuple returned by __reduce__ must be an iterator, not \(runtime.typeName(elements))")
      }
      try saveElements(elements)
    }
    if let items = part(4) {
      guard runtime.isIterator(items) else {
        throw support.error(
          "PicklingError", "fifth element of the tuple returned by __reduce__ must be an iterator, not \(runtime.typeName(items))")
      }
      try saveItems(items)
    }
    guard let state = part(2) else { return }
    if let setter = part(5) {
      guard runtime.isCallable(setter) else {
        throw support.error(
          "PicklingError", "sixth element of the tuple returned by __reduce__ must be a function, not \(runtime.typeName(setter))")
      }
      try save(setter)
      try save(value)
      try save(state)
      output.put(PickleCode.tuple2)
      output.put(PickleCode.reduce)
      output.put(PickleCode.pop)
    } else {
      try save(state)
      output.put(PickleCode.build)
    }
  }

  private mutating func saveMaker(_ value: Value, _ callable: Value, _ arguments: TupleObject) throws(Raised) {
    if version >= 2 {
      let name = try runtime.getAttributeIfPresent(callable, runtime.names.name)?.string
      if let name, name.hasSameText(as: support.newObject) {
        guard arguments.count > 0 else { throw support.error("PicklingError", "__newobj__ arglist is empty") }
        let cls = arguments[0]
        if let type = cls.type, !value.isUndefined, runtime.type(of: value) !== type {
          let stated = try runtime.getAttributeIfPresent(value, runtime.names.class)
          if stated?.isIdentical(to: cls) != true {
            throw support.error("PicklingError", "args[0] from __newobj__ args has the wrong class")
          }
        }
        try save(cls)
        try save(runtime.tuple(Array(arguments.array.dropFirst())))
        output.put(PickleCode.newObject)
        return
      }
      if let name, name.hasSameText(as: support.newObjectEx), arguments.count == 3 {
        if version >= 4 {
          for index in 0..<3 { try save(arguments[index]) }
          output.put(PickleCode.newObjectEx)
          return
        }
        let maker = try runtime.call(try support.function("_new_partially"), arguments.array)
        try save(maker)
        try save(runtime.tuple([]))
        output.put(PickleCode.reduce)
        return
      }
    }
    try save(callable)
    try save(.object(arguments))
    output.put(PickleCode.reduce)
  }

  /// The elements an iterator gives, to be appended.
  private mutating func saveElements(_ elements: Value) throws(Raised) {
    let iterator = try runtime.adapted(elements)
    var count = 0
    repeat {
      let first = try iterator.next(runtime)
      if first.isUndefined { return }
      var next = isBinary ? try iterator.next(runtime) : .undefined
      if next.isUndefined {
        try save(first)
        output.put(PickleCode.append)
        if isBinary { return }
        count = PickleWriter.batchSize
        continue
      }
      output.put(PickleCode.mark)
      try save(first)
      count = 1
      while !next.isUndefined {
        try save(next)
        count += 1
        if count == PickleWriter.batchSize { break }
        next = try iterator.next(runtime)
      }
      output.put(PickleCode.appends)
    } while count == PickleWriter.batchSize
  }

  /// The pairs an iterator gives, to be set.
  private mutating func saveItems(_ items: Value) throws(Raised) {
    let iterator = try runtime.adapted(items)
    func pair(_ item: Value) throws(Raised) -> TupleObject {
      guard let pair = item.tuple, pair.count == 2 else {
        throw runtime.typeError("dict items iterator must return 2-tuples")
      }
      return pair
    }
    var count = 0
    repeat {
      let first = try iterator.next(runtime)
      if first.isUndefined { return }
      let start = try pair(first)
      var next = isBinary ? try iterator.next(runtime) : .undefined
      if next.isUndefined {
        try save(start[0])
        try save(start[1])
        output.put(PickleCode.setItem)
        if isBinary { return }
        count = PickleWriter.batchSize
        continue
      }
      output.put(PickleCode.mark)
      try save(start[0])
      try save(start[1])
      count = 1
      while !next.isUndefined {
        let item = try pair(next)
        try save(item[0])
        try save(item[1])
        count += 1
        if count == PickleWriter.batchSize { break }
        next = try iterator.next(runtime)
      }
      output.put(PickleCode.setItems)
    } while count == PickleWriter.batchSize
  }
}
