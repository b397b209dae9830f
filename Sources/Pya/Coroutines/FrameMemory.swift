/// The memory of suspendable frames: the slots of most lie inside the object, so that a coroutine, a generator is one block of memory.
///
/// One class for each number of slots that there is room for, because Swift's classes have a fixed size. Their only property is that room; the
/// base class finds it at `SuspendableFrame.tailOffset`, which `LargeFrame` checks. They are written out: one generic class would look up its
/// metadata for each coroutine that is made.
private struct Words4 { var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0) }

/// Room for that many slots and the header of two.
private struct Room2 { var words = (Words4(), Words4()) }
private struct Room4 { var words = (Words4(), Words4(), Words4()) }
private struct Room6 { var words = (Room2(), Room2()) }
private struct Room8 { var words = (Room2(), Room4()) }
private struct Room12 { var words = (Room4(), Room4(), Words4()) }
private struct Room16 { var words = (Room6(), Room6(), Words4()) }
private struct Room24 { var words = (Room12(), Room8(), Words4()) }
private struct Room3 { var words = (Room2(), UInt64(0), UInt64(0)) }
private struct Room5 { var words = (Room4(), UInt64(0), UInt64(0)) }
private struct Room10 { var words = (Room4(), Room4()) }

private final class Frame2: SuspendableFrame {
  private var room = Room2()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame2(resurrecting: self) }
}

private final class Frame3: SuspendableFrame {
  private var room = Room3()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame3(resurrecting: self) }
}

private final class Frame4: SuspendableFrame {
  private var room = Room4()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame4(resurrecting: self) }
}

private final class Frame5: SuspendableFrame {
  private var room = Room5()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame5(resurrecting: self) }
}

private final class Frame6: SuspendableFrame {
  private var room = Room6()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame6(resurrecting: self) }
}

private final class Frame8: SuspendableFrame {
  private var room = Room8()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame8(resurrecting: self) }
}

private final class Frame10: SuspendableFrame {
  private var room = Room10()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame10(resurrecting: self) }
}

private final class Frame12: SuspendableFrame {
  private var room = Room12()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame12(resurrecting: self) }
}

private final class Frame16: SuspendableFrame {
  private var room = Room16()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame16(resurrecting: self) }
}

private final class Frame24: SuspendableFrame {
  private var room = Room24()

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: false)
  }

  override init(resurrecting other: SuspendableFrame) { super.init(resurrecting: other) }
  override func twin() -> SuspendableFrame { Frame24(resurrecting: self) }
}

/// The slots lie elsewhere.
private final class LargeFrame: SuspendableFrame {
  private var memory: UnsafeMutablePointer<Value>

  init(_ runtime: Runtime, _ function: FunctionObject, _ source: Frame, _ state: State) {
    memory = .obtain(function.frameSize + Frame.headerSize)
    super.init(runtime, function: function, movingFrom: source, state: state, isLarge: true)
    precondition(frame.slots - Frame.headerSize == memory, "pya: unexpected layout of SuspendableFrame")
  }

  private init(taking other: LargeFrame) {
    memory = other.memory
    super.init(resurrecting: other)
  }

  override func twin() -> SuspendableFrame { LargeFrame(taking: self) }
}

extension SuspendableFrame {
  /// A frame object that takes over the slots of a frame on the value stack, which must then be closed as if empty.
  static func make(
    _ runtime: Runtime, function: FunctionObject, movingFrom source: Frame, state: State
  ) -> SuspendableFrame {
    switch function.frameSize {
    case 0...2: Frame2(runtime, function, source, state)
    case 3: Frame3(runtime, function, source, state)
    case 4: Frame4(runtime, function, source, state)
    case 5: Frame5(runtime, function, source, state)
    case 6: Frame6(runtime, function, source, state)
    case 7, 8: Frame8(runtime, function, source, state)
    case 9, 10: Frame10(runtime, function, source, state)
    case 11, 12: Frame12(runtime, function, source, state)
    case 13...16: Frame16(runtime, function, source, state)
    case 17...24: Frame24(runtime, function, source, state)
    default: LargeFrame(runtime, function, source, state)
    }
  }
}
