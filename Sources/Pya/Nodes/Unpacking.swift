import PyaSyntax

/// `a, b = ...`, `[a, *b] = ...`.
///
/// Tuples and lists are taken apart where they lie; everything else is iterated over.
final class UnpackTarget: TargetNode {
  private let targets: [TargetNode]
  /// The same, used without counting.
  private let uncounted: UnsafeMutablePointer<Unmanaged<TargetNode>>
  /// The position of the starred target, if there is one.
  private let star: Int?
  /// The slots of targets that are local variables; -1 of others.
  private let places: UnsafeMutablePointer<Int>
  /// The same when all targets are local variables.
  private let slots: UnsafeMutablePointer<Int>?
  let count: Int
  /// How many parts there must be, when there is no starred target; else -1.
  let exactCount: Int

  init(_ targets: [TargetNode], star: Int?, _ range: SourceRange) {
    self.targets = targets
    self.star = star
    count = targets.count
    exactCount = star == nil ? targets.count : -1
    uncounted = .allocate(capacity: max(targets.count, 1))
    for (index, target) in targets.enumerated() { (uncounted + index).initialize(to: .passUnretained(target)) }
    let locals = targets.map { ($0 as? LocalTarget)?.slot ?? -1 }
    places = .allocate(capacity: max(locals.count, 1))
    places.initialize(from: locals, count: locals.count)
    slots = star == nil && !locals.contains(-1) ? places : nil
    super.init(range)
  }

  /// Whether all targets are local variables, and none of them is that in the slot.
  func leaves(slot: Int) -> Bool {
    guard let slots else { return false }
    return (0..<count).allSatisfy { slots[$0] != slot }
  }

  /// There is no starred target, and all are local variables.
  var hasOnlyLocals: Bool { slots != nil }

  /// Whether the local variables that are the targets hold only what runs no code when it goes: numbers, strings, nothing.
  @inline(__always)
  func replacesPlainly(_ frame: Frame) -> Bool {
    guard let slots else { return false }
    for index in 0..<count {
      if let old = (frame.slots + slots[index]).uncountedObject, old.kind != .string || !old.isPlain { return false }
    }
    return true
  }

