#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

/// The program's threads: real ones of the system, of which exactly one runs the program at any time: the one whose turn it is.
///
/// A thread gives up its turn when it waits (`park`, `blocking`), and when another one has waited for a turn longer than
/// `switchInterval`: the machine's flag goes up and the program's next loop turn hands over. Turns are handed out first come, first
/// served, so the order in which threads run depends on what they do alone, as long as none of them computes for long. What the
/// interpreter holds for a thread (`ThreadState`) is exchanged by the thread that takes the turn over.
///
/// On a virtual clock, time jumps to the next deadline when every thread is parked. When nobody can ever be woken, the main thread is told.
final class Threads: @unchecked Sendable {
  unowned(unsafe) let runtime: Runtime
  private let mutex = Mutex()
  let main: ThreadState
  /// Whose share the runtime holds: the thread that has the turn, or had it last; nil when that one has finished.
  private var holder: ThreadState?
  private var isTaken = true
  /// Who waits for a turn.
  private var queue: [ThreadState] = []
  private var parked: [ThreadState] = []
  private var lastParkNumber = 0
  /// Threads that wait for the system.
  private var blockedCount = 0
  /// Threads that have not finished, the main one first.
  private(set) var alive: [ThreadState]
  /// The program is over: nobody but the main thread gets a turn any more.
  private var isClosed = false
  private let wakeup: Wakeup
  private let clock: any Clock
  private let systemClock = SystemClock()
  /// The native stack that threads get (`threading.stack_size`); 0: the usual one.
  var requestedStackSize = 0

  init(_ runtime: Runtime) {
    self.runtime = runtime
    main = ThreadState(isMain: true, machine: ThreadMachine(mainOf: runtime.machine.pointee))
    main.identify()
    holder = main
    alive = [main]
    wakeup = runtime.asyncio.wakeup
    clock = runtime.clock
  }

  /// The thread that has the turn, which is the one that asks.
  var current: ThreadState {
    guard let holder else { fatalError("pya: nobody has the turn") }
    return holder
  }

  /// There is but one thread.
  var isAlone: Bool { alive.count == 1 }

  private var switchInterval: Double { clock is VirtualClock ? 0.1 : 0.005 }

  // MARK: Turns

