/// What those who await a frame are handling. The innermost frame of a chain is resumed without them, so their exceptions lie where they keep
/// them while they are suspended. Whoever drives the chain shows the frame the nearest of them (`Runtime.handled`), as if all had been resumed.
///
/// An exception that is thrown in from outside meets the innermost frame alone: CPython does not enter the awaiting frames for that.
extension Frame {
  /// The frame is about to suspend while it handles an exception, which it keeps in a slot.
  func stopHandling() {
    runtime.handled.removeLast()
    if machine.pointee.keepsFrames { runtime.callSites.stopHandling(in: self) }
    machine.pointee.suspendedInHandler = true
  }

  /// The exception that this frame, which is suspended, is handling.
  fileprivate var handledInside: ExceptionObject? {
    for slot in code.information.handlerSlots {
      if let exception = self[slot].exception { return exception }
      if let part = self[slot].object as? HandledPart { return part.part }
    }
    return nil
  }
}

/// What a suspended `except*` keeps in its slot.
class HandledPart: Object {
  /// What the clause that is running handles.
  final var part: ExceptionObject?

  init(_ runtime: Runtime) { super.init(type: runtime.types.object, kind: .other) }
}

extension SuspendableFrame {
  /// The exception that an awaiting frame handles, the nearest one.
  var handledByAwaiters: ExceptionObject? {
    var outer = awaiter
    while let frame = outer {
      if let exception = frame.frame.handledInside { return exception }
      outer = frame.awaiter
    }
    return nil
  }
}