  deinit {
    places.deallocate()
    uncounted.deallocate()
  }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if let held = value.uncounted, try store(frame, partsOf: held) { return }
    try storeIterating(frame, value)
  }

  override func store(_ frame: Frame, copyAt place: UnsafeMutablePointer<Value>) throws(Raised) {
    if let held = place.uncountedObject, try store(frame, partsOf: held) { return }
    try storeIterating(frame, place.copied)
  }

  /// Takes a tuple or list apart, which somebody keeps meanwhile. False: the object must be iterated over.
  @inline(__always)
  private func store(_ frame: Frame, partsOf held: Unmanaged<Object>) throws(Raised) -> Bool {
    if held.mayDecideItems { return false }
    if held.kind == .tuple {
      let (items, itemCount) = held.as(TupleObject.self)._withUnsafeGuaranteedRef { ($0.items, $0.count) }
      // Nothing changes a tuple.
      if itemCount == exactCount {
        try store(frame, copiesOf: items)
        return true
      }
      guard let star, itemCount >= count - 1 else { return false }
      try store(frame, items, itemCount, star: star)
      return true
    }
    guard held.kind == .list else { return false }
    let (items, itemCount) = held.as(ListObject.self)._withUnsafeGuaranteedRef { ($0.items, $0.count) }
    if itemCount == exactCount {
      if let slots { try store(frame, copiesOfChangeable: items, slots) } else { try storeByWay(frame, items) }
      return true
    }
    guard let star, itemCount >= count - 1 else { return false }
    try store(frame, items, itemCount, star: star)
    return true
  }

  @inline(__always)
  private func store(_ frame: Frame, copiesOf items: UnsafeMutablePointer<Value>) throws(Raised) {
    if let slots {
      for index in 0..<count { (frame.slots + slots[index]).store(copyAt: items + index) }
      return
    }
    for index in 0..<count {
      if places[index] >= 0 {
        (frame.slots + places[index]).store(copyAt: items + index)
      } else {
        try uncounted[index].borrowed { (target) throws(Raised) in try target.store(frame, copyAt: items + index) }
      }
    }
  }

  /// Stores the elements of a list in local variables. Releasing what these held may run code that changes the list: then the rest goes by
  /// way of the value stack.
  @inline(__always)
  private func store(
    _ frame: Frame, copiesOfChangeable items: UnsafeMutablePointer<Value>, _ slots: UnsafeMutablePointer<Int>
  ) throws(Raised) {
    for index in 0..<count {
      let place = frame.slots + slots[index]
      if let old = place.uncountedObject, old.kind != .string || !old.isPlain {
        return try storeRest(frame, items, slots, from: index)
      }
      place.store(copyAt: items + index)
    }
  }

  @inline(never)
  private func storeRest(
    _ frame: Frame, _ items: UnsafeMutablePointer<Value>, _ slots: UnsafeMutablePointer<Int>, from first: Int
  ) throws(Raised) {
    let machine = frame.machine
    guard let parts = machine.reserveUnbound(count - first) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.pointee.stackTop = parts }
    parts.initializeCopies(of: items + first, count: count - first)
    for index in first..<count { (frame.slots + slots[index]).store((parts + (index - first)).move()) }
  }

  @inline(__always)
  private func store(_ frame: Frame, _ index: Int, _ value: Value) throws(Raised) {
    try uncounted[index].borrowed { (target) throws(Raised) in try target.store(frame, value) }
  }

  /// By way of the value stack: storing may run code that changes the list.
  private func storeByWay(_ frame: Frame, _ items: UnsafeMutablePointer<Value>) throws(Raised) {
    let machine = frame.machine
    guard let parts = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.pointee.stackTop = parts }
    parts.initializeCopies(of: items, count: count)
    try store(frame, movingFrom: parts)
  }

  /// `a, *rest, z` of a tuple or list that is long enough.
  private func store(
    _ frame: Frame, _ items: UnsafeMutablePointer<Value>, _ itemCount: Int, star: Int
  ) throws(Raised) {
    let machine = frame.machine
    guard let parts = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.pointee.stackTop = parts }
    let restCount = itemCount - (count - 1)
    let after = count - star - 1
    let rest = machine.pointee.runtimeReference._withUnsafeGuaranteedRef { ListObject($0, capacity: restCount) }
    rest.append(copiesOf: items + star, count: restCount)
    parts.initializeCopies(of: items, count: star)
    (parts + star).initialize(to: .object(rest))
    (parts + star + 1).initializeCopies(of: items + star + restCount, count: after)
    try store(frame, movingFrom: parts)
  }

  @inline(never)
  private func storeIterating(_ frame: Frame, _ value: Value) throws(Raised) {
    let values: [Value]
    do throws(Raised) {
      if let star {
        values = try frame.runtime.unpackStarred(value, star, count - star - 1)
      } else {
        values = try frame.runtime.unpack(value, count)
      }
    } catch { try frame.fail(error, range) }
    for index in 0..<count { try store(frame, index, values[index]) }
  }

  /// Stores `count` values that lie side by side, and takes them away from there.
  @inline(__always)
  func store(_ frame: Frame, movingFrom parts: UnsafeMutablePointer<Value>) throws(Raised) {
    if let slots {
      for index in 0..<count { (frame.slots + slots[index]).store((parts + index).move()) }
      return
    }
    for index in 0..<count {
      if places[index] >= 0 {
        (frame.slots + places[index]).store((parts + index).move())
        continue
      }
      do throws(Raised) { try store(frame, index, (parts + index).move()) } catch {
        (parts + index + 1).deinitializeValues(count - index - 1)
        throw error
      }
    }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    for target in targets { try target.delete(frame) }
  }
}
