import PyaSyntax

/// `object[index]`.
///
/// Containers in local variables are used where they lie; plain lists, tuples, strings and dictionaries are looked into here.
final class SubscriptNode: ExpressionNode {
  private let object: Operand
  private let index: Operand
  /// How often the container, no variable, had no place for its elements; where it never has, it is not asked any more.
  @exclusivity(unchecked) private var disappointments: UInt8 = 0

  init(_ object: ExpressionNode, _ index: ExpressionNode, _ range: SourceRange) {
    self.object = Operand(object)
    self.index = Operand(index)
    super.init(range)
  }

  override var maySettle: Bool { object.maySettle }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? { place(frame) }

  @inline(__always)
  private func place(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if index.maySettle {
      guard let key = index.settledPlace(frame), let held = object.settledPlace(frame)?.uncountedObject else { return nil }
      return held.elementPlace(key, frame)
    }
    guard let position = index.node.settledInt(frame), let held = object.settledPlace(frame)?.uncountedObject else { return nil }
    return held.elementPlace(at: position, frame)
  }

  override func settledInt(_ frame: Frame) -> Int? {
    guard maySettle, let place = settledPlace(frame), case .int(let number) = place.number else { return nil }
    return number
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let held = object.place(frame)?.uncountedObject, let key = index.place(frame), case .int(let position) = key.number,
      let found = held._withUnsafeGuaranteedRef({ $0.listPlace(position) }), found.countsCopy()
    {
      return found.move()
    }
    return try evaluateElsewhere(frame)
  }

  /// The same where it is no list in a local variable with an index that lies somewhere.
  @inline(never)
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Value {
    if let container = object.place(frame) {
      guard let held = container.uncountedObject else { return try general(frame) }
      if held.kind == .instance, case let answer = try askInstance(held, frame), !answer.isUndefined { return answer }
      if let key = index.place(frame) {
        if let found = held.elementPlace(key, frame) { return found.copied }
        return try general(frame)
      }
      var key = try index.evaluate(frame)
      if let found = key.lent({ held.elementPlace($0, frame) }) { return found.copied }
      return try general(container.pointee, key, frame)
    }
    if disappointments < .max {
      if let found = place(frame) { return found.copied }
      disappointments += 1
    }
    return try evaluateParts(frame)
  }

  /// What a plain `__getitem__` of an instance's class says, with the index evaluated into its slot; undefined: there is none.
  @inline(never)
  private func askInstance(_ instance: Unmanaged<Object>, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    guard !machine.pointee.looksAtFrames,
      let method = instance._withUnsafeGuaranteedRef({ $0.type.plainSpecial(.getitem, takes: 2) })
    else { return .undefined }
    // It may take itself out of the class.
    let kept = method.takeUnretainedValue()
    defer { withExtendedLifetime(kept) {} }
    let size = method._withUnsafeGuaranteedRef { $0.frameSize }
    guard let callee = machine.openFrame(method, size) else { try frame.fail(machine.stackOverflow(), range) }
    callee.slots.initialize(to: .object(instance.takeUnretainedValue()))
    do throws(Raised) { try index.evaluate(into: callee.slots + 1, frame) } catch { try abandon(callee, size, frame, error) }
    if method._withUnsafeGuaranteedRef({ $0.completeCount }) != 2 { try frame.complete(callee, of: method, given: 2, range) }
    return try runPlain(method, callee, size, frame)
  }

  @inline(never)
  private func evaluateParts(_ frame: Frame) throws(Raised) -> Value {
    let container = try object.evaluate(frame)
    if let held = container.uncounted, held.kind == .instance, case let answer = try askInstance(held, frame), !answer.isUndefined {
      return answer
    }
    var key = try index.evaluate(frame)
    if let found = key.lent({ container.uncounted?.elementPlace($0, frame) }) { return found.copied }
    return try general(container, key, frame)
  }

  @inline(never)
  private func general(_ frame: Frame) throws(Raised) -> Value {
    try general(try object.evaluate(frame), try index.evaluate(frame), frame)
  }

