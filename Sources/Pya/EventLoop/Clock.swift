#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where time comes from. Everything that asks for the time or waits goes through the runtime's clock.
protocol Clock: AnyObject {
  /// Seconds since some fixed point, never going back.
  var monotonic: Double { get }
  /// Seconds since 1970 in UTC.
  var wall: Double { get }
  func sleep(_ seconds: Double)
}

/// The operating system's clocks.
final class SystemClock: Clock {
  var monotonic: Double { SystemClock.read(CLOCK_MONOTONIC) }
  var wall: Double { SystemClock.read(CLOCK_REALTIME) }

  func sleep(_ seconds: Double) {
    guard seconds > 0 else { return }
    let whole = min(seconds.rounded(.down), 1e9)
    var left = timespec(tv_sec: Int(whole), tv_nsec: Int(min((seconds - whole) * 1e9, 999_999_999)))
    var interrupted = timespec()
    while nanosleep(&left, &interrupted) == -1, errno == EINTR { left = interrupted }
  }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Time that passes only by sleeping: a program that sleeps for an hour is done at once, and every run sees the same times.
///
/// Nobody would ever see the end of a loop that looks at the clock until it shows something, or runs until a timer says stop. So the
/// program may look a thousand times, or run as many turns of its event loop; from then on each takes a microsecond.
final class VirtualClock: Clock {
  private(set) var monotonic: Double {
    didSet { patience = VirtualClock.patience }
  }
  private var patience = VirtualClock.patience
  private static let patience = 1000
  private let wallAtStart: Double
  private let monotonicAtStart: Double

  /// By default it is midnight on 1 January 2024, and the monotonic clock stands at 0.
  init(monotonic: Double = 0, wall: Double = 1_704_067_200) {
    self.monotonic = monotonic
    monotonicAtStart = monotonic
    wallAtStart = wall
  }

  var wall: Double { wallAtStart + (monotonic - monotonicAtStart) }

  func sleep(_ seconds: Double) {
    if seconds > 0 { monotonic = max(monotonic + seconds, monotonic.nextUp) }
  }

  /// The program looks at it, or keeps the event loop from waiting for it.
  func look() {
    patience -= 1
    guard patience < 0 else { return }
    monotonic = ((monotonic * 1e9).rounded() + 1000) / 1e9
    patience = 0
  }

  /// Jumps ahead to a point of monotonic time; never goes back.
  func advance(to time: Double) {
    if time > monotonic { monotonic = time }
  }
}

/// Holds the runtime's clock, so that the command can put a virtual one in its place.
final class ClockSetting {
  var clock: any Clock = SystemClock()
}

extension Runtime {
  var clock: any Clock {
    get { attachment(ClockSetting.self) { ClockSetting() }.clock }
    set { attachment(ClockSetting.self) { ClockSetting() }.clock = newValue }
  }

  /// The clock when the program asks for the time.
  var watchedClock: any Clock {
    let clock = clock
    if let clock = clock as? VirtualClock { clock.look() }
    return clock
  }
}
