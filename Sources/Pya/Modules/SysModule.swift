/// `sys`
func makeSysModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "sys")
  runtime.defineStreams(of: module)
  runtime.defineVersion(of: module)
  runtime.defineLimits(of: module)
  runtime.definePlatform(of: module)
  runtime.defineExceptionAccess(of: module)
  runtime.defineObjectAccess(of: module)
  runtime.defineFrameAccess(of: module)
  runtime.defineUnraisableHook(of: module)
  return module
}

extension Runtime {
  fileprivate func text(_ text: String) -> Value { .object(string(text)) }
  fileprivate func texts(_ texts: [String]) -> [Value] { texts.map { text($0) } }

  fileprivate func defineStreams(of module: ModuleObject) {
    let streams = standardStreams
    for (name, stream) in [("stdin", streams.input), ("stdout", streams.output), ("stderr", streams.error)] {
      module.set(self, name, .object(stream))
      module.set(self, "__\(name)__", .object(stream))
    }
    streams.sysModule = module
    installBreakpointHook(module)
    module.define(self, "displayhook", "value, /") { (runtime, arguments) throws(Raised) in
      try runtime.display(arguments[0])
      return .none
    }
    module.set(self, "__displayhook__", module.namespace.getString(intern("displayhook")) ?? .none)
  }

  fileprivate func defineVersion(of module: ModuleObject) {
    module.set(self, "version", text("3.13.0 (pya) [Swift]"))
    module.set(self, "hexversion", .int(0x030D_00F0))
    module.set(self, "api_version", .int(1013))
    module.set(self, "copyright", text("Copyright (c) 2001-2024 Python Software Foundation."))
    let version = StructSequenceType(
      self, module: "sys", name: "version_info", fields: ["major", "minor", "micro", "releaselevel", "serial"])
    let info = version.make([.int(3), .int(13), .int(0), text("final"), .int(0)])
    module.set(self, "version_info", info)
    let implementation = ModuleObject(self, name: "implementation")
    implementation.namespace.removeAll()
    implementation.set(self, "name", text("pya"))
    implementation.set(self, "cache_tag", .none)
    implementation.set(self, "version", info)
    implementation.set(self, "hexversion", .int(0x030D_00F0))
    module.set(self, "implementation", .object(implementation))
  }

  fileprivate func definePlatform(of module: ModuleObject) {
    #if os(macOS)
      module.set(self, "platform", text("darwin"))
    #else
      module.set(self, "platform", text("linux"))
    #endif
    module.set(self, "byteorder", text(1.littleEndian == 1 ? "little" : "big"))
    module.set(self, "argv", .object(ListObject(self, texts(scriptArguments))))
    module.set(self, "orig_argv", .object(ListObject(self, texts(["pya"] + scriptArguments))))
    module.set(self, "executable", text(CommandLine.arguments.first ?? ""))
    for name in ["prefix", "base_prefix", "exec_prefix", "base_exec_prefix"] { module.set(self, name, text("/usr")) }
    module.set(self, "platlibdir", text("lib"))
    module.set(self, "path", .object(imports.path))
    let options = launchOptions
    module.set(self, "warnoptions", .object(ListObject(self, texts(options.warningFilters))))
    let extras = DictObject(self)
    for (name, value) in options.extras { extras.setString(intern(name), value.map { text($0) } ?? .bool(true)) }
    module.set(self, "_xoptions", .object(extras))
    module.set(self, "path_hooks", .object(ListObject(self)))
    module.set(self, "path_importer_cache", .object(DictObject(self)))
    defineFinders(of: module)
    module.set(self, "dont_write_bytecode", .bool(true))
    module.set(self, "pycache_prefix", .none)
    module.set(self, "abiflags", text(""))
    module.set(self, "builtin_module_names", .object(TupleObject(self, texts(nativeModules.keys.sorted()))))
    let names = standardModuleNames.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    if let set = try? call(.object(types.frozenset), .object(ListObject(self, texts(names)))) {
      module.set(self, "stdlib_module_names", set)
    }
    for name in ["getdefaultencoding", "getfilesystemencoding"] {
      module.define(self, name, "") { (runtime, _) throws(Raised) in runtime.text("utf-8") }
    }
    module.define(self, "getfilesystemencodeerrors", "") { (runtime, _) throws(Raised) in
      runtime.text("surrogateescape")
    }
    let flagNames = [
      "debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site", "no_site",
      "ignore_environment", "verbose", "bytes_warning", "quiet", "hash_randomization", "isolated", "dev_mode",
      "utf8_mode", "warn_default_encoding", "safe_path", "int_max_str_digits",
    ]
    let flags = StructSequenceType(self, module: "sys", name: "flags", fields: flagNames)
    module.set(
      self, "flags",
      flags.make(
        flagNames.map { name in
          switch name {
          case "hash_randomization": .int(1)
          case "dev_mode": .bool(options.isDevelopment)
          case "safe_path": .bool(false)
          case "inspect": .int(options.isInspecting ? 1 : 0)
          case "interactive": .int(options.isInteractive ? 1 : 0)
          case "quiet": .int(options.isQuiet ? 1 : 0)
          case "optimize": .int(options.optimization)
          case "bytes_warning": .int(options.bytesWarning)
          case "ignore_environment": .int(options.ignoresEnvironment ? 1 : 0)
          case "int_max_str_digits": .int(4300)
          default: .int(0)
          }
        }))
  }

