/// Something the loop has to run: asyncio's `Handle`, without an object where none is visible to the program.
enum ReadyHandle {
  /// The first step of a task, or the one after a bare yield.
  case step(TaskObject)
  case stepThrowing(TaskObject, ExceptionObject)
  /// The future that a task waits for is done.
  case wakeup(TaskObject, FutureObject)
  /// The timer of `asyncio.sleep` is due.
  case sleepIsOver(SleepFuture)
  /// A future is done that has a callback.
  case callback(DoneCallback, FutureObject)
  /// `call_soon`, or a timer of `call_later` that is due.
  case handle(HandleObject)
  case job(LoopJob)
}

/// Work of the loop's own.
class LoopJob {
  final var isCancelled = false
  /// In the timer queue.
  final var isScheduled = false

  func run(_ runtime: Runtime) throws(Raised) {}
}

/// The handles to run, first in, first out: a ring buffer.
struct ReadyQueue {
  private var handles: UnsafeMutablePointer<ReadyHandle>
  /// A power of two.
  private var capacity: Int
  private var head = 0
  private(set) var count = 0

  init() {
    capacity = 64
    handles = .allocate(capacity: capacity)
  }

  @inline(__always)
  var isEmpty: Bool { count == 0 }

  @inline(__always)
  mutating func append(_ handle: consuming ReadyHandle) {
    if count == capacity { grow() }
    (handles + ((head &+ count) & (capacity &- 1))).initialize(to: handle)
    count &+= 1
  }

  /// The first handle, which must be there.
  @inline(__always)
  mutating func removeFirst() -> ReadyHandle {
    let handle = (handles + head).move()
    head = (head &+ 1) & (capacity &- 1)
    count &-= 1
    return handle
  }

  mutating func removeAll() {
    while count > 0 { _ = removeFirst() }
  }

  /// Frees the memory; the queue must not be used afterwards.
  mutating func deallocate() {
    removeAll()
    handles.deallocate()
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<ReadyHandle>.allocate(capacity: capacity * 2)
    let firstPart = capacity - head
    larger.moveInitialize(from: handles + head, count: firstPart)
    (larger + firstPart).moveInitialize(from: handles, count: head)
    handles.deallocate()
    handles = larger
    head = 0
    capacity *= 2
  }
}
