#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Moments as seconds since 1970, and the zone of the machine.
extension Runtime {
  typealias Moment = (seconds: Int, microseconds: Int)

  /// A timestamp as `fromtimestamp` takes it, in microseconds.
  func moment(_ value: Value, _ rule: FloatingPointRoundingRule = .toNearestOrEven) throws(Raised) -> Moment {
    guard case .float(let number) = value.plainNumber else {
      guard case .int(let seconds) = try integer(fromIndex: value) else {
        throw overflowError("timestamp out of range for platform time_t")
      }
      return (seconds, 0)
    }
    if number.isNaN { throw valueError("Invalid value NaN (not a number)") }
    var whole = number.rounded(.towardZero)
    var fraction = ((number - whole) * 1e6).rounded(rule)
    if fraction >= 1e6 {
      fraction -= 1e6
      whole += 1
    } else if fraction < 0 {
      fraction += 1e6
      whole -= 1
    }
    guard let seconds = Int(exactly: whole) else { throw overflowError("timestamp out of range for platform time_t") }
    return (seconds, Int(fraction))
  }

  struct BrokenTime {
    var year: Int
    var month: Int
    var day: Int
    var time: TimeOfDay
    /// Seconds east of UTC.
    var offset: Int
    var zone: String

    init(_ broken: tm) {
      year = Int(broken.tm_year) + 1900
      month = Int(broken.tm_mon) + 1
      day = Int(broken.tm_mday)
      time = TimeOfDay(
        hour: Int(broken.tm_hour), minute: Int(broken.tm_min), second: min(Int(broken.tm_sec), 59))
      offset = broken.tm_gmtoff
      zone = broken.tm_zone.map { String(cString: $0) } ?? "UTC"
    }

    /// Since 1970, read as UTC.
    var seconds: Int { (Gregorian.ordinal(year, month, day) - Gregorian.epoch) * 86400 + time.seconds }
  }

  /// The machine's time, whatever the year.
  func localTime(_ seconds: Int) -> BrokenTime {
    var moment = seconds
    var result = tm()
    localtime_r(&moment, &result)
    return BrokenTime(result)
  }

  func checkedLocalTime(_ seconds: Int) throws(Raised) -> BrokenTime {
    var moment = seconds
    var result = tm()
    guard localtime_r(&moment, &result) != nil else { throw systemError(EOVERFLOW) }
    return try checked(BrokenTime(result))
  }

  private func checked(_ time: BrokenTime) throws(Raised) -> BrokenTime {
    if time.year < Gregorian.minimumYear || time.year > Gregorian.maximumYear {
      throw valueError("year \(time.year) is out of range")
    }
    return time
  }

  func makeDatetime(_ type: TypeObject, inUTC moment: Moment, _ zone: Value) throws(Raised) -> Value {
    var seconds = moment.seconds
    var result = tm()
    guard gmtime_r(&seconds, &result) != nil else { throw systemError(EOVERFLOW) }
    var broken = try checked(BrokenTime(result))
    broken.time.microsecond = moment.microseconds
    return try makeDatetime(type, (broken.year, broken.month, broken.day), broken.time, zone)
  }

  /// The moment in a zone, or in the machine's.
  func makeDatetime(_ type: TypeObject, at moment: Moment, _ zone: Value) throws(Raised) -> Value {
    if !zone.isNone { return try callMethod(zone, "fromutc", [try makeDatetime(type, inUTC: moment, zone)]) }
    var broken = try checkedLocalTime(moment.seconds)
    broken.time.microsecond = moment.microseconds
    // The second of two equal times after the clock was put back.
    let day = 86400
    if moment.seconds - day > -Gregorian.epoch * day {
      let transition = broken.seconds - localTime(moment.seconds - day).seconds - day
      if transition < 0, localTime(moment.seconds + transition).seconds == broken.seconds { broken.time.fold = 1 }
    }
    return try makeDatetime(type, (broken.year, broken.month, broken.day), broken.time, .none)
  }

  func currentDatetime(_ type: TypeObject, zone: Value) throws(Raised) -> Value {
    try makeDatetime(type, at: try moment(.float(watchedClock.wall), .down), zone)
  }

  /// Seconds since 1970 of a time of the machine's zone: the inverse of `localTime`, where there are two or none by the fold.
  func secondsOfLocal(_ moment: DatetimeObject) throws(Raised) -> Int {
    let wanted = moment.secondsFromStart - Gregorian.epoch * 86400
    func local(_ seconds: Int) throws(Raised) -> Int { try checkedLocalTime(seconds).seconds }
    let offset = try local(wanted) - wanted
    let first = wanted - offset
    let found = try local(first)
    var otherOffset: Int
    if found == wanted {
      let probe = moment.time.fold == 1 ? first + 86400 : first - 86400
      otherOffset = try local(probe) - probe
      if otherOffset == offset { return first }
    } else {
      otherOffset = found - first
    }
    let second = wanted - otherOffset
    if try local(second) == wanted { return second }
    if found == wanted { return first }
    return moment.time.fold == 1 ? min(first, second) : max(first, second)
  }
}
