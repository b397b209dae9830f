/// Tuple types with named fields, such as `time.struct_time` and `sys.version_info`.
///
/// They count as classes of the program (`isHeap`), so that their `__repr__` comes before the tuple's.
final class StructSequenceType {
  let type: TypeObject
  private let fields: [String]
  private let hiddenFields: [String]
  private let displayName: String

  /// `hiddenFields` are attributes that are not elements.
  init(
    _ runtime: Runtime, module: String, name: String, fields: [String], hiddenFields: [String] = [],
    isConstructible: Bool = false, showsModule: Bool = true
  ) {
    self.fields = fields
    self.hiddenFields = hiddenFields
    displayName = showsModule ? "\(module).\(name)" : name
    type = TypeObject(
      runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.tuple], instanceKind: .tuple, isHeap: true)
    type.moduleName = module
    type.messageName = displayName
    type.attributes.setString(runtime.names.module, .object(runtime.string(module)))
    type.hasNoInstanceDictionary = true
    let refuse: (Runtime, Value, Value) throws(Raised) -> Void = { (runtime, _, _) throws(Raised) in
      throw runtime.attributeError("readonly attribute")
    }
    for (index, field) in fields.enumerated() {
      type.defineProperty(
        runtime, field,
        get: { (_, value) throws(Raised) in
          guard let tuple = value.tuple, index < tuple.count else { return .none }
          return tuple[index]
        }, set: refuse)
    }
    for field in hiddenFields {
      let name = runtime.intern(field)
      type.defineProperty(
        runtime, field, get: { (_, value) throws(Raised) in value.tuple?.dictionary?.getString(name) ?? .none }, set: refuse)
    }
    for (name, count) in [("n_fields", fields.count + hiddenFields.count), ("n_sequence_fields", fields.count), ("n_unnamed_fields", 0)] {
      type.attributes.setString(runtime.intern(name), .int(count))
    }
    defineMethods(runtime, isConstructible: isConstructible)
    type.didChange()
  }

  private func defineMethods(_ runtime: Runtime, isConstructible: Bool) {
    let (type, fields, hiddenFields, displayName) = (self.type, self.fields, self.hiddenFields, self.displayName)
    type.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let values = arguments[0].tuple?.array ?? []
      var parts: [String] = []
      for (field, value) in zip(fields, values) { parts.append("\(field)=\(try runtime.repr(value).text)") }
      return .object(runtime.string("\(displayName)(\(parts.joined(separator: ", ")))"))
    }
    type.attributes.setString(
      runtime.names[.matchArgs], .object(TupleObject(runtime, fields.map { .object(runtime.string($0)) })))
    type.defineStatic(runtime, "__new__", "cls, sequence=None, /, dict=None") { (runtime, arguments) throws(Raised) in
      guard isConstructible else { throw runtime.typeError("cannot create '\(displayName)' instances") }
      if arguments[1].isUndefined {
        throw runtime.typeError("structseq() missing required argument 'sequence' (pos 1)")
      }
      guard arguments[1].object != nil else { throw runtime.typeError("constructor requires a sequence") }
      let values = try runtime.array(arguments[1])
      guard values.count >= fields.count else {
        throw runtime.typeError(
          "\(displayName)() takes an at least \(fields.count)-sequence (\(values.count)-sequence given)")
      }
      if values.count > fields.count + hiddenFields.count {
        throw runtime.typeError(
          "\(displayName)() takes an at most \(fields.count + hiddenFields.count)-sequence (\(values.count)-sequence given)")
      }
      let made = TupleObject(type: arguments[0].type ?? type, Array(values.prefix(fields.count)))
      StructSequenceType.hide(Array(values.dropFirst(fields.count)), in: made, hiddenFields, runtime)
      if let named = arguments[2].defined {
        guard let named = named.dict else {
          throw runtime.typeError("\(displayName)() takes a dict as second arg, if any")
        }
        let others = hiddenFields.dropFirst(values.count - fields.count)
        for entry in named.liveEntries {
          guard let name = entry.key.string, others.contains(name.text) else {
            throw runtime.typeError("\(displayName)() got duplicate or unexpected field name(s)")
          }
          let dictionary = made.dictionary ?? DictObject(runtime)
          dictionary.setString(name, entry.value)
          made.dictionary = dictionary
        }
      }
      return .object(made)
    }
    type.define(runtime, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let hidden = arguments[0].tuple?.dictionary?.copy(runtime) ?? DictObject(runtime)
      let values = Value.object(TupleObject(runtime, arguments[0].tuple?.array ?? []))
      return runtime.tuple([.object(runtime.type(of: arguments[0])), runtime.tuple([values, .object(hidden)])])
    }
    type.define(runtime, "__replace__", "self, /, **changes") { (runtime, arguments) throws(Raised) in
      var values = arguments[0].tuple?.array ?? []
      let hidden = arguments[0].tuple?.dictionary?.copy(runtime) ?? DictObject(runtime)
      var unknown: [Value] = []
      for (name, value) in arguments.keywords {
        if let index = fields.firstIndex(of: name.text), index < values.count {
          values[index] = value
        } else if hiddenFields.contains(name.text) {
          hidden.setString(name, value)
        } else {
          unknown.append(.object(name))
        }
      }
      if !unknown.isEmpty {
        let names = try runtime.repr(.object(ListObject(runtime, unknown))).text
        throw runtime.typeError("Got unexpected field name(s): \(names)")
      }
      return try runtime.call(
        .object(runtime.type(of: arguments[0])), .object(TupleObject(runtime, values)), .object(hidden))
    }
    type.define(runtime, "__init__", "self, /, *args, **kwargs") { (_, _) throws(Raised) in .none }
    type.define(runtime, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let hidden = DictObject(runtime)
      for field in hiddenFields where !fields.contains(field) {
        let name = runtime.intern(field)
        hidden.setString(name, arguments[0].tuple?.dictionary?.getString(name) ?? .none)
      }
      let state = runtime.tuple([runtime.tuple(arguments[0].tuple?.array ?? []), .object(hidden)])
      return runtime.tuple([.object(runtime.type(of: arguments[0])), state])
    }
  }

  func make(_ values: [Value], hidden: [Value] = []) -> Value {
    let made = TupleObject(type: type, values)
    StructSequenceType.hide(hidden, in: made, hiddenFields, type.runtime)
    return .object(made)
  }

  private static func hide(_ values: [Value], in tuple: TupleObject, _ fields: [String], _ runtime: Runtime) {
    if values.isEmpty { return }
    let dictionary = DictObject(runtime)
    for (field, value) in zip(fields, values) { dictionary.setString(runtime.intern(field), value) }
    tuple.dictionary = dictionary
  }
}
