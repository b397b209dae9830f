/// Which classes of the program count as sequences and mappings in `match`: those that `collections.abc` knows as such.
extension Runtime {
  func isRegisteredSequence(_ type: TypeObject) -> Bool { isRegistered(type, "Sequence") }
  func isRegisteredMapping(_ type: TypeObject) -> Bool { isRegistered(type, "Mapping") }

  private func isRegistered(_ type: TypeObject, _ name: String) -> Bool {
    guard let base = modules["collections.abc"]?.namespace.getString(intern(name))?.type else { return false }
    if type.isSubtype(of: base) { return true }
    return (try? isSubclass(.object(type), ofAny: .object(base))) ?? false
  }
}
