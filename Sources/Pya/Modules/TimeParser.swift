#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `strptime` found in a text.
struct ParsedTime {
  var year = 1900
  var month = 1
  var day = 1
  var time = TimeOfDay()
  /// Up to 61, unlike the second of a `TimeOfDay`.
  var second = 0
  /// Monday is 0.
  var weekday = 0
  var dayOfYear = 1
  var isSummer = -1
  var zoneName: String?
  /// East of UTC.
  var offsetSeconds: Int?
  var offsetMicroseconds = 0
}

/// `strptime`: reads a text by a format. Fields take what CPython's regular expressions would, in the same order of preference,
/// and give back when what follows does not fit.
struct TimeParser {
  private enum Element {
    case character(Unicode.Scalar)
    case blanks
    case field(Unicode.Scalar)
  }

  private let text: [Unicode.Scalar]
  private let lowered: [String]
  private let runtime: Runtime
  private var elements: [Element] = []
  private var zoneNames: [String] = ["utc", "gmt"]

  static func parse(_ text: StringObject, format: StringObject, _ runtime: Runtime) throws(Raised) -> ParsedTime {
    var parser = TimeParser(text.text, runtime)
    try parser.compile(format.text)
    try parser.warnOfMissingYear()
    guard let found = parser.match() else {
      let shown = try runtime.repr(.object(text)).text
      throw runtime.valueError("time data \(shown) does not match format \(try runtime.repr(.object(format)).text)")
    }
    if found.end < parser.text.count {
      var rest = ""
      rest.unicodeScalars.append(contentsOf: parser.text[found.end...])
      throw runtime.valueError("unconverted data remains: \(rest)")
    }
    return try parser.evaluate(found.fields)
  }

  private func warnOfMissingYear() throws(Raised) {
    var (hasDay, hasYear) = (false, false)
    for case .field(let name) in elements {
      if name == "d" { hasDay = true }
      if name == "Y" || name == "y" || name == "G" { hasYear = true }
    }
    guard hasDay, !hasYear else { return }
    try runtime.issueWarning(
      """
      Parsing dates involving a day of month without a year specified is ambiguious
      and fails to parse leap day. The default behavior will change in Python 3.15
      to either always raise an exception or to use a different default year (TBD).
      To avoid trouble, add a specific year to the input & format.
      See https://github.com/python/cpython/issues/70647.
      """, category: "DeprecationWarning")
  }

  private init(_ text: String, _ runtime: Runtime) {
    self.text = Array(text.unicodeScalars)
    lowered = self.text.map(\.properties.lowercaseMapping)
    self.runtime = runtime
    let january = runtime.localTime(1_704_067_200).zone.lowercased()
    let july = runtime.localTime(1_719_792_000).zone.lowercased()
    for name in [january, july] where !zoneNames.contains(name) { zoneNames.append(name) }
  }

  // MARK: The format

