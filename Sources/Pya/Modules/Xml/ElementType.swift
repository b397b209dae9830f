import PyaSyntax

/// The type `xml.etree.ElementTree.Element`, and what it needs of the language's part of the library.
final class ElementTypes {
  let element: TypeObject
  /// `find` and its kin of `xml.etree.ElementPath`, by name: they know the paths.
  @exclusivity(unchecked) var paths: [String: Value] = [:]

  init(_ element: TypeObject) { self.element = element }
}

extension Runtime {
  var elementTypes: ElementTypes { attachment(ElementTypes.self) { ElementTypes(makeElementType()) } }

  func makeElementTreeModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_elementtree")
    module.set(self, "Element", .object(elementTypes.element))
    module.define(self, "SubElement", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.makeSubElement(arguments)
    }
    module.define(self, "use_paths", "find, findall, findtext, iterfind, /") { (runtime, arguments) throws(Raised) in
      for (index, name) in ["find", "findall", "findtext", "iterfind"].enumerated() {
        runtime.elementTypes.paths[name] = arguments[index]
      }
      return .none
    }
    // The root of a document, and a list of what happened, where that is wanted; None: something is out of the ordinary.
    module.define(self, "read", "text, starts=None, ends=None, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[0].string else { return .none }
      var events: ElementReader.Events?
      if let starts = arguments[1].defined, let ends = arguments[2].defined {
        events = ElementReader.Events(start: starts, end: ends, list: ListObject(runtime))
      }
      var reader = ElementReader(runtime, text, events)
      guard let root = reader.read() else { return .none }
      return runtime.tuple([.object(root), events.map { .object($0.list) } ?? .none])
    }
    return module
  }

  private func makeElementType() -> TypeObject {
    let type = TypeObject(self, module: "xml.etree.ElementTree", "Element")
    type.attributes.setString(names.module, .object(string("xml.etree.ElementTree")))
    type.defineConstructor(
      self, "*args, **kwargs", empty: { (_, cls) in .object(ElementObject(type: cls, tag: .none)) },
      fill: { (runtime, made, arguments) throws(Raised) in
        if arguments.count < 1 || arguments.count > 2 {
          throw runtime.typeError(
            arguments.count == 0
              ? "Element() takes at least 1 argument (0 given)" : "Element() takes at most 2 arguments (\(arguments.count) given)")
        }
        let element = made.element
        let attributes = try runtime.elementAttributes(arguments, at: 1, of: "Element")
        (element.tag, element.text, element.tail) = (arguments[0], .none, .none)
        (element.attributes, element.children) = (attributes, nil)
      })
    defineElementFields(type)
    defineElementItems(type)
    defineElementChanges(type)
    defineElementAttributes(type)
    defineElementSearch(type)
    defineElementCopies(type)
    type.didChange()
    return type
  }

  // MARK: Making

  /// The attributes given as a dictionary, at a position or as `attrib`, and as keywords; nil: none.
  private func elementAttributes(_ arguments: Arguments, at position: Int, of function: String) throws(Raised) -> DictObject? {
    var result: DictObject?
    var isNamed = false
    if let given = arguments[position].defined {
      guard let dict = given.dict else {
        throw typeError("\(function)() argument \(position + 1) must be dict, not \(given.isNone ? "None" : typeName(given))")
      }
      if dict.count > 0 || arguments.hasKeywords { result = dict.copy(self) }
    } else if let given = arguments.keyword("attrib").defined {
      guard let dict = given.dict else { throw typeError("attrib must be dict, not \(typeName(given))") }
      result = dict.copy(self)
      isNamed = true
    }
    guard arguments.hasKeywords else { return result }
    let attributes = result ?? DictObject(self)
    for (name, value) in arguments.keywords where !(isNamed && name.hasText("attrib")) { attributes.setString(name, value) }
    return attributes
  }

  private func makeSubElement(_ arguments: Arguments) throws(Raised) -> Value {
    if arguments.count < 2 { throw typeError("SubElement() takes at least 2 arguments (\(arguments.count) given)") }
    if arguments.count > 3 { throw typeError("SubElement() takes at most 3 arguments (\(arguments.count) given)") }
    let parent = try elementArgument(arguments[0], "SubElement() argument 1")
    let attributes = try elementAttributes(arguments, at: 2, of: "SubElement")
    let made = Value.object(ElementObject(type: elementTypes.element, tag: arguments[1], attributes: attributes))
    parent.append(made, self)
    return made
  }

  private func elementArgument(_ value: Value, _ place: String) throws(Raised) -> ElementObject {
    if let element = value.knownElement { return element }
    throw typeError("\(place) must be xml.etree.ElementTree.Element, not \(givenName(value))")
  }

  private func checkIsElement(_ value: Value) throws(Raised) {
    if value.knownElement == nil { throw typeError("expected an Element, not \"\(typeName(value))\"") }
  }

  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, ElementObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      try body(runtime, arguments.base[0].element, arguments)
    }
  }

  // MARK: Fields

  private func defineElementFields(_ type: TypeObject) {
    func define(
      _ name: String, _ get: @escaping (Runtime, ElementObject) -> Value,
      _ set: @escaping (Runtime, ElementObject, Value) throws(Raised) -> Void
    ) {
      type.defineProperty(
        self, name, get: { (runtime, value) throws(Raised) in get(runtime, value.element) },
        set: { (runtime, value, new) throws(Raised) in
          if new.isUndefined { throw runtime.attributeError("can't delete element attribute") }
          try set(runtime, value.element, new)
        })
    }
    define("tag") { $1.tag } _: { (_, element, new) throws(Raised) in element.tag = new }
    define("text") { $1.text } _: { (_, element, new) throws(Raised) in element.text = new }
    define("tail") { $1.tail } _: { (_, element, new) throws(Raised) in element.tail = new }
    define("attrib") {
      .object($1.dict($0))
    } _: { (runtime, element, new) throws(Raised) in
      guard let dict = new.dict else { throw runtime.typeError("attrib must be dict, not \(runtime.typeName(new))") }
      element.attributes = dict
    }
    self.define(type, "__repr__", "self, /") { (runtime, element, _) throws(Raised) in
      let name = element.tag.isNone ? "" : " \(try runtime.repr(element.tag).text)"
      return .object(runtime.string("<Element\(name) at \(runtime.addressText(.object(element)))>"))
    }
  }

  // MARK: Elements within

  private func defineElementItems(_ type: TypeObject) {
    type.defineLength(self) { $0.element.count }
    define(type, "__bool__", "self, /") { (runtime, element, _) throws(Raised) in
      try runtime.issueWarning(
        "Testing an element's truth value will always return True in future versions.  "
          + "Use specific 'len(elem)' or 'elem is not None' test instead.", category: "DeprecationWarning")
      return .bool(element.count > 0)
    }
    define(type, "__getitem__", "self, key, /") { (runtime, element, arguments) throws(Raised) in
      let key = arguments[1]
      if key.slice != nil { return try runtime.getBuiltinItem(element.children ?? ListObject(runtime), key) }
      guard let place = element.elementPlace(at: try runtime.childIndex(key)) else {
        throw runtime.indexError("child index out of range")
      }
      return place.copied
    }
    define(type, "__setitem__", "self, key, value, /") { (runtime, element, arguments) throws(Raised) in
      let (key, value) = (arguments[1], arguments[2])
      guard let slice = key.slice else {
        guard let place = element.elementPlace(at: try runtime.childIndex(key)) else {
          throw runtime.indexError("child assignment index out of range")
        }
        try runtime.checkIsElement(value)
        place.store(value)
        return .none
      }
      let new: [Value]
      do throws(Raised) { new = try runtime.array(value) } catch {
        throw runtime.matches(error, .typeError) ? runtime.typeError("assignment expects an iterable") : error
      }
      let span = try runtime.sliceSpan(slice) { element.count }
      if span.step == 1 || span.count == new.count {
        for value in new { try runtime.checkIsElement(value) }
      }
      try runtime.setBuiltinItem(element.list(runtime), key, .object(ListObject(runtime, new)))
      return .none
    }
    define(type, "__delitem__", "self, key, /") { (runtime, element, arguments) throws(Raised) in
      let key = arguments[1]
      if key.slice == nil, element.elementPlace(at: try runtime.childIndex(key)) == nil {
        throw runtime.indexError("child assignment index out of range")
      }
      if let children = element.children { try runtime.deleteBuiltinItem(children, key) }
      return .none
    }
  }

  private func childIndex(_ key: Value) throws(Raised) -> Int {
    if case .int(let index) = key { return index }
    guard isInstance(key, of: types.int) || getSpecial(key, .index) else { throw typeError("element indices must be integers") }
    return try index(key)
  }

  private func getSpecial(_ value: Value, _ method: SpecialMethod) -> Bool { specialMethod(value, method) != nil }

  private func defineElementChanges(_ type: TypeObject) {
    define(type, "append", "self, subelement, /") { (runtime, element, arguments) throws(Raised) in
      _ = try runtime.elementArgument(arguments[1], "append() argument 1")
      element.append(arguments[1], runtime)
      return .none
    }
    define(type, "extend", "self, elements, /") { (runtime, element, arguments) throws(Raised) in
      let new: [Value]
      do throws(Raised) { new = try runtime.array(arguments[1]) } catch {
        throw runtime.matches(error, .typeError) ? runtime.typeError("'elements' must be an iterable") : error
      }
      for value in new {
        try runtime.checkIsElement(value)
        element.append(value, runtime)
      }
      return .none
    }
    define(type, "insert", "self, index, subelement, /") { (runtime, element, arguments) throws(Raised) in
      let index = try runtime.index(arguments[1])
      _ = try runtime.elementArgument(arguments[2], "insert() argument 2")
      let count = element.count
      element.list(runtime).insert(arguments[2], at: index < 0 ? max(index &+ count, 0) : min(index, count))
      return .none
    }
    define(type, "remove", "self, subelement, /") { (runtime, element, arguments) throws(Raised) in
      _ = try runtime.elementArgument(arguments[1], "remove() argument")
      guard let children = element.children else { throw runtime.valueError("list.remove(x): x not in list") }
      for index in 0..<children.count where children[index].isIdentical(to: arguments[1]) {
        _ = children.remove(at: index)
        return .none
      }
      var index = 0
      while index < children.count {
        if try runtime.equals(children[index], arguments[1]), index < children.count {
          _ = children.remove(at: index)
          return .none
        }
        index += 1
      }
      throw runtime.valueError("list.remove(x): x not in list")
    }
    define(type, "clear", "self, /") { (_, element, _) throws(Raised) in
      // What is let go of may come back here when it dies.
      let old = (element.children, element.attributes, element.text, element.tail)
      withExtendedLifetime(old) {
        (element.children, element.attributes, element.text, element.tail) = (nil, nil, .none, .none)
      }
      return .none
    }
  }

  // MARK: Attributes

  private func defineElementAttributes(_ type: TypeObject) {
    define(type, "get", "self, key, default=None") { (runtime, element, arguments) throws(Raised) in
      try element.attributes?.get(arguments[1], runtime) ?? arguments[2].defined ?? .none
    }
    define(type, "set", "self, key, value, /") { (runtime, element, arguments) throws(Raised) in
      try element.dict(runtime).set(arguments[1], arguments[2], runtime)
      return .none
    }
    define(type, "keys", "self, /") { (runtime, element, _) throws(Raised) in
      .object(ListObject(runtime, element.attributes?.keys ?? []))
    }
    define(type, "items", "self, /") { (runtime, element, _) throws(Raised) in
      let pairs = element.attributes?.liveEntries.map { runtime.tuple([$0.key, $0.value]) }
      return .object(ListObject(runtime, pairs ?? []))
    }
  }

  // MARK: Search

  /// Whether a path is more than a tag.
  private func isPath(_ value: Value) -> Bool {
    guard let text = value.string else { return true }
    var isInNamespace = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "{"): isInNamespace = true
      case UInt8(ascii: "}"): isInNamespace = false
      case UInt8(ascii: "/"), UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "@"), UInt8(ascii: "."):
        if !isInNamespace { return true }
      default: break
      }
    }
    return false
  }

  private func callPath(_ name: String, _ values: [Value]) throws(Raised) -> Value {
    guard let function = elementTypes.paths[name] else { throw runtimeError("_elementtree knows no paths") }
    return try call(function, values)
  }

  /// The first child with a tag, or all of them.
  private func children(of element: ElementObject, tag: Value, onlyFirst: Bool) throws(Raised) -> [Value] {
    var found: [Value] = []
    var index = 0
    while let place = element.elementPlace(at: index) {
      index += 1
      let child = place.copied
      guard let known = child.knownElement else { continue }
      if try hasTag(known, tag) {
        found.append(child)
        if onlyFirst { break }
      }
    }
    return found
  }

  func hasTag(_ element: ElementObject, _ tag: Value) throws(Raised) -> Bool {
    let own = element.tag
    if own.isIdentical(to: tag) { return true }
    return try equals(own, tag)
  }

  private func defineElementSearch(_ type: TypeObject) {
    define(type, "find", "self, path, namespaces=None") { (runtime, element, arguments) throws(Raised) in
      let namespaces = arguments[2].defined ?? .none
      if !namespaces.isNone || runtime.isPath(arguments[1]) {
        return try runtime.callPath("find", [arguments[0], arguments[1], namespaces])
      }
      return try runtime.children(of: element, tag: arguments[1], onlyFirst: true).first ?? .none
    }
    define(type, "findall", "self, path, namespaces=None") { (runtime, element, arguments) throws(Raised) in
      let namespaces = arguments[2].defined ?? .none
      if !namespaces.isNone || runtime.isPath(arguments[1]) {
        return try runtime.callPath("findall", [arguments[0], arguments[1], namespaces])
      }
      return .object(ListObject(runtime, try runtime.children(of: element, tag: arguments[1], onlyFirst: false)))
    }
    define(type, "findtext", "self, path, default=None, namespaces=None") { (runtime, element, arguments) throws(Raised) in
      let namespaces = arguments[3].defined ?? .none
      let absent = arguments[2].defined ?? .none
      if !namespaces.isNone || runtime.isPath(arguments[1]) {
        return try runtime.callPath("findtext", [arguments[0], arguments[1], absent, namespaces])
      }
      guard let found = try runtime.children(of: element, tag: arguments[1], onlyFirst: true).first?.knownElement else { return absent }
      return found.text.isNone ? .object(runtime.names.empty) : found.text
    }
    define(type, "iterfind", "self, path, namespaces=None") { (runtime, _, arguments) throws(Raised) in
      try runtime.callPath("iterfind", [arguments[0], arguments[1], arguments[2].defined ?? .none])
    }
    define(type, "iter", "self, tag=None") { (runtime, element, arguments) throws(Raised) in
      let tag = arguments[1].defined ?? .none
      let isAny = tag.isNone || tag.string?.hasText("*") == true
      return .object(ElementIterator(runtime, element, tag: isAny ? .undefined : tag))
    }
    define(type, "itertext", "self, /, *args") { (runtime, element, arguments) throws(Raised) in
      if arguments.count > 1 { throw runtime.typeError("itertext() takes no arguments") }
      return .object(ElementIterator(runtime, element, givesText: true))
    }
  }

  // MARK: Copies

  private func defineElementCopies(_ type: TypeObject) {
    define(type, "makeelement", "self, /, *args") { (runtime, _, arguments) throws(Raised) in
      guard arguments.count == 3 else {
        throw runtime.typeError("makeelement() takes exactly 2 positional arguments (\(arguments.count - 1) given)")
      }
      guard let dict = arguments[2].dict else {
        let given = arguments[2].isNone ? "None" : runtime.typeName(arguments[2])
        throw runtime.typeError("makeelement() argument 2 must be dict, not \(given)")
      }
      return .object(ElementObject(type: runtime.elementTypes.element, tag: arguments[1], attributes: dict.copy(runtime)))
    }
    define(type, "__copy__", "self, /") { (runtime, element, _) throws(Raised) in
      let made = ElementObject(type: runtime.elementTypes.element, tag: element.tag, attributes: element.attributes)
      (made.text, made.tail) = (element.text, element.tail)
      if let children = element.children { made.children = ListObject(runtime, children.array) }
      return .object(made)
    }
    define(type, "__deepcopy__", "self, memo, /") { (runtime, element, arguments) throws(Raised) in
      let module = try runtime.importModule("copy", level: 0, globals: runtime.builtins)
      let deepcopy = try runtime.getAttribute(module, "deepcopy")
      let memo = arguments[1]
      func copy(_ value: Value) throws(Raised) -> Value {
        value.string != nil || value.isNone ? value : try runtime.call(deepcopy, [value, memo])
      }
      let made = ElementObject(type: runtime.elementTypes.element, tag: try copy(element.tag))
      (made.text, made.tail) = (try copy(element.text), try copy(element.tail))
      if let attributes = element.attributes { made.attributes = try copy(.object(attributes)).dict }
      for child in element.children?.array ?? [] {
        let copied = try copy(child)
        try runtime.checkIsElement(copied)
        made.append(copied, runtime)
      }
      try memo.dict?.set(.int(runtime.identity(arguments[0])), .object(made), runtime)
      return .object(made)
    }
    define(type, "__getstate__", "self, /") { (runtime, element, _) throws(Raised) in
      let state = DictObject(runtime)
      state.setString(runtime.intern("tag"), element.tag)
      state.setString(runtime.intern("_children"), .object(ListObject(runtime, element.children?.array ?? [])))
      state.setString(runtime.intern("attrib"), .object(element.attributes ?? DictObject(runtime)))
      state.setString(runtime.intern("text"), element.text)
      state.setString(runtime.intern("tail"), element.tail)
      return .object(state)
    }
    define(type, "__setstate__", "self, state, /") { (runtime, element, arguments) throws(Raised) in
      guard let state = arguments[1].dict else {
        throw runtime.typeError("Don't know how to unpickle \"\(try runtime.repr(arguments[1]).text)\" as an Element")
      }
      func field(_ name: String) -> Value { state.getString(runtime.intern(name)) ?? .none }
      let children = field("_children")
      if !children.isNone, children.list == nil { throw runtime.typeError("'_children' is not a list") }
      for child in children.list?.array ?? [] { try runtime.checkIsElement(child) }
      (element.tag, element.text, element.tail) = (field("tag"), field("text"), field("tail"))
      element.attributes = field("attrib").dict
      element.children = children.list.map { ListObject(runtime, $0.array) }
      return .none
    }
  }
}

extension Value {
  /// An element, where something else may stand as well.
  fileprivate var knownElement: ElementObject? { object.flatMap { $0.kind == .other ? $0 as? ElementObject : nil } }

  /// The receiver of a method.
  fileprivate var element: ElementObject { unsafeDowncast(object.unsafelyUnwrapped, to: ElementObject.self) }
}
