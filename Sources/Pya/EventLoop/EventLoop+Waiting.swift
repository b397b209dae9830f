/// How the loop sleeps: until the next timer, until a descriptor is ready, until another thread has something for it.
extension EventLoop {
  /// What waits for descriptors, made when first needed.
  var poll: Poller {
    if let poller { return poller }
    let made = reservedPoller ?? Poller()
    reservedPoller = nil
    poller = made
    return made
  }

  /// Nothing is ready: waits.
  func waitForEvents(_ runtime: Runtime) throws(Raised) {
    let deadline = timers.isEmpty ? Double.infinity : wakingTime(timers.nextDeadline, runtime)
    if let waiter = asyncio.waiter { return waitWithPrompt(waiter, until: deadline, runtime) }
    if let poller, poller.isWatching { return waitForInput(poller, until: deadline, runtime) }
    let threads = runtime.threads
    if threads.isAlone, runtime.signalHandler == nil {
      if timers.isEmpty {
        if runtime.machine.pointee.isInterrupted { return }
        throw reportDeadlock()
      }
      if let clock = runtime.clock as? VirtualClock { return clock.advance(to: deadline) }
    }
    threads.flushBeforeWaiting()
    sleeper = threads.current
    let waking = threads.park(until: deadline)
    sleeper = nil
    if waking == .deadlock { throw reportDeadlock() }
  }

  /// When to wake for a timer, by the runtime's clock. On the system's clock the wait is whole milliseconds, rounded up, as CPython's selector
  /// has it: what is due within the same one is due together, and of two chains of sleeps the one whose first sleep is shorter comes first.
  private func wakingTime(_ deadline: Double, _ runtime: Runtime) -> Double {
    let now = runtime.clock.monotonic
    let rest = hasOwnTime ? deadline - time : deadline - now
    if virtualClock != nil { return hasOwnTime ? now + rest : deadline }
    return rest > 0 ? now + (rest * 1000).rounded(.up) / 1000 : min(deadline, now)
  }

  /// Somebody types meanwhile (Session/).
  private func waitWithPrompt(_ waiter: any LoopWaiter, until deadline: Double, _ runtime: Runtime) {
    var seconds = deadline == .infinity ? nil : deadline - asyncio.runtime.clock.monotonic
    if let poller, poller.isWatching {
      pollForInput(poller)
      if !ready.isEmpty { return }
      // The prompt waits for itself alone: it is asked to come back soon.
      seconds = min(seconds ?? .infinity, 0.02)
    } else if let clock = runtime.clock as? VirtualClock, deadline < .infinity {
      return clock.advance(to: deadline)
    }
    runtime.output.flush()
    waiter.wait(seconds, self)
  }

  /// Puts what is ready into the queue, without waiting.
  func pollForInput(_ poller: Poller) { dispatch(poller, poller.wait(0)) }

  private func waitForInput(_ poller: Poller, until deadline: Double, _ runtime: Runtime) {
    let count = poller.wait(0)
    if count > 0 { return dispatch(poller, count) }
    runtime.threads.flushBeforeWaiting()
    let machine = runtime.machine
    // Both are there before the descriptor is put in place: making the one that wakes the sleeping loop would put its own there.
    let threads = runtime.threads
    _ = asyncio.wakeup
    let isMain = machine.pointee.isMainThread
    let outerWakeup = machine.pointee.wakeupDescriptor
    if isMain { machine.pointee.wakeupDescriptor = poller.wakeup.writeDescriptor }
    isPolling = true
    let start = realTime
    if !machine.pointee.isInterrupted {
      let seconds = deadline - runtime.clock.monotonic
      let count = threads.blocking { poller.wait(seconds) }
      isPolling = false
      advanceVirtualClock(runtime, to: deadline, hasEvents: count > 0, elapsed: realTime - start)
      dispatch(poller, count)
    }
    isPolling = false
    if isMain { machine.pointee.wakeupDescriptor = outerWakeup }
  }

  private var realTime: Double { asyncio.systemClock.monotonic }

  /// A virtual clock moves by the time that was waited for the system. What answers at once takes no time, so that programs which only
  /// talk to themselves see the same times in every run.
  private func advanceVirtualClock(_ runtime: Runtime, to deadline: Double, hasEvents: Bool, elapsed: Double) {
    guard let clock = runtime.clock as? VirtualClock else { return }
    if !hasEvents, deadline < .infinity, elapsed >= deadline - clock.monotonic {
      clock.advance(to: deadline)
    } else if elapsed > 0.02 {
      clock.advance(to: min(deadline, clock.monotonic + elapsed))
    }
  }

  private func dispatch(_ poller: Poller, _ count: Int) {
    poller.forEachReady(count) { watcher in
      switch watcher {
      case .handle(let handle): ready.append(.handle(handle))
      case .job(let job): ready.append(.job(job))
      }
    }
  }

  /// `call_soon_threadsafe`: also wakes the loop, if it sleeps.
  func awaken() {
    if let sleeper {
      asyncio.runtime.threads.unpark(sleeper)
    } else if isPolling {
      poller?.wakeup.wake()
    } else if asyncio.waiter != nil {
      asyncio.wakeup.wake()
    }
  }
}
