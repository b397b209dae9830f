/// What waits for a point of time.
enum Timer {
  case sleep(SleepFuture)
  case handle(HandleObject)
  /// An `asyncio.timeout`, and the number of the alarm it has set.
  case timeout(TimeoutObject, Int)
  /// A task that sleeps without a future, and the number of its sleep.
  case task(TaskObject, UInt32)
}

/// Timers, soonest first; timers of the same time in the order they were made. A binary heap.
///
/// In CPython the deadlines of sleeps and of `call_later` never meet, the calls being some microseconds apart: they go in the order in
/// which they were made, and on a virtual clock, where they do meet, it takes the sequence to keep that. Timers whose very time is the program's
/// (`call_at`, `timeout_at`, everything on a loop whose `time` it defines) are equal when their times are, there and here, and come in the
/// order that the algorithm of `heapq` gives them (of three: 0, 2, 1).
///
/// Cancelled timers stay until they come to the top, or until they are the majority. A task whose sleep is cancelled is let go of
/// at once, though. Most timeouts never come to pass, and servers set some with each request: such a timer is the timeout itself, which knows
/// the number of its alarm.
///
/// Like the ready queue's, its state lies in memory of its own.
struct TimerQueue {
  /// A timer as two words and a tagged pointer, which counts as a reference.
  private struct Entry {
    let deadline: Double
    let sequence: Int
    private let tagged: UInt

    private enum Tag { static let sleep: UInt = 0, handle: UInt = 1, timeout: UInt = 2, task: UInt = 3, mask: UInt = 3 }

    /// A bit of `tagged`: the time is the program's.
    private static let exact: UInt = 4

    init(deadline: Double, sequence: Int, timer: Timer, isExact: Bool) {
      func word(_ object: AnyObject, _ tag: UInt) -> UInt { UInt(bitPattern: Unmanaged.passRetained(object).toOpaque()) | tag }
      self.deadline = deadline
      self.sequence = sequence
      let word =
        switch timer {
        case .sleep(let future): word(future, Tag.sleep)
        case .handle(let handle): word(handle, Tag.handle)
        case .timeout(let timeout, _): word(timeout, Tag.timeout)
        case .task(let task, _): word(task, Tag.task)
        }
      tagged = isExact ? word | Entry.exact : word
    }

    var pointer: UnsafeRawPointer { UnsafeRawPointer(bitPattern: tagged & ~(Tag.mask | Entry.exact)).unsafelyUnwrapped }

    @inline(__always)
    var isTask: Bool { tagged & Tag.mask == Tag.task }

    /// The number by which a sleep without a future is known.
    var number: UInt32 { UInt32(truncatingIfNeeded: sequence) }

    /// The timer, with the entry's reference.
    func take() -> Timer {
      switch tagged & Tag.mask {
      case Tag.sleep: .sleep(Unmanaged<SleepFuture>.fromOpaque(pointer).takeRetainedValue())
      case Tag.handle: .handle(Unmanaged<HandleObject>.fromOpaque(pointer).takeRetainedValue())
      case Tag.timeout: .timeout(Unmanaged<TimeoutObject>.fromOpaque(pointer).takeRetainedValue(), sequence)
      default: .task(Unmanaged<TaskObject>.fromOpaque(pointer).takeRetainedValue(), number)
      }
    }

