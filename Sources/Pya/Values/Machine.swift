#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The state that every operation may touch, as plain memory: no reference counting and no exclusivity checks on the way.
///
/// One per runtime, at an address that never changes. `Frame`s lie on its value stack.
struct Machine {
  /// The next free slot of the value stack.
  var stackTop: UnsafeMutablePointer<Value>
  fileprivate(set) var stackEnd: UnsafeMutablePointer<Value>
  private(set) var stackBase: UnsafeMutablePointer<Value>

  /// Python calls in progress, and how many there may be (`sys.setrecursionlimit`).
  var depth = 0
  var depthLimit = 1000
  /// Recursions of the interpreter's own in progress; CPython allows as many of its C functions.
  var nativeDepth = 0
  static let nativeDepthLimit = 10_000
  /// The native stack must not be used below this address. At `max`, another thread wants its turn (`askForTurn`), and the limit
  /// is the true one.
  var nativeStackLimit: UInt = 0
  var trueStackLimit: UInt = 0

  /// Something asks for attention: Ctrl-C, a signal, another thread that wants its turn. The program's next loop turn calls
  /// `Runtime.attend`. Set from any thread, after the reason (those below, or that of `Runtime.signalHandler`).
  var isInterrupted = false
  /// What interrupts is not Ctrl-C but the wish to see all tasks (Ctrl-\).
  var isTaskTreeWanted = false
  /// Ctrl-C met a background task of a session, which gets a moment to end its step by itself.
  var hasDeferredInterrupt = false
  /// Ctrl-C arrived; for the main thread.
  var hasKeyboardInterrupt = false
  /// The flag was up while another thread ran: the main one looks as soon as it runs again.
  var mainThreadIsWanted = false
  /// Another thread waits for its turn.
  var mustYield = false
  /// The thread that runs is the program's first.
  var isMainThread = true
  /// Where to write a byte then, so that whoever waits for descriptors notices; -1: nobody does.
  var wakeupDescriptor: Int32 = -1
  /// The semaphore to post, so that whoever sleeps notices; nil where it is the descriptor, too, or nobody has slept yet.
  var wakeupSemaphore: UnsafeMutableRawPointer?

  /// What the innermost suspended frame hands to whoever drives it: a yielded value or the future waited for.
  var suspended: Value = .undefined
  /// The heap frame at which the last suspension began; nil while that frame is still on the value stack. (Coroutines/)
  var innermost: UnsafeRawPointer?
  /// The coroutine that a frame on the value stack waits for, until that frame moves to the heap and takes it over.
  var pendingChild: Object?
  /// Where in the source that frame waits.
  var pendingPosition: UInt32 = 0

  /// Who takes what the generator that runs yields, when it runs in one go. (`Consumer` in Coroutines/)
  var consumer: UnsafeMutableRawPointer?
  /// The generator that an argument stands for. (`BegunGenerator` in Coroutines/)
  var forthcoming: UnsafeMutableRawPointer?
  /// The program resumes a coroutine or generator itself, with `send` or `next`, and sees what it yields.
  var isDrivenByHand = false

  /// The runtime this machine belongs to and never outlives, uncounted; calls on hot paths borrow it from here.
  let runtimeReference: Unmanaged<Runtime>

  @inline(__always)
  var runtime: Runtime { runtimeReference.takeUnretainedValue() }

  /// While an exception is on its way into suspended frames: how many were being handled outside of them.
  var handledBase = 0
  /// A frame that has just suspended did so while it handles an exception; its chain's driver takes note.
  var suspendedInHandler = false
  /// It was thrown in from outside, not raised by one of the frames.
  var isThrowing = false

  /// Warnings wait for the end of a statement, where their place is known.
  var hasDeferredWarnings = false
  /// Tracebacks keep what frames held (`KeptFrame`).
  var keepsFrames = false
  /// Some file of the program looks at frames further out (`CallSites.wordsAboutFrames`).
  var looksAtFrames = false
  /// What nodes that see many classes look into.
  let sharedCache = SharedCache()
  /// Transports have written what is not sent yet (`PendingSends`).
  var hasPendingSends = false
  /// How many connections the process has ended at its own end (`Runtime.willEndConnection`).
  var endedConnections: UInt32 = 0
  /// Some class has a `__del__`.
  var hasFinalizers = false
  /// Generators and coroutines whose frames are in memory of their own: at the end they may have something left to do.
  var liveFrames = 0

  /// What the collector begins at.
  var containers = ContainerList()

