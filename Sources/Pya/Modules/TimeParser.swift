#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `strptime`: reads a text by a format, as CPython's `_strptime`.
struct TimeParser {
  private var text: ArraySlice<Character>
  private let whole: String
  private let format: String
  private let runtime: Runtime
  // What was found.
  private var year: Int?
  private var month = 1
  private var day = 1
  private var hour = 0
  private var minute = 0
  private var second = 0
  private var weekday: Int?
  private var dayOfYear: Int?
  private var week: (number: Int, startsOnMonday: Bool)?
  private var isAfternoon: Bool?
  private var zoneName: String?
  private var zoneOffset: Int?
  private var hasMonthAndDay = false

  static func parse(_ text: String, format: String, _ runtime: Runtime) throws(Raised) -> (
    time: tm, zone: String?, offset: Int?
  ) {
    var parser = TimeParser(text, format, runtime)
    try parser.readAll()
    return (try parser.result(), parser.zoneName, parser.zoneOffset)
  }

  private init(_ text: String, _ format: String, _ runtime: Runtime) {
    self.text = Array(text)[...]
    whole = text
    self.format = format
    self.runtime = runtime
  }

  private func mismatch() -> Raised {
    runtime.valueError("time data \(quoted(whole)) does not match format \(quoted(format))")
  }

  private func quoted(_ text: String) -> String { (try? runtime.repr(.object(runtime.string(text))).text) ?? "'\(text)'" }

  // MARK: Reading

  private mutating func readAll() throws(Raised) {
    try checkDirectives(format)
    try read(format)
    if !text.isEmpty { throw runtime.valueError("unconverted data remains: \(String(text))") }
  }

  private func checkDirectives(_ format: String) throws(Raised) {
    var letters = format.makeIterator()
    while let letter = letters.next() {
      guard letter == "%" else { continue }
      guard let directive = letters.next() else { throw runtime.valueError("stray % in format '\(format)'") }
      if !"aAbBcdfHIjmMpSUwWxXyYZzGuV%".contains(directive) {
        throw runtime.valueError("'\(directive)' is a bad directive in format '\(format)'")
      }
    }
  }

  private mutating func read(_ format: String) throws(Raised) {
    var letters = format.makeIterator()
    while let letter = letters.next() {
      if letter == "%", let directive = letters.next() {
        try readField(directive)
      } else if letter.isWhitespace {
        guard text.first?.isWhitespace ?? false else { throw mismatch() }
        text = text.drop { $0.isWhitespace }
      } else {
        guard let next = text.first, next.lowercased() == letter.lowercased() else { throw mismatch() }
        text.removeFirst()
      }
    }
  }

  private mutating func readField(_ directive: Character) throws(Raised) {
    switch directive {
    case "Y": year = try number(4, exactly: true, 0...9999)
    case "y":
      let short = try number(2, exactly: true, 0...99)
      year = short <= 68 ? 2000 + short : 1900 + short
    case "m":
      month = try number(2, 1...12)
      hasMonthAndDay = true
    case "d":
      if text.first == " " { text.removeFirst() }
      day = try number(2, 1...31)
      hasMonthAndDay = true
    case "H": hour = try number(2, 0...23)
    case "I": hour = try number(2, 1...12) % 12
    case "M": minute = try number(2, 0...59)
    case "S": second = try number(2, 0...61)
    case "f": _ = try number(6, 0...999_999)
    case "j": dayOfYear = try number(3, 1...366)
    case "w": weekday = (try number(1, 0...6) + 6) % 7
    case "u": weekday = try number(1, 1...7) - 1
    case "U": week = (try number(2, 0...53), false)
    case "W": week = (try number(2, 0...53), true)
    case "p": isAfternoon = try name(among: ["am", "pm"]) == 1
    case "a": weekday = (try name(among: TimeNames.weekdays.map { String($0.prefix(3)) }) + 6) % 7
    case "A": weekday = (try name(among: TimeNames.weekdays) + 6) % 7
    case "b":
      month = try name(among: TimeNames.months.map { String($0.prefix(3)) }) + 1
      hasMonthAndDay = true
    case "B":
      month = try name(among: TimeNames.months) + 1
      hasMonthAndDay = true
    case "c": try read("%a %b %d %H:%M:%S %Y")
    case "x": try read("%m/%d/%y")
    case "X": try read("%H:%M:%S")
    case "Z": zoneName = ["UTC", "GMT"][try name(among: ["utc", "gmt"])]
    case "z": try readOffset()
    case "%":
      guard text.first == "%" else { throw mismatch() }
      text.removeFirst()
    default: throw mismatch()
    }
  }

