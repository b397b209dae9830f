/// Something the loop has to run: asyncio's `Handle`, without an object where none is visible to the program.
enum ReadyHandle {
  /// The first step of a task, or the one after a bare yield.
  case step(TaskObject)
  case stepThrowing(TaskObject, ExceptionObject)
  /// The future that a task waits for is done.
  case wakeup(TaskObject, FutureObject)
  /// The timer of `asyncio.sleep` is due.
  case sleepIsOver(SleepFuture)
  /// The same of a task that sleeps without a future; the number is that of its sleep.
  case taskSleepIsOver(TaskObject, UInt32)
  /// A future is done that has a callback.
  case callback(DoneCallback, FutureObject)
  /// `call_soon`, or a timer of `call_later` that is due.
  case handle(HandleObject)
  case job(LoopJob)
}

/// Work of the loop's own.
class LoopJob {
  func run(_ runtime: Runtime) throws(Raised) {}
}

/// The handles to run, first in, first out: a ring buffer.
///
/// Its state lies in memory of its own, so that appending through the loop asks for no exclusive access to a property.
struct ReadyQueue {
  private struct State {
    var handles: UnsafeMutablePointer<ReadyHandle>
    /// A power of two.
    var capacity: Int
    var head = 0
    var count = 0
  }

  private let state: UnsafeMutablePointer<State>
  private static let smallest = 64
  /// An empty queue does not keep more memory than this many handles take.
  private static let largestKept = 1 << 15

  init() {
    state = .obtain(1)
    state.initialize(to: State(handles: .obtain(ReadyQueue.smallest), capacity: ReadyQueue.smallest))
  }

  @inline(__always)
  var isEmpty: Bool { state.pointee.count == 0 }
  @inline(__always)
  var count: Int { state.pointee.count }

  @inline(__always)
  func append(_ handle: consuming ReadyHandle) {
    if state.pointee.count == state.pointee.capacity { grow() }
    let index = (state.pointee.head &+ state.pointee.count) & (state.pointee.capacity &- 1)
    (state.pointee.handles + index).initialize(to: handle)
    state.pointee.count &+= 1
  }

  /// The first handle, which must be there.
  @inline(__always)
  func removeFirst() -> ReadyHandle {
    let handle = (state.pointee.handles + state.pointee.head).move()
    state.pointee.head = (state.pointee.head &+ 1) & (state.pointee.capacity &- 1)
    state.pointee.count &-= 1
    return handle
  }

  /// What is in the queue, for whoever looks.
  var handles: [ReadyHandle] {
    (0..<count).map { state.pointee.handles[(state.pointee.head + $0) & (state.pointee.capacity - 1)] }
  }

  func removeAll() {
    while !isEmpty { _ = removeFirst() }
  }

  /// Frees the memory; the queue must not be used afterwards.
  func deallocate() {
    removeAll()
    state.pointee.handles.relinquish()
    state.relinquish()
  }

  /// Gives memory back that many handles once took.
  @inline(__always)
  func shrinkIfEmpty() {
    if isEmpty, state.pointee.capacity > ReadyQueue.largestKept { shrink() }
  }

  @inline(never)
  private func shrink() {
    state.pointee.handles.relinquish()
    state.pointee.handles = .obtain(ReadyQueue.smallest)
    state.pointee.capacity = ReadyQueue.smallest
    state.pointee.head = 0
  }

  /// Doubles the memory where it lies, if the system can; the part before `head` goes behind the other.
  @inline(never)
  private func grow() {
    let (capacity, head) = (state.pointee.capacity, state.pointee.head)
    let handles = state.pointee.handles.enlarged(to: capacity * 2)
    if head > 0 { (handles + capacity).moveInitialize(from: handles, count: head) }
    state.pointee.handles = handles
    state.pointee.capacity = capacity * 2
  }
}
