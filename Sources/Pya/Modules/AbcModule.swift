/// `_abc`: what `ABCMeta` keeps natively.
///
/// `isinstance(x, C)` with an abstract class asks its metaclass's `__instancecheck__`, which answers the same for all instances of a class
/// until somewhere a class is registered. The last answers lie with the class `C`, where `Runtime.isQuickInstance` finds them.
extension Runtime {
  func makeAbcModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_abc")
    module.define(self, "get_cache_token", "") { (runtime, _) throws(Raised) in .int(runtime.abstractAnswers.generation) }
    module.define(self, "_registered", "") { (runtime, _) throws(Raised) in
      runtime.abstractAnswers.generation += 1
      return .none
    }
    module.define(self, "_remember_answers", "function, /") { (runtime, arguments) throws(Raised) in
      runtime.abstractAnswers.instanceCheck = arguments[0]
      return .none
    }
    return module
  }
}
