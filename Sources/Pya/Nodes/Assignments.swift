import PyaSyntax

/// `local = value`.
final class AssignLocalNode: StatementNode {
  private let slot: Int
  private let value: ExpressionNode

  init(slot: Int, _ value: ExpressionNode, _ range: SourceRange) {
    self.slot = slot
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    (frame.slots + slot).store(try value.evaluate(frame))
    return .normal
  }
}

/// `name = name + value` for a local variable. A string that nobody else holds grows where it lies, as with `+=`, so that building one
/// in a loop is not quadratic. (CPython does the same.)
final class AssignSumNode: StatementNode {
  private let slot: Int
  private let sum: BinaryNode

  /// Nil: `sum` is no such sum.
  init?(slot: Int, _ sum: ExpressionNode, _ range: SourceRange) {
    guard sum is AddNode || sum is AddResultsNode, let sum = sum as? BinaryNode, sum.left.slot == slot else { return nil }
    self.slot = slot
    self.sum = sum
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let place = frame.slots + slot
    if place.holdsPlainString { return try append(frame) }
    place.store(try sum.evaluate(frame))
    return .normal
  }

  @inline(never)
  private func append(_ frame: Frame) throws(Raised) -> Completion {
    let place = frame.slots + slot
    let operand = try sum.right.value(frame)
    if !place.append(operand, frame) { place.store(try sum.general(.add, place.pointee, operand, frame)) }
    return .normal
  }
}

/// `target = value`.
final class AssignNode: StatementNode {
  private let target: TargetNode
  private let value: ExpressionNode

  init(_ target: TargetNode, _ value: ExpressionNode, _ range: SourceRange) {
    self.target = target
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result = try value.evaluate(frame)
    try target.store(frame, result)
    if frame.machine.pointee.hasDeferredWarnings { frame.issueDeferredWarnings(range) }
    return .normal
  }
}

/// `a, b = value` with local variables alone, where the value may lie somewhere: it is taken apart there.
final class UnpackPlaceNode: StatementNode {
  private let target: UnpackTarget
  private let value: Operand
  /// The value is in a variable that is none of the targets, and goes on holding it.
  private let leavesValue: Bool

  /// Nil: it is something else.
  init?(_ target: TargetNode, _ value: ExpressionNode, _ range: SourceRange) {
    guard let target = target as? UnpackTarget, target.hasOnlyLocals, case let operand = Operand(value), operand.maySettle else { return nil }
    self.target = target
    self.value = operand
    leavesValue = operand.slot >= 0 && target.leaves(slot: operand.slot)
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    // What runs when a variable's old value goes might take the parts' holder away.
    if leavesValue || target.replacesPlainly(frame), let place = value.settledPlace(frame) {
      try target.store(frame, copyAt: place)
    } else {
      let result = try value.node.evaluate(frame)
      try target.store(frame, result)
    }
    if frame.machine.pointee.hasDeferredWarnings { frame.issueDeferredWarnings(range) }
    return .normal
  }
}

/// `a = b = value`.
final class AssignManyNode: StatementNode {
  private let targets: [TargetNode]
  private let value: ExpressionNode

  init(_ targets: [TargetNode], _ value: ExpressionNode, _ range: SourceRange) {
    self.targets = targets
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result = try value.evaluate(frame)
    for target in targets { try target.store(frame, result) }
    return .normal
  }
}

/// `a, b = x, y` without a tuple: both values are there before the first is stored.
final class AssignPairNode: StatementNode {
  private let firstTarget, secondTarget: TargetNode
  private let first, second: Operand
  /// The slots when both targets are local variables, else -1.
  private let firstSlot, secondSlot: Int

  init(_ targets: (TargetNode, TargetNode), _ values: (ExpressionNode, ExpressionNode), _ range: SourceRange) {
    firstTarget = targets.0
    secondTarget = targets.1
    first = Operand(values.0)
    second = Operand(values.1)
    let slots = ((targets.0 as? LocalTarget)?.slot, (targets.1 as? LocalTarget)?.slot)
    (firstSlot, secondSlot) = if case (let a?, let b?) = slots { (a, b) } else { (-1, -1) }
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let a = try first.value(frame)
    let b = try second.value(frame)
    if firstSlot >= 0 {
      (frame.slots + firstSlot).store(a)
      (frame.slots + secondSlot).store(b)
      return .normal
    }
    try firstTarget.store(frame, a)
    try secondTarget.store(frame, b)
    return .normal
  }
}

/// `a, b, c = x, y, z` without a tuple: the values wait on the value stack.
final class AssignRowNode: StatementNode {
  private let target: UnpackTarget
  private let values: CallArguments

