/// Waits in the event loop's stead: a prompt, which has an eye on the terminal while tasks run.
protocol LoopWaiter: AnyObject {
  /// Nothing is ready. Returns when `seconds` are over (nil: no timer runs), or earlier.
  func wait(_ seconds: Double?, _ loop: EventLoop)
  /// Asked in every turn, while there is always something ready.
  func lookForInput(_ loop: EventLoop)
}
