/// Who wants to know when an object is freed: its weak references (`Modules/WeakrefModule.swift`).
final class DeathNotices {
  fileprivate var observers: [Int: [Observer]] = [:]

  fileprivate struct Observer {
    weak var object: DeathObserver?
  }
}

/// An object that is told of the death of another.
class DeathObserver: Object {
  /// The observed object is gone. (`Operations/Collector.swift` clears all references of a circle first, then calls.)
  func wasFreed(_ runtime: Runtime) {}

  /// The observed object is about to go.
  func forgetTarget() {}
}

extension Runtime {
  /// Tells the observer when the object is freed, after its `__del__`; later observers are told first.
  func whenFreed(_ object: Object, tell observer: DeathObserver) {
    object.isObserved = true
    let notices = attachment(DeathNotices.self) { DeathNotices() }
    var observers = notices.observers.removeValue(forKey: object.address) ?? []
    if observers.count & (observers.count - 1) == 0, observers.count >= 8 { observers.removeAll { $0.object == nil } }
    observers.append(DeathNotices.Observer(object: observer))
    notices.observers[object.address] = observers
  }

  /// Those who observe the object and are still there, in the order in which they are to be told; they are forgotten.
  func takeObservers(of address: Int) -> [DeathObserver] {
    guard let found = existingAttachment(DeathNotices.self)?.observers.removeValue(forKey: address) else { return [] }
    return found.reversed().compactMap(\.object)
  }

  /// Those who observe the object, in order.
  func observers(of object: Object) -> [DeathObserver] {
    guard object.isObserved, let found = existingAttachment(DeathNotices.self)?.observers[object.address] else { return [] }
    return found.compactMap(\.object)
  }

  fileprivate func wasFreed(_ address: Int) {
    for observer in takeObservers(of: address) { observer.wasFreed(self) }
  }
}

extension Object {
  /// For the `deinit` of kinds that can be observed.
  @inline(never)
  final func tellOfDeath() { type.runtime.wasFreed(address) }
}
