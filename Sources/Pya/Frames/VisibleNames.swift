extension Frame {
  /// Keeps what the report of a NameError looks through for a suggestion: the names that have values, and `self`.
  func noteVisibleNames(on exception: ExceptionObject) {
    guard let function else { return }
    let (runtime, code) = (runtime, code)
    let names = ListObject(runtime)
    func note(_ name: String, _ value: Value) {
      let value = value.cast(.cell, to: Cell.self)?.value ?? value
      if name.isEmpty || value.isUndefined { return }
      names.append(.object(runtime.string(name)))
      if name == "self" { exception.fields["self"] = value }
    }
    for (slot, name) in code.slotNames.enumerated() { note(name, slots[slot]) }
    for (index, name) in code.freeNames.enumerated() where index < function.cellCount { note(name, function.cells[index].value) }
    for name in function.globals.keys { names.append(name) }
    exception.fields["names"] = .object(names)
  }
}

extension Runtime {
  /// The same of code that belongs to no function, a module's or that of `exec`: the names in its namespaces.
  func noteVisibleNames(on exception: ExceptionObject, in namespaces: [DictObject]) {
    guard exception.type.exceptionLayout == .nameError, exception.fields["names"] == nil, !namespaces.isEmpty else { return }
    exception.fields["names"] = .object(ListObject(self, namespaces.flatMap(\.keys)))
  }
}
