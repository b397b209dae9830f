/// What a program does when it looks up from its work: the machine's flag `isInterrupted` is up.
extension Runtime {
  /// Lets another thread have its turn, runs handlers of signals, raises KeyboardInterrupt. Nothing to do is fine, too.
  func attend() throws(Raised) {
    machine.pointee.isInterrupted = false
    machine.lowerStackLimit()
    if machine.pointee.hasPendingSends { sendHandler?() }
    if machine.pointee.mustYield, let yieldHandler { yieldHandler() }
    if machine.pointee.containers.isCollectionDue { collectWhenDue() }
    // Other threads leave the rest to the main one.
    guard machine.pointee.isMainThread else {
      machine.pointee.mainThreadIsWanted = true
      return
    }
    machine.pointee.mainThreadIsWanted = false
    if showsTasksOnInterrupt() { return }
    if let signalHandler, try signalHandler(self) {
      machine.pointee.hasKeyboardInterrupt = false
      return
    }
    if machine.pointee.hasKeyboardInterrupt {
      machine.pointee.hasKeyboardInterrupt = false
      if loopInterruptHandler?() != true, interruptHandler?() != true { throw error("KeyboardInterrupt", []) }
    }
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Another thread wants its turn, or a collection is due: the flag goes up for loops, and for calls the stack seems to be full.
  func askForTurn() {
    pointee.mustYield = true
    raiseFlags()
  }

  func raiseFlags() {
    pointee.isInterrupted = true
    if pointee.nativeStackLimit != .max {
      pointee.trueStackLimit = pointee.nativeStackLimit
      pointee.nativeStackLimit = .max
    }
  }

  func lowerStackLimit() {
    if pointee.nativeStackLimit == .max { pointee.nativeStackLimit = pointee.trueStackLimit }
  }

  /// The native stack seemed to be full because another thread wanted its turn, or a collection was due; it had it. False: it is full.
  @inline(never)
  func hasYieldedInstead() -> Bool {
    guard pointee.nativeStackLimit == .max else { return false }
    lowerStackLimit()
    if pointee.mustYield { pointee.runtime.yieldHandler?() }
    if pointee.containers.isCollectionDue { pointee.runtime.collectWhenDue() }
    var probe: UInt8 = 0
    return withUnsafeMutablePointer(to: &probe) { UInt(bitPattern: $0) } >= pointee.nativeStackLimit || pointee.nativeStackLimit == .max
  }
}