  // MARK: Limits and numbers

  fileprivate func defineLimits(of module: ModuleObject) {
    module.set(self, "maxsize", .int(.max))
    module.set(self, "maxunicode", .int(0x10FFFF))
    module.set(self, "float_repr_style", text("short"))
    defineNumberInformation(of: module)
    module.define(self, "getrecursionlimit", "") { (runtime, _) throws(Raised) in
      .int(runtime.machine.pointee.depthLimit)
    }
    module.define(self, "setrecursionlimit", "limit, /") { (runtime, arguments) throws(Raised) in
      let limit = try runtime.index(arguments[0])
      if limit > Int(Int32.max) || limit < Int(Int32.min) {
        throw runtime.overflowError("Python int too large to convert to C int")
      }
      if limit < 1 { throw runtime.valueError("recursion limit must be greater or equal than 1") }
      let depth = runtime.machine.pointee.depth
      if depth >= limit {
        throw runtime.error(
          "RecursionError",
          "cannot set the recursion limit to \(limit) at the recursion depth \(depth): the limit is too low")
      }
      runtime.machine.pointee.depthLimit = limit
      return .none
    }
    module.define(self, "get_int_max_str_digits", "") { (runtime, _) throws(Raised) in
      .int(runtime.integerDigitLimit.digits)
    }
    module.define(self, "set_int_max_str_digits", "maxdigits") { (runtime, arguments) throws(Raised) in
      guard let digits = Int32(exactly: try runtime.index(arguments[0])).map({ Int($0) }) else {
        throw runtime.overflowError("Python int too large to convert to C int")
      }
      if digits != 0, digits < 640 { throw runtime.valueError("maxdigits must be 0 or larger than 640") }
      runtime.integerDigitLimit.digits = digits
      return .none
    }
    module.define(self, "getswitchinterval", "") { (_, _) throws(Raised) in .float(0.005) }
    module.define(self, "setswitchinterval", "interval, /") { (_, _) throws(Raised) in .none }
  }

  private func defineNumberInformation(of module: ModuleObject) {
    let float = StructSequenceType(
      self, module: "sys", name: "float_info",
      fields: [
        "max", "max_exp", "max_10_exp", "min", "min_exp", "min_10_exp", "dig", "mant_dig", "epsilon", "radix", "rounds",
      ])
    module.set(
      self, "float_info",
      float.make([
        .float(.greatestFiniteMagnitude), .int(1024), .int(308), .float(.leastNormalMagnitude), .int(-1021), .int(-307),
        .int(15), .int(53), .float(.ulpOfOne), .int(2), .int(1),
      ]))
    let int = StructSequenceType(
      self, module: "sys", name: "int_info",
      fields: ["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"])
    module.set(self, "int_info", int.make([.int(30), .int(4), .int(4300), .int(640)]))
    let hash = StructSequenceType(
      self, module: "sys", name: "hash_info",
      fields: ["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"])
    module.set(
      self, "hash_info",
      hash.make([
        .int(64), .int(2_305_843_009_213_693_951), .int(314159), .int(0), .int(1_000_003), text("siphash13"), .int(64),
        .int(128), .int(0),
      ]))
    let thread = StructSequenceType(self, module: "sys", name: "thread_info", fields: ["name", "lock", "version"])
    module.set(self, "thread_info", thread.make([text("pthread"), text("semaphore"), .none]))
  }

  // MARK: Exceptions

