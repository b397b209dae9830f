/// The C3 linearisation of a class's ancestors.
extension Runtime {
  func linearise(_ type: TypeObject, bases: [TypeObject]) throws(Raised) -> [TypeObject] {
    if bases.count == 1 { return [type] + bases[0].mro }
    var sequences = bases.map { $0.mro[...] } + [bases[...]]
    var order = [type]
    while true {
      sequences.removeAll { $0.isEmpty }
      if sequences.isEmpty { return order }
      guard let next = nextInOrder(sequences) else { throw orderConflict(sequences) }
      order.append(next)
      for index in sequences.indices where sequences[index].first === next { sequences[index].removeFirst() }
    }
  }

  /// The first head that is in no tail.
  private func nextInOrder(_ sequences: [ArraySlice<TypeObject>]) -> TypeObject? {
    for sequence in sequences {
      guard let candidate = sequence.first else { continue }
      if !sequences.contains(where: { $0.dropFirst().contains { $0 === candidate } }) { return candidate }
    }
    return nil
  }

  private func orderConflict(_ sequences: [ArraySlice<TypeObject>]) -> Raised {
    var heads: [TypeObject] = []
    for sequence in sequences {
      if let head = sequence.first, !heads.contains(where: { $0 === head }) { heads.append(head) }
    }
    // CPython collects the heads in a dict that it walks in insertion order.
    let names = heads.map(\.name).joined(separator: ", ")
    return typeError("Cannot create a consistent method resolution order (MRO) for bases \(names)")
  }
}
