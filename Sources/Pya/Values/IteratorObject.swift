/// Something `next()` works on, written in Swift: subclasses override `next`.
class IteratorObject: Object {
  init(type: TypeObject) { super.init(type: type, kind: .iterator) }

  /// For generators, which are iterators of their own kind.
  override init(type: TypeObject, kind: Kind) { super.init(type: type, kind: kind) }

  /// The next element, or `undefined` when there are no more. Must keep returning `undefined` from then on.
  func next(_ runtime: Runtime) throws(Raised) -> Value { .undefined }

  /// Of how many parts the tuples are that it delivers, when `next(into:)` can write them side by side without making the tuple;
  /// else 0.
  var partCount: Int { 0 }

  /// The parts of the next element, written to uninitialised places. False: there are no more elements, and the places are as they
  /// were, as after an error.
  func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool { false }

  /// `__length_hint__`, when cheap.
  var lengthHint: Int? { nil }

  /// What `__reduce__` gives: how to make an iterator that goes on from here. Nil: there is no way.
  func reduction(_ runtime: Runtime) throws(Raised) -> Value? { nil }

  /// `__setstate__`: most are described with a position.
  func restore(_ state: Value, _ runtime: Runtime) throws(Raised) { restore(position: try runtime.index(state)) }

  func restore(position: Int) {}
}

/// An iterator whose step is a closure: for built-ins that are not on any hot path.
final class ClosureIterator: IteratorObject {
  private var step: ((Runtime) throws(Raised) -> Value)?

  init(type: TypeObject, step: @escaping (Runtime) throws(Raised) -> Value) {
    self.step = step
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let step else { return .undefined }
    let value = try runtime.endingAtStop { () throws(Raised) in try step(runtime) }
    if value.isUndefined { self.step = nil }
    return value
  }
}

extension Runtime {
  /// An iterator's element that a function of the program makes. A StopIteration out of that ends what takes the elements, as the
  /// iterator's own end does (`tuple(map(next, iterators))`): `undefined`.
  @inline(__always)
  func endingAtStop(_ body: () throws(Raised) -> Value) throws(Raised) -> Value {
    do throws(Raised) { return try body() } catch {
      if matches(error, .stopIteration) { return .undefined }
      throw error
    }
  }
}
