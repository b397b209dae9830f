/// `collections.namedtuple`: subclasses of `tuple` whose elements have names.
extension Runtime {
  func addNamedTuple(to module: ModuleObject) {
    module.define(self, "namedtuple", "typename, field_names, *, rename=False, defaults=None, module=None") {
      (runtime, arguments) throws(Raised) in
      let name = try runtime.str(arguments[0]).text
      let isRenaming = arguments[2].isUndefined ? false : try runtime.isTrue(arguments[2])
      var fields = try runtime.fieldNames(arguments[1])
      if isRenaming { runtime.renameInvalid(&fields) }
      try runtime.checkNames(name, fields)
      var defaults: [Value] = []
      if let given = arguments[3].defined, !given.isNone { defaults = try runtime.array(given) }
      if defaults.count > fields.count { throw runtime.typeError("Got more default values than field names") }
      let isGiven = arguments[4].defined.map { !$0.isNone } ?? false
      let moduleName = isGiven ? try runtime.str(arguments[4]).text : runtime.callingModule
      return .object(
        try runtime.makeNamedTuple(name, fields: fields.map { runtime.intern($0) }, defaults: defaults, module: moduleName))
    }
  }

  private func fieldNames(_ value: Value) throws(Raised) -> [String] {
    if let text = value.string?.text {
      return text.split { $0 == "," || $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init)
    }
    var result: [String] = []
    try forEach(value) { (name) throws(Raised) in result.append(try str(name).text) }
    return result
  }

  private func renameInvalid(_ fields: inout [String]) {
    var seen: Set<String> = []
    for index in fields.indices {
      let name = fields[index]
      if !name.isIdentifier || name.isKeyword || name.hasPrefix("_") || seen.contains(name) {
        fields[index] = "_\(index)"
      }
      seen.insert(name)
    }
  }

  private func checkNames(_ typeName: String, _ fields: [String]) throws(Raised) {
    for name in [typeName] + fields {
      let shown = try repr(.object(string(name))).text
      if !name.isIdentifier { throw valueError("Type names and field names must be valid identifiers: \(shown)") }
      if name.isKeyword { throw valueError("Type names and field names cannot be a keyword: \(shown)") }
    }
    var seen: Set<String> = []
    for name in fields {
      let shown = try repr(.object(string(name))).text
      if name.hasPrefix("_"), !(name.dropFirst().allSatisfy { $0.isNumber } && name.count > 1) {
        throw valueError("Field names cannot start with an underscore: \(shown)")
      }
      if !seen.insert(name).inserted { throw valueError("Encountered duplicate field name: \(shown)") }
    }
  }

  /// A class for tuples with these (interned) field names; the last fields have the defaults.
  func makeNamedTuple(_ name: String, fields: [StringObject], defaults: [Value], module: String) throws(Raised)
    -> TypeObject
  {
    let namespace = DictObject(self)
    let fieldTuple = tuple(fields.map { .object($0) })
    let defaultDict = DictObject(self)
    for (field, value) in zip(fields.suffix(defaults.count), defaults) { defaultDict.setString(field, value) }
    namespace.setString(names.module, .object(string(module)))
    namespace.setString(names.doc, .object(string("\(name)(\(fields.map(\.text).joined(separator: ", ")))")))
    namespace.setString(names.slots, tuple([]))
    namespace.setString(intern("_fields"), fieldTuple)
    namespace.setString(intern("_field_defaults"), .object(defaultDict))
    namespace.setString(names[.matchArgs], fieldTuple)
    for (index, field) in fields.enumerated() {
      namespace.setString(field, .object(TupleField(type: attachment(TupleFieldType.self) { TupleFieldType(self) }.type, index)))
    }
    let type = try makeClass(
      types.type, name: name, bases: [.object(types.tuple)], namespace: namespace, moduleName: module)
    defineNamedTupleConstructors(type, name, fields, defaults)
    defineNamedTupleMethods(type, fields)
    type.didChange()
    return type
  }

