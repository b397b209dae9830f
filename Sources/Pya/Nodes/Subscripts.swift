import PyaSyntax

/// `object[index]`.
///
/// Containers in local variables are used where they lie; lists, tuples and strings by an int, and dictionaries by a string or int,
/// are looked into here.
final class SubscriptNode: ExpressionNode {
  private let object: Operand
  private let index: Operand

  init(_ object: ExpressionNode, _ index: ExpressionNode, _ range: SourceRange) {
    self.object = Operand(object)
    self.index = Operand(index)
    super.init(range)
  }

  override var maySettle: Bool { object.maySettle }

  /// The element of a list or tuple at an int, or of a dictionary under a string or int.
  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if let key = index.place(frame) {
      guard let container = object.node.settledPlace(frame), let held = container.uncountedObject else { return nil }
      return held._withUnsafeGuaranteedRef { $0.elementPlace(key) }
    }
    guard let position = index.node.settledInt(frame), let container = object.node.settledPlace(frame),
      let held = container.uncountedObject
    else { return nil }
    return held._withUnsafeGuaranteedRef { $0.elementPlace(at: position) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    guard let container = object.place(frame) else { return try evaluateElsewhere(frame) }
    guard let held = container.uncountedObject else { return try general(frame) }
    if let key = index.place(frame) {
      if case .int(let position) = key.number {
        let found = held._withUnsafeGuaranteedRef { $0.element(at: position, frame) }
        if !found.isUndefined { return found }
      } else {
        let found = held._withUnsafeGuaranteedRef { $0.element(forTextAt: key) }
        if !found.isUndefined { return found }
      }
      return try general(frame)
    }
    let key = try index.evaluate(frame)
    if case .int(let position) = key {
      let found = held._withUnsafeGuaranteedRef { $0.element(at: position, frame) }
      if !found.isUndefined { return found }
    }
    return try general(container.pointee, key, frame)
  }

  /// The container is no local variable, but perhaps an attribute of one, or its element.
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Value {
    if let position = index.settledInt(frame) {
      if let container = object.node.settledPlace(frame), let held = container.uncountedObject {
        let found = held._withUnsafeGuaranteedRef { $0.element(at: position, frame) }
        if !found.isUndefined { return found }
      }
    } else if let found = settledPlace(frame) {
      return found.copied
    }
    let container = try object.evaluate(frame)
    let key = try index.evaluate(frame)
    if case .object(let object) = container, case .int(let position) = key {
      let found = object.element(at: position, frame)
      if !found.isUndefined { return found }
    }
    return try general(container, key, frame)
  }

  @inline(never)
  private func general(_ frame: Frame) throws(Raised) -> Value {
    try general(try object.evaluate(frame), try index.evaluate(frame), frame)
  }

  @inline(never)
  private func general(_ container: Value, _ key: Value, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in try runtime.getItem(container, key) }
    } catch { try frame.fail(error, range) }
  }
}

/// `object[a, b]`: plain dictionaries are looked into without a tuple.
final class TupleSubscriptNode: ExpressionNode {
  private let object: Operand
  private let elements: CallArguments

  init(_ object: ExpressionNode, _ elements: [ExpressionNode], _ range: SourceRange) {
    self.object = Operand(object)
    self.elements = CallArguments(elements)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let container = try object.value(frame)
    return try lending(elements, frame) { (runtime, base) throws(Raised) in
      if let held = container.uncounted, held.kind == .dict, held.isPlain, let key = TupleKey(base, elements.count),
        let place = held.as(DictObject.self)._withUnsafeGuaranteedRef({ dict -> UnsafeMutablePointer<Value>? in
          guard let index = dict.quickIndex(hash: key.hash, key.isSame), index >= 0 else { return nil }
          return dict.valuePlace(index)
        })
      {
        return place.copied
      }
      return try runtime.getItem(
        container, .object(TupleObject(type: runtime.types.tuple, copying: base, count: elements.count)))
    }
  }
}

extension Object {
  /// The element of a list, tuple or string at an int, or of a dictionary under it, when the class of the program has no say
  /// in it; `undefined` where the general rule must decide.
  @inline(__always)
  final func element(at position: Int, _ frame: Frame) -> Value {
    if isOfHeapType { return .undefined }
    switch kind {
    case .list:
      let list = unsafeDowncast(self, to: ListObject.self)
      let place = position < 0 ? position &+ list.count : position
      return place >= 0 && place < list.count ? list[place] : .undefined
    case .tuple:
      let tuple = unsafeDowncast(self, to: TupleObject.self)
      let place = position < 0 ? position &+ tuple.count : position
      return place >= 0 && place < tuple.count ? tuple[place] : .undefined
    case .dict:
      let dict = unsafeDowncast(self, to: DictObject.self)
      let index = dict.index(ofInt: position)
      return index >= 0 ? dict.valuePlace(index).copied : .undefined
    case .string:
      let string = unsafeDowncast(self, to: StringObject.self)
      let place = position < 0 ? position &+ string.byteCount : position
      guard string.isASCII, place >= 0, place < string.byteCount else { return .undefined }
      return .object(frame.runtime.character(string.bytes[place]))
    default: return .undefined
    }
  }