  /// Where the strings of one ASCII character lie.
  let characters: UnsafeMutablePointer<Value>
  static let characterCount = 128
  /// The same for other characters, in pages of 256 that are made when they are first needed.
  private var characterPages: UnsafeMutablePointer<UnsafeMutablePointer<Value>?>?
  private var characterPagesLeft = 128
  /// Where the ints lie that bytes are.
  let byteValues: UnsafeMutablePointer<Value>
  private static let byteCount = 256

  private var lastToken = 0
  fileprivate var releaseDepth = 0
  fileprivate var pendingRelease: [Value] = []

  /// How many values of stack the header of a `Frame` takes.
  static let frameHeaderSize = 2

  /// Values the stack has room for. The memory is reserved, and used only as deep as a program goes.
  static let stackCapacity = 1 << 26

  init(runtime: Runtime) {
    guard let stack = Machine.reserveStack(Machine.stackCapacity) else { fatalError("pya: cannot reserve the value stack") }
    stackBase = stack
    stackTop = stackBase
    stackEnd = stackBase + (Machine.stackCapacity - 4096)
    runtimeReference = .passUnretained(runtime)
    characters = .allocate(capacity: Machine.characterCount)
    characters.initialize(repeating: .undefined, count: Machine.characterCount)
    byteValues = .allocate(capacity: Machine.byteCount)
    for byte in 0..<Machine.byteCount { (byteValues + byte).initialize(to: .int(byte)) }
  }

  /// Where the string of a character beyond ASCII lies, or is to lie while there is `undefined`; nil: that are too many.
  mutating func characterPlace(_ codePoint: UInt32) -> UnsafeMutablePointer<Value>? {
    if characterPages == nil {
      characterPages = .allocate(capacity: Machine.pageCount)
      characterPages?.initialize(repeating: nil, count: Machine.pageCount)
    }
    guard let page = characterPages.unsafelyUnwrapped[Int(codePoint >> 8)] ?? makePage(Int(codePoint >> 8)) else { return nil }
    return page + Int(codePoint & 255)
  }

  private static let pageCount = 0x1100

  @inline(never)
  private mutating func makePage(_ index: Int) -> UnsafeMutablePointer<Value>? {
    if characterPagesLeft == 0 { return nil }
    characterPagesLeft -= 1
    let page = UnsafeMutablePointer<Value>.allocate(capacity: 256)
    page.initialize(repeating: .undefined, count: 256)
    characterPages.unsafelyUnwrapped[index] = page
    return page
  }

  func releaseTables() {
    if let characterPages {
      for index in 0..<Machine.pageCount {
        guard let page = characterPages[index] else { continue }
        page.deinitialize(count: 256)
        page.deallocate()
      }
      characterPages.deallocate()
    }
    characters.deinitialize(count: Machine.characterCount)
    characters.deallocate()
    byteValues.deallocate()
    sharedCache.deallocate()
  }

  fileprivate static func reserveStack(_ capacity: Int) -> UnsafeMutablePointer<Value>? {
    let bytes = capacity * MemoryLayout<Value>.stride
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymousMapping, -1, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    return memory.bindMemory(to: Value.self, capacity: capacity)
  }

  #if canImport(Glibc)
    private static let anonymousMapping = MAP_ANONYMOUS | MAP_NORESERVE
  #else
    private static let anonymousMapping = MAP_ANON | MAP_NORESERVE
  #endif

  func releaseStack() {
    munmap(stackBase, Machine.stackCapacity * MemoryLayout<Value>.stride)
  }

  /// A number never given before: the validity of an inline cache.
  mutating func freshToken() -> Int {
    lastToken += 1
    return lastToken
  }

  // MARK: Releasing deep structures

  // A list in a list in a list ... frees its elements from its deinit, one native frame per level. Past a fixed depth the
  // elements go to a queue instead, which the outermost release empties in a loop.

  private static let releaseDepthLimit = 200

  /// Opens a release. False: too deep, hand the parts to `releaseLater`.
  mutating func beginRelease() -> Bool {
    releaseDepth += 1
    return releaseDepth < Machine.releaseDepthLimit
  }

  mutating func releaseLater(_ value: Value) {
    if case .object = value { pendingRelease.append(value) }
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Closes a release; the outermost one frees what was put off.
  @inline(__always)
  func endRelease() {
    if pointee.finishesOutermostRelease() { drainPendingRelease() }
  }

  private func drainPendingRelease() {
    while let value = pointee.takePendingRelease() {
      _ = pointee.beginRelease()
      _ = consume value
      _ = pointee.finishesOutermostRelease()
    }
  }
}

extension Machine {
  @inline(__always)
  mutating func finishesOutermostRelease() -> Bool {
    releaseDepth -= 1
    return releaseDepth == 0 && !pendingRelease.isEmpty
  }

