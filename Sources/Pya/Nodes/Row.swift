/// Objects that a node owns and calls without counting references: visiting an array's elements retains and releases each of them.
/// Here the array only owns them.
struct Row<Element: AnyObject> {
  private let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  @inline(__always)
  var count: Int { elements.count }

  @inline(__always)
  subscript(_ index: Int) -> Unmanaged<Element> {
    elements.uncounted(index)
  }
}

/// Children of a node that may be any number.
typealias NodeRow = Row<ExpressionNode>

extension Row where Element: ExpressionNode {
  @inline(__always)
  func evaluate(_ index: Int, _ frame: Frame) throws(Raised) -> Value {
    try self[index].borrowed { (node) throws(Raised) in try node.evaluate(frame) }
  }

  /// `Node.settledPlace` of one.
  @inline(__always)
  func settledPlace(_ index: Int, _ frame: Frame) -> UnsafeMutablePointer<Value>? {
    self[index]._withUnsafeGuaranteedRef { $0.settledPlace(frame) }
  }

  /// Evaluates all into places that are not initialised; after an error none of them is.
  @inline(__always)
  func evaluate(into places: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    var index = 0
    do throws(Raised) {
      while index < count {
        (places + index).initialize(to: try evaluate(index, frame))
        index += 1
      }
    } catch {
      places.deinitializeValues(index)
      throw error
    }
  }
}