  /// Does something that waits for the system, without the turn.
  func blocking<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    runtime.sendPending()
    let state = current
    mutex.lock()
    blockedCount += 1
    passOn()
    mutex.unlock()
    defer {
      mutex.lock()
      blockedCount -= 1
      takeTurn(state)
      enter(state)
      mutex.unlock()
    }
    return try body()
  }

  /// Within `blocking`, on the same thread: takes the turn back for a while.
  func resuming<Result>(_ state: ThreadState, _ body: () -> Result) -> Result {
    mutex.lock()
    blockedCount -= 1
    takeTurn(state)
    enter(state)
    mutex.unlock()
    defer {
      runtime.sendPending()
      mutex.lock()
      blockedCount += 1
      passOn()
      mutex.unlock()
    }
    return body()
  }

  /// Lets those run who wait for a turn.
  func yield() {
    let state = current
    mutex.lock()
    runtime.machine.pointee.mustYield = false
    if queue.isEmpty { return mutex.unlock() }
    queue.append(state)
    passOn()
    awaitTurn(state)
    enter(state)
    mutex.unlock()
  }

  /// The turn, at once or after waiting for it. The mutex is held.
  private func takeTurn(_ state: ThreadState) {
    if !isTaken, !isClosed || state.isMain {
      isTaken = true
    } else {
      queue.append(state)
      awaitTurn(state)
    }
  }

  private func awaitTurn(_ state: ThreadState) {
    while !state.hasTurn {
      let isNext = queue.first === state
      state.turn.wait(mutex, seconds: isNext && !isClosed ? switchInterval : .infinity)
      if !state.hasTurn, isNext, queue.first === state {
        runtime.machine.askForTurn()
      }
    }
    state.hasTurn = false
  }

  /// The turn goes to the next one who waits for it. The mutex is held.
  private func passOn() {
    if isClosed {
      isTaken = false
      if let index = queue.firstIndex(where: \.isMain) { give(queue.remove(at: index)) }
      return
    }
    guard !queue.isEmpty else {
      isTaken = false
      if blockedCount == 0 { wakeEarliest() }
      return
    }
    give(queue.removeFirst())
    // It looks at its watch from now on.
    queue.first?.turn.signal()
  }

  private func give(_ state: ThreadState) {
    isTaken = true
    state.hasTurn = true
    state.turn.signal()
  }

  /// With the turn: makes the runtime this thread's. The mutex is held, so that nobody asks for the turn meanwhile.
  private func enter(_ state: ThreadState) {
    let machine = runtime.machine
    if holder !== state {
      holder?.exchange(with: runtime)
      holder = state
      state.exchange(with: runtime)
      machine.pointee.mustYield = false
    }
    if state.isMain, machine.pointee.mainThreadIsWanted || machine.pointee.hasKeyboardInterrupt {
      machine.pointee.isInterrupted = true
    }
  }

  // MARK: Parking

  enum Waking {
    case woken, timeout
    /// Ctrl-C or a signal; only for the main thread.
    case interrupt
    /// Nobody can ever wake anyone.
    case deadlock
  }

  /// Waits until another thread calls `unpark`, or for a point of the runtime's time.
  func park(until deadline: Double = .infinity) -> Waking {
    runtime.sendPending()
    let state = current
    let machine = runtime.machine
    var waking = Waking.timeout
    // A flag that is up only because another thread wanted its turn is no reason to wake: it gets it now.
    if machine.pointee.mustYield, !machine.pointee.hasKeyboardInterrupt, runtime.signalHandler == nil {
      machine.pointee.mustYield = false
      machine.pointee.isInterrupted = false
    }
    mutex.lock()
    lastParkNumber += 1
    state.parkNumber = lastParkNumber
    state.isParked = true
    state.wasWoken = false
    state.isDeadlocked = false
    state.deadline = deadline
    parked.append(state)
    let realDeadline = systemClock.monotonic + (deadline - clock.monotonic)
    // Nobody else will print for a while.
    if queue.isEmpty { flushBeforeWaiting() }
    passOn()
    while state.isParked {
      if state.isMain, machine.pointee.hasKeyboardInterrupt || machine.pointee.mainThreadIsWanted
        || (machine.pointee.isInterrupted && !machine.pointee.mustYield)
      {
        waking = .interrupt
        unpark(locked: state, isWoken: false, isSelf: true)
        break
      }
      let rest = deadline - clock.monotonic
      if rest <= 0 {
        unpark(locked: state, isWoken: false, isSelf: true)
        break
      }
      if state.isMain {
        mutex.unlock()
        wakeup.sleep(rest)
        mutex.lock()
      } else {
        state.turn.wait(mutex, seconds: rest)
      }
      // A virtual clock moves in real time as long as somebody waits for the system.
      if let clock = clock as? VirtualClock, state.isParked, blockedCount > 0, systemClock.monotonic >= realDeadline {
        clock.advance(to: deadline)
      }
    }
    awaitTurn(state)
    enter(state)
    mutex.unlock()
    if state.wasWoken { return .woken }
    return state.isDeadlocked ? .deadlock : waking
  }

  /// Ends the parking of another thread.
  func unpark(_ state: ThreadState) {
    mutex.lock()
    if state.isParked { unpark(locked: state, isWoken: true) }
    mutex.unlock()
  }

  private func unpark(locked state: ThreadState, isWoken: Bool, isSelf: Bool = false) {
    state.isParked = false
    state.wasWoken = isWoken
    parked.removeAll { $0 === state }
    if isTaken || !queue.isEmpty {
      queue.append(state)
      if isTaken { state.turn.signal() } else { passOn() }
    } else {
      give(state)
    }
    if state.isMain, !isSelf { wakeup.wake() }
  }

  /// Everybody is parked: virtual time goes on; without time to wait for, the main thread learns of it. The mutex is held.
  private func wakeEarliest() {
    guard let first = parked.min(by: { $0.deadline < $1.deadline }) else { return }
    if first.deadline < .infinity {
      guard let clock = clock as? VirtualClock else { return }
      clock.advance(to: first.deadline)
      let now = clock.monotonic
      for state in parked.filter({ $0.deadline <= now }).sorted(by: { ($0.deadline, $0.parkNumber) < ($1.deadline, $1.parkNumber) }) {
        unpark(locked: state, isWoken: false)
      }
    } else if main.isParked, runtime.signalHandler == nil {
      main.isDeadlocked = true
      unpark(locked: main, isWoken: false)
    }
  }

  // MARK: Starting and ending

  /// It was reported that nobody can go on.
  private var hasGivenUp = false
  /// Called before the program's last threads are waited for.
  var shutdownCallbacks: [Value] = []

  /// Waits for the end of all threads but those that are daemons. The main thread calls this when the program has reached its end.
  func finish() throws(Raised) {
    while let callback = shutdownCallbacks.popLast() { _ = try runtime.call(callback) }
    while !hasGivenUp, let state = alive.first(where: { !$0.isMain && !$0.isDaemon }) { _ = try join(state) }
  }

  /// Waits for the end of a thread, or for a point of time. True: it has ended.
  func join(_ state: ThreadState, until deadline: Double = .infinity) throws(Raised) -> Bool {
    let me = current
    while !state.hasFinished {
      if deadline < .infinity, clock.monotonic >= deadline { return false }
      state.joiners.append(me)
      defer { state.joiners.removeAll { $0 === me } }
      try check(park(until: deadline))
    }
    return true
  }

  /// Raises what parking ended with, if it was neither time nor another thread.
  func check(_ waking: Waking) throws(Raised) {
    switch waking {
    case .woken, .timeout: break
    case .interrupt: try runtime.attend()
    case .deadlock:
      hasGivenUp = true
      runtime.output.flush()
      let names = runtime.threadNames.map { "  \($0)\n" }.joined()
      runtime.errorOutput.write("pya: all threads wait and nothing can wake them\(names.isEmpty ? "" : ":")\n\(names)")
      throw runtime.error("SystemExit", [.int(1)])
    }
  }

  /// Starts a thread, which gets its turn after those who wait already. Nil: the system has no room for it.
  func start(_ body: @escaping (ThreadState) -> Void) -> ThreadState? {
    guard let machine = ThreadMachine(capacity: Threads.stackCapacity) else { return nil }
    let state = ThreadState(isMain: false, machine: machine)
    runtime.yieldHandler = { [unowned(unsafe) self] in self.yield() }
    alive.append(state)
    state.body = body
    mutex.lock()
    queue.append(state)
    mutex.unlock()
    let stackSize = max(requestedStackSize, Threads.nativeStackSize)
    state.identity = startThread(stackSize: stackSize) { [self] in run(state, stackSize: stackSize) }
    guard state.identity != 0 else {
      state.body = nil
      mutex.lock()
      queue.removeAll { $0 === state }
      mutex.unlock()
      alive.removeAll { $0 === state }
      return nil
    }
    return state
  }

  private static let stackCapacity = 1 << 25
  private static let nativeStackSize = 1 << 28

  /// The body of a thread.
  private func run(_ state: ThreadState, stackSize: Int) {
    var probe: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &probe) { UInt(bitPattern: $0) }
    state.machine.nativeStackLimit = here - UInt(stackSize) + (1 << 19)
    state.identify()
    mutex.lock()
    awaitTurn(state)
    enter(state)
    mutex.unlock()
    state.body?(state)
    if state === survivor {
      runtime.output.flush()
      _exit(0)
    }
    // What the body holds of the program is let go while this thread has the turn.
    state.body = nil
    state.clearShare(of: runtime)
    state.hasFinished = true
    alive.removeAll { $0 === state }
    for joiner in state.joiners { unpark(joiner) }
    state.joiners = []
    mutex.lock()
    state.exchange(with: runtime)
    holder = nil
    passOn()
    mutex.unlock()
  }

  // MARK: Another process

  /// The process is a copy that `fork` made, and ends where its program ends.
  var isCopy: Bool { survivor != nil }
  /// In a copy: the thread that called `fork`.
  private var survivor: ThreadState?

  /// There are other processes of the program: whose output comes first shows, so that it is written just when CPython writes it.
  private(set) var hasForked = false

  /// What was printed appears before a wait.
  func flushBeforeWaiting() {
    if !hasForked { runtime.output.flush() }
  }

  #if canImport(Glibc)
    /// Copies the process; 0 in the copy, where the running thread is the only one.
    func fork() -> Int32 {
      let state = current
      // Held meanwhile, so that the copy finds it free.
      mutex.lock()
      let process = process_fork()
      hasForked = true
      if process == 0 {
        survivor = state
        for other in alive where other !== state { other.hasFinished = true }
        alive = [state]
        queue = []
        parked = []
        blockedCount = 0
        state.identify()
        wakeup.renew()
      }
      mutex.unlock()
      return process
    }
  #endif

  /// From now on only the main thread runs: the others stay where they wait next.
  func close() {
    mutex.lock()
    isClosed = true
    mutex.unlock()
  }
}

