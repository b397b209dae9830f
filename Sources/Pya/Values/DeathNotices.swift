/// What to do when an instance is freed: clearing and calling back its weak references.
final class DeathNotices {
  fileprivate var actions: [Int: [(Runtime) -> Void]] = [:]
}

extension Runtime {
  private var deathNotices: DeathNotices { attachment(DeathNotices.self) { DeathNotices() } }

  /// Runs the action when the object is freed, after its `__del__`; later actions run first.
  func whenFreed(_ object: Instance, _ action: @escaping (Runtime) -> Void) {
    object.isObserved = true
    deathNotices.actions[object.address, default: []].append(action)
  }

  func wasFreed(_ address: Int) {
    guard let actions = existingAttachment(DeathNotices.self)?.actions.removeValue(forKey: address) else { return }
    for action in actions.reversed() { action(self) }
  }
}
