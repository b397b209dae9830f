/// `aiter` and `anext`.
extension Runtime {
  func installAsyncFunctions() {
    installAwaitableMethods(awaitingTypes.nextWithDefault)
    define("aiter", "async_iterable, /") { (runtime, arguments) throws(Raised) in
      let value = arguments[0]
      guard let method = runtime.type(of: value).lookup(runtime.names[.aiter]) else {
        throw runtime.typeError("'\(runtime.typeName(value))' object is not an async iterable")
      }
      let iterator = try runtime.callSpecial(method, value)
      guard runtime.type(of: iterator).lookup(runtime.names[.anext]) != nil else {
        throw runtime.typeError("aiter() returned not an async iterator of type '\(runtime.typeName(iterator))'")
      }
      return iterator
    }
    define("anext", "aiterator, default=None, /") { (runtime, arguments) throws(Raised) in
      let iterator = arguments[0]
      guard runtime.type(of: iterator).lookup(runtime.names[.anext]) != nil else {
        throw runtime.typeError("'\(runtime.typeName(iterator))' object is not an async iterator")
      }
      let step = try runtime.asyncNext(iterator)
      if arguments[1].isUndefined { return step }
      return .object(NextWithDefault(runtime, step, fallback: arguments[1]))
    }
  }

  private func define(_ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    builtins.setString(intern(name), .object(NativeFunction(self, name, signature, body: body)))
  }
}
