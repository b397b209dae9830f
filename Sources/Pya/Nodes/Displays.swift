import PyaSyntax

/// An element of a display: `x` or `*x`.
struct DisplayItem {
  let node: ExpressionNode
  let isUnpacked: Bool
}

/// Evaluates the elements of a display.
private func elements(_ items: [DisplayItem], _ frame: Frame, _ range: SourceRange) throws(Raised) -> [Value] {
  var values: [Value] = []
  values.reserveCapacity(items.count)
  for item in items {
    let value = try item.node.evaluate(frame)
    if item.isUnpacked {
      do { values.append(contentsOf: try frame.runtime.collected(value)) } catch {
        try frame.fail(notIterableAfterStar(error, value, frame.runtime), range)
      }
    } else {
      values.append(value)
    }
  }
  return values
}

private func notIterableAfterStar(_ raised: Raised, _ value: Value, _ runtime: Runtime) -> Raised {
  guard runtime.matches(raised, .typeError), raised.exception.traceback.isEmpty else { return raised }
  return runtime.typeError("Value after * must be an iterable, not \(runtime.typeName(value))")
}

final class ListNode: ExpressionNode {
  private let items: [DisplayItem]
  /// The elements, when none is unpacked.
  private let row: NodeRow?

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    row = items.contains(where: \.isUnpacked) ? nil : NodeRow(items.map(\.node))
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let list = frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { ListObject($0, capacity: items.count) }
    if let row {
      for index in 0..<row.count { list.append(try row.evaluate(index, frame)) }
      return .object(list)
    }
    for item in items {
      let value = try item.node.evaluate(frame)
      if item.isUnpacked {
        do { try frame.runtime.extend(list, with: value) } catch {
          try frame.fail(notIterableAfterStar(error, value, frame.runtime), range)
        }
      } else {
        list.append(value)
      }
    }
    return .object(list)
  }
}

final class TupleNode: ExpressionNode {
  private let items: [DisplayItem]
  /// The elements, when none is unpacked.
  let row: NodeRow?

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    row = items.contains(where: \.isUnpacked) ? nil : NodeRow(items.map(\.node))
    super.init(range)
  }

  /// The elements, if a container may be searched for them without making the tuple.
  var keyElements: [ExpressionNode]? { row != nil && (2...4).contains(items.count) ? items.map(\.node) : nil }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let row {
      let machine = frame.machine
      if row.count == 2 {
        let first = try row.evaluate(0, frame)
        let second = try row.evaluate(1, frame)
        return .object(
          machine.pointee.runtimeReference._withUnsafeGuaranteedRef { runtime in
            TupleObject(runtime, count: 2) { slots in
              slots.initialize(to: first)
              (slots + 1).initialize(to: second)
            }
          })
      }
      // They wait on the value stack: an element's code may look at no tuple that is half made.
      guard let places = machine.reserveUnbound(row.count) else { try frame.fail(machine.stackOverflow(), range) }
      defer { machine.pointee.stackTop = places }
      try row.evaluate(into: places, frame)
      return .object(
        machine.pointee.runtimeReference._withUnsafeGuaranteedRef { runtime in
          TupleObject(runtime, count: row.count) { $0.moveInitialize(from: places, count: row.count) }
        })
    }
    return .object(TupleObject(frame.runtime, try elements(items, frame, range)))
  }
}

