/// The names and order of an instance's attributes: a hidden class.
///
/// Shapes of one type form a tree of transitions ("add `x`"), so instances that get the same attributes in the same order
/// share one. Inline caches compare `token`, a number never used twice: changing a type's attributes gives all its shapes
/// new tokens, and with that empties every cache that looked through them.
final class Shape {
  /// Names by slot.
  let names: [StringObject]
  /// A fallback for instances whose attributes live in a dictionary; it has no slots.
  let isDictionary: Bool
  private(set) var token: Int
  /// The transition taken last.
  private var lastAdded: (name: StringObject, shape: Shape)?
  private var transitions: [ObjectIdentifier: Shape] = [:]
  private let indices: [ObjectIdentifier: Int]
  private let machine: UnsafeMutablePointer<Machine>

  init(machine: UnsafeMutablePointer<Machine>, names: [StringObject] = [], isDictionary: Bool = false) {
    self.machine = machine
    self.names = names
    self.isDictionary = isDictionary
    token = machine.pointee.freshToken()
    var indices: [ObjectIdentifier: Int] = [:]
    for (index, name) in names.enumerated() { indices[ObjectIdentifier(name)] = index }
    self.indices = indices
  }

  var count: Int { names.count }

  /// The slot of an interned name.
  func index(of name: StringObject) -> Int? {
    if names.count <= 12 {
      for index in 0..<names.count where names[index] === name { return index }
      return nil
    }
    return indices[ObjectIdentifier(name)]
  }

  /// The shape with one more name (interned) at the end.
  func adding(_ name: StringObject) -> Shape {
    if let lastAdded, lastAdded.name === name { return lastAdded.shape }
    if let next = transitions[ObjectIdentifier(name)] {
      lastAdded = (name, next)
      return next
    }
    let next = Shape(machine: machine, names: names + [name])
    transitions[ObjectIdentifier(name)] = next
    return next
  }

  /// Gives this shape and all that follow from it new tokens.
  func invalidate() {
    token = machine.pointee.freshToken()
    for next in transitions.values { next.invalidate() }
  }
}