  init(_ target: UnpackTarget, _ values: [ExpressionNode], _ range: SourceRange) {
    self.target = target
    self.values = CallArguments(values)
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let machine = frame.machine
    guard let places = machine.reserveUnbound(values.count) else { try frame.fail(machine.stackOverflow(), range) }
    do throws(Raised) { try values.evaluate(into: places, frame) } catch {
      machine.release(places, values.count)
      throw error
    }
    defer { machine.pointee.stackTop = places }
    try target.store(frame, movingFrom: places)
    return .normal
  }
}

final class DeleteNode: StatementNode {
  private let target: TargetNode

  init(_ target: TargetNode, _ range: SourceRange) {
    self.target = target
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try target.delete(frame)
    if frame.machine.pointee.hasDeferredWarnings { frame.issueDeferredWarnings(range) }
    return .normal
  }
}

// MARK: Augmented assignment

/// `local op= value`.
final class AugmentLocalNode: StatementNode {
  private let slot: Int
  private let op: BinaryOperator
  private let counts: Bool
  private let value: Operand

  init(slot: Int, _ op: BinaryOperator, _ value: ExpressionNode, _ range: SourceRange) {
    self.slot = slot
    self.op = op
    counts = op == .add || op == .subtract
    self.value = Operand(value)
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let place = frame.slots + slot
    if counts, let x = place.heldInt {
      guard let operand = value.place(frame) else { return try count(x, frame) }
      if let y = operand.heldInt {
        if let result = op.count(x, y) {
          place.initialize(to: .int(result))
          return .normal
        }
      }
    }
    return try executeElsewhere(frame)
  }

  /// `n += f()` where `n` is an int.
  @inline(never)
  private func count(_ x: Int, _ frame: Frame) throws(Raised) -> Completion {
    let operand = try value.evaluate(frame)
    var number: Int?
    if case .int(let given) = operand { number = given } else if case .bool(let flag) = operand { number = flag ? 1 : 0 }
    if let y = number {
      if let result = op.count(x, y) {
        (frame.slots + slot).store(.int(result))
        return .normal
      }
    }
    return try finish(.int(x), operand, frame)
  }

  /// The same where it is more than counting.
  @inline(never)
  private func executeElsewhere(_ frame: Frame) throws(Raised) -> Completion {
    // A number: only this statement assigns to the variable, so it is still there after the operand was evaluated.
    let place = frame.slots + slot
    if case .undefined = place.number {
      return op == .add ? try addGeneral(frame) : try executeGeneral(frame)
    }
    if let operand = value.place(frame) {
      let result = frame.quickAugment(op, place.number, operand.number)
      if !result.isUndefined {
        place.initialize(to: result)
        return .normal
      }
    }
    let old = place.number
    return try finish(old, try value.evaluate(frame), frame)
  }

  /// Stores what a number and the operand give.
  @inline(never)
  private func finish(_ old: Value, _ operand: Value, _ frame: Frame) throws(Raised) -> Completion {
    let quick = frame.quickAugment(op, old, operand)
    (frame.slots + slot).store(quick.isUndefined ? try frame.augment(op, old, operand, range) : quick)
    return .normal
  }

  private func executeGeneral(_ frame: Frame) throws(Raised) -> Completion {
    let old = frame[slot]
    if old.isUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    let operand = try value.evaluate(frame)
    frame[slot] = try frame.augment(op, old, operand, range)
    return .normal
  }

  private func addGeneral(_ frame: Frame) throws(Raised) -> Completion {
    let place = frame.slots + slot
    if place.holdsPlainString {
      if let addition = value.place(frame), addition != place, addition.holdsPlainString, let text = addition.uncountedObject {
        place.appendText(text.as(StringObject.self), frame.machine.pointee.runtimeReference)
        return .normal
      }
      let operand = try value.evaluate(frame)
      if !place.append(operand, frame) { frame[slot] = try frame.augment(.add, frame[slot], operand, range) }
      return .normal
    }
    let old = frame[slot]
    if old.isUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    let operand = try value.evaluate(frame)
    frame[slot] = try frame.augment(.add, old, operand, range)
    return .normal
  }
}

