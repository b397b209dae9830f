/// Interned strings the interpreter itself asks for.
final class Names {
  /// By `SpecialMethod.rawValue`.
  let special: [StringObject]
  let dict, `class`, name, qualname, module, doc, file, annotations, bases, mro, slots, classcell, all, path: StringObject
  let builtins, main, message, exceptions, typeParams, wrapped, builtinsModule, importFunction: StringObject
  let empty: StringObject

  init(intern: (String) -> StringObject) {
    special = SpecialMethod.allCases.map { intern($0.pythonName) }
    dict = intern("__dict__")
    `class` = intern("__class__")
    name = intern("__name__")
    qualname = intern("__qualname__")
    module = intern("__module__")
    doc = intern("__doc__")
    file = intern("__file__")
    annotations = intern("__annotations__")
    bases = intern("__bases__")
    mro = intern("__mro__")
    slots = intern("__slots__")
    classcell = intern("__classcell__")
    all = intern("__all__")
    path = intern("__path__")
    builtins = intern("__builtins__")
    main = intern("__main__")
    message = intern("message")
    exceptions = intern("exceptions")
    typeParams = intern("__type_params__")
    wrapped = intern("__wrapped__")
    builtinsModule = intern("builtins")
    importFunction = intern("__import__")
    empty = intern("")
  }

  subscript(_ method: SpecialMethod) -> StringObject { special[Int(method.rawValue)] }
}
