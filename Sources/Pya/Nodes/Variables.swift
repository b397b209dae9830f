import PyaSyntax

/// A local variable.
final class LocalNode: ExpressionNode {
  let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override var localSlot: Int? { slot }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    let place = frame.slots + slot
    return place.holdsUndefined ? nil : place
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let place = frame.slots + slot
    switch place.number {
    case .int(let number): return number != 0
    case .float(let number): return number != 0
    default: break
    }
    guard let held = place.uncountedObject else { return try super.evaluateBool(frame) }
    do throws(Raised) {
      return try held.borrowed { (object) throws(Raised) in
        try frame.withRuntime { (runtime) throws(Raised) in try runtime.isTrue(.object(object)) }
      }
    } catch { try frame.fail(error, range) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let place = frame.slots + slot
    if place.countsCopy() { return place.move() }
    return try copy(place, frame)
  }

  @inline(never)
  private func copy(_ place: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) -> Value {
    if place.holdsUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    return place.copied
  }
}

/// A local variable that an assignment expression may change while its neighbours are evaluated: it must be read in its turn, so
/// it is no `localSlot` (see `Operand`). Where nothing runs in between, it may be looked at where it lies.
///
/// It asks the node it wraps: were the two functions alike, the compiler would make one of them, which both call.
final class SettledLocalNode: ExpressionNode {
  private let variable: LocalNode

  init(slot: Int, _ range: SourceRange) {
    variable = LocalNode(slot: slot, range)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try variable.evaluate(frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try variable.evaluateBool(frame) }

  override var maySettle: Bool { true }
  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? { variable.settledPlace(frame) }
  override func settledInt(_ frame: Frame) -> Int? { (frame.slots + variable.slot).heldInt }
}

/// A value put aside in a temporary slot, used once.
final class TakeTemporaryNode: ExpressionNode {
  let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = frame[slot]
    frame[slot] = .undefined
    return value
  }
}

/// A local variable that inner functions share.
final class CellNode: ExpressionNode {
  private let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override var maySettle: Bool { true }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    let place = frame.cellPlace(slot)
    return place.holdsUndefined ? nil : place
  }

  override func settledInt(_ frame: Frame) -> Int? { settledPlace(frame)?.heldInt }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let place = frame.cellPlace(slot)
    if place.countsCopy() { return place.move() }
    return try copy(place, frame)
  }

  @inline(never)
  private func copy(_ place: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) -> Value {
    if place.holdsUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    return place.copied
  }
}

/// A variable of an enclosing function.
final class FreeNode: ExpressionNode {
  private let index: Int

  init(index: Int, _ range: SourceRange) {
    self.index = index
    super.init(range)
  }

  override var maySettle: Bool { true }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    let place = frame.closurePlace(index)
    return place.holdsUndefined ? nil : place
  }

  override func settledInt(_ frame: Frame) -> Int? { settledPlace(frame)?.heldInt }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let place = frame.closurePlace(index)
    if place.countsCopy() { return place.move() }
    return try copy(place, frame)
  }

  @inline(never)
  private func copy(_ place: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) -> Value {
    if place.holdsUndefined { try frame.fail(frame.unboundFree(index), range) }
    return place.copied
  }
}

/// A name of the module, or of the built-ins.
///
/// The cache holds the index of the entry in the dictionary that has the name; it is valid until a key is added to or removed from
/// either dictionary.
final class GlobalNode: ExpressionNode {
  let name: StringObject
  private let globals: DictObject
  private let builtins: DictObject
  /// Where a name is that the module does not define: among the built-ins or the additions to the language.
  private var home: DictObject
  private var globalsChanges = -1
  private var builtinsChanges = -1
  private var index = 0
  private var isBuiltin = false

  init(_ name: StringObject, globals: DictObject, builtins: DictObject, _ range: SourceRange) {
    self.name = name
    self.globals = globals
    self.builtins = builtins
    home = builtins
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let place = settledPlace(frame), place.countsCopy() { return place.move() }
    return try lookUp(frame)
  }

  override var maySettle: Bool { true }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard globals.changes == globalsChanges else { return nil }
    if !isBuiltin { return globals.valuePlace(index) }
    return builtins.changes == builtinsChanges ? home.valuePlace(index) : nil
  }

  override func settledInt(_ frame: Frame) -> Int? { settledPlace(frame)?.heldInt }

  /// Whether the name means this object now.
  @inline(__always)
  func means(_ object: UnsafeMutableRawPointer) -> Bool {
    guard globals.changes == globalsChanges else { return false }
    if !isBuiltin { return (globals.entries + index).value(is: object) }
    return builtins.changes == builtinsChanges && (builtins.entries + index).value(is: object)
  }

  @inline(never)
  private func lookUp(_ frame: Frame) throws(Raised) -> Value {
    let own = globals.index(ofString: name)
    var found = own >= 0 ? own : builtins.index(ofString: name)
    home = builtins
    if found < 0 {
      let runtime = frame.runtime
      if builtins === runtime.builtins {
        if let additions = runtime.languageAdditions(with: name) {
          home = additions
          found = additions.index(ofString: name)
        }
      } else if globals.getString(runtime.names.builtins)?.isNone == true {
        try frame.fail(runtime.typeError("'NoneType' object is not subscriptable"), range)
      }
    }
    guard found >= 0 else { try frame.fail(frame.runtime.nameError(name), range) }
    index = found
    isBuiltin = own < 0
    globalsChanges = globals.changes
    builtinsChanges = builtins.changes
    return isBuiltin ? home.valuePlace(index).copied : globals.valuePlace(index).copied
  }
}