extension Value {
  /// A `str`, not of a subclass.
  @inline(__always)
  var isPlainString: Bool {
    if case .object(let object) = self { return object.kind == .string && !object.isOfHeapType }
    return false
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  @inline(__always)
  var holdsPlainString: Bool {
    uncountedObject?._withUnsafeGuaranteedRef { $0.kind == .string && !$0.isOfHeapType } ?? false
  }

  /// Takes the string away, so that no reference to it is left here.
  @inline(never)
  private func takeString() -> StringObject {
    guard case .object(let object) = pointee else { fatalError("pya: not a string") }
    pointee = .undefined
    return unsafeDowncast(object, to: StringObject.self)
  }

  /// `place += addition`, if both are plain strings. False, and nothing is done: they are not.
  @inline(__always)
  fileprivate func append(_ addition: Value, _ frame: Frame) -> Bool {
    guard addition.isPlainString, holdsPlainString, let text = addition.uncounted else { return false }
    appendText(text.as(StringObject.self), frame.machine.pointee.runtimeReference)
    withExtendedLifetime(addition) {}
    return true
  }

  /// `place += addition` for two strings: in place when nobody else holds the text, so that building one in a loop is not quadratic.
  /// (CPython does the same.)
  @inline(never)
  func appendText(_ addition: Unmanaged<StringObject>, _ runtime: Unmanaged<Runtime>) {
    var text = takeString()
    addition._withUnsafeGuaranteedRef { addition in
      if !text.isInterned, isKnownUniquelyReferenced(&text) {
        text.appendInPlace(addition)
        initialize(to: .object(text))
      } else {
        let type = runtime._withUnsafeGuaranteedRef { $0.types.str }
        initialize(to: .object(StringObject(joining: text, addition, type: type)))
      }
    }
  }
}

extension BinaryOperator {
  /// The sum or difference, for one of these operators; nil: it is beyond a word.
  @inline(__always)
  fileprivate func count(_ x: Int, _ y: Int) -> Int? {
    let (result, overflow) = self == .add ? x.addingReportingOverflow(y) : x.subtractingReportingOverflow(y)
    return overflow ? nil : result
  }
}

extension Frame {
  /// `old op= operand` on numbers; `undefined` where the general rule must decide.
  @inline(__always)
  func quickAugment(_ op: BinaryOperator, _ old: Value, _ operand: Value) -> Value {
    switch op {
    case .add: quickAdd(old, operand)
    case .subtract: quickSubtract(old, operand)
    case .multiply: quickMultiply(old, operand)
    case .divide: quickDivide(old, operand)
    case .floorDivide: quickFloorDivide(old, operand)
    case .modulo: quickModulo(old, operand)
    case .and: quickAnd(old, operand)
    case .or: quickOr(old, operand)
    case .xor: quickXor(old, operand)
    case .leftShift: quickShiftLeft(old, operand)
    case .rightShift: quickShiftRight(old, operand)
    case .power: quickPower(old, operand)
    case .matrixMultiply: .undefined
    }
  }

  /// `old op= operand` on values.
  @inline(__always)
  func augment(_ op: BinaryOperator, _ old: Value, _ operand: Value, _ range: SourceRange) throws(Raised) -> Value {
    let quick = quickAugment(op, old, operand)
    if !quick.isUndefined { return quick }
    return try recorded(range) { () throws(Raised) in
      do throws(Raised) { return try runtime.inPlace(op, old, operand) } catch { throw located(error, range) }
    }
  }
}

/// Raises if a local variable has no value.
final class RequireLocalNode: StatementNode {
  private let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if (frame.slots + slot).holdsUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    return .normal
  }
}

/// `name op= value` for names that are not plain locals.
final class AugmentNameNode: StatementNode {
  private let read: ExpressionNode
  private let target: TargetNode
  private let op: BinaryOperator
  private let value: ExpressionNode

  init(_ read: ExpressionNode, _ target: TargetNode, _ op: BinaryOperator, _ value: ExpressionNode, _ range: SourceRange) {
    self.read = read
    self.target = target
    self.op = op
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if op == .add, let global = target as? GlobalTarget, let place = global.place, place.holdsPlainString {
      return try addText(global, frame)
    }
    let old = try read.evaluate(frame)
    let operand = try value.evaluate(frame)
    try target.store(frame, try frame.augment(op, old, operand, range))
    return .normal
  }

  /// `text += addition` with a module's variable.
  private func addText(_ global: GlobalTarget, _ frame: Frame) throws(Raised) -> Completion {
    let operand = try value.evaluate(frame)
    if operand.isPlainString, let text = operand.uncounted, let place = global.place, place.holdsPlainString {
      place.appendText(text.as(StringObject.self), frame.machine.pointee.runtimeReference)
      withExtendedLifetime(operand) {}
    } else {
      try target.store(frame, try frame.augment(op, try read.evaluate(frame), operand, range))
    }
    return .normal
  }
}

