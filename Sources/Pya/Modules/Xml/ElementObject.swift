/// An `xml.etree.ElementTree.Element`: a tag with attributes, text, and elements within; `tail` is the text after it.
final class ElementObject: Object {
  @exclusivity(unchecked) var tag: Value
  @exclusivity(unchecked) var text = Value.none
  @exclusivity(unchecked) var tail = Value.none
  /// Nil: nobody has asked for them, and there are none.
  @exclusivity(unchecked) var attributes: DictObject?
  /// The elements within, and nothing else; nil: none yet.
  @exclusivity(unchecked) var children: ListObject?
  private var dictionary: DictObject?

  init(type: TypeObject, tag: Value, attributes: DictObject? = nil) {
    self.tag = tag
    self.attributes = attributes
    super.init(type: type, kind: .other)
    register(type.machine)
  }

  var count: Int { children?.count ?? 0 }

  func append(_ element: Value, _ runtime: Runtime) { list(runtime).append(element) }

  /// The elements within, to be changed.
  func list(_ runtime: Runtime) -> ListObject {
    if let children { return children }
    let made = ListObject(runtime)
    children = made
    return made
  }

  /// The attributes, to be shown to the program.
  func dict(_ runtime: Runtime) -> DictObject {
    if let attributes { return attributes }
    let made = DictObject(runtime)
    attributes = made
    return made
  }

  override var builtInLength: Int { count }

  override func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? {
    guard let children else { return nil }
    let index = position < 0 ? position &+ children.count : position
    return index >= 0 && index < children.count ? children.items + index : nil
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(tag)
    tracer.visit(text)
    tracer.visit(tail)
    tracer.visit(attributes)
    tracer.visit(children)
    tracer.visit(dictionary)
  }

  override func clearContents() {
    (tag, text, tail) = (.none, .none, .none)
    (attributes, children, dictionary) = (nil, nil, nil)
  }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if isObserved { tellOfDeath() }
    let isDirect = machine.pointee.beginRelease()
    if !isDirect {
      for value in [tag, text, tail] { machine.pointee.releaseLater(value) }
      if let attributes { machine.pointee.releaseLater(.object(attributes)) }
      if let children { machine.pointee.releaseLater(.object(children)) }
    }
    (tag, text, tail) = (.none, .none, .none)
    (attributes, children) = (nil, nil)
    machine.endRelease()
  }
}

/// What `Element.iter` and `itertext` give: an element and all within, in the order of the document. Elements that come or go meanwhile
/// are met or not as the places of their siblings say.
final class ElementIterator: IteratorObject {
  private var root: ElementObject?
  /// Undefined: every tag.
  private var tag: Value
  private let givesText: Bool
  // The elements around the place, outermost first, and how many children of each have been met.
  private var parents: [ElementObject] = []
  private var positions: [Int] = []

  init(_ runtime: Runtime, _ root: ElementObject, tag: Value = .undefined, givesText: Bool = false) {
    self.root = root
    self.tag = tag
    self.givesText = givesText
    let type = runtime.types.iterators["_element_iterator"]
    type.moduleName = "_elementtree"
    type.messageName = "_elementtree._element_iterator"
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(root)
    tracer.visit(tag)
    tracer.visit(objects: &parents)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    while true {
      let element: ElementObject
      if let parent = parents.last {
        let index = positions[positions.count - 1]
        if let children = parent.children, index < children.count {
          positions[positions.count - 1] = index + 1
          element = unsafeDowncast(children[index].object.unsafelyUnwrapped, to: ElementObject.self)
        } else {
          parents.removeLast()
          positions.removeLast()
          if givesText, !parents.isEmpty, try runtime.isTrue(parent.tail) { return parent.tail }
          continue
        }
      } else if let root {
        element = root
        self.root = nil
      } else {
        return .undefined
      }
      parents.append(element)
      positions.append(0)
      if givesText {
        let text = element.text
        if try runtime.isTrue(text) { return text }
      } else if tag.isUndefined {
        return .object(element)
      } else if try runtime.hasTag(element, tag) {
        return .object(element)
      }
    }
  }
}
