/// What objects show their references to (`Object.visitContents`): the collector at one of its phases.
///
/// Nothing here counts a reference for longer than a call, since counts are what the collector reads.
struct Tracer {
  enum Phase {
    /// Takes each reference found off the count of what it leads to.
    case subtract
    /// Whatever is referred to is reachable.
    case mark
    /// Notes the references for the program.
    case list
  }

  struct State {
    let machine: UnsafeMutablePointer<Machine>
    var phase: Phase
    /// By place: minus the references found, later `reachable`.
    var counts: UnsafeMutablePointer<Int32>
    var capacity: Int
    /// Places of reachable objects whose contents were not visited yet.
    var pending: [UInt32] = []
    /// References from what is reachable.
    var work = 0
    var listed: [Value] = []
  }

  static let reachable = Int32.max

  let state: UnsafeMutablePointer<State>

  init(_ machine: UnsafeMutablePointer<Machine>, _ phase: Phase = .subtract) {
    let capacity = phase == .list ? 1 : machine.pointee.containers.capacity
    let counts = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    counts.initialize(repeating: 0, count: capacity)
    state = .allocate(capacity: 1)
    state.initialize(to: State(machine: machine, phase: phase, counts: counts, capacity: capacity))
  }

  func dispose() {
    state.pointee.counts.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// The references found are being taken off the counts.
  var isSubtracting: Bool { state.pointee.phase == .subtract }

  /// The references are noted for the program.
  var isListing: Bool { state.pointee.phase == .list }

  // MARK: What objects call

  @inline(__always)
  func visit(_ place: UnsafeMutablePointer<Value>) {
    if let object = place.uncountedObject {
      visit(object)
    } else if state.pointee.phase == .list, !place.pointee.isUndefined {
      state.pointee.listed.append(place.pointee)
    }
  }

  @inline(__always)
  func visit(_ places: UnsafeMutablePointer<Value>, _ count: Int) {
    var index = 0
    while index < count {
      visit(places + index)
      index += 1
    }
  }

  /// From the end, as CPython visits lists and tuples: `gc.get_referents` shows it.
  @inline(__always)
  func visitBackwards(_ places: UnsafeMutablePointer<Value>, _ count: Int) {
    var index = count
    while index > 0 {
      index -= 1
      visit(places + index)
    }
  }

  /// The key of a dictionary; strings are not shown, as CPython does not for dictionaries with such keys alone.
  @inline(__always)
  func visitKey(_ place: UnsafeMutablePointer<Value>) {
    if state.pointee.phase == .list, let object = place.uncountedObject, object.kind == .string { return }
    visit(place)
  }

  func visit(_ value: Value) {
    if let object = value.uncounted {
      visit(object)
    } else if state.pointee.phase == .list, !value.isUndefined {
      state.pointee.listed.append(value)
    }
  }

  func visit(_ object: Object?) {
    if let object { visit(Unmanaged.passUnretained(object)) }
  }

  /// The elements of an array that belongs to the object. Several arrays may share their memory, which holds each element once:
  /// then nothing is shown.
  func visit(_ values: inout [Value]) {
    if values.isEmpty || !Tracer.isUnshared(&values) { return }
    for index in values.indices { visit(values[index]) }
  }

  func visit(_ fields: inout ExceptionFields) {
    if fields.isEmpty || !Tracer.isUnshared(&fields) { return }
    for value in fields.values { visit(value) }
  }

  func visit<Element: Object>(objects: inout [Element]) {
    if objects.isEmpty || !Tracer.isUnshared(&objects) { return }
    for index in objects.indices { visit(objects[index]) }
  }

  /// Whether a collection, which is one word that points at its memory, is the only one to do so.
  /// (Not with a pointer as parameter: `&array` would be made into one to the elements.)
  private static func isUnshared<Collection>(_ collection: inout Collection) -> Bool {
    withUnsafeBytes(of: &collection) { swiftRetainCount($0.load(as: UnsafeRawPointer.self)) == 1 }
  }

  /// A class, which is not counted as a reference but shown to programs as one.
  func list(_ type: TypeObject) {
    if state.pointee.phase == .list { state.pointee.listed.append(.object(type)) }
  }

  // MARK: What becomes of them

  @inline(__always)
  private func visit(_ object: Unmanaged<Object>) {
    switch state.pointee.phase {
    case .subtract:
      if object.isLeaf { return }
      var index = object._withUnsafeGuaranteedRef { Int($0.containerIndex) }
      if index == 0 {
        if object.kind == .tuple, Tracer.becomesFlat(object) { return }
        index = adopt(object)
      }
      state.pointee.counts[index] &-= 1
    case .mark:
      state.pointee.work &+= 1
      if object.isLeaf { return }
      mark(object._withUnsafeGuaranteedRef { Int($0.containerIndex) })
    case .list: state.pointee.listed.append(.object(object.takeUnretainedValue()))
    }
  }

  @inline(__always)
  func mark(_ index: Int) {
    // An object that nobody showed before has no place, and is not the collector's business.
    if index == 0 || state.pointee.counts[index] == Tracer.reachable { return }
    state.pointee.counts[index] = Tracer.reachable
    state.pointee.pending.append(UInt32(truncatingIfNeeded: index))
  }

  /// A tuple of leaves is one itself: a program with a million pairs of numbers has them looked at once. (Should a tuple that
  /// `enumerate` uses again be filled with something else later, then that is not shown, and only kept too long.)
  private static func becomesFlat(_ object: Unmanaged<Object>) -> Bool {
    object._withUnsafeGuaranteedRef { object in
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      if tuple.dictionary != nil { return false }
      for index in 0..<tuple.count {
        if let element = (tuple.items + index).uncountedObject, !element.isLeaf { return false }
      }
      tuple.isFlat = true
      return true
    }
  }

  @inline(never)
  private func adopt(_ object: Unmanaged<Object>) -> Int {
    let index = object._withUnsafeGuaranteedRef { state.pointee.machine.pointee.containers.adopt($0) }
    if index >= state.pointee.capacity {
      let larger = UnsafeMutablePointer<Int32>.allocate(capacity: state.pointee.capacity * 2)
      larger.moveInitialize(from: state.pointee.counts, count: state.pointee.capacity)
      (larger + state.pointee.capacity).initialize(repeating: 0, count: state.pointee.capacity)
      state.pointee.counts.deallocate()
      state.pointee.counts = larger
      state.pointee.capacity *= 2
    }
    return index
  }
}

/// Swift's count of strong references. (`_getRetainCount` takes its argument as an object, which may count one for the call.)
@_silgen_name("swift_retainCount")
func swiftRetainCount(_ object: UnsafeRawPointer) -> UInt

extension Unmanaged<Object> {
  @inline(__always)
  fileprivate var isLeaf: Bool { _withUnsafeGuaranteedRef { $0.kind.isLeaf || $0.isFlat } }
}

extension Kind {
  /// Holds nothing that could lead back to it, or lives as long as the runtime anyway.
  @inline(__always)
  var isLeaf: Bool { (1 << UInt64(rawValue)) & Kind.leaves != 0 }

  private static let leaves: UInt64 =
    1 << UInt64(Kind.type.rawValue) | 1 << UInt64(Kind.string.rawValue) | 1 << UInt64(Kind.bytes.rawValue)
    | 1 << UInt64(Kind.byteArray.rawValue) | 1 << UInt64(Kind.bigInt.rawValue) | 1 << UInt64(Kind.complex.rawValue)
    | 1 << UInt64(Kind.range.rawValue) | 1 << UInt64(Kind.nativeFunction.rawValue) | 1 << UInt64(Kind.module.rawValue)
    | 1 << UInt64(Kind.code.rawValue)
}
