import PyaSyntax

// What dates, moments and differences are compared to and added to most often: each other, with no class of the program and no two
// zones among them. The special methods of the types decide everything else, and complain.

extension TimedeltaObject {
  func compared(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? {
    guard other.isOfClass(TimedeltaObject.self) else { return nil }
    return other.as(TimedeltaObject.self)._withUnsafeGuaranteedRef { other in
      if days != other.days { return op.holds(days, other.days) }
      if seconds != other.seconds { return op.holds(seconds, other.seconds) }
      return op.holds(microseconds, other.microseconds)
    }
  }

  func computed(_ op: BinaryOperator, _ other: Unmanaged<Object>) -> Value {
    guard op == .add || op == .subtract else { return .undefined }
    let sign = op == .add ? 1 : -1
    if other.isOfClass(TimedeltaObject.self) {
      return other.as(TimedeltaObject.self)._withUnsafeGuaranteedRef { other in
        var microseconds = microseconds + sign * other.microseconds
        var seconds = seconds + sign * other.seconds
        var days = days + sign * other.days
        if microseconds < 0 { (microseconds, seconds) = (microseconds + 1_000_000, seconds - 1) }
        if microseconds >= 1_000_000 { (microseconds, seconds) = (microseconds - 1_000_000, seconds + 1) }
        if seconds < 0 { (seconds, days) = (seconds + 86400, days - 1) }
        if seconds >= 86400 { (seconds, days) = (seconds - 86400, days + 1) }
        if days.magnitude > 999_999_999 { return .undefined }
        return .object(TimedeltaObject(type: type, days: days, seconds: seconds, microseconds: microseconds))
      }
    }
    guard op == .add else { return .undefined }
    if other.isOfClass(DateObject.self) { return other.as(DateObject.self)._withUnsafeGuaranteedRef { $0.moved(days) } }
    if other.isOfClass(DatetimeObject.self) { return other.as(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.moved(self, 1) } }
    return .undefined
  }
}

extension DateObject {
  final func compared(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? {
    guard other.isOfClass(DateObject.self) else { return nil }
    return op.holds(rank, other.as(DateObject.self)._withUnsafeGuaranteedRef { $0.rank })
  }

  final func computed(_ op: BinaryOperator, _ other: Unmanaged<Object>) -> Value {
    guard op == .add || op == .subtract else { return .undefined }
    if other.isOfClass(TimedeltaObject.self) {
      let days = other.as(TimedeltaObject.self)._withUnsafeGuaranteedRef { $0.days }
      return moved(op == .add ? days : -days)
    }
    guard op == .subtract, other.isOfClass(DateObject.self) else { return .undefined }
    let days = ordinal - other.as(DateObject.self)._withUnsafeGuaranteedRef { $0.ordinal }
    return .object(TimedeltaObject(type: type.runtime.datetimeTypes.timedelta, days: days, seconds: 0, microseconds: 0))
  }

  /// The date so many days later; undefined outside of the calendar.
  final func moved(_ days: Int) -> Value {
    let place = day + days
    if place >= 1, place <= 28 { return .object(DateObject(type: type, year, month, place)) }
    let ordinal = ordinal + days
    if ordinal < 1 || ordinal > Gregorian.maximumOrdinal { return .undefined }
    let date = Gregorian.date(ordinal)
    return .object(DateObject(type: type, date.year, date.month, date.day))
  }
}

extension DatetimeObject {
  func comparedMoment(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? {
    guard other.isOfClass(DatetimeObject.self) else { return nil }
    return other.as(DatetimeObject.self)._withUnsafeGuaranteedRef { other in
      guard zone.isIdentical(to: other.zone) else { return nil }
      if rank != other.rank { return op.holds(rank, other.rank) }
      return op.holds(time.rank, other.time.rank)
    }
  }

  func computedMoment(_ op: BinaryOperator, _ other: Unmanaged<Object>) -> Value {
    guard op == .add || op == .subtract else { return .undefined }
    if other.isOfClass(TimedeltaObject.self) {
      return other.as(TimedeltaObject.self)._withUnsafeGuaranteedRef { moved($0, op == .add ? 1 : -1) }
    }
    guard op == .subtract, other.isOfClass(DatetimeObject.self) else { return .undefined }
    return other.as(DatetimeObject.self)._withUnsafeGuaranteedRef { other in
      guard zone.isIdentical(to: other.zone) else { return .undefined }
      var days = ordinal - other.ordinal
      var rest = time.rank - other.time.rank
      if rest < 0 { (days, rest) = (days - 1, rest + 86_400_000_000) }
      return .object(
        TimedeltaObject(
          type: type.runtime.datetimeTypes.timedelta, days: days, seconds: rest / 1_000_000, microseconds: rest % 1_000_000))
    }
  }

  /// The moment so much later (`sign` 1) or earlier (-1); undefined outside of the calendar.
  func moved(_ delta: TimedeltaObject, _ sign: Int) -> Value {
    var days = sign * delta.days
    var rest = time.rank + sign * (delta.seconds * 1_000_000 + delta.microseconds)
    if rest < 0 { (days, rest) = (days - 1, rest + 86_400_000_000) }
    if rest >= 86_400_000_000 { (days, rest) = (days + 1, rest - 86_400_000_000) }
    var date = (year: year, month: month, day: day)
    if days != 0 {
      let ordinal = ordinal + days
      if ordinal < 1 || ordinal > Gregorian.maximumOrdinal { return .undefined }
      date = Gregorian.date(ordinal)
    }
    let (seconds, microseconds) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    let time = TimeOfDay(hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond: microseconds)
    return .object(DatetimeObject(type: type, date.year, date.month, date.day, time, zone: zone))
  }
}

extension TimeOfDay {
  /// Microseconds since midnight.
  @inline(__always)
  fileprivate var rank: Int { seconds * 1_000_000 + microsecond }
}

extension Value {
  /// The receiver of a method or getter of the class.
  @inline(__always)
  func known<Class: Object>(_ type: Class.Type) -> Unmanaged<Class> { uncounted.unsafelyUnwrapped.as(type) }
}

extension Arguments {
  /// The first three arguments, if they are the ints of a date.
  var plainDate: (year: Int, month: Int, day: Int)? {
    guard case .int(let year) = base[0], case .int(let month) = base[1], case .int(let day) = base[2],
      year >= Gregorian.minimumYear, year <= Gregorian.maximumYear, month >= 1, month <= 12, day >= 1,
      day <= Gregorian.length(ofMonth: month, year)
    else { return nil }
    return (year, month, day)
  }

