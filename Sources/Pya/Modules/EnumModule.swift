/// `_enum`: what `enum.pya` cannot say in the language.
extension Runtime {
  func makeEnumModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_enum")
    // Makes a property one that only members have: the class may have a member of its name.
    module.define(self, "of_members", "property, /") { (_, arguments) throws(Raised) in
      arguments[0].cast(.property, to: PropertyObject.self)?.isHiddenFromClass = true
      return arguments[0]
    }
    return module
  }
}
