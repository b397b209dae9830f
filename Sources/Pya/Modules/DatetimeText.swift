#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much of a time `isoformat` shows.
enum TimePrecision: String {
  case automatic = "auto"
  case hours, minutes, seconds, milliseconds, microseconds
}

extension TimeOfDay {
  func text(_ precision: TimePrecision) -> String {
    switch precision {
    case .automatic: text(microsecond == 0 ? .seconds : .microseconds)
    case .hours: zeroPadded(hour)
    case .minutes: "\(zeroPadded(hour)):\(zeroPadded(minute))"
    case .seconds: "\(zeroPadded(hour)):\(zeroPadded(minute)):\(zeroPadded(second))"
    case .milliseconds: text(.seconds) + "." + zeroPadded(microsecond / 1000, 3)
    case .microseconds: text(.seconds) + "." + zeroPadded(microsecond, 6)
    }
  }

  /// As in `repr`: seconds and microseconds only where they matter.
  var reprFields: String {
    var text = "\(hour), \(minute)"
    if second != 0 || microsecond != 0 { text += ", \(second)" }
    if microsecond != 0 { text += ", \(microsecond)" }
    return text
  }
}

/// Texts of dates and times.
extension Runtime {
  func timePrecision(_ value: Value, position: Int) throws(Raised) -> TimePrecision {
    if value.isUndefined { return .automatic }
    guard let text = value.string else {
      throw typeError("isoformat() argument \(position) must be str, not \(givenName(value))")
    }
    guard let precision = TimePrecision(rawValue: text.text) else { throw valueError("Unknown timespec value") }
    return precision
  }

  func reprSuffix(fold: Int, zone: Value) throws(Raised) -> String {
    (fold == 0 ? "" : ", fold=1") + (zone.isNone ? "" : ", tzinfo=\(try repr(zone).text)")
  }

  /// `+05:30` of an object's zone; empty without an offset.
  func offsetText(_ zone: Value, _ argument: Value, separator: String = ":") throws(Raised) -> String {
    guard let offset = try zoneDelta(zone, "utcoffset", argument) else { return "" }
    return offset.offsetText(separator: separator)
  }

  /// `Sun Jan  2 03:04:05 2000`
  func plainTime(_ date: DateObject, _ time: TimeOfDay) -> String {
    let weekday = TimeNames.weekdays[(Gregorian.weekday(date.ordinal) + 1) % 7].prefix(3)
    let day = date.day < 10 ? " \(date.day)" : "\(date.day)"
    return "\(weekday) \(TimeNames.months[date.month - 1].prefix(3)) \(day) \(time.text(.seconds)) \(zeroPadded(date.year, 4))"
  }

  /// `strftime` of a date, datetime or time.
  func formatted(_ value: Value, _ format: StringObject) throws(Raised) -> StringObject {
    let time: TimeOfDay
    var zone = Value.none
    var broken = tm()
    try checkFormat(format.text)
    broken.tm_isdst = -1
    if let date = value.date {
      time = value.datetime?.time ?? TimeOfDay()
      zone = value.datetime?.zone ?? .none
      broken.setDate(date)
    } else {
      time = value.timeOfDay?.time ?? TimeOfDay()
      zone = value.timeOfDay?.zone ?? .none
      broken.tm_mday = 1
      broken.tm_wday = 1
    }
    broken.setTime(time)
    let argument = value.timeOfDay == nil ? value : .none
    let expanded = try expand(format.text, time, zone, argument, value)
    if value.datetime != nil { broken.tm_isdst = Int32(try summerFlag(zone, argument)) }
    return string(formatTime(expanded, broken, zone: nil))
  }

  /// Puts in what the C library does not know: microseconds and the zone.
  private func expand(_ format: String, _ time: TimeOfDay, _ zone: Value, _ argument: Value, _ value: Value)
    throws(Raised) -> String
  {
    var result = ""
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%", let directive = rest.first else {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch directive {
      case "f": result += zeroPadded(time.microsecond, 6)
      case "z": result += try offsetText(zone, argument, separator: "")
      case "Z": result += try zoneName(zone, argument).map { $0.text.doublingPercents } ?? ""
      case ":" where rest.dropFirst().first == "z":
        rest.removeFirst()
        result += try offsetText(zone, argument)
      default:
        result.unicodeScalars.append("%")
        result.unicodeScalars.append(directive)
      }
      rest.removeFirst()
    }
    return result
  }

  /// 1 in summer time, 0 outside, -1 when the zone does not say.
  func summerFlag(_ zone: Value, _ argument: Value) throws(Raised) -> Int {
    try zoneDelta(zone, "dst", argument).map { $0.isZero ? 0 : 1 } ?? -1
  }

  /// As `timetuple()`.
  func timeTuple(_ date: DateObject, _ time: TimeOfDay, isSummer: Int) -> Value {
    var broken = tm()
    broken.setDate(date)
    broken.setTime(time)
    broken.tm_isdst = Int32(isSummer)
    return CalendarTime.shared(self).value(broken, zone: nil, offset: nil)
  }
}

extension tm {
  mutating func setDate(_ date: DateObject) {
    tm_year = Int32(date.year - 1900)
    tm_mon = Int32(date.month - 1)
    tm_mday = Int32(date.day)
    let ordinal = date.ordinal
    tm_wday = Int32((Gregorian.weekday(ordinal) + 1) % 7)
    tm_yday = Int32(ordinal - Gregorian.daysBefore(year: date.year) - 1)
  }

  mutating func setTime(_ time: TimeOfDay) {
    tm_hour = Int32(time.hour)
    tm_min = Int32(time.minute)
    tm_sec = Int32(time.second)
  }
}

extension String {
  fileprivate var doublingPercents: String {
    split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }
}

extension TimedeltaObject {
  /// As an offset from UTC.
  func offsetText(separator: String) -> String {
    let total = smallTotal ?? 0
    let size = total.magnitude
    let seconds = Int(size / 1_000_000)
    var text = total < 0 ? "-" : "+"
    text += zeroPadded(seconds / 3600) + separator + zeroPadded(seconds / 60 % 60)
    if size % 60_000_000 != 0 { text += separator + zeroPadded(seconds % 60) }
    if size % 1_000_000 != 0 { text += "." + zeroPadded(Int(size % 1_000_000), 6) }
    return text
  }
}