  fileprivate func defineExceptionAccess(of module: ModuleObject) {
    module.define(self, "exit", "status=None, /") { (runtime, arguments) throws(Raised) in
      // The value becomes an exception as that of C code does: None is no argument, a tuple is several.
      let status = arguments[0]
      if status.isUndefined || status.isNone { throw runtime.error("SystemExit", []) }
      if let exception = status.object as? ExceptionObject, let exit = runtime.exceptionTypes["SystemExit"],
        exception.type.isSubtype(of: exit)
      {
        throw Raised(exception)
      }
      throw runtime.error("SystemExit", status.tuple?.array ?? [status])
    }
    module.define(self, "exc_info", "") { (runtime, _) throws(Raised) in
      guard let exception = runtime.exceptionInHand else {
        return .object(TupleObject(runtime, [.none, .none, .none]))
      }
      return .object(
        TupleObject(
          runtime, [.object(exception.type), .object(exception), runtime.tracebackObject(of: exception)]))
    }
    defineGeneratorHooks(of: module)
    module.define(self, "exception", "") { (runtime, _) throws(Raised) in
      runtime.exceptionInHand.map { .object($0) } ?? .none
    }
    module.define(self, "excepthook", "exctype, value, traceback, /") { (runtime, arguments) throws(Raised) in
      guard let exception = arguments[1].exception else { return .none }
      let error = try runtime.standardStreams.current(.error, runtime)
      if !error.isNone { _ = try runtime.callMethod(error, "write", [runtime.text(runtime.render(exception))]) }
      return .none
    }
    if let hook = module.namespace.getString(intern("excepthook")) { module.set(self, "__excepthook__", hook) }
    if let hook = module.namespace.getString(intern("displayhook")) { module.set(self, "__displayhook__", hook) }
  }

  // MARK: Objects

  fileprivate func defineObjectAccess(of module: ModuleObject) {
    module.set(self, "modules", .object(moduleDictionary))
    module.define(self, "intern", "string, /") { (runtime, arguments) throws(Raised) in
      guard let string = arguments[0].string, string.isExactly(runtime.types.str) else {
        throw runtime.typeError("intern() argument must be str, not \(runtime.givenName(arguments[0]))")
      }
      return .object(runtime.intern(string))
    }
    module.define(self, "getrefcount", "object, /") { (runtime, arguments) throws(Raised) in
      guard let object = arguments.base[0].uncounted else { return .int(0xFFFF_FFFF) }
      let counted = Int(bitPattern: swiftRetainCount(object.toOpaque()))
      // The argument is a reference in CPython; here a local variable is lent to the call without counting one.
      return .int(counted + (runtime.callerLends(arguments.base) ? 1 : 0))
    }
    module.define(self, "getsizeof", "object, default=None") { (runtime, arguments) throws(Raised) in
      if let method = runtime.type(of: arguments[0]).special(named: "__sizeof__", runtime) {
        return try runtime.callSpecial(method, arguments[0])
      }
      return .int(runtime.approximateSize(of: arguments[0]))
    }
    module.define(self, "is_finalizing", "") { (_, _) throws(Raised) in .bool(false) }
    module.define(self, "gettrace", "") { (runtime, _) throws(Raised) in runtime.frameTracer.current.trace.defined ?? .none }
    module.define(self, "getprofile", "") { (runtime, _) throws(Raised) in runtime.frameTracer.current.profile.defined ?? .none }
    for name in ["settrace", "setprofile"] {
      module.define(self, name, "function, /") { (runtime, arguments) throws(Raised) in
        let function = arguments[0].isNone ? Value.undefined : arguments[0]
        if !function.isUndefined, !runtime.frameEvents.areComplete {
          throw runtime.notImplementedError(
            "pya: sys.\(name) is supported where the program's first file names it, or a module like cProfile")
        }
        if name == "settrace" {
          runtime.frameTracer.current.trace = function
        } else {
          runtime.frameTracer.current.profile = function
        }
        return .none
      }
    }
    module.define(self, "getallocatedblocks", "") { (_, _) throws(Raised) in .int(0) }
    module.define(self, "_is_gil_enabled", "") { (_, _) throws(Raised) in .bool(true) }
    module.define(self, "_clear_type_cache", "") { (_, _) throws(Raised) in .none }
    module.define(self, "unraisablehook", "unraisable, /") { (_, _) throws(Raised) in .none }
    module.define(self, "audit", "event, /, *args") { (_, _) throws(Raised) in .none }
    module.define(self, "call_tracing", "function, args, /") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], try runtime.array(arguments[1]))
    }
  }
}

extension Runtime {
  /// Whether a local variable of the caller holds what lies here.
  fileprivate func callerLends(_ place: UnsafeMutablePointer<Value>) -> Bool {
    guard let frame = callSite()?.frame else { return false }
    return (0..<frame.code.frameSize).contains { (frame.slots + $0).isIdentical(to: place) }
  }
}

extension Runtime {
  /// `sys.exception()`
  var exceptionInHand: ExceptionObject? { handled.last }
}
