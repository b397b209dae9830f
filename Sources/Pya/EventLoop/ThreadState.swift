#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

/// One thread of the program, and what belongs to it alone while another thread runs.
final class ThreadState: @unchecked Sendable {
  let isMain: Bool
  /// `threading.get_ident()` and `get_native_id()`; 0 until the thread runs.
  var identity = 0
  var nativeNumber = 0
  var hasFinished = false
  /// The program's end does not wait for it.
  var isDaemon = false
  /// What it does; let go as soon as it is done.
  var body: ((ThreadState) -> Void)?
  /// Who waits for its end (`join`), in order.
  var joiners: [ThreadState] = []
  /// What `threading.local` objects hold for it, by object.
  var locals: [ObjectIdentifier: DictObject] = [:]

  // MARK: What the runtime holds for the thread that runs

  var machine: ThreadMachine
  private var handled: [ExceptionObject] = []
  private var openRepresentations: [Int] = []
  private var callSites: [CallSite] = []
  private var handling: [HandlingFrame] = []
  private var context: ContextObject?
  private var loops = Asyncio.ThreadShare()

  // MARK: What `Threads` keeps of it, guarded by its mutex

  let turn = WaitPoint()
  var hasTurn = false
  var isParked = false
  var wasWoken = false
  var isDeadlocked = false
  /// When parking ends by itself, on the runtime's clock.
  var deadline = Double.infinity
  var parkNumber = 0

  init(isMain: Bool, machine: ThreadMachine) {
    self.isMain = isMain
    self.machine = machine
  }

  deinit {
    turn.deallocate()
    if !isMain { machine.releaseStack() }
  }

  /// Lets go of everything that belongs to the program, while this is the thread that runs.
  func clearShare(of runtime: Runtime) {
    locals = [:]
    runtime.handled = []
    runtime.callSites.stack = []
    runtime.callSites.handling = []
    runtime.contexts.current = nil
    runtime.existingAttachment(Asyncio.self)?.threadShare = Asyncio.ThreadShare()
  }

  /// Puts this thread's share into the runtime, and what was there into this place.
  func exchange(with runtime: Runtime) {
    machine.exchange(with: runtime.machine)
    swap(&runtime.handled, &handled)
    swap(&runtime.openRepresentations, &openRepresentations)
    let sites = runtime.callSites
    swap(&sites.stack, &callSites)
    swap(&sites.handling, &handling)
    let contexts = runtime.contexts
    (contexts.current, context) = (context, contexts.current)
    if let asyncio = runtime.existingAttachment(Asyncio.self) {
      (asyncio.threadShare, loops) = (loops, asyncio.threadShare)
    } else {
      loops = Asyncio.ThreadShare()
    }
  }

  /// Notes who the running thread is.
  func identify() {
    #if canImport(Glibc)
      identity = Int(bitPattern: UInt(pthread_self()))
      nativeNumber = thread_number()
    #else
      identity = Int(bitPattern: pthread_self())
      var number: UInt64 = 0
      pthread_threadid_np(nil, &number)
      nativeNumber = Int(truncatingIfNeeded: number)
    #endif
  }
}

extension Asyncio {
  /// What asyncio keeps for each thread.
  struct ThreadShare {
    var runningLoop: EventLoop?
    var currentLoop: EventLoop?
    var hasSetLoop = false
    var mainTask: TaskObject?
    var interruptCount = 0
  }

  fileprivate var threadShare: ThreadShare {
    get {
      ThreadShare(
        runningLoop: runningLoop, currentLoop: currentLoop, hasSetLoop: hasSetLoop, mainTask: mainTask,
        interruptCount: interruptCount)
    }
    set {
      runningLoop = newValue.runningLoop
      currentLoop = newValue.currentLoop
      hasSetLoop = newValue.hasSetLoop
      mainTask = newValue.mainTask
      interruptCount = newValue.interruptCount
    }
  }
}