  private func defineNamedTupleConstructors(
    _ type: TypeObject, _ name: String, _ fields: [StringObject], _ defaults: [Value]
  ) {
    let visible = VisibleDefaults(defaults)
    type.defineStatic(self, "__new__", "_cls, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let cls = arguments[0].type else { throw runtime.typeError("\(name).__new__(X): X is not a type object") }
      let values = try runtime.bindFields(arguments.dropFirst, name, fields, visible.values.suffix(fields.count))
      return .object(TupleObject(type: cls, values))
    }
    let new = type.attributes.getString(names[.new]) ?? .undefined
    ((new.object as? StaticMethodObject)?.function.object as? NativeFunction)?.visibleDefaults = visible
    let count = fields.count
    // Calls with just the fields, while nobody has put other methods in the place of these.
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      guard arguments.count == count, !arguments.hasKeywords, cls.special(.new)?.isIdentical(to: new) == true,
        cls.special(.`init`) == nil
      else { return .undefined }
      return .object(TupleObject(type: cls, copying: arguments.base, count: count))
    }
    type.defineClassMethod(self, "_make", "cls, iterable") { (runtime, arguments) throws(Raised) in
      let values = try runtime.array(arguments[1])
      guard values.count == fields.count else {
        throw runtime.typeError("Expected \(fields.count) arguments, got \(values.count)")
      }
      return .object(TupleObject(type: arguments[0].type ?? runtime.types.tuple, values))
    }
  }

  /// Arguments in the order of the fields, with the complaints of a Python function.
  private func bindFields(_ arguments: Arguments, _ name: String, _ fields: [StringObject], _ defaults: ArraySlice<Value>)
    throws(Raised) -> [Value]
  {
    if arguments.count == fields.count, !arguments.hasKeywords { return arguments.positional }
    if arguments.count > fields.count {
      let least = fields.count - defaults.count + 1
      let allowed = defaults.isEmpty ? "\(fields.count + 1)" : "from \(least) to \(fields.count + 1)"
      let plural = fields.count == 0 && defaults.isEmpty ? "" : "s"
      throw typeError(
        "\(name).__new__() takes \(allowed) positional argument\(plural) but \(arguments.count + 1) were given")
    }
    var values = arguments.positional
    values += Array(repeating: .undefined, count: fields.count - values.count)
    for (keyword, value) in arguments.keywords {
      guard let index = fields.firstIndex(where: { $0.hasSameText(as: keyword) }) else {
        let hint = closestName(to: keyword.text, among: fields.map(\.text)).map { ". Did you mean '\($0)'?" } ?? ""
        throw typeError("\(name).__new__() got an unexpected keyword argument '\(keyword.text)'\(hint)")
      }
      if !values[index].isUndefined {
        throw typeError("\(name).__new__() got multiple values for argument '\(keyword.text)'")
      }
      values[index] = value
    }
    for index in 0..<defaults.count {
      let place = fields.count - defaults.count + index
      if values[place].isUndefined { values[place] = defaults[defaults.startIndex + index] }
    }
    let missing = fields.indices.filter { values[$0].isUndefined }.map { "'\(fields[$0].text)'" }
    if missing.isEmpty { return values }
    let list =
      missing.count <= 2
      ? missing.joined(separator: " and ")
      : missing.dropLast().joined(separator: ", ") + ", and " + missing[missing.count - 1]
    throw typeError(
      "\(name).__new__() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): \(list)")
  }

  private func defineNamedTupleMethods(_ type: TypeObject, _ fields: [StringObject]) {
    type.define(self, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      let tuple = arguments[0].tuple.unsafelyUnwrapped
      try runtime.enter()
      defer { runtime.leave() }
      var parts: [String] = []
      for index in 0..<min(fields.count, tuple.count) {
        parts.append("\(fields[index].text)=\(try runtime.repr(tuple[index]).text)")
      }
      return .object(runtime.string("\(tuple.type.name)(\(parts.joined(separator: ", ")))"))
    }
    type.define(self, "_asdict", "self") { (runtime, arguments) throws(Raised) in
      let tuple = arguments[0].tuple.unsafelyUnwrapped
      let result = DictObject(runtime)
      for index in 0..<min(fields.count, tuple.count) { result.setString(fields[index], tuple[index]) }
      return .object(result)
    }
    for name in ["_replace", "__replace__"] {
      type.define(self, name, "self, /, **kwds") { (runtime, arguments) throws(Raised) in
        let tuple = arguments[0].tuple.unsafelyUnwrapped
        var values = tuple.array
        var unknown: [Value] = []
        for (name, value) in arguments.keywords {
          if let index = fields.firstIndex(where: { $0.hasSameText(as: name) }), index < values.count {
            values[index] = value
          } else {
            unknown.append(.object(name))
          }
        }
        if !unknown.isEmpty {
          throw runtime.typeError(
            "Got unexpected field names: \(try runtime.repr(.object(ListObject(runtime, unknown))).text)")
        }
        return .object(TupleObject(type: tuple.type, values))
      }
    }
    type.define(self, "__getnewargs__", "self") { (runtime, arguments) throws(Raised) in
      runtime.tuple(arguments[0].tuple.unsafelyUnwrapped.array)
    }
  }
}

/// `_collections._tuplegetter`, once per runtime.
private final class TupleFieldType {
  let type: TypeObject

  init(_ runtime: Runtime) {
    type = TypeObject(
      runtime, metatype: runtime.types.type, name: "_tuplegetter", bases: [runtime.types.object], instanceKind: .other,
      isHeap: false)
    type.moduleName = "_collections"
    func doc(_ runtime: Runtime, _ field: Object?) -> Value {
      guard let field = field as? TupleField else { return .none }
      return field.doc.defined ?? .object(runtime.string("Alias for field number \(field.index)"))
    }
    type.defineProperty(
      runtime, "__doc__", get: { (runtime, value) throws(Raised) in doc(runtime, value.object) },
      set: { (_, field, value) throws(Raised) in (field.object as? TupleField)?.doc = value.defined ?? .none })
    type.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let field = arguments[0].object as? TupleField
      return .object(runtime.string("_tuplegetter(\(field?.index ?? 0), \(try runtime.repr(doc(runtime, field)).text))"))
    }
  }
}

extension String {
  /// Whether a Python name (the letters and digits of ASCII, and anything beyond).
  fileprivate var isIdentifier: Bool {
    guard let first = unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return unicodeScalars.allSatisfy { scalar in
      scalar == "_" || scalar.properties.isXIDContinue
    }
  }

  fileprivate var isKeyword: Bool {
    switch self {
    case "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
      "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
      "not", "or", "pass", "raise", "return", "try", "while", "with", "yield":
      true
    default: false
    }
  }
}
