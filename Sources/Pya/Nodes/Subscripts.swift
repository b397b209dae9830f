import PyaSyntax

/// `object[index]`.
final class SubscriptNode: ExpressionNode {
  private let object: ExpressionNode
  private let index: ExpressionNode
  /// The slot when the container is a local variable, else -1.
  private let objectSlot: Int
  /// The same of the index.
  private let indexSlot: Int

  init(_ object: ExpressionNode, _ index: ExpressionNode, _ range: SourceRange) {
    self.object = object
    self.index = index
    objectSlot = object.localSlot ?? -1
    indexSlot = index.localSlot ?? -1
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    // A list in a local variable and an index that cannot run code: no reference to the list is counted.
    if objectSlot >= 0, indexSlot >= 0, case .int(let position) = frame.slots[indexSlot],
      let held = (frame.slots + objectSlot).uncountedObject
    {
      let found = held._withUnsafeGuaranteedRef { element(of: $0, at: position) }
      if !found.isUndefined { return found }
    }
    let container = try object.evaluate(frame)
    let key = try index.evaluate(frame)
    if case .object(let object) = container, !object.isOfHeapType {
      if case .int(let position) = key {
        if object.kind == .list {
          let list = unsafeDowncast(object, to: ListObject.self)
          let place = position < 0 ? position &+ list.count : position
          if place >= 0, place < list.count { return list[place] }
        } else if object.kind == .tuple {
          let tuple = unsafeDowncast(object, to: TupleObject.self)
          let place = position < 0 ? position &+ tuple.count : position
          if place >= 0, place < tuple.count { return tuple[place] }
        } else if object.kind == .string {
          let string = unsafeDowncast(object, to: StringObject.self)
          let place = position < 0 ? position &+ string.byteCount : position
          if string.isASCII, place >= 0, place < string.byteCount {
            return .object(frame.runtime.character(string.bytes[place]))
          }
        }
      }
    }
    return try general(container, key, frame)
  }

  @inline(__always)
  private func element(of object: Object, at position: Int) -> Value {
    guard object.kind == .list, !object.isOfHeapType else { return .undefined }
    let list = unsafeDowncast(object, to: ListObject.self)
    let place = position < 0 ? position &+ list.count : position
    return place >= 0 && place < list.count ? list[place] : .undefined
  }

  @inline(never)
  private func general(_ container: Value, _ key: Value, _ frame: Frame) throws(Raised) -> Value {
    do { return try frame.runtime.getItem(container, key) } catch { throw frame.located(error, range) }
  }
}

extension Object {
  /// Read without counting references.
  @inline(__always)
  final var isOfHeapType: Bool {
    Unmanaged<TypeObject>.fromOpaque(typePointer)._withUnsafeGuaranteedRef { $0.isHeap }
  }
}

/// `object[index] = value`, `del object[index]`.
final class SubscriptTarget: TargetNode {
  private let object: ExpressionNode
  private let index: ExpressionNode

  init(_ object: ExpressionNode, _ index: ExpressionNode, _ range: SourceRange) {
    self.object = object
    self.index = index
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: Value) throws(Raised) {
    let container = try object.evaluate(frame)
    let key = try index.evaluate(frame)
    if case .object(let object) = container, object.kind == .list, case .int(let position) = key, !object.isOfHeapType {
      let list = unsafeDowncast(object, to: ListObject.self)
      let place = position < 0 ? position &+ list.count : position
      if place >= 0, place < list.count {
        list[place] = value
        return
      }
    }
    do { try frame.runtime.setItem(container, key, value) } catch { throw frame.located(error, range) }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    let container = try object.evaluate(frame)
    let key = try index.evaluate(frame)
    do { try frame.runtime.deleteItem(container, key) } catch { throw frame.located(error, range) }
  }
}

/// `lower:upper:step` in a subscript.
final class SliceNode: ExpressionNode {
  private let lower, upper, step: ExpressionNode?

  init(lower: ExpressionNode?, upper: ExpressionNode?, step: ExpressionNode?, _ range: SourceRange) {
    self.lower = lower
    self.upper = upper
    self.step = step
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let start = try lower?.evaluate(frame) ?? .none
    let stop = try upper?.evaluate(frame) ?? .none
    let step = try step?.evaluate(frame) ?? .none
    return .object(SliceObject(frame.runtime, start: start, stop: stop, step: step))
  }
}
