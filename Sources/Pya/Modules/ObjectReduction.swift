/// What `pickle` and `copy` ask about objects they take apart.
///
/// Most objects are plain: instances of a class of the program that says nothing about how it is to be copied, with their
/// attributes in slots or a dictionary. Those are handled here, without the tuple that `__reduce_ex__` would make of them;
/// all others go through the methods that `pickle.pya` and `copy.pya` know.
final class ObjectReduction {
  let reduce, reduceEx, getState, setState, getNewArguments, getNewArgumentsEx, copy, deepCopy: StringObject
  let copyreg, dispatchTable: StringObject
  private unowned(unsafe) let runtime: Runtime
  /// The classes last asked about, by their token, which changes with the class.
  private var known: [(token: Int, isPlain: Bool)] = Array(repeating: (0, false), count: 16)

  init(_ runtime: Runtime) {
    self.runtime = runtime
    reduce = runtime.intern("__reduce__")
    reduceEx = runtime.intern("__reduce_ex__")
    getState = runtime.intern("__getstate__")
    setState = runtime.intern("__setstate__")
    getNewArguments = runtime.intern("__getnewargs__")
    getNewArgumentsEx = runtime.intern("__getnewargs_ex__")
    copy = runtime.intern("__copy__")
    deepCopy = runtime.intern("__deepcopy__")
    copyreg = runtime.intern("copyreg")
    dispatchTable = runtime.intern("dispatch_table")
  }

  /// Whether an instance consists of its class and its attributes, and nothing says otherwise.
  func isPlain(_ type: TypeObject) -> Bool {
    guard type.isHeap, type.instanceKind == .instance else { return false }
    let place = type.token & 15
    if known[place].token == type.token { return known[place].isPlain }
    let result = judge(type)
    known[place] = (type.token, result)
    return result
  }

  private func judge(_ type: TypeObject) -> Bool {
    if type.builtinBase != nil || type.hasNoInstanceDictionary || type.special(.getattribute) != nil { return false }
    if type.special(.getattr) != nil { return false }
    let root = runtime.types.object
    for name in [reduce, reduceEx, getState] {
      guard let found = type.lookup(name), found.isIdentical(to: root.lookup(name) ?? .undefined) else { return false }
    }
    for name in [setState, getNewArguments, getNewArgumentsEx, copy, deepCopy] where type.lookup(name) != nil { return false }
    for ancestor in type.mro where ancestor.isHeap && ancestor.attributes.getString(runtime.names.slots) != nil {
      return false
    }
    return true
  }

  /// `copyreg.dispatch_table`, when the module was imported and something is registered.
  var registered: DictObject? {
    guard let module = runtime.moduleDictionary.getString(copyreg)?.cast(.module, to: ModuleObject.self),
      let table = module.namespace.getString(dispatchTable)?.dict, table.count > 0
    else { return nil }
    return table
  }

  /// Whether a program said how instances of the class are taken apart.
  func isRegistered(_ type: TypeObject, in table: DictObject?) throws(Raised) -> Bool {
    guard let table else { return false }
    return try table.contains(.object(type), runtime)
  }
}

extension Runtime {
  var objectReduction: ObjectReduction { attachment(ObjectReduction.self) { ObjectReduction(self) } }
}