/// `object.name op= value` with the object in a local variable.
final class AugmentAttributeNode: StatementNode {
  private let read: AttributeNode
  private let target: AttributeTarget
  private let op: BinaryOperator
  private let value: Operand
  private let objectSlot: Int
  private let counts: Bool
  /// The shape of the instances counted in last that have the attribute in themselves, and how far behind their address.
  private var countingToken = 0
  private var countingOffset = 0

  /// `object` reads a local variable that nothing in `value` assigns to.
  init(
    _ object: LocalNode, _ name: StringObject, _ op: BinaryOperator, _ value: ExpressionNode, targetRange: SourceRange,
    _ range: SourceRange
  ) {
    read = AttributeNode(object, name, targetRange)
    target = AttributeTarget(object, name, targetRange)
    self.op = op
    self.value = Operand(value)
    objectSlot = object.slot
    counts = op == .add || op == .subtract
    super.init(range)
  }

  /// Notes where the attribute lies, if that is in the instance.
  private func remember(_ entry: UnsafeMutablePointer<Value>, _ frame: Frame) {
    guard counts, let held = (frame.slots + objectSlot).uncountedObject, held.kind == .instance else { return }
    let offset = UnsafeMutableRawPointer(entry) - held.toOpaque()
    guard offset >= Instance.inlineOffset, offset < Instance.inlineOffset + Instance.inlineCapacity * MemoryLayout<Value>.stride else { return }
    countingToken = held._withUnsafeGuaranteedRef { $0.cacheToken }
    countingOffset = offset
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if counts, let operand = value.place(frame), let y = operand.heldInt, let held = (frame.slots + objectSlot).uncountedObject,
      held.kind == .instance, held._withUnsafeGuaranteedRef({ $0.cacheToken }) == countingToken
    {
      let entry = (held.toOpaque() + countingOffset).assumingMemoryBound(to: Value.self)
      if let x = entry.heldInt {
        if let result = op.count(x, y) {
          entry.initialize(to: .int(result))
          return .normal
        }
      }
    }
    return try executeElsewhere(frame)
  }

  /// The same where it is more than counting.
  @inline(never)
  private func executeElsewhere(_ frame: Frame) throws(Raised) -> Completion {
    // A number in a slot of the instance, that nobody has a say in: it is replaced where it lies.
    if let entry = read.settledPlace(frame), entry == target.knownPlace(frame) {
      let old = entry.number
      if !old.isUndefined { return try replace(old, at: entry, frame) }
    }
    let old = try read.evaluate(frame)
    let operand = try value.evaluate(frame)
    try target.store(frame, try frame.augment(op, old, operand, range))
    return .normal
  }

  @inline(__always)
  private func replace(_ old: Value, at entry: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) -> Completion {
    if let operand = value.place(frame) {
      let result = frame.quickAugment(op, old, operand.number)
      if !result.isUndefined {
        remember(entry, frame)
        entry.initialize(to: result)
        return .normal
      }
    }
    let operand = try value.value(frame)
    // The attribute may lie elsewhere now.
    try target.store(frame, try frame.augment(op, old, operand, range))
    return .normal
  }
}

/// The same with any other object, which is evaluated once and put into a temporary slot that `statement` uses.
final class AugmentAttributeOfNode: StatementNode {
  private let object: ExpressionNode
  private let slot: Int
  private let statement: AugmentAttributeNode

  init(_ object: ExpressionNode, slot: Int, _ statement: AugmentAttributeNode, _ range: SourceRange) {
    self.object = object
    self.slot = slot
    self.statement = statement
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    frame[slot] = try object.evaluate(frame)
    let completion = try statement.execute(frame)
    frame[slot] = .undefined
    return completion
  }
}

/// `object[index] op= value`: object and index are evaluated once.
final class AugmentSubscriptNode: StatementNode {
  private let object: Operand
  private let index: Operand
  private let op: BinaryOperator
  private let value: Operand
  private let targetRange: SourceRange

  init(
    _ object: ExpressionNode, _ index: ExpressionNode, _ op: BinaryOperator, _ value: ExpressionNode,
    targetRange: SourceRange, _ range: SourceRange
  ) {
    self.object = Operand(object)
    self.index = Operand(index)
    self.op = op
    self.value = Operand(value)
    self.targetRange = targetRange
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    // A number in a list or dictionary that lies somewhere: it is replaced where it lies.
    if value.hasPlace, let entry = settledEntry(frame) {
      let old = entry.number
      if !old.isUndefined, let operand = value.place(frame) {
        let result = frame.quickAugment(op, old, operand.number)
        if !result.isUndefined {
          entry.initialize(to: result)
          return .normal
        }
      }
    } else if let held = object.place(frame)?.uncountedObject, let key = index.place(frame), case .int(let position) = key.number {
      if try augmentElement(of: held, at: position, frame) { return .normal }
    }
    return try executeGeneral(frame)
  }