    /// Of a timer that is no task's, in the queue with this identity.
    func isCancelled(in queue: UnsafeRawPointer) -> Bool {
      switch tagged & Tag.mask {
      case Tag.sleep:
        Unmanaged<SleepFuture>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.state != .pending || $0.isTimerCancelled }
      case Tag.handle: Unmanaged<HandleObject>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.isCancelled }
      default: Unmanaged<TimeoutObject>.fromOpaque(pointer)._withUnsafeGuaranteedRef { !$0.hasAlarm(sequence, in: queue) }
      }
    }

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      deadline < other.deadline
        || (deadline == other.deadline && sequence < other.sequence && tagged & other.tagged & Entry.exact == 0)
    }
  }

  private struct State {
    var entries: UnsafeMutablePointer<Entry>
    var count = 0
    var capacity: Int
    var lastSequence = 0
    var cancelledCount = 0
    /// Sleeps of tasks that were cancelled: the pointers of their entries are no longer good.
    var cancelledSleeps: Set<UInt32> = []
  }

  private let state: UnsafeMutablePointer<State>
  private static let smallest = 32

  init() {
    state = .obtain(1)
    state.initialize(to: State(entries: .obtain(TimerQueue.smallest), capacity: TimerQueue.smallest))
  }

  /// Tells queues apart.
  var identity: UnsafeRawPointer { UnsafeRawPointer(state) }

  @inline(__always)
  var isEmpty: Bool { state.pointee.count == 0 }
  var count: Int { state.pointee.count }

  /// The soonest deadline; there must be a timer.
  @inline(__always)
  var nextDeadline: Double { state.pointee.entries.pointee.deadline }

  /// Inserts a timer; `isExact`: the time is the program's. What is to come at a time that is no number comes at once, as in CPython.
  func insert(_ timer: Timer, at deadline: Double, isExact: Bool = false) {
    state.pointee.lastSequence &+= 1
    let time = deadline.isNaN ? -.infinity : deadline
    insert(Entry(deadline: time, sequence: state.pointee.lastSequence, timer: timer, isExact: isExact))
  }

  /// Inserts the timer of a task that sleeps without a future. Returns the number of the sleep.
  func insertSleep(of task: TaskObject, until deadline: Double, isExact: Bool) -> UInt32 {
    state.pointee.lastSequence &+= 1
    let entry = Entry(deadline: deadline, sequence: state.pointee.lastSequence, timer: .task(task, 0), isExact: isExact)
    insert(entry)
    return entry.number
  }

  /// Inserts the timer of a timeout. Returns the number of its alarm, which is never 0.
  func insertAlarm(of timeout: TimeoutObject, at deadline: Double, isExact: Bool) -> Int {
    insert(.timeout(timeout, 0), at: deadline, isExact: isExact)
    return state.pointee.lastSequence
  }

  private func insert(_ entry: Entry) {
    let count = state.pointee.count
    if count == state.pointee.capacity { grow() }
    (state.pointee.entries + count).initialize(to: entry)
    state.pointee.count = count + 1
    siftUp(entry, from: count)
  }

  /// The first timer, which must be there; nil when it was a sleep that is cancelled.
  func removeFirst() -> Timer? {
    let entries = state.pointee.entries
    let first = entries.pointee
    let count = state.pointee.count - 1
    state.pointee.count = count
    if count > 0 { siftDown(entries[count], from: 0) }
    if first.isTask, !state.pointee.cancelledSleeps.isEmpty, state.pointee.cancelledSleeps.remove(first.number) != nil { return nil }
    return first.take()
  }

  func noteCancellation() { state.pointee.cancelledCount &+= 1 }

  /// The sleep of a task, whose timer is here, ends early.
  func cancelSleep(_ number: UInt32, of task: TaskObject) {
    state.pointee.cancelledCount &+= 1
    state.pointee.cancelledSleeps.insert(number)
    Unmanaged.passUnretained(task).release()
  }

  private func isCancelled(_ entry: Entry) -> Bool {
    entry.isTask ? state.pointee.cancelledSleeps.contains(entry.number) : entry.isCancelled(in: identity)
  }

  /// Removes cancelled timers from the top, or all of them when they are many.
  @inline(__always)
  func dropCancelled() {
    if state.pointee.cancelledCount > 0 { dropCancelledSlowly() }
  }

  @inline(never)
  private func dropCancelledSlowly() {
    if count > 100, state.pointee.cancelledCount * 2 > count { return keepTheLive() }
    while !isEmpty, isCancelled(state.pointee.entries.pointee) {
      _ = removeFirst()
      state.pointee.cancelledCount = max(0, state.pointee.cancelledCount - 1)
    }
  }

  private func keepTheLive() {
    let entries = state.pointee.entries
    let dead = UnsafeMutablePointer<Entry>.obtain(count)
    var (liveCount, deadCount) = (0, 0)
    for index in 0..<count {
      let entry = entries[index]
      if !isCancelled(entry) {
        entries[liveCount] = entry
        liveCount += 1
      } else if !entry.isTask {
        dead[deadCount] = entry
        deadCount += 1
      }
    }
    state.pointee.count = liveCount
    for index in (0..<liveCount / 2).reversed() { siftDown(entries[index], from: index) }
    state.pointee.cancelledCount = 0
    state.pointee.cancelledSleeps = []
    // Last: what dies here may run code of the program.
    for index in 0..<deadCount { _ = dead[index].take() }
    dead.relinquish()
  }

  /// What is in the queue, in the heap's order, for whoever looks: deadlines, the timer unless it was the sleep of a task that is over.
  var contents: [(deadline: Double, timer: Timer?, isCancelled: Bool)] {
    (0..<count).map { index in
      let entry = state.pointee.entries[index]
      if isCancelled(entry), entry.isTask { return (entry.deadline, nil, true) }
      _ = Unmanaged<AnyObject>.fromOpaque(entry.pointer).retain()
      return (entry.deadline, entry.take(), isCancelled(entry))
    }
  }

  func removeAll() {
    // A task whose timer is not here any more must not cancel it.
    while !isEmpty { if case .task(let task, let number)? = removeFirst() { _ = task.alarmRings(number) } }
    state.pointee.cancelledCount = 0
    state.pointee.cancelledSleeps = []
  }

  /// Frees the memory; the queue must not be used afterwards.
  func deallocate() {
    removeAll()
    state.pointee.entries.relinquish()
    state.deinitialize(count: 1)
    state.relinquish()
  }

  private func grow() {
    state.pointee.capacity *= 2
    state.pointee.entries = state.pointee.entries.enlarged(to: state.pointee.capacity)
  }

  private func siftUp(_ entry: Entry, from start: Int, to top: Int = 0) {
    let entries = state.pointee.entries
    var index = start
    while index > top {
      let parent = (index - 1) / 2
      guard entry.precedes(entries[parent]) else { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  /// Puts an entry in a place that has become free: the free place goes down to a leaf, and the entry up from there.
  private func siftDown(_ entry: Entry, from top: Int) {
    let entries = state.pointee.entries
    let count = state.pointee.count
    var index = top
    while true {
      var child = 2 * index + 1
      if child >= count { break }
      if child + 1 < count, !entries[child].precedes(entries[child + 1]) { child += 1 }
      entries[index] = entries[child]
      index = child
    }
    siftUp(entry, from: index, to: top)
  }
}
