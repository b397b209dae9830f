/// What those who await a frame are handling. The innermost frame of a chain is resumed without them: their exceptions are not in
/// `Runtime.handled` then, but where they keep them while they are suspended.
extension Frame {
  /// The exception that an awaiting frame handles, the nearest one.
  var handledByAwaiters: ExceptionObject? {
    guard let pointer = suspendablePointer else { return nil }
    return Unmanaged<SuspendableFrame>.fromOpaque(pointer).takeUnretainedValue().handledByAwaiters
  }

  /// The exception that this frame, which is suspended, is handling.
  fileprivate var handledInside: ExceptionObject? {
    for slot in code.information.handlerSlots {
      if let exception = self[slot].exception { return exception }
    }
    return nil
  }
}

extension SuspendableFrame {
  fileprivate var handledByAwaiters: ExceptionObject? {
    var outer = awaiter
    while let frame = outer {
      if let exception = frame.frame.handledInside { return exception }
      outer = frame.awaiter
    }
    return nil
  }

  /// Of the chain of which this frame is the outermost: what frames other than the one that runs handle, the nearest to that one.
  var handledInChain: ExceptionObject? {
    var found: ExceptionObject?
    var current: SuspendableFrame? = self
    while let frame = current, let inner = frame.delegate as? SuspendableFrame {
      if let exception = frame.frame.handledInside { found = exception }
      current = inner
    }
    return found
  }
}
