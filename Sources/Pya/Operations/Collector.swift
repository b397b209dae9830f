/// The collector of circles.
///
/// Swift counts references, so nearly everything a program drops is freed at once, in Python's order. What counting cannot free is a
/// circle: parent and child, a function that calls itself through its closure, a bound method kept in an attribute. Left alone they
/// would fill the memory of a program that runs long, and `gc.collect()` would do nothing.
///
/// **How garbage is told from the rest.** As in CPython: take the counts of all objects that hold others, and subtract from each the
/// references that come from such objects. Where something is left over, somebody outside holds the object: a variable of a running
/// frame, a module, the event loop, Swift code. It is alive, and so is what it leads to. The rest is garbage. The counts are Swift's own,
/// so an object that hides a reference (has no `visitContents`, or holds values in a Swift closure) makes the collector keep more, never
/// free more. What must not happen is showing a reference that is not counted: that is why arrays that share their memory are not
/// shown (`Tracer.visit`), and running frames not either. Temporaries on the native stack may be uncounted, but then they are held by
/// something that is counted and reachable from outside: a collection moves and frees none of that.
///
/// **Which objects are listed.** Listing all would be simple, and would cost each of them at birth and death. But an object can only
/// refer to what is older than itself, unless it changes later. So every circle has a member that changed after its birth, and it is
/// enough to list the kinds that can: instances, lists, dictionaries, sets, deques, cells, exceptions, frames of generators and
/// coroutines. Tuples, functions, bound methods, iterators, partials and the rest are met from there, get a place for the time of the
/// collection, and go with the circle they belong to. Tasks and futures change, but their circles go through frames or instances, or
/// they are held by the loop; when that is closed, the tasks that wait are listed too.
/// Listing costs 6 instructions at birth and 6 at death (`Containers.swift`), in an array beside the objects: two words of links in
/// each object cost more memory, and touch two neighbours. The four bytes an object keeps its place in were padding. Tried in
/// thought and dropped: listing an instance only when an attribute receives a container (a test at every store, where this is
/// one store at birth), and remembering objects whose count was lowered (Swift's release cannot be asked to).
///
/// **When.** When there are more containers than the limit (50,000, then two to four times what survived: the less was garbage the
/// more), the list says so where it is full anyway; the next turn of a loop or the next call collects. A program whose containers do not
/// grow in number never collects. The work is proportional to what is alive, which must have grown as much since the last time: a
/// constant share of a program's time, like CPython's 25 % rule. Where few containers hold very many tuples or strings, the number of
/// references that were followed sets the limit. Tuples of numbers and strings are looked at once (`Tracer.becomesFlat`).
///
/// **What then happens**, in CPython's order (PEP 442): weak references to garbage are cleared, their callbacks called unless they
/// are garbage themselves; `__del__` of each object once, in the order they were made, and the `finally` of generators; if that brought
/// something back to life, it and what it holds stays. Then the listed ones let go of their contents, and counting frees all.
///
/// Classes are not collected: they live as long as the runtime.
final class Collector {
  var isEnabled = true
  fileprivate var isCollecting = false
  /// `gc.set_debug`.
  var debugFlags = 0
  /// `gc.garbage` and `gc.callbacks`.
  let garbage, callbacks: ListObject
  /// `gc.get_threshold()`: what the program set. The first says whether to collect at all, the rest is for show.
  var thresholds = (2000, 10, 10)
  var collections = 0
  var collected = 0
  var frozenCount = 0
  /// How many references the last collection followed among what is alive.
  fileprivate var lastWork = 0

  static let savesAll = 32

  init(_ runtime: Runtime) {
    garbage = ListObject(runtime)
    callbacks = ListObject(runtime)
  }
}

extension Runtime {
  var collector: Collector { attachment(Collector.self) { Collector(self) } }

