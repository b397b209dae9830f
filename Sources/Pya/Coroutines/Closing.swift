/// How GeneratorExit reaches a frame that delegates: what it delegates to is closed first, from the inside out, and only then is the
/// exception raised where the frame waits. All other exceptions are raised where the chain stopped, whose frames may handle them.
extension SuspendableFrame {
  /// Closes the frames this suspended one waits for. Returns what to raise here instead of the exception if one of them failed.
  func closeDelegates(_ runtime: Runtime) -> ExceptionObject? {
    var chain: [SuspendableFrame] = []
    var next = innermost
    while let current = next, current !== self {
      chain.append(current)
      next = current.awaiter
    }
    state = .running
    var failure: ExceptionObject?
    for (index, frame) in chain.enumerated() {
      frame.awaiter = nil
      frame.innermost = nil
      if index > 0 { frame.delegate = nil }
      failure = frame.closeAlone(runtime, failure)
    }
    delegate = nil
    innermost = nil
    return failure
  }

  /// Raises a failure, or GeneratorExit, in a frame that waits for no other; nil: it ended as it should.
  private func closeAlone(_ runtime: Runtime, _ failure: ExceptionObject?) -> ExceptionObject? {
    thrown = failure ?? runtime.error("GeneratorExit").exception
    do throws(Raised) {
      guard case .suspended = try run(runtime, from: self, isThrowing: true) else { return nil }
      return ignoredExit(runtime).exception
    } catch {
      let ends = runtime.matches(error, .generatorExit) || runtime.matches(error, .stopIteration)
      return ends ? nil : error.exception
    }
  }

  func ignoredExit(_ runtime: Runtime) -> Raised {
    let what = kind == .coroutine ? "coroutine" : kind == .asyncGenerator ? "async generator" : "generator"
    return runtime.runtimeError("\(what) ignored GeneratorExit")
  }
}
