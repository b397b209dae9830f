/// `gc`: the collector as programs see it.
extension Runtime {
  func makeGcModule() -> ModuleObject {
    let module = ModuleObject(self, name: "gc")
    let collector = collector
    module.set(self, "garbage", .object(collector.garbage))
    module.set(self, "callbacks", .object(collector.callbacks))
    let flags = [
      ("DEBUG_STATS", 1), ("DEBUG_COLLECTABLE", 2), ("DEBUG_UNCOLLECTABLE", 4), ("DEBUG_SAVEALL", Collector.savesAll), ("DEBUG_LEAK", 38),
    ]
    for (name, flag) in flags { module.set(self, name, .int(flag)) }
    defineCollecting(module, collector)
    defineSettings(module, collector)
    defineInspection(module)
    return module
  }

  private func defineCollecting(_ module: ModuleObject, _ collector: Collector) {
    module.define(self, "collect", "generation=2") { (runtime, arguments) throws(Raised) in
      let generation = arguments[0].isUndefined ? 2 : try runtime.index(arguments[0])
      guard (0...2).contains(generation) else { throw runtime.valueError("invalid generation") }
      return .int(runtime.collectGarbage(generation: generation))
    }
    module.define(self, "enable", "") { (_, _) throws(Raised) in
      collector.isEnabled = true
      return .none
    }
    module.define(self, "disable", "") { (_, _) throws(Raised) in
      collector.isEnabled = false
      return .none
    }
    module.define(self, "isenabled", "") { (_, _) throws(Raised) in .bool(collector.isEnabled) }
    module.define(self, "freeze", "") { (runtime, _) throws(Raised) in
      collector.frozenCount = runtime.machine.pointee.containers.compact()
      return .none
    }
    module.define(self, "unfreeze", "") { (_, _) throws(Raised) in
      collector.frozenCount = 0
      return .none
    }
    module.define(self, "get_freeze_count", "") { (_, _) throws(Raised) in .int(collector.frozenCount) }
  }

  private func defineSettings(_ module: ModuleObject, _ collector: Collector) {
    module.define(self, "set_debug", "flags, /") { (runtime, arguments) throws(Raised) in
      collector.debugFlags = try runtime.index(arguments[0])
      return .none
    }
    module.define(self, "get_debug", "") { (_, _) throws(Raised) in .int(collector.debugFlags) }
    module.define(self, "set_threshold", "*thresholds") { (runtime, arguments) throws(Raised) in
      guard (1...3).contains(arguments.count) else { throw runtime.typeError("gc.set_threshold requires 1 to 3 arguments") }
      collector.thresholds.0 = try runtime.index(arguments[0])
      if arguments.count > 1 { collector.thresholds.1 = try runtime.index(arguments[1]) }
      if arguments.count > 2 { collector.thresholds.2 = try runtime.index(arguments[2]) }
      return .none
    }
    module.define(self, "get_threshold", "") { (runtime, _) throws(Raised) in
      let (first, second, third) = collector.thresholds
      return runtime.tuple([.int(first), .int(second), .int(third)])
    }
    module.define(self, "get_count", "") { (runtime, _) throws(Raised) in
      runtime.tuple([.int(runtime.machine.pointee.containers.count % 2000), .int(0), .int(0)])
    }
    module.define(self, "get_stats", "") { (runtime, _) throws(Raised) in
      let figures = [(0, 0), (0, 0), (collector.collections, collector.collected)]
      return .object(
        ListObject(runtime, 
          figures.map { collections, collected in
            let entry = DictObject(runtime)
            for (name, number) in [("collections", collections), ("collected", collected), ("uncollectable", 0)] {
              entry.setString(runtime.intern(name), .int(number))
            }
            return .object(entry)
          }))
    }
  }

  private func defineInspection(_ module: ModuleObject) {
    module.define(self, "get_objects", "generation=None") { (runtime, _) throws(Raised) in
      .object(ListObject(runtime, runtime.collectableObjects()))
    }
    module.define(self, "get_referents", "*objs") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, arguments.positional.flatMap { $0.object.map { runtime.referents(of: $0) } ?? [] }))
    }
    module.define(self, "get_referrers", "*objs") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, runtime.referrers(to: arguments.positional)))
    }
    module.define(self, "is_tracked", "obj, /") { (runtime, arguments) throws(Raised) in
      guard case .object(let object) = arguments[0] else { return .bool(false) }
      return .bool(runtime.isTracked(object))
    }
    module.define(self, "is_finalized", "obj, /") { (_, arguments) throws(Raised) in
      .bool(arguments[0].object?.isFinalized ?? false)
    }
  }
}
