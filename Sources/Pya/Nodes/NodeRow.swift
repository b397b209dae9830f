/// Children of a node that may be any number.
///
/// Visiting an array's elements retains and releases each of them. Here the array only owns the children, and they are called through
/// references that are not counted.
final class NodeRow {
  let count: Int
  private let nodes: [ExpressionNode]
  private let uncounted: UnsafeMutablePointer<Unmanaged<ExpressionNode>>

  init(_ nodes: [ExpressionNode]) {
    count = nodes.count
    self.nodes = nodes
    uncounted = .allocate(capacity: max(nodes.count, 1))
    for (index, node) in nodes.enumerated() { (uncounted + index).initialize(to: .passUnretained(node)) }
  }

  deinit { uncounted.deallocate() }

  subscript(_ index: Int) -> ExpressionNode { nodes[index] }

  @inline(__always)
  func evaluate(_ index: Int, _ frame: Frame) throws(Raised) -> Value {
    try uncounted[index].borrowed { (node) throws(Raised) in try node.evaluate(frame) }
  }

  /// `Node.settledPlace` of one.
  @inline(__always)
  func settledPlace(_ index: Int, _ frame: Frame) -> UnsafeMutablePointer<Value>? {
    uncounted[index]._withUnsafeGuaranteedRef { $0.settledPlace(frame) }
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