  @inline(never)
  private func general(_ container: Value, _ key: Value, _ frame: Frame) throws(Raised) -> Value {
    if let held = container.uncounted, held.isPlain, let error = missing(in: held, key, frame) { try frame.fail(error, range) }
    return try frame.recorded(range) { () throws(Raised) in
      let answer = try ask(container, .getitem, frame, with: key)
      if !answer.isUndefined { return answer }
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in try runtime.getItem(container, key) }
      } catch { try frame.fail(error, range) }
    }
  }

  /// The error for what a plain list, tuple or dictionary, looked into already, certainly does not have; nil: the general rule must tell.
  private func missing(in held: Unmanaged<Object>, _ key: Value, _ frame: Frame) -> Raised? {
    switch held.kind {
    case .list, .tuple:
      guard case .int = key else { return nil }
      return frame.runtime.indexError(held.kind == .list ? "list index out of range" : "tuple index out of range")
    case .dict:
      var key = key
      guard let index = held.as(DictObject.self)._withUnsafeGuaranteedRef({ $0.quickIndex(keyAt: &key) }), index < 0
      else { return nil }
      return frame.runtime.keyError(key)
    default: return nil
    }
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
      if let held = container.uncounted, held.kind == .dict, !held.mayDecideItems, let key = TupleKey(base, elements.count),
        let place = held.as(DictObject.self)._withUnsafeGuaranteedRef({ dict -> UnsafeMutablePointer<Value>? in
          guard let index = dict.quickIndex(hash: key.hash, key.isSame), index >= 0 else { return nil }
          return dict.valuePlace(index)
        })
      {
        return place.copied
      }
      let key = Value.object(TupleObject(type: runtime.types.tuple, copying: base, count: elements.count))
      let answer = try ask(container, .getitem, frame, with: key)
      return answer.isUndefined ? try runtime.getItem(container, key) : answer
    }
  }
}

extension Unmanaged where Instance == Object {
  /// Where the element lies that a plain container has under the key at `key`: a list, tuple or string at an int, a dictionary under what
  /// is quickly hashed. Nil where the general rule must decide. Lists by ints, the commonest, are looked into here.
  @inline(__always)
  func elementPlace(_ key: UnsafeMutablePointer<Value>, _ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if case .int(let position) = key.number { return elementPlace(at: position, frame) }
    return _withUnsafeGuaranteedRef { $0.elementPlace(underKeyAt: key) }
  }

  /// The same for an int.
  @inline(__always)
  func elementPlace(at position: Int, _ frame: Frame) -> UnsafeMutablePointer<Value>? {
    _withUnsafeGuaranteedRef { $0.listPlace(position) ?? $0.elementPlaceElsewhere(at: position, frame) }
  }

  /// Where a list or dictionary, both plain, keeps what it has under the key at `key`: it may be replaced there. Nil: there is no such place.
  @inline(__always)
  func entryPlace(_ key: UnsafeMutablePointer<Value>) -> UnsafeMutablePointer<Value>? {
    _withUnsafeGuaranteedRef { object in
      if case .int(let position) = key.number, let place = object.listPlace(position) { return place }
      return object.elementPlace(underKeyAt: key)
    }
  }
}

extension Object {
  /// The element of a plain tuple, string or dictionary.
  @inline(never)
  fileprivate final func elementPlaceElsewhere(at position: Int, _ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if mayDecideItems { return nil }
    switch kind {
    case .tuple:
      let tuple = unsafeDowncast(self, to: TupleObject.self)
      let index = position < 0 ? position &+ tuple.count : position
      return index >= 0 && index < tuple.count ? tuple.items + index : nil
    case .string:
      let string = unsafeDowncast(self, to: StringObject.self)
      let count = string.length
      let index = position < 0 ? position &+ count : position
      guard index >= 0, index < count else { return nil }
      if string.isASCII { return frame.machine.pointee.characters + Int(string.bytes[index]) }
      return frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef {
        $0.characterPlace(byte: string.byteOffset(ofCodePoint: index), of: string)
      }
    case .dict:
      let dict = unsafeDowncast(self, to: DictObject.self)
      let index = dict.index(ofInt: position)
      return index >= 0 ? dict.valuePlace(index) : nil
    case .bytes, .byteArray:
      let bytes = unsafeDowncast(self, to: BytesObject.self)
      let index = position < 0 ? position &+ bytes.count : position
      return index >= 0 && index < bytes.count ? frame.machine.pointee.byteValues + Int(bytes[index]) : nil
    case .other: return elementPlace(at: position)
    default: return nil
    }
  }

  /// The value of a plain dictionary.
  @inline(never)
  fileprivate final func elementPlace(underKeyAt key: UnsafeMutablePointer<Value>) -> UnsafeMutablePointer<Value>? {
    guard kind == .dict, !mayDecideItems else { return nil }
    let dict = unsafeDowncast(self, to: DictObject.self)
    if key.holdsPlainString, let text = key.uncountedObject {
      let index = text._withUnsafeGuaranteedRef { dict.index(ofString: unsafeDowncast($0, to: StringObject.self)) }
      return index >= 0 ? dict.valuePlace(index) : nil
    }
    guard let hash = key.quickHash, let index = dict.quickIndex(hash: hash, { $0.isQuicklySame(as: key) }), index >= 0
    else { return nil }
    return dict.valuePlace(index)
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
    if let held = object.place(frame)?.uncountedObject, let position = index.place(frame)?.heldInt,
      let place = held._withUnsafeGuaranteedRef({ $0.listPlace(position) })
    {
      return place.store(value)
    }
    try storeElsewhere(frame, value)
  }