/// Starts a detached thread of the system, and returns its identity; 0: there is no room for it.
private func startThread(stackSize: Int, _ body: @escaping () -> Void) -> Int {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, stackSize)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  defer { pthread_attr_destroy(&attributes) }
  let argument = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  #if canImport(Glibc)
    announce_thread()
    var thread = pthread_t()
    if pthread_create(&thread, &attributes, threadMain, argument) == 0 { return Int(bitPattern: UInt(thread)) }
  #else
    var thread: pthread_t?
    if pthread_create(&thread, &attributes, threadMain, argument) == 0 { return Int(bitPattern: thread) }
  #endif
  Unmanaged<ThreadBody>.fromOpaque(argument).release()
  return 0
}

private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

#if canImport(Glibc)
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#endif

extension Runtime {
  var threads: Threads { attachment(Threads.self) { Threads(self) } }

  /// The program is over: waits for its threads. Daemons go on while callbacks of `atexit` run.
  func finishThreads() {
    guard let threads = existingAttachment(Threads.self) else { return }
    do throws(Raised) { try threads.finish() } catch { _ = report(uncaught: error) }
  }

  /// Daemons stop where they are.
  func stopThreads() {
    guard let threads = existingAttachment(Threads.self), !threads.isAlone else { return }
    threads.close()
  }

  /// The names of the threads, as far as `threading` knows them.
  fileprivate var threadNames: [String] {
    guard let library = modules["threading"], let list = try? callMethod(.object(library), "enumerate").list else { return [] }
    return list.array.compactMap { try? getAttribute($0, intern("name")).string?.text }
  }

  var hasDaemonThreads: Bool { existingAttachment(Threads.self)?.isAlone == false }

  /// Waits for some time, in which other threads run.
  func sleep(_ seconds: Double) throws(Raised) {
    let clock = clock
    var deadline = clock.monotonic + seconds
    // On a virtual clock sums of the same sleeps must meet exactly, as in the event loop.
    if clock is VirtualClock, deadline < 1e6 { deadline = (deadline * 1e9).rounded() / 1e9 }
    let threads = threads
    if seconds <= 0 { return threads.isAlone ? () : threads.yield() }
    if threads.isAlone, clock is VirtualClock { return clock.sleep(seconds) }
    while clock.monotonic < deadline { try threads.check(threads.park(until: deadline)) }
  }
}
