/// What `fromisoformat` reads. Nil: not such a text; the numbers are not checked against the calendar.
enum IsoFormat {
  typealias Bytes = ArraySlice<UInt8>
  typealias Date = (year: Int, month: Int, day: Int)
  /// `offset`: nil without one, else its microseconds.
  typealias Time = (time: TimeOfDay, offset: Int?)

  /// `2024-02-03`, `20240203`, `2024-W05-6`, `2024W056`, `2024-W05`, `2024W05`.
  static func date(_ text: Bytes) -> Date? {
    guard [7, 8, 10].contains(text.count) else { return nil }
    return dateOfAnyLength(text)
  }

  private static func dateOfAnyLength(_ text: Bytes) -> Date? {
    var rest = text
    guard let year = number(&rest, 4) else { return nil }
    let hasDashes = take(&rest, "-")
    if take(&rest, "W") { return weekDate(year, &rest, hasDashes) }
    guard let month = number(&rest, 2) else { return nil }
    if hasDashes, !take(&rest, "-") { return nil }
    guard let day = number(&rest, 2), rest.isEmpty else { return nil }
    return (year, month, day)
  }

  private static func weekDate(_ year: Int, _ rest: inout Bytes, _ hasDashes: Bool) -> Date? {
    guard let week = number(&rest, 2) else { return nil }
    var day = 1
    if !rest.isEmpty {
      if hasDashes, !take(&rest, "-") { return nil }
      guard let given = number(&rest, 1), rest.isEmpty else { return nil }
      day = given
    }
    guard year >= Gregorian.minimumYear, (1...7).contains(day), week >= 1, week <= Gregorian.isoWeeks(year) else {
      return nil
    }
    let ordinal = Gregorian.isoYearStart(year) + (week - 1) * 7 + day - 1
    return ordinal < 1 ? (0, 1, 1) : Gregorian.date(ordinal)
  }

  /// A date, any one character, a time.
  static func datetime(_ text: Bytes) -> (date: Date, time: Time)? {
    guard text.count >= 7, let end = separator(text) else { return nil }
    guard let date = dateOfAnyLength(text.prefix(end)) else { return nil }
    let rest = text.dropFirst(end)
    if rest.isEmpty { return (date, (TimeOfDay(), nil)) }
    // The separator may be any character: in UTF-8, one byte and what continues it.
    let time = rest.dropFirst().drop { $0 & 0xC0 == 0x80 }
    guard !time.isEmpty, let parsed = self.time(time) else { return nil }
    return (date, parsed)
  }

  /// How long the date in front is, by the shapes that dates can have.
  private static func separator(_ text: Bytes) -> Int? {
    let bytes = Array(text)
    let dash = UInt8(ascii: "-")
    func isDigit(_ index: Int) -> Bool { index < bytes.count && (48...57).contains(bytes[index]) }
    if bytes.count == 7 { return 7 }
    if bytes[4] == dash {
      guard bytes[5] == UInt8(ascii: "W") else { return 10 <= bytes.count ? 10 : nil }
      if bytes.count < 8 { return nil }
      if bytes.count > 8, bytes[8] == dash {
        if bytes.count == 9 { return nil }
        // `2024-W05-07`: the dash separates date and offset-like hours, as two digits follow.
        if bytes.count > 10, isDigit(10) { return 8 }
        return 10
      }
      return 8
    }
    if bytes[4] == UInt8(ascii: "W") {
      var index = 7
      while isDigit(index) { index += 1 }
      if index < 9 { return index }
      return index % 2 == 0 ? 7 : 8
    }
    return 8 <= bytes.count ? 8 : nil
  }

  /// `12`, `12:30`, `1230`, `12:30:45.5`, `T12`, with `Z`, `+01`, `+01:30`, `+013045.5` behind.
  static func time(_ text: Bytes) -> Time? {
    guard let zone = text.firstIndex(where: { $0 == UInt8(ascii: "Z") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
    else { return clock(text).map { ($0, nil) } }
    guard let time = clock(text[..<zone]) else { return nil }
    var rest = text[zone...]
    let sign = rest.removeFirst()
    if sign == UInt8(ascii: "Z") { return rest.isEmpty ? (time, 0) : nil }
    guard let offset = clock(rest) else { return nil }
    let microseconds = offset.seconds * 1_000_000 + offset.microsecond
    return (time, sign == UInt8(ascii: "-") ? -microseconds : microseconds)
  }

  private static func clock(_ text: Bytes) -> TimeOfDay? {
    var rest = text
    var time = TimeOfDay()
    guard let hour = number(&rest, 2) else { return nil }
    time.hour = hour
    if rest.isEmpty { return time }
    let hasColons = take(&rest, ":")
    guard let minute = number(&rest, 2) else { return nil }
    time.minute = minute
    if rest.isEmpty { return time }
    if hasColons != take(&rest, ":") { return nil }
    guard let second = number(&rest, 2) else { return nil }
    time.second = second
    if rest.isEmpty { return time }
    guard take(&rest, ".") || take(&rest, ","), !rest.isEmpty else { return nil }
    var scale = 100_000
    for digit in rest {
      guard (48...57).contains(digit) else { return nil }
      time.microsecond += Int(digit - 48) * scale
      scale /= 10
    }
    return time
  }

  private static func number(_ text: inout Bytes, _ width: Int) -> Int? {
    guard text.count >= width else { return nil }
    var result = 0
    for digit in text.prefix(width) {
      guard (48...57).contains(digit) else { return nil }
      result = result * 10 + Int(digit - 48)
    }
    text = text.dropFirst(width)
    return result
  }

  private static func take(_ text: inout Bytes, _ character: Unicode.Scalar) -> Bool {
    guard text.first == UInt8(ascii: character) else { return false }
    text = text.dropFirst()
    return true
  }
}