/// `{x, *y}`. Three and more constants are copied from a set made once, which gives the table, and so the order of iteration,
/// that CPython's compiler gives such a display.
final class SetNode: ExpressionNode {
  private let items: [DisplayItem]
  /// The elements, when none is unpacked.
  private let row: NodeRow?
  private let hasOnlyConstants: Bool
  private var template: SetObject?

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    row = items.contains(where: \.isUnpacked) ? nil : NodeRow(items.map(\.node))
    hasOnlyConstants = items.allSatisfy { !$0.isUnpacked && $0.node.constant != nil }
    super.init(range)
  }

  /// Where a set of these elements lies that is made once, for `x in {a, b}`; nil: they are not all constants.
  var fixed: FixedSetNode? { hasOnlyConstants ? FixedSetNode(self) : nil }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let set = SetObject(type: runtime.types.set)
    if hasOnlyConstants, items.count > 2 {
      if template == nil {
        let first = try filled(SetObject(runtime), frame)
        // CPython makes the constant once more from the elements of the first, when it looks for an equal constant.
        let second = SetObject(runtime)
        for element in first.elements { try second.add(element, runtime) }
        template = second
      }
      if let template { try set.merge(template, runtime) }
      return .object(set)
    }
    return .object(try filled(set, frame))
  }

  private func filled(_ set: SetObject, _ frame: Frame) throws(Raised) -> SetObject {
    let runtime = frame.runtime
    if let row {
      let machine = frame.machine
      guard let places = machine.reserveUnbound(row.count) else { try frame.fail(machine.stackOverflow(), range) }
      do throws(Raised) { try row.evaluate(into: places, frame) } catch {
        machine.pointee.stackTop = places
        throw error
      }
      defer { machine.release(places, row.count) }
      do throws(Raised) {
        for place in places..<(places + row.count) {
          let hash = if let quick = place.quickHash { quick } else { try runtime.hash(place.pointee) }
          _ = try set.add(keyAt: place, hash: hash, runtime)
        }
      } catch { try frame.fail(error, range) }
      return set
    }
    for item in items {
      let value = try item.node.evaluate(frame)
      do throws(Raised) {
        if item.isUnpacked { try runtime.setUpdate(set, value) } else { try set.add(value, runtime) }
      } catch { try frame.fail(error, range) }
    }
    return set
  }
}

/// A set display of constants that is only searched.
final class FixedSetNode: ExpressionNode {
  private let display: SetNode
  private let place: UnsafeMutablePointer<Value>

  init(_ display: SetNode) {
    self.display = display
    place = .allocate(capacity: 1)
    place.initialize(to: .undefined)
    super.init(display.range)
  }

  deinit {
    place.deinitialize(count: 1)
    place.deallocate()
  }

  override var maySettle: Bool { true }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? { place.holdsUndefined ? nil : place }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if place.holdsUndefined { place.store(try display.evaluate(frame)) }
    return place.copied
  }
}

final class DictNode: ExpressionNode {
  /// `key == nil`: `**value`.
  private let items: [(key: ExpressionNode?, value: ExpressionNode)]
  /// Keys and values in turn, when there is no `**value`.
  private let row: NodeRow?

  init(_ items: [(key: ExpressionNode?, value: ExpressionNode)], _ range: SourceRange) {
    self.items = items
    let keys = items.compactMap(\.key)
    row = keys.count == items.count ? NodeRow(zip(keys, items).flatMap { [$0, $1.value] }) : nil
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let dict = DictObject(runtime)
    if let row {
      var index = 0
      while index < row.count {
        let key = try row.evaluate(index, frame)
        let value = try row.evaluate(index + 1, frame)
        do { try dict.set(key, value, runtime) } catch { try frame.fail(error, range) }
        index += 2
      }
      return .object(dict)
    }
    for (key, value) in items {
      if let key {
        let keyValue = try key.evaluate(frame)
        let element = try value.evaluate(frame)
        do { try dict.set(keyValue, element, runtime) } catch { try frame.fail(error, range) }
      } else {
        let mapping = try value.evaluate(frame)
        do throws(Raised) {
          if let other = mapping.dict, other.type.special(.iter) == nil {
            try dict.merge(other, runtime)
          } else {
            guard let keys = try runtime.getAttributeIfPresent(mapping, runtime.intern("keys")) else {
              throw runtime.typeError("'\(runtime.typeName(mapping))' object is not a mapping")
            }
            for key in try runtime.array(try runtime.call(keys)) {
              try dict.set(key, try runtime.getItem(mapping, key), runtime)
            }
          }
        } catch { try frame.fail(error, range) }
      }
    }
    return .object(dict)
  }
}
