/// `sys.get_asyncgen_hooks` and `sys.set_asyncgen_hooks`: who hears of async generators that begin, and of those dropped in the middle.
/// Beside them how much coroutines remember of where they were made.
extension Runtime {
  func defineGeneratorHooks(of module: ModuleObject) {
    module.define(self, "get_coroutine_origin_tracking_depth", "") { (runtime, _) in .int(runtime.coroutineOriginDepth) }
    module.define(self, "set_coroutine_origin_tracking_depth", "depth") { (runtime, arguments) throws(Raised) in
      let depth = try runtime.index(arguments[0])
      if depth < 0 { throw runtime.valueError("depth must be >= 0") }
      runtime.coroutineOriginDepth = depth
      return .none
    }
    let hooks = StructSequenceType(self, module: "builtins", name: "asyncgen_hooks", fields: ["firstiter", "finalizer"], showsModule: false)
    module.define(self, "get_asyncgen_hooks", "") { (runtime, _) throws(Raised) in
      let asyncio = runtime.asyncio
      if let set = asyncio.generatorHooks { return hooks.make([set.firstIteration, set.finalizer]) }
      guard let loop = asyncio.runningLoop else { return hooks.make([.none, .none]) }
      let (first, finalizer) = loop.generatorHookMethods(runtime)
      return hooks.make([first, finalizer])
    }
    module.define(self, "set_asyncgen_hooks", "firstiter=None, finalizer=None") { (runtime, arguments) throws(Raised) in
      let asyncio = runtime.asyncio
      let old = asyncio.generatorHooks ?? (.none, .none)
      let (first, finalizer) = (arguments[0].defined ?? old.firstIteration, arguments[1].defined ?? old.finalizer)
      for (name, value) in [("finalizer", finalizer), ("firstiter", first)] {
        guard value.isNone || runtime.isCallable(value) else {
          throw runtime.typeError("callable \(name) expected, got \(runtime.typeName(value))")
        }
      }
      asyncio.generatorHooks = first.isNone && finalizer.isNone ? nil : (first, finalizer)
      return .none
    }
  }
}

extension EventLoop {
  /// What a running loop does itself, as functions.
  fileprivate func generatorHookMethods(_ runtime: Runtime) -> (firstIteration: Value, finalizer: Value) {
    let first = NativeFunction(runtime, "_asyncgen_firstiter_hook", "agen, /") { [weak self] (_, arguments) throws(Raised) in
      if let generator = arguments[0].object as? SuspendableFrame { self?.register(asyncGenerator: generator) }
      return .none
    }
    let finalizer = NativeFunction(runtime, "_asyncgen_finalizer_hook", "agen, /") { [weak self] (_, arguments) throws(Raised) in
      if let generator = arguments[0].object as? SuspendableFrame { self?.closeSoon(generator) }
      return .none
    }
    return (.object(first), .object(finalizer))
  }
}
