/// Who wants to know when an object is freed: its weak references (`Modules/WeakrefModule.swift`).
final class DeathNotices {
  /// By the object's address. The observers are not counted: each stops observing when it goes.
  @exclusivity(unchecked) fileprivate var observers: [Int: [Unmanaged<DeathObserver>]] = [:]
}

/// An object that is told of the death of another.
class DeathObserver: Object {
  /// The observed object is gone. (`Operations/Collector.swift` clears all references of a circle first, then calls.)
  func wasFreed(_ runtime: Runtime) {}

  /// The observed object is about to go; nobody observes it any more.
  func forgetTarget() {}

  /// `__del__` of the observed object is about to run, and sees another object in its place.
  func followTarget(to twin: Object) {}
}

extension Runtime {
  /// Tells the observer when the object is freed, after its `__del__`; later observers are told first.
  func whenFreed(_ object: Object, tell observer: DeathObserver) {
    object.isObserved = true
    attachment(DeathNotices.self) { DeathNotices() }.observers[object.address, default: []].append(.passUnretained(observer))
  }

  /// The observer goes before the object.
  func stopObserving(_ object: Unmanaged<Object>, _ observer: DeathObserver) {
    let address = Int(bitPattern: object.toOpaque())
    guard let notices = existingAttachment(DeathNotices.self), let index = notices.observers.index(forKey: address) else { return }
    let this = Unmanaged.passUnretained(observer).toOpaque()
    notices.observers.values[index].removeAll { $0.toOpaque() == this }
    if notices.observers.values[index].isEmpty { notices.observers.remove(at: index) }
  }

  /// Those who observe the object, in the order in which they are to be told; they are forgotten.
  func takeObservers(of address: Int) -> [DeathObserver] {
    guard let found = existingAttachment(DeathNotices.self)?.observers.removeValue(forKey: address) else { return [] }
    return found.reversed().map { $0.takeUnretainedValue() }
  }

  /// Those who observe the object, in order.
  func observers(of object: Object) -> [DeathObserver] {
    guard object.isObserved, let found = existingAttachment(DeathNotices.self)?.observers[object.address] else { return [] }
    return found.map { $0.takeUnretainedValue() }
  }

  fileprivate func wasFreed(_ address: Int) {
    let observers = takeObservers(of: address)
    for observer in observers { observer.forgetTarget() }
    for observer in observers { observer.wasFreed(self) }
  }

  fileprivate func move(observersOf address: Int, to twin: Object) {
    guard let notices = existingAttachment(DeathNotices.self), let found = notices.observers.removeValue(forKey: address) else { return }
    twin.isObserved = true
    notices.observers[twin.address] = found
    for observer in found { observer._withUnsafeGuaranteedRef { $0.followTarget(to: twin) } }
  }
}

extension Object {
  /// For the `deinit` of kinds that `movedOut` knows, if `takesLeave`: before anything else that may run code of the program.
  @inline(never)
  final func takeLeave() {
    if !isFinalized, type.hasFinalizer, let twin = movedOut() {
      twin.isFinalized = true
      if isObserved { handObservers(to: twin) }
      type.runtime.runFinalizer(of: twin)
    }
    if isObserved { tellOfDeath() }
  }

  /// For the `deinit` of the other kinds that can be observed.
  @inline(never)
  final func tellOfDeath() { type.runtime.wasFreed(address) }

  /// The same where `__del__` is to run before, on a twin of the object: the observers are told when the twin goes, unless the method
  /// revives it.
  @inline(never)
  final func handObservers(to twin: Object) {
    isObserved = false
    type.runtime.move(observersOf: address, to: twin)
  }
}
