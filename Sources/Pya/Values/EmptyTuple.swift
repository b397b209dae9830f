/// The tuple `()`, of which there is one.
private final class EmptyTuple {
  let tuple: TupleObject

  init(_ runtime: Runtime) { tuple = TupleObject(runtime, []) }
}

extension Runtime {
  var emptyTuple: TupleObject { attachment(EmptyTuple.self) { EmptyTuple(self) }.tuple }
}