/// A name in a class body (or in code run by `exec`): the namespace first, then a closure's cell or the module.
final class NamespaceNode: ExpressionNode {
  private let name: StringObject
  private let fallback: ExpressionNode

  init(_ name: StringObject, fallback: ExpressionNode, _ range: SourceRange) {
    self.name = name
    self.fallback = fallback
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let namespace = frame[StatementCode.namespaceSlot]
    if case .object(let object) = namespace, object.kind == .dict, !object.type.isHeap {
      if let value = unsafeDowncast(object, to: DictObject.self).getString(name) { return value }
    } else {
      do { return try frame.runtime.getItem(namespace, .object(name)) } catch {
        guard frame.runtime.matches(error, .keyError) else { try frame.fail(error, range) }
      }
    }
    return try fallback.evaluate(frame)
  }
}

extension StatementCode {
  /// Where a class body's frame keeps the namespace.
  static var namespaceSlot: Int { 0 }
}

// MARK: Targets

final class LocalTarget: TargetNode {
  let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) { frame[slot] = value }

  override func store(_ frame: Frame, copyAt place: UnsafeMutablePointer<Value>) throws(Raised) {
    (frame.slots + slot).store(copyAt: place)
  }

  override func delete(_ frame: Frame) throws(Raised) {
    if frame.isUnbound(slot) { try frame.fail(frame.unboundLocal(slot), range) }
    frame[slot] = .undefined
  }
}

final class CellTarget: TargetNode {
  private let slot: Int

  init(slot: Int, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) { frame.cellPlace(slot).store(value) }

  override func delete(_ frame: Frame) throws(Raised) {
    if frame.cell(slot).value.isUndefined { try frame.fail(frame.unboundLocal(slot), range) }
    frame.cell(slot).value = .undefined
  }
}

final class FreeTarget: TargetNode {
  private let index: Int

  init(index: Int, _ range: SourceRange) {
    self.index = index
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) { frame.closurePlace(index).store(value) }

  override func delete(_ frame: Frame) throws(Raised) {
    if frame.closureCell(index).value.isUndefined { try frame.fail(frame.unboundFree(index), range) }
    frame.closureCell(index).value = .undefined
  }
}

final class GlobalTarget: TargetNode {
  private let name: StringObject
  private let globals: DictObject
  private var changes = -1
  private var index = 0

  init(_ name: StringObject, globals: DictObject, _ range: SourceRange) {
    self.name = name
    self.globals = globals
    super.init(range)
  }

  /// Where the value lies, if it is known.
  var place: UnsafeMutablePointer<Value>? {
    guard globals.changes == changes else { return nil }
    let entry = UnsafeMutableRawPointer(globals.entries + index)
    return (entry + DictObject.Entry.valueOffset).assumingMemoryBound(to: Value.self)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if globals.changes == changes { return globals.setValue(at: index, value) }
    globals.setString(name, value)
    index = globals.index(ofString: name)
    changes = globals.changes
  }

  override func delete(_ frame: Frame) throws(Raised) {
    if globals.removeString(name) == nil { try frame.fail(frame.runtime.nameError(name), range) }
  }
}

final class NamespaceTarget: TargetNode {
  private let name: StringObject

  init(_ name: StringObject, _ range: SourceRange) {
    self.name = name
    super.init(range)
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    let namespace = frame[StatementCode.namespaceSlot]
    if case .object(let object) = namespace, object.kind == .dict, !object.type.isHeap {
      unsafeDowncast(object, to: DictObject.self).setString(name, value)
    } else {
      do { try frame.runtime.setItem(namespace, .object(name), value) } catch { try frame.fail(error, range) }
    }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    do { try frame.runtime.deleteItem(frame[StatementCode.namespaceSlot], .object(name)) } catch {
      try frame.fail(frame.runtime.nameError(name), range)
    }
  }
}

// MARK: Complaints

extension Frame {
  func unboundLocal(_ slot: Int) -> Raised {
    runtime.error(
      "UnboundLocalError",
      "cannot access local variable '\(code.slotNames[slot])' where it is not associated with a value")
  }

  func unboundFree(_ index: Int) -> Raised {
    let name = code.freeNames[index]
    let raised = runtime.error(
      "NameError", "cannot access free variable '\(name)' where it is not associated with a value in enclosing scope")
    raised.exception.fields["name"] = .object(runtime.intern(name))
    return raised
  }
}

extension Runtime {
  func nameError(_ name: StringObject) -> Raised {
    let raised = error("NameError", "name '\(name.text)' is not defined")
    raised.exception.fields["name"] = .object(name)
    return raised
  }
}

extension UnsafeMutablePointer where Pointee == DictObject.Entry {
  /// Whether the entry's value is this object, compared without counting references: the words of an `.object` value are the
  /// pointer and a zero tag (`Value`).
  @inline(__always)
  func value(is object: UnsafeMutableRawPointer) -> Bool {
    let place = UnsafeRawPointer(self) + DictObject.Entry.valueOffset
    return place.load(as: UnsafeMutableRawPointer?.self) == object && place.load(fromByteOffset: 8, as: UInt8.self) == 0
  }
}