  /// Where the element lies that a plain list, tuple or dictionary has under the key at `key`; nil where the general rule must decide.
  @inline(__always)
  final func elementPlace(_ key: UnsafeMutablePointer<Value>) -> UnsafeMutablePointer<Value>? {
    if case .int(let position) = key.number { return elementPlace(at: position) }
    guard kind == .dict, !isOfHeapType, key.holdsPlainString, let text = key.uncountedObject else { return nil }
    let dict = unsafeDowncast(self, to: DictObject.self)
    let index = text._withUnsafeGuaranteedRef { dict.index(ofString: unsafeDowncast($0, to: StringObject.self)) }
    return index >= 0 ? dict.valuePlace(index) : nil
  }

  /// The same for an int.
  @inline(__always)
  final func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? {
    if isOfHeapType { return nil }
    switch kind {
    case .list:
      let list = unsafeDowncast(self, to: ListObject.self)
      let index = position < 0 ? position &+ list.count : position
      return index >= 0 && index < list.count ? list.items + index : nil
    case .tuple:
      let tuple = unsafeDowncast(self, to: TupleObject.self)
      let index = position < 0 ? position &+ tuple.count : position
      return index >= 0 && index < tuple.count ? tuple.items + index : nil
    case .dict:
      let dict = unsafeDowncast(self, to: DictObject.self)
      let index = dict.index(ofInt: position)
      return index >= 0 ? dict.valuePlace(index) : nil
    default: return nil
    }
  }

  /// The value of a plain dictionary under the string that lies at `key`; `undefined` where the general rule must decide.
  @inline(__always)
  final func element(forTextAt key: UnsafeMutablePointer<Value>) -> Value {
    guard kind == .dict, !isOfHeapType, key.holdsPlainString, let text = key.uncountedObject else { return .undefined }
    let dict = unsafeDowncast(self, to: DictObject.self)
    let index = text._withUnsafeGuaranteedRef { dict.index(ofString: unsafeDowncast($0, to: StringObject.self)) }
    return index >= 0 ? dict.valuePlace(index).copied : .undefined
  }
}

/// `object[index] = value`, `del object[index]`.
final class SubscriptTarget: TargetNode {
  private let object: Operand
  private let index: Operand

  init(_ object: ExpressionNode, _ index: ExpressionNode, _ range: SourceRange) {
    self.object = Operand(object)
    self.index = Operand(index)
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if let container = object.place(frame), let held = container.uncountedObject {
      if let key = index.place(frame) {
        if case .int(let position) = key.number, let place = held._withUnsafeGuaranteedRef({ $0.listPlace(position) }) {
          return place.store(value)
        }
        if held._withUnsafeGuaranteedRef({ $0.store(keyAt: key, value) }) { return }
        return try storeGeneral(frame, value)
      }
      var key = try index.evaluate(frame)
      if held._withUnsafeGuaranteedRef({ $0.store(keyAt: &key, value) }) { return }
      return try storeGeneral(container.pointee, key, frame, value)
    }
    // An element of an element, when nothing has to run to find it.
    if let position = index.settledInt(frame), let container = object.node.settledPlace(frame),
      let held = container.uncountedObject, let place = held._withUnsafeGuaranteedRef({ $0.listPlace(position) })
    {
      return place.store(value)
    }
    try storeGeneral(frame, value)
  }

  @inline(never)
  private func storeGeneral(_ frame: Frame, _ value: Value) throws(Raised) {
    let container = try object.evaluate(frame)
    var key = try index.evaluate(frame)
    if let held = container.uncounted, held._withUnsafeGuaranteedRef({ $0.store(keyAt: &key, value) }) { return }
    try storeGeneral(container, key, frame, value)
  }

  @inline(never)
  private func storeGeneral(_ container: Value, _ key: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    do throws(Raised) {
      try frame.withRuntime { (runtime) throws(Raised) in try runtime.setItem(container, key, value) }
    } catch { try frame.fail(error, range) }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    let container = try object.evaluate(frame)
    let key = try index.evaluate(frame)
    do { try frame.runtime.deleteItem(container, key) } catch { try frame.fail(error, range) }
  }
}

