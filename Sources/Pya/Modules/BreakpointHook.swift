/// `sys.breakpointhook`: what `breakpoint()` calls. There is no debugger; the environment may name something else to call.
extension Runtime {
  func installBreakpointHook(_ module: ModuleObject) {
    module.define(self, "breakpointhook", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      let wanted = runtime.launchOptions.ignoresEnvironment ? nil : try runtime.environmentNow("PYTHONBREAKPOINT")
      guard let wanted, !wanted.isEmpty, wanted != "pdb.set_trace" else {
        throw runtime.error("NotImplementedError", "breakpoint() is not supported: pya has no debugger")
      }
      if wanted == "0" { return .none }
      let dot = wanted.lastIndex(of: ".")
      let moduleName = dot.map { String(wanted[..<$0]) } ?? "builtins"
      let name = dot.map { String(wanted[wanted.index(after: $0)...]) } ?? wanted
      var hook: Value?
      do throws(Raised) {
        let owner = try runtime.importModule(moduleName, level: 0, globals: runtime.builtins)
        hook = try runtime.getAttributeIfPresent(owner, runtime.intern(name))
      } catch {
        guard runtime.matches(error, "ImportError") || runtime.matches(error, .valueError) else { throw error }
      }
      guard let hook else {
        runtime.warn("Ignoring unimportable $PYTHONBREAKPOINT: \"\(wanted)\"", category: "RuntimeWarning")
        return .none
      }
      return try runtime.call(hook, arguments)
    }
    module.set(self, "__breakpointhook__", module.namespace.getString(intern("breakpointhook")) ?? .none)
  }

  /// A variable of the environment as the program may have changed it.
  private func environmentNow(_ name: String) throws(Raised) -> String? {
    guard let os = modules["os"], let environment = try getAttributeIfPresent(.object(os), intern("environ")) else {
      return environmentVariable(name)
    }
    return try callMethod(environment, "get", [.object(string(name))]).string?.text
  }
}
