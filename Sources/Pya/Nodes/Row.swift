/// Objects that a node owns and calls without counting references: visiting an array's elements retains and releases each of them.
struct Row<Element: AnyObject> {
  private let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  @inline(__always)
  var count: Int { elements.count }

  @inline(__always)
  subscript(_ index: Int) -> Unmanaged<Element> {
    elements.withUnsafeBufferPointer { elements in
      UnsafeRawPointer(elements.baseAddress.unsafelyUnwrapped + index).load(as: Unmanaged<Element>.self)
    }
  }
}