  /// The same where it is no list in a local variable with an index that lies somewhere.
  @inline(never)
  private func storeElsewhere(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if let container = object.place(frame), let held = container.uncountedObject {
      if let key = index.place(frame) {
        if held._withUnsafeGuaranteedRef({ $0.store(keyAt: key, value) }) { return }
        return try storeGeneral(frame, value)
      }
      var key = try index.evaluate(frame)
      if key.lent({ key in held._withUnsafeGuaranteedRef { $0.store(keyAt: key, value) } }) { return }
      return try storeGeneral(container.pointee, key, frame, value)
    }
    // An element of an element, when nothing has to run to find it.
    if let position = index.settledInt(frame), let held = object.node.settledPlace(frame)?.uncountedObject,
      let place = held._withUnsafeGuaranteedRef({ $0.listPlace(position) })
    {
      return place.store(value)
    }
    try storeGeneral(frame, value)
  }

  @inline(never)
  private func storeGeneral(_ frame: Frame, _ value: Value) throws(Raised) {
    let container = try object.evaluate(frame)
    var key = try index.evaluate(frame)
    if let held = container.uncounted, key.lent({ key in held._withUnsafeGuaranteedRef { $0.store(keyAt: key, value) } }) { return }
    try storeGeneral(container, key, frame, value)
  }

  @inline(never)
  private func storeGeneral(_ container: Value, _ key: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    if try !ask(container, .setitem, frame, with: key, value).isUndefined { return }
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
    if case .int(let position) = key.number, let place = listPlace(position) {
      place.store(value)
      return true
    }
    if mayDecideItems { return false }
    if kind == .dict { return unsafeDowncast(self, to: DictObject.self).set(keyAt: key, value) }
    guard kind == .other || kind == .byteArray, case .int(let position) = key.number else { return false }
    return storeElement(value, at: position)
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
  private let hasLower, hasUpper: Bool
  /// The step, if it is left out or a constant; 0: it must be evaluated.
  private let constantStep: Int

  init(lower: ExpressionNode?, upper: ExpressionNode?, step: ExpressionNode?, _ range: SourceRange) {
    hasLower = lower != nil
    hasUpper = upper != nil
    if let step { constantStep = if case .int(let number)? = step.constant { max(number, -Int.max) } else { 0 } } else { constantStep = 1 }
    self.lower = Operand(lower ?? ConstantNode(.none, range))
    self.upper = Operand(upper ?? ConstantNode(.none, range))
    self.step = Operand(step ?? ConstantNode(.none, range))
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let (start, stop, step) = try parts(frame)
    return .object(SliceObject(frame.runtime, start: start, stop: stop, step: step))
  }

  /// The bounds, if they are ints that are settled (`Node.settledInt`) or left out.
  @inline(__always)
  func settledBounds(_ frame: Frame) -> SliceBounds? {
    if constantStep == 0 { return nil }
    var (start, stop) = constantStep < 0 ? (Int.max, Int.min) : (0, Int.max)
    if hasLower {
      guard let number = lower.settledInt(frame) else { return nil }
      start = number
    }
    if hasUpper {
      guard let number = upper.settledInt(frame) else { return nil }
      stop = number
    }
    return SliceBounds(start: start, stop: stop, step: constantStep)
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
    if object.maySettle, let bounds = slice.settledBounds(frame), let held = object.settledPlace(frame)?.uncountedObject, held.isPlain {
      // Nothing runs: cut where it lies.
      let part = frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { runtime in
        held._withUnsafeGuaranteedRef { runtime.cut($0, bounds) }
      }
      if !part.isUndefined { return part }
    }
    return try evaluateElsewhere(frame)
  }

  @inline(never)
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Value {
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
  private let object: Operand
  private let slice: SliceNode

  init(_ object: ExpressionNode, _ slice: SliceNode, _ range: SourceRange) {
    self.object = Operand(object)
    self.slice = slice
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if object.maySettle, let bounds = slice.settledBounds(frame), let held = object.settledPlace(frame)?.uncountedObject, held.kind == .list,
      held.isPlain
    {
      // What is replaced may run code when it dies, which may let go of the list.
      let list = held.as(ListObject.self).takeUnretainedValue()
      defer { withExtendedLifetime(list) {} }
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in try runtime.setListSlice(list, bounds, value) }
      } catch { try frame.fail(error, range) }
    }
    try storeElsewhere(frame, value)
  }

  @inline(never)
  private func storeElsewhere(_ frame: Frame, _ value: consuming Value) throws(Raised) {
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