extension Object {
  /// Stores in a list or dictionary under the int or string that lies at `key`. False: the general rule must decide.
  @inline(__always)
  fileprivate final func store(keyAt key: UnsafeMutablePointer<Value>, _ value: Value) -> Bool {
    if kind == .list, case .int(let position) = key.number { return storeElement(at: position, value) }
    guard kind == .dict, !isOfHeapType else { return false }
    return unsafeDowncast(self, to: DictObject.self).set(keyAt: key, value)
  }

  /// Replaces an element of a list, or of a byte array by a small int. False: the general rule must decide.
  @inline(__always)
  final func storeElement(at position: Int, _ value: Value) -> Bool {
    guard let place = listPlace(position) else { return false }
    place.store(value)
    return true
  }

  /// Where an element of a plain list lies; nil for anything else.
  @inline(__always)
  final func listPlace(_ position: Int) -> UnsafeMutablePointer<Value>? {
    guard kind == .list, !isOfHeapType else { return nil }
    let list = unsafeDowncast(self, to: ListObject.self)
    let index = position < 0 ? position &+ list.count : position
    return index >= 0 && index < list.count ? list.items + index : nil
  }
}

/// `lower:upper:step` in a subscript.
final class SliceNode: ExpressionNode {
  /// What is left out is a constant None.
  private let lower, upper, step: Operand

  init(lower: ExpressionNode?, upper: ExpressionNode?, step: ExpressionNode?, _ range: SourceRange) {
    self.lower = Operand(lower ?? ConstantNode(.none, range))
    self.upper = Operand(upper ?? ConstantNode(.none, range))
    self.step = Operand(step ?? ConstantNode(.none, range))
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let (start, stop, step) = try parts(frame)
    return .object(SliceObject(frame.runtime, start: start, stop: stop, step: step))
  }

  @inline(__always)
  func parts(_ frame: Frame) throws(Raised) -> (start: Value, stop: Value, step: Value) {
    (try lower.value(frame), try upper.value(frame), try step.value(frame))
  }
}

/// `object[lower:upper:step]`: lists, tuples and strings are cut without an object for the slice.
final class SliceSubscriptNode: ExpressionNode {
  private let object: Operand
  private let slice: SliceNode

  init(_ object: ExpressionNode, _ slice: SliceNode, _ range: SourceRange) {
    self.object = Operand(object)
    self.slice = slice
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let container = object.place(frame), let held = container.uncountedObject, held.isPlain {
      // In a local variable: cut where it lies.
      let (start, stop, step) = try slice.parts(frame)
      if let bounds = SliceBounds(start, stop, step) {
        let part = frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { runtime in
          held._withUnsafeGuaranteedRef { runtime.cut($0, bounds) }
        }
        if !part.isUndefined { return part }
      }
      return try cut(container.pointee, start, stop, step, frame)
    }
    let container = try object.evaluate(frame)
    let (start, stop, step) = try slice.parts(frame)
    return try cut(container, start, stop, step, frame)
  }

  @inline(never)
  private func cut(
    _ container: Value, _ start: Value, _ stop: Value, _ step: Value, _ frame: Frame
  ) throws(Raised) -> Value {
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in
        if let bounds = SliceBounds(start, stop, step), let held = container.uncounted, held.isPlain {
          let part = held._withUnsafeGuaranteedRef { runtime.cut($0, bounds) }
          if !part.isUndefined { return part }
        }
        return try runtime.getItem(container, .object(SliceObject(runtime, start: start, stop: stop, step: step)))
      }
    } catch { try frame.fail(error, range) }
  }
}

/// `object[lower:upper:step] = value`.
final class SliceTarget: TargetNode {
  private let object: ExpressionNode
  private let slice: SliceNode

  init(_ object: ExpressionNode, _ slice: SliceNode, _ range: SourceRange) {
    self.object = object
    self.slice = slice
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    let container = try object.evaluate(frame)
    let (start, stop, step) = try slice.parts(frame)
    do throws(Raised) {
      try frame.withRuntime { (runtime) throws(Raised) in
        if let bounds = SliceBounds(start, stop, step), let held = container.uncounted, held.isPlain, held.kind == .list {
          return try held.as(ListObject.self).borrowed { (list) throws(Raised) in
            try runtime.setListSlice(list, bounds, value)
          }
        }
        try runtime.setItem(container, .object(SliceObject(runtime, start: start, stop: stop, step: step)), value)
      }
    } catch { try frame.fail(error, range) }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    let container = try object.evaluate(frame)
    let key = try slice.evaluate(frame)
    do { try frame.runtime.deleteItem(container, key) } catch { try frame.fail(error, range) }
  }
}