  /// The arguments from a position on, if they are the ints of a time of day.
  func plainTime(from start: Int) -> TimeOfDay? {
    var parts = (0, 0, 0, 0)
    for index in start..<count {
      guard case .int(let number) = base[index], number >= 0 else { return nil }
      switch index - start {
      case 0 where number < 24: parts.0 = number
      case 1 where number < 60: parts.1 = number
      case 2 where number < 60: parts.2 = number
      case 3 where number < 1_000_000: parts.3 = number
      default: return nil
      }
    }
    return TimeOfDay(hour: parts.0, minute: parts.1, second: parts.2, microsecond: parts.3)
  }

  /// The microseconds that the arguments of `timedelta` amount to, if they are ints of moderate size, each given once.
  var plainTimedelta: Int? {
    guard count <= 3 else { return nil }
    var total = 0
    var given = 0
    func add(_ index: Int, _ unit: Int, _ scale: Int) -> Bool {
      guard case .int(let number) = base[index], number.magnitude < 1 << 20, given & 1 << unit == 0 else { return false }
      given |= 1 << unit
      total += number * scale
      return true
    }
    for index in 0..<count {
      guard add(index, index, index == 0 ? 86_400_000_000 : index == 1 ? 1_000_000 : 1) else { return nil }
    }
    for position in keywordNames.indices {
      let isKnown = keywordNames.uncounted(position)._withUnsafeGuaranteedRef { name in
        if name.hasText("days") { return add(count + position, 0, 86_400_000_000) }
        if name.hasText("hours") { return add(count + position, 5, 3_600_000_000) }
        if name.hasText("minutes") { return add(count + position, 4, 60_000_000) }
        if name.hasText("seconds") { return add(count + position, 1, 1_000_000) }
        if name.hasText("weeks") { return add(count + position, 6, 604_800_000_000) }
        if name.hasText("milliseconds") { return add(count + position, 3, 1000) }
        if name.hasText("microseconds") { return add(count + position, 2, 1) }
        return false
      }
      if !isKnown { return nil }
    }
    return total
  }
}
