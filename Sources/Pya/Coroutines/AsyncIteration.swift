/// The asynchronous iteration protocol.
extension Runtime {
  /// `aiter(value)`.
  func asyncIterator(_ value: Value) throws(Raised) -> Value {
    guard let method = type(of: value).lookup(names[.aiter]) else {
      throw typeError("'async for' requires an object with __aiter__ method, got \(typeName(value))")
    }
    let iterator = try callSpecial(method, value)
    guard type(of: iterator).lookup(names[.anext]) != nil else {
      throw typeError(
        "'async for' received an object from __aiter__ that does not implement __anext__: \(typeName(iterator))")
    }
    return iterator
  }

  /// `iterator.__anext__()`: what to await for the next element.
  func asyncNext(_ iterator: Value) throws(Raised) -> Value {
    if case .object(let object) = iterator, object.kind == .asyncGenerator {
      let generator = unsafeDowncast(object, to: SuspendableFrame.self)
      registerAsyncGenerator(generator)
      return .object(AsyncGeneratorStep(self, generator, .send(.none)))
    }
    guard let method = type(of: iterator).lookup(names[.anext]) else { throw cannotIterateAsync(iterator) }
    return try callSpecial(method, iterator)
  }

  func cannotIterateAsync(_ iterator: Value) -> Raised {
    typeError("'async for' requires an iterator with __anext__ method, got \(typeName(iterator))")
  }

  /// Tells the event loop of an async generator at its first step, so that it can be closed when the loop ends.
  func registerAsyncGenerator(_ generator: SuspendableFrame) {
    guard !generator.isRegisteredWithLoop else { return }
    generator.isRegisteredWithLoop = true
    asyncGeneratorHook?(generator)
  }
}
