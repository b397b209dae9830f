/// What waits for a point of time.
enum Timer {
  case sleep(SleepFuture)
  case handle(HandleObject)
  case job(LoopJob)

  var isCancelled: Bool {
    switch self {
    case .sleep(let future): future.state != .pending || future.isTimerCancelled
    case .handle(let handle): handle.isCancelled
    case .job(let job): job.isCancelled
    }
  }
}

/// Timers, soonest first; timers of the same time in the order they were made. A binary heap.
///
/// In CPython the deadlines of sleeps and of `call_later` never meet, the calls being some microseconds apart: they go in the order in
/// which they were made, and on a virtual clock, where they do meet, it takes the sequence to keep that. Only three timers or more that
/// `call_at` was given the very same time go in another order there (0, 2, 1), which the rest of its heap changes again; nobody can have
/// meant that, so here they go as they were made.
///
/// Cancelled timers stay until they come to the top, or until they are the majority.
struct TimerQueue {
  private struct Entry {
    let deadline: Double
    let sequence: Int
    let timer: Timer

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      deadline < other.deadline || (deadline == other.deadline && sequence < other.sequence)
    }
  }

  private var heap: [Entry] = []
  private var lastSequence = 0
  private var cancelledCount = 0

  @inline(__always)
  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }

  /// The soonest deadline; there must be a timer.
  @inline(__always)
  var nextDeadline: Double { heap[0].deadline }

  mutating func insert(_ timer: Timer, at deadline: Double) {
    lastSequence &+= 1
    let entry = Entry(deadline: deadline, sequence: lastSequence, timer: timer)
    heap.append(entry)
    siftUp(from: heap.count - 1)
  }

  mutating func removeFirst() -> Timer {
    let first = heap[0].timer
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      siftDown(from: 0)
    }
    return first
  }

  mutating func noteCancellation() { cancelledCount &+= 1 }

  /// Removes cancelled timers from the top, or all of them when they are many.
  @inline(__always)
  mutating func dropCancelled() {
    if cancelledCount > 0 { dropCancelledSlowly() }
  }

  @inline(never)
  private mutating func dropCancelledSlowly() {
    if heap.count > 100, cancelledCount * 2 > heap.count {
      heap = heap.filter { !$0.timer.isCancelled }
      heap.sort { $0.precedes($1) }
      cancelledCount = 0
      return
    }
    while let first = heap.first, first.timer.isCancelled {
      _ = removeFirst()
      cancelledCount = max(0, cancelledCount - 1)
    }
  }

  mutating func removeAll() {
    heap.removeAll()
    cancelledCount = 0
  }

  private mutating func siftUp(from start: Int) {
    heap.withUnsafeMutableBufferPointer { entries in
      var index = start
      while index > 0 {
        let parent = (index - 1) / 2
        guard entries[index].precedes(entries[parent]) else { break }
        entries.swapAt(index, parent)
        index = parent
      }
    }
  }

  private mutating func siftDown(from start: Int) {
    heap.withUnsafeMutableBufferPointer { entries in
      var index = start
      while true {
        var smallest = 2 * index + 1
        if smallest >= entries.count { break }
        if smallest + 1 < entries.count, entries[smallest + 1].precedes(entries[smallest]) { smallest += 1 }
        guard entries[smallest].precedes(entries[index]) else { break }
        entries.swapAt(index, smallest)
        index = smallest
      }
    }
  }
}
