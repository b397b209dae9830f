/// The containers that are alive: where the collector begins (`Operations/Collector.swift` says why these).
///
/// They stand in one array in the order they were made, and each knows its place. A container that is freed leaves a hole, unless it was
/// the last. When the array is full the holes are closed; that is also the moment to ask whether there are so many containers that a
/// collection is due. Registering and unregistering are a handful of instructions without a call.
struct ContainerList {
  /// The first two places belong to nobody. Objects without a place have index 0, and giving that up never moves the end.
  fileprivate(set) var places: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  fileprivate(set) var count = ContainerList.first
  /// Where to stop and close the holes: not always the end of the memory, or a heap of garbage would put off the next collection.
  fileprivate(set) var capacity: Int
  private var allocated: Int
  /// How many containers there may be before a collection is asked for; set by the collector.
  var limit = ContainerList.firstLimit
  /// A collection is due at the next safe point.
  var isCollectionDue = false

  /// Below this, circles take 10 MB at most, and a program that never has more containers never pays for a collection.
  static let firstLimit = 50_000
  private static let firstCapacity = 4096
  static let first = 2

  init() {
    capacity = ContainerList.firstCapacity
    allocated = capacity
    places = .allocate(capacity: capacity)
    places.initialize(repeating: nil, count: ContainerList.first)
  }

  /// Closes the holes; returns how many containers there are.
  @discardableResult
  mutating func compact() -> Int {
    var kept = ContainerList.first
    for index in ContainerList.first..<count {
      guard let place = places[index] else { continue }
      if index != kept {
        places[kept] = place
        Unmanaged<Object>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.containerIndex = UInt32(truncatingIfNeeded: kept) }
      }
      kept += 1
    }
    count = kept
    return kept - ContainerList.first
  }

  mutating func grow() {
    let larger = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: allocated * 2)
    larger.moveInitialize(from: places, count: count)
    places.deallocate()
    places = larger
    allocated *= 2
    capacity = allocated
  }

  /// Makes room for half as many containers again as there are, after `compact`.
  mutating func makeRoom() {
    let wanted = count + max(count / 2, ContainerList.firstCapacity)
    while wanted > allocated { grow() }
    capacity = wanted
  }

  /// Gives an object a place for the time of a collection, though it is not registered.
  mutating func adopt(_ object: Object) -> Int {
    if count == allocated { grow() }
    if count == capacity { capacity = allocated }
    (places + count).initialize(to: Unmanaged.passUnretained(object).toOpaque())
    object.containerIndex = UInt32(truncatingIfNeeded: count)
    count += 1
    return count - 1
  }

  /// Takes the places from index `first` on away again.
  mutating func disown(from first: Int) {
    for index in first..<max(count, first) {
      guard let place = places[index] else { continue }
      Unmanaged<Object>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.containerIndex = 0 }
    }
    count = min(count, first)
    capacity = min(allocated, count + max(count / 2, ContainerList.firstCapacity))
  }
}

extension Object {
  /// Where `containerIndex` lies: after the object header and the type.
  private static let containerIndexOffset = 24

  /// Must follow the initialisation of a container. (By address: with `self`, Swift counts a reference for the time of it.)
  @inline(__always)
  final func register(_ machine: UnsafeMutablePointer<Machine>) {
    let place = Unmanaged.passUnretained(self).toOpaque()
    let index = machine.pointee.containers.count
    if index == machine.pointee.containers.capacity { return Object.registerInFullList(place, machine) }
    (machine.pointee.containers.places + index).initialize(to: place)
    machine.pointee.containers.count = index &+ 1
    place.storeBytes(of: UInt32(truncatingIfNeeded: index), toByteOffset: Object.containerIndexOffset, as: UInt32.self)
  }

  /// Must come first in the `deinit` of a container: what is half gone has no count to rely on.
  @inline(__always)
  final func unregister(_ machine: UnsafeMutablePointer<Machine>) {
    let index = Int(containerIndex)
    if index == machine.pointee.containers.count &- 1 {
      machine.pointee.containers.count = index
    } else {
      (machine.pointee.containers.places + index).initialize(to: nil)
    }
  }

  @inline(never)
  private static func registerInFullList(_ place: UnsafeMutableRawPointer, _ machine: UnsafeMutablePointer<Machine>) {
    let alive = machine.pointee.containers.compact()
    machine.pointee.containers.makeRoom()
    if alive > machine.pointee.containers.limit { machine.askForCollection() }
    Unmanaged<Object>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.register(machine) }
  }

  /// Whether `register` finds the stored property.
  static func registersAsExpected(type: TypeObject) -> Bool {
    let probe = Object(type: type, kind: .other)
    probe.register(type.machine)
    let isFound = probe.containerIndex == UInt32(type.machine.pointee.containers.count - 1)
    probe.unregister(type.machine)
    return isFound
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// The next turn of a loop or the next call collects.
  fileprivate func askForCollection() {
    pointee.containers.isCollectionDue = true
    raiseFlags()
  }
}