  /// Augments a number in a list. The operand is evaluated in between, and may change the list. False: it is something else.
  @inline(__always)
  private func augmentElement(of held: Unmanaged<Object>, at position: Int, _ frame: Frame) throws(Raised) -> Bool {
    guard let old = held._withUnsafeGuaranteedRef({ $0.listPlace(position)?.number }), !old.isUndefined else { return false }
    let operand = try value.evaluate(frame)
    let result = try frame.augment(op, old, operand, range)
    guard let entry = held._withUnsafeGuaranteedRef({ $0.listPlace(position) }) else {
      try frame.fail(frame.runtime.indexError("list assignment index out of range"), targetRange)
    }
    entry.store(result)
    return true
  }

  /// Where the entry lies, if that can be had without running code of the program.
  @inline(__always)
  private func settledEntry(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if let key = index.place(frame) { return object.settledPlace(frame)?.uncountedObject?.entryPlace(key) }
    guard let position = index.node.settledInt(frame), let held = object.settledPlace(frame)?.uncountedObject else { return nil }
    var key = Value.int(position)
    return held.entryPlace(&key)
  }

  private func executeGeneral(_ frame: Frame) throws(Raised) -> Completion {
    let container = try object.evaluate(frame)
    var key = try index.evaluate(frame)
    if let held = container.uncounted, case .int(let position) = key, try augmentElement(of: held, at: position, frame) {
      return .normal
    }
    if case .object(let object) = container, object.kind == .dict, !object.mayDecideItems, let hash = key.quickHash {
      let dict = unsafeDowncast(object, to: DictObject.self)
      if let index = dict.quickIndex(hash: hash, { $0.isQuicklySame(as: &key) }), index >= 0 {
        let old = dict.valuePlace(index).number
        if !old.isUndefined {
          let changes = dict.changes
          let operand = try value.evaluate(frame)
          let result = try frame.augment(op, old, operand, range)
          if dict.changes == changes {
            dict.valuePlace(index).store(result)
            return .normal
          }
          do { try frame.runtime.setItem(container, key, result) } catch { try frame.fail(error, targetRange) }
          return .normal
        }
      }
    }
    let runtime = frame.runtime
    let old: Value
    do { old = try runtime.getItem(container, key) } catch { try frame.fail(error, targetRange) }
    let operand = try value.evaluate(frame)
    let result = try frame.augment(op, old, operand, range)
    do { try runtime.setItem(container, key, result) } catch { try frame.fail(error, targetRange) }
    return .normal
  }
}

/// Notes the annotation of a module's or class's variable in `__annotations__`.
final class AnnotateNode: StatementNode {
  private let name: StringObject
  private let annotation: ExpressionNode
  /// The module's namespace; nil in a class body, whose namespace is in the frame.
  private let globals: DictObject?

  init(_ name: StringObject, _ annotation: ExpressionNode, globals: DictObject?, _ range: SourceRange) {
    self.name = name
    self.annotation = annotation
    self.globals = globals
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let value = try annotation.evaluate(frame)
    do throws(Raised) {
      let namespace = globals.map { Value.object($0) } ?? frame[StatementCode.namespaceSlot]
      let annotations = try runtime.annotations(in: namespace)
      try runtime.setItem(annotations, .object(name), value)
    } catch { try frame.fail(error, range) }
    return .normal
  }
}

/// Makes `__annotations__` where a module or class body annotates anything.
final class StartAnnotationsNode: StatementNode {
  /// The module's namespace; nil when the namespace is in the frame.
  private let globals: DictObject?

  init(globals: DictObject?, _ range: SourceRange) {
    self.globals = globals
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let namespace = globals.map { Value.object($0) } ?? frame[StatementCode.namespaceSlot]
    do throws(Raised) { _ = try frame.runtime.annotations(in: namespace) } catch { try frame.fail(error, range) }
    return .normal
  }
}

extension Runtime {
  /// The namespace's `__annotations__`, made if need be.
  fileprivate func annotations(in namespace: Value) throws(Raised) -> Value {
    let key = Value.object(names.annotations)
    if let dict = namespace.dict, let existing = dict.getString(names.annotations) { return existing }
    if namespace.dict == nil {
      // A mapping of the program need not tell what it contains.
      do throws(Raised) { return try getItem(namespace, key) } catch {
        guard matches(error, "KeyError") else { throw error }
      }
    }
    let made = Value.object(DictObject(self))
    try setItem(namespace, key, made)
    return made
  }
}