  mutating func takePendingRelease() -> Value? { pendingRelease.popLast() }
}

/// What of the machine belongs to one thread of the program, kept here while another one runs.
struct ThreadMachine {
  private var stackBase, stackTop, stackEnd: UnsafeMutablePointer<Value>
  private let capacity: Int
  private var depth = 0
  private var nativeDepth = 0
  var nativeStackLimit: UInt = 0
  private var trueStackLimit: UInt = 0
  private var suspended: Value = .undefined
  private var innermost: UnsafeRawPointer?
  private var pendingChild: Object?
  private var pendingPosition: UInt32 = 0
  private var consumer, forthcoming: UnsafeMutableRawPointer?
  private var handledBase = 0
  private var isThrowing = false
  private var isDrivenByHand = false
  private var isMainThread = false
  private var releaseDepth = 0
  private var pendingRelease: [Value] = []

  /// The place of the main thread's share, which the machine starts with.
  init(mainOf machine: borrowing Machine) {
    stackBase = machine.stackBase
    stackTop = machine.stackTop
    stackEnd = machine.stackEnd
    capacity = Machine.stackCapacity
  }

  /// A new thread's, with a value stack of its own; nil when there is no memory for it.
  init?(capacity: Int) {
    guard let stack = Machine.reserveStack(capacity) else { return nil }
    stackBase = stack
    stackTop = stack
    stackEnd = stack + (capacity - 4096)
    self.capacity = capacity
  }

  func releaseStack() { munmap(stackBase, capacity * MemoryLayout<Value>.stride) }

  /// Puts this share into the machine, and what was there in its place.
  mutating func exchange(with machine: UnsafeMutablePointer<Machine>) {
    swap(&machine.pointee.stackTop, &stackTop)
    swap(&machine.pointee.stackEnd, &stackEnd)
    swap(&machine.pointee.depth, &depth)
    swap(&machine.pointee.nativeDepth, &nativeDepth)
    swap(&machine.pointee.nativeStackLimit, &nativeStackLimit)
    swap(&machine.pointee.trueStackLimit, &trueStackLimit)
    swap(&machine.pointee.suspended, &suspended)
    swap(&machine.pointee.innermost, &innermost)
    swap(&machine.pointee.pendingChild, &pendingChild)
    swap(&machine.pointee.pendingPosition, &pendingPosition)
    swap(&machine.pointee.consumer, &consumer)
    swap(&machine.pointee.forthcoming, &forthcoming)
    swap(&machine.pointee.handledBase, &handledBase)
    swap(&machine.pointee.isThrowing, &isThrowing)
    swap(&machine.pointee.isDrivenByHand, &isDrivenByHand)
    swap(&machine.pointee.isMainThread, &isMainThread)
    swap(&machine.pointee.releaseDepth, &releaseDepth)
    swap(&machine.pointee.pendingRelease, &pendingRelease)
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Takes `count` slots of the value stack. They hold no values yet: the caller initialises them, in order.
  @inline(__always)
  func reserve(_ count: Int) throws(Raised) -> UnsafeMutablePointer<Value> {
    let base = pointee.stackTop
    let top = base + count
    if top > pointee.stackEnd { throw fullStack() }
    pointee.stackTop = top
    return base
  }

  @inline(never)
  private func fullStack() -> Raised { pointee.runtime.recursionError() }

  /// Takes slots for the arguments of `Object.call(inPlace:)`, to be initialised by the caller and given back by `endCall`.
  @inline(__always)
  func reserveCall(_ count: Int) throws(Raised) -> UnsafeMutablePointer<Value> {
    try reserve(Machine.frameHeaderSize + count) + Machine.frameHeaderSize
  }

  @inline(__always)
  func endCall(_ base: UnsafeMutablePointer<Value>, _ count: Int) {
    release(base, count)
    pointee.stackTop = base - Machine.frameHeaderSize
  }

  /// Gives slots back, releasing what they hold. A loop of our own: numbers need no release, and the standard library's
  /// `deinitialize(count:)` is a call that asks each value's witness.
  @inline(__always)
  func release(_ base: UnsafeMutablePointer<Value>, _ count: Int) {
    var slot = base
    let end = base + count
    while slot < end {
      slot.drop()
      slot += 1
    }
    pointee.stackTop = base
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// The program itself takes a step of a coroutine or generator.
  @inline(__always)
  func drivenByHand<Outcome>(_ body: () throws(Raised) -> Outcome) throws(Raised) -> Outcome {
    let before = pointee.isDrivenByHand
    pointee.isDrivenByHand = true
    defer { pointee.isDrivenByHand = before }
    return try body()
  }
}
