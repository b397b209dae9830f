/// What `coroutine.__await__()` returns: the coroutine as an iterator.
final class CoroutineIterator: Object {
  let frame: SuspendableFrame

  init(_ runtime: Runtime, _ frame: SuspendableFrame) {
    self.frame = frame
    super.init(type: runtime.awaitingTypes.coroutineWrapper, kind: .other)
  }
}

/// Types of what stands between an awaited object and who drives it by hand.
final class AwaitingTypes {
  let coroutineWrapper, nextWithDefault: TypeObject

  fileprivate init(_ runtime: Runtime) {
    func make(_ name: String, _ kind: Kind) -> TypeObject {
      TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: kind, isHeap: false)
    }
    coroutineWrapper = make("coroutine_wrapper", .other)
    nextWithDefault = make("anext_awaitable", .awaitable)
  }
}

extension Runtime {
  var awaitingTypes: AwaitingTypes { attachment(AwaitingTypes.self) { AwaitingTypes(self) } }
}