  /// As many digits as there are, up to a count, as long as the number stays in range.
  private mutating func number(_ digits: Int, exactly: Bool = false, _ range: ClosedRange<Int>) throws(Raised) -> Int {
    var value = 0
    var count = 0
    while count < digits, let digit = text.first.flatMap({ $0.isASCII ? $0.wholeNumberValue : nil }) {
      if count > 0, value * 10 + digit > range.upperBound { break }
      value = value * 10 + digit
      count += 1
      text.removeFirst()
    }
    guard count > 0, !exactly || count == digits, range.contains(value) else { throw mismatch() }
    return value
  }

  private mutating func name(among names: [String]) throws(Raised) -> Int {
    let lowered = String(text).lowercased()
    for (index, name) in names.enumerated() where lowered.hasPrefix(name.lowercased()) {
      text.removeFirst(name.count)
      return index
    }
    throw mismatch()
  }

  private mutating func readOffset() throws(Raised) {
    guard let sign = text.first else { throw mismatch() }
    text.removeFirst()
    if sign == "Z" {
      zoneOffset = 0
      return
    }
    guard sign == "+" || sign == "-" else { throw mismatch() }
    let hours = try number(2, exactly: true, 0...23)
    if text.first == ":" { text.removeFirst() }
    let minutes = try number(2, exactly: true, 0...59)
    zoneOffset = (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
  }

  // MARK: The result

  private mutating func result() throws(Raised) -> tm {
    if isAfternoon == true { hour += 12 }
    var year = self.year ?? 1900
    // A day that only a leap year has, without a year.
    let isLeapDayAlone = self.year == nil && month == 2 && day == 29
    if isLeapDayAlone { year = 1904 }
    if let dayOfYear, !hasMonthAndDay {
      setDate(fromDay: daysBefore(year: year) + dayOfYear, &year)
    } else if let week, let weekday, self.year != nil, !hasMonthAndDay {
      setDate(fromDay: dayOfWeek(week, weekday, year), &year)
    }
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { throw runtime.valueError("day is out of range for month") }
    let ordinal = daysBefore(year: year) + lengths.prefix(month - 1).reduce(0, +) + day
    var time = tm()
    time.tm_year = Int32((isLeapDayAlone ? 1900 : year) - 1900)
    time.tm_mon = Int32(month - 1)
    time.tm_mday = Int32(day)
    time.tm_hour = Int32(hour)
    time.tm_min = Int32(minute)
    time.tm_sec = Int32(second)
    // Ordinal 1 is a Monday.
    time.tm_wday = Int32(((weekday ?? (ordinal + 6) % 7) + 1) % 7)
    time.tm_yday = Int32((dayOfYear ?? (ordinal - daysBefore(year: year))) - 1)
    time.tm_isdst = -1
    return time
  }

  private func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private func daysBefore(year: Int) -> Int {
    let past = year - 1
    return past * 365 + past / 4 - past / 100 + past / 400
  }

  private mutating func setDate(fromDay ordinal: Int, _ year: inout Int) {
    while ordinal > daysBefore(year: year + 1) { year += 1 }
    while ordinal <= daysBefore(year: year) { year -= 1 }
    var left = ordinal - daysBefore(year: year)
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    month = 1
    while left > lengths[month - 1] {
      left -= lengths[month - 1]
      month += 1
    }
    day = left
    dayOfYear = ordinal - daysBefore(year: year)
  }

  /// The ordinal of a weekday (Monday is 0) in a week of the year.
  private func dayOfWeek(_ week: (number: Int, startsOnMonday: Bool), _ weekday: Int, _ year: Int) -> Int {
    let firstWeekday = daysBefore(year: year) % 7
    let shift = week.startsOnMonday ? 0 : 1
    let first = (firstWeekday + shift) % 7
    let wanted = (weekday + shift) % 7
    let lengthOfWeekZero = (7 - first) % 7
    let offset = week.number == 0 ? wanted - first : lengthOfWeekZero + 7 * (week.number - 1) + wanted
    return daysBefore(year: year) + 1 + offset
  }
}