  private mutating func compile(_ format: String) throws(Raised) {
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar.properties.isWhitespace {
        while rest.first?.properties.isWhitespace ?? false { rest.removeFirst() }
        elements.append(.blanks)
      } else if scalar != "%" {
        elements.append(.character(scalar))
      } else {
        guard let directive = rest.popFirst() else { throw runtime.valueError("stray % in format '\(format)'") }
        switch directive {
        case "c": try compile("%a %b %d %H:%M:%S %Y")
        case "x": try compile("%m/%d/%y")
        case "X": try compile("%H:%M:%S")
        case "%": elements.append(.character("%"))
        case _ where "aAbBdfGHIjmMpSuUVwWyYzZ".unicodeScalars.contains(directive): elements.append(.field(directive))
        default:
          let name = directive.properties.isWhitespace ? "%" : String(Character(directive))
          throw runtime.valueError("'\(name)' is a bad directive in format '\(format)'")
        }
      }
    }
  }

  // MARK: Matching

  private func match() -> (fields: [Unicode.Scalar: Range<Int>], end: Int)? {
    // For each element its start and the ends still to try, best last.
    var choices: [(start: Int, ends: [Int])] = []
    var position = 0
    while choices.count < elements.count {
      choices.append((position, ends(of: elements[choices.count], at: position).reversed()))
      while choices[choices.count - 1].ends.isEmpty {
        choices.removeLast()
        if choices.isEmpty { return nil }
      }
      position = choices[choices.count - 1].ends.removeLast()
    }
    var fields: [Unicode.Scalar: Range<Int>] = [:]
    for (index, choice) in choices.enumerated() {
      guard case .field(let name) = elements[index] else { continue }
      let end = index + 1 < choices.count ? choices[index + 1].start : position
      fields[name] = choice.start..<end
    }
    return (fields, position)
  }

  /// Where an element that starts here may end, best first.
  private func ends(of element: Element, at start: Int) -> [Int] {
    switch element {
    case .character(let scalar):
      guard start < text.count else { return [] }
      return text[start] == scalar || lowered[start] == scalar.properties.lowercaseMapping ? [start + 1] : []
    case .blanks:
      var end = start
      while end < text.count, text[end].properties.isWhitespace { end += 1 }
      return Array((start..<end).map { $0 + 1 }.reversed())
    case .field(let name): return fieldEnds(name, start)
    }
  }

  private func fieldEnds(_ name: Unicode.Scalar, _ start: Int) -> [Int] {
    switch name {
    case "Y", "G": return number(start, 4, 0...9999) ? [start + 4] : []
    case "y": return number(start, 2, 0...99) ? [start + 2] : []
    case "m", "I": return number(start, [2, 1], 1...12)
    case "d":
      let ends = number(start, [2, 1], 1...31)
      if start < text.count, text[start] == " ", number(start + 1, 1, 1...9) { return ends + [start + 2] }
      return ends
    case "H": return number(start, [2, 1], 0...23)
    case "M": return number(start, [2, 1], 0...59)
    case "S": return number(start, [2, 1], 0...61)
    case "f":
      let count = text[min(start, text.count)...].prefix(6).prefix { digit($0) != nil }.count
      return (0..<count).map { start + $0 + 1 }.reversed()
    case "j": return number(start, [3, 2, 1], 1...366)
    case "w": return number(start, [1], 0...6)
    case "u": return number(start, [1], 1...7)
    case "U", "W", "V": return number(start, [2, 1], 0...53)
    case "p": return names(["am", "pm"], start)
    case "a": return names(TimeNames.weekdays.map { String($0.prefix(3)) }, start)
    case "A": return names(TimeNames.weekdays, start)
    case "b": return names(TimeNames.months.map { String($0.prefix(3)) }, start)
    case "B": return names(TimeNames.months, start)
    case "Z": return names(zoneNames, start)
    default: return offsetEnds(start)
    }
  }

  private func digit(_ scalar: Unicode.Scalar) -> Int? {
    if scalar.isASCII { return (48...57).contains(scalar.value) ? Int(scalar.value) - 48 : nil }
    return CodePoint(scalar.value).decimalDigit
  }

  private func value(_ span: Range<Int>) -> Int {
    text[span].reduce(0) { $0 * 10 + (digit($1) ?? 0) }
  }

  private func number(_ start: Int, _ width: Int, _ range: ClosedRange<Int>) -> Bool {
    guard start + width <= text.count, text[start..<start + width].allSatisfy({ digit($0) != nil }) else { return false }
    return range.contains(value(start..<start + width))
  }

  private func number(_ start: Int, _ widths: [Int], _ range: ClosedRange<Int>) -> [Int] {
    widths.filter { number(start, $0, range) }.map { start + $0 }
  }

  private func names(_ names: [String], _ start: Int) -> [Int] {
    let sorted = names.sorted { $0.utf8.count > $1.utf8.count }
    return sorted.filter { name in
      let scalars = name.lowercased().unicodeScalars.map { String($0) }
      return start + scalars.count <= lowered.count && Array(lowered[start..<start + scalars.count]) == scalars
    }.map { start + $0.unicodeScalars.count }
  }

  /// `+01:30`, `+0130`, with seconds and their fraction, or `Z`.
  private func offsetEnds(_ start: Int) -> [Int] {
    guard start < text.count else { return [] }
    if text[start] == "Z" { return [start + 1] }
    guard text[start] == "+" || text[start] == "-", number(start + 1, 2, 0...99) else { return [] }
    func pair(_ position: Int) -> Int? {
      let first = position < text.count && text[position] == ":" ? position + 1 : position
      return number(first, 2, 0...59) ? first + 2 : nil
    }
    guard let minutes = pair(start + 3) else { return [] }
    guard let seconds = pair(minutes) else { return [minutes] }
    var ends = [minutes, seconds]
    if seconds < text.count, text[seconds] == "." {
      var end = seconds + 1
      while end < text.count, end < seconds + 7, digit(text[end]) != nil {
        end += 1
        ends.append(end)
      }
    }
    return ends.reversed()
  }

  // MARK: The meaning

  private func index(_ span: Range<Int>?, in names: [String], prefix: Int? = nil) -> Int? {
    guard let span else { return nil }
    let found = lowered[span].joined()
    return names.firstIndex { name in
      let lowered = name.lowercased()
      return (prefix.map { String(lowered.prefix($0)) } ?? lowered) == found
    }
  }

  private func evaluate(_ fields: [Unicode.Scalar: Range<Int>]) throws(Raised) -> ParsedTime {
    func number(_ name: Unicode.Scalar) -> Int? { fields[name].map { value($0) } }
    var result = ParsedTime()
    var year = number("y").map { $0 <= 68 ? $0 + 2000 : $0 + 1900 }
    if let full = number("Y") { year = full }
    result.month = number("m") ?? 1
    if let month = index(fields["B"], in: TimeNames.months) { result.month = month + 1 }
    if let month = index(fields["b"], in: TimeNames.months, prefix: 3) { result.month = month + 1 }
    result.day = number("d") ?? 1
    result.time.hour = number("H") ?? 0
    if let hour = number("I") {
      let isAfternoon = index(fields["p"], in: ["am", "pm"]) == 1
      result.time.hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    result.time.minute = number("M") ?? 0
    result.second = number("S") ?? 0
    result.time.second = result.second
    if let span = fields["f"] {
      result.time.microsecond = value(span)
      for _ in span.count..<6 { result.time.microsecond *= 10 }
    }
    var weekday = index(fields["A"], in: TimeNames.weekdays).map { ($0 + 6) % 7 }
    if let day = index(fields["a"], in: TimeNames.weekdays, prefix: 3) { weekday = (day + 6) % 7 }
    if let day = number("w") { weekday = (day + 6) % 7 }
    if let day = number("u") { weekday = day - 1 }
    if let span = fields["z"] { try readOffset(Array(text[span]), &result) }
    if let span = fields["Z"] {
      var name = ""
      name.unicodeScalars.append(contentsOf: text[span])
      result.zoneName = name
      result.isSummer = zoneNames.last == lowered[span].joined() && zoneNames.count > 3 ? 1 : 0
    }
    try checkISO(number("G"), number("V"), year, weekday, number("j"))
    let week = number("U").map { ($0, false) } ?? number("W").map { ($0, true) }
    try setDate(&result, year, weekday, number("j"), number("G"), number("V"), week)
    return result
  }

  private func readOffset(_ text: [Unicode.Scalar], _ result: inout ParsedTime) throws(Raised) {
    if text == ["Z"] {
      result.offsetSeconds = 0
      return
    }
    var digits = text.dropFirst()
    let colons = digits.filter { $0 == ":" }.count
    if text[3] == ":", text.count > 6, colons == 1 {
      var shown = ""
      shown.unicodeScalars.append(contentsOf: text)
      throw runtime.valueError("Inconsistent use of : in \(shown)")
    }
    digits.removeAll { $0 == ":" }
    let numbers = digits.compactMap { digit($0) }
    func pair(_ index: Int) -> Int { index + 1 < numbers.count ? numbers[index] * 10 + numbers[index + 1] : 0 }
    let sign = text[0] == "-" ? -1 : 1
    result.offsetSeconds = sign * (pair(0) * 3600 + pair(2) * 60 + pair(4))
    var scale = 100_000
    for digit in numbers.dropFirst(6) {
      result.offsetMicroseconds += sign * digit * scale
      scale /= 10
    }
  }

  private func checkISO(_ isoYear: Int?, _ isoWeek: Int?, _ year: Int?, _ weekday: Int?, _ dayOfYear: Int?) throws(Raised) {
    let weekdays = "directive ('%A', '%a', '%w', or '%u')."
    if isoYear != nil {
      if dayOfYear != nil {
        throw runtime.valueError(
          "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead.")
      }
      if isoWeek == nil || weekday == nil {
        throw runtime.valueError(
          "ISO year directive '%G' must be used with the ISO week directive '%V' and a weekday \(weekdays)")
      }
    } else if isoWeek != nil {
      if year == nil || weekday == nil {
        throw runtime.valueError(
          "ISO week directive '%V' must be used with the ISO year directive '%G' and a weekday \(weekdays)")
      }
      throw runtime.valueError(
        "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead.")
    }
  }

  private func setDate(
    _ result: inout ParsedTime, _ given: Int?, _ weekday: Int?, _ givenDay: Int?, _ isoYear: Int?, _ isoWeek: Int?,
    _ week: (number: Int, startsOnMonday: Bool)?
  ) throws(Raised) {
    // 29 February without a year.
    let isLeapDayAlone = given == nil && result.month == 2 && result.day == 29
    var year = given ?? (isLeapDayAlone ? 1904 : 1900)
    var dayOfYear = givenDay
    if dayOfYear == nil, let weekday {
      if let week {
        var day = weekDay(week, weekday, year)
        if day <= 0 {
          year -= 1
          day += Gregorian.isLeap(year) ? 366 : 365
        }
        dayOfYear = day
      } else if let isoYear, let isoWeek {
        if isoYear < 1 { throw runtime.valueError("Year is out of range: \(isoYear)") }
        if isoWeek < 1 || isoWeek > Gregorian.isoWeeks(isoYear) { throw runtime.valueError("Invalid week: \(isoWeek)") }
        let date = Gregorian.date(Gregorian.isoYearStart(isoYear) + (isoWeek - 1) * 7 + weekday)
        (year, result.month, result.day) = (date.year, date.month, date.day)
      }
    }
    if let dayOfYear {
      try runtime.checkDate(year, 1, 1)
      let date = Gregorian.date(Gregorian.daysBefore(year: year) + dayOfYear)
      (year, result.month, result.day) = (date.year, date.month, date.day)
    }
    try runtime.checkDate(year, result.month, result.day)
    let ordinal = Gregorian.ordinal(year, result.month, result.day)
    result.dayOfYear = dayOfYear ?? ordinal - Gregorian.daysBefore(year: year)
    result.weekday = weekday ?? Gregorian.weekday(ordinal)
    result.year = isLeapDayAlone ? 1900 : year
  }

  /// The day of the year on which a weekday falls in a week.
  private func weekDay(_ week: (number: Int, startsOnMonday: Bool), _ weekday: Int, _ year: Int) -> Int {
    let shift = week.startsOnMonday ? 0 : 1
    let first = (Gregorian.weekday(Gregorian.ordinal(max(year, 1), 1, 1)) + shift) % 7
    let wanted = (weekday + shift) % 7
    if week.number == 0 { return 1 + wanted - first }
    return 1 + (7 - first) % 7 + 7 * (week.number - 1) + wanted
  }
}

extension Runtime {
  /// `datetime.strptime`: the class, the text, the format.
  func parsedDatetime(_ arguments: Arguments) throws(Raised) -> Value {
    guard let text = arguments[1].string, let format = arguments[2].string else { return .none }
    let parsed = try TimeParser.parse(text, format: format, self)
    var zone = Value.none
    if let seconds = parsed.offsetSeconds {
      let offset = try timedelta(days: 0, seconds: seconds, microseconds: parsed.offsetMicroseconds)
      zone = try makeTimezone(offset, name: parsed.zoneName.map { string($0) })
    }
    let time = parsed.time
    try checkDate(parsed.year, parsed.month, parsed.day)
    try checkTime(time)
    return try makeDatetime(try classArgument(arguments[0]), (parsed.year, parsed.month, parsed.day), time, zone)
  }
}