  /// The collection that the list of containers asked for.
  @inline(never)
  func collectWhenDue() {
    machine.pointee.containers.isCollectionDue = false
    let collector = collector
    if !collector.isEnabled || collector.thresholds.0 == 0 || collector.isCollecting { return }
    let before = machine.pointee.containers.count
    _ = collectGarbage(isAsked: false)
    let alive = machine.pointee.containers.compact()
    machine.pointee.containers.makeRoom()
    let isWorthwhile = alive < before / 2
    let isInVain = alive > before - before / 16
    let room = max(isWorthwhile ? alive : isInVain ? alive * 3 : alive * 2, collector.lastWork / 2)
    machine.pointee.containers.limit = max(ContainerList.firstLimit, alive + room)
  }

  /// Frees circles that nothing outside refers to; returns how many objects were unreachable. Runs code of the program: `__del__`,
  /// callbacks of weak references, `gc.callbacks`.
  func collectGarbage(generation: Int = 2, isAsked: Bool = true) -> Int {
    let collector = collector
    if collector.isCollecting { return 0 }
    collector.isCollecting = true
    defer { collector.isCollecting = false }
    if collector.callbacks.count > 0 { announce("start", collector, generation, collected: 0) }
    var doomed = unreachableObjects()
    var count = 0
    if !doomed.isEmpty {
      if prepareForEnd(doomed) {
        // Code of the program ran, and may have opened circles or brought something back to life: what is garbage still?
        // What became garbage only now has not ended properly yet, and waits for the next collection.
        for object in doomed { object.isDoomed = true }
        doomed = []
        doomed = unreachableObjects(amongDoomed: true)
      }
      count = isAsked ? doomed.reduce(into: 0) { $0 += isTracked($1) ? $1.trackedCount : 0 } : doomed.count
      if collector.debugFlags & Collector.savesAll != 0 {
        for object in doomed { collector.garbage.append(.object(object)) }
      } else {
        for object in doomed { object.clearContents() }
      }
      doomed = []
    }
    collector.collections += 1
    collector.collected += count
    if collector.callbacks.count > 0 { announce("stop", collector, generation, collected: count) }
    return count
  }

  /// All objects that only circles keep alive, in the order they were made; those that are not listed come last. Perhaps only those that
  /// are marked as doomed, which ends that mark of all.
  private func unreachableObjects(amongDoomed: Bool = false) -> ContiguousArray<Object> {
    machine.pointee.containers.compact()
    let registered = machine.pointee.containers.count
    let tracer = Tracer(machine)
    defer {
      tracer.dispose()
      machine.pointee.containers.disown(from: registered)
    }
    let containers = subtractReferences(tracer)
    for index in ContainerList.first..<containers {
      guard let place = machine.pointee.containers.places[index] else { continue }
      let found = Int(tracer.state.pointee.counts[index])
      if found == Int(Tracer.reachable) || Int(bitPattern: swiftRetainCount(place)) + found <= 0 { continue }
      tracer.mark(index)
      markReachable(tracer)
    }
    collector.lastWork = tracer.state.pointee.work
    var found = ContiguousArray<Object>()
    for index in ContainerList.first..<containers where tracer.state.pointee.counts[index] != Tracer.reachable {
      guard let place = machine.pointee.containers.places[index] else { continue }
      let object = Unmanaged<Object>.fromOpaque(place).takeUnretainedValue()
      if !amongDoomed || object.isDoomed { found.append(object) }
    }
    if amongDoomed { clearMarks(upTo: containers) }
    return found
  }

  /// Visits everything that is listed or met; returns the number of places.
  private func subtractReferences(_ tracer: Tracer) -> Int {
    tracer.state.pointee.phase = .subtract
    var index = ContainerList.first
    while index < machine.pointee.containers.count {
      visitContents(at: index, tracer)
      index += 1
    }
    return index
  }

  private func markReachable(_ tracer: Tracer) {
    tracer.state.pointee.phase = .mark
    while let index = tracer.state.pointee.pending.popLast() { visitContents(at: Int(index), tracer) }
  }

  @inline(__always)
  private func visitContents(at index: Int, _ tracer: Tracer) {
    guard let place = machine.pointee.containers.places[index] else { return }
    Unmanaged<Object>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.visitContents(tracer) }
  }

  /// Clears weak references to what is about to go, calls their callbacks and all finalizers. True: code of the program may have run.
  private func prepareForEnd(_ doomed: ContiguousArray<Object>) -> Bool {
    var observers: [DeathObserver] = []
    for object in doomed where object.isObserved {
      object.isObserved = false
      observers += takeObservers(of: object.address)
    }
    var mayHaveRun = false
    if !observers.isEmpty {
      for object in doomed { object.isDoomed = true }
      for observer in observers { observer.forgetTarget() }
      observers.removeAll(where: \.isDoomed)
      for object in doomed { object.isDoomed = false }
      for observer in observers { observer.wasFreed(self) }
      mayHaveRun = true
    }
    for object in doomed where !object.isFinalized && object.finalize(self) { mayHaveRun = true }
    return mayHaveRun
  }

  private func clearMarks(upTo end: Int) {
    for index in ContainerList.first..<end {
      guard let place = machine.pointee.containers.places[index] else { continue }
      Unmanaged<Object>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.isDoomed = false }
    }
  }

  private func announce(_ phase: String, _ collector: Collector, _ generation: Int, collected: Int) {
    let details = DictObject(self)
    for (name, number) in [("generation", generation), ("collected", collected), ("uncollectable", 0)] {
      details.setString(intern(name), .int(number))
    }
    for callback in collector.callbacks.array {
      do { _ = try call(callback, [.object(string(phase)), .object(details)]) } catch { reportUnraisable(error, in: callback) }
    }
  }

  // MARK: For the program's eyes

  /// Everything the collector sees.
  func collectableObjects() -> [Value] {
    withAllContainers { tracer, count in
      (ContainerList.first..<count).compactMap { index in
        machine.pointee.containers.places[index].map { .object(Unmanaged<Object>.fromOpaque($0).takeUnretainedValue()) }
      }
    }
  }

  /// What an object refers to directly.
  func referents(of object: Object) -> [Value] {
    let tracer = Tracer(machine, .list)
    defer { tracer.dispose() }
    object.visitContents(tracer)
    return tracer.state.pointee.listed
  }

  /// Who refers directly to one of the objects.
  func referrers(to targets: [Value]) -> [Value] {
    collectableObjects().filter { candidate in
      guard let object = candidate.object else { return false }
      return referents(of: object).contains { found in targets.contains { $0.isIdentical(to: found) } }
    }
  }

  private func withAllContainers(_ body: (Tracer, Int) -> [Value]) -> [Value] {
    machine.pointee.containers.compact()
    let registered = machine.pointee.containers.count
    let tracer = Tracer(machine)
    defer {
      tracer.dispose()
      machine.pointee.containers.disown(from: registered)
    }
    return body(tracer, subtractReferences(tracer))
  }

  /// `gc.is_tracked`: whether CPython's collector would look at it.
  func isTracked(_ object: Object) -> Bool {
    switch object.kind {
    case .string, .bytes, .byteArray, .bigInt, .complex, .range, .intInstance, .floatInstance, .code:
      return object.type.isHeap
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      return object.type.isHeap || (0..<tuple.count).contains { isTracked(tuple[$0]) }
    case .dict:
      let dict = unsafeDowncast(object, to: DictObject.self)
      return object.type.isHeap || dict.liveEntries.contains { isTracked($0.value) || isTracked($0.key) }
    case .instance: return object.type !== types.object
    default: return true
    }
  }

  func isTracked(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    // Deep inside, CPython does not look for atoms either.
    if object.kind == .tuple, !object.type.isHeap { return unsafeDowncast(object, to: TupleObject.self).count > 0 }
    if object.kind == .dict { return true }
    return isTracked(object)
  }
}
