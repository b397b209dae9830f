/// Dates of the proleptic Gregorian calendar as ordinals: 1 January of year 1 is day 1.
enum Gregorian {
  static let minimumYear = 1
  static let maximumYear = 9999
  /// The ordinal of 31 December 9999.
  static let maximumOrdinal = 3_652_059
  /// The ordinal of 1 January 1970.
  static let epoch = 719_163

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  static func daysBefore(year: Int) -> Int {
    // Counted from a cycle before year 1, so that nothing is negative.
    let past = year + 399
    return past * 365 + past / 4 - past / 100 + past / 400 - 146_097
  }

  static func length(ofMonth month: Int, _ year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func daysBefore(month: Int, _ year: Int) -> Int {
    let days = (month * 3057 - 3007) / 100
    return month <= 2 ? days : days - (isLeap(year) ? 1 : 2)
  }

  static func ordinal(_ year: Int, _ month: Int, _ day: Int) -> Int {
    daysBefore(year: year) + daysBefore(month: month, year) + day
  }

  /// The date of an ordinal from 1 on.
  static func date(_ ordinal: Int) -> (year: Int, month: Int, day: Int) {
    let days = ordinal - 1
    let (centuries4, inCycle) = days.quotientAndRemainder(dividingBy: 146_097)
    let century = min(inCycle / 36_524, 3)
    let inCentury = inCycle - century * 36_524
    let (years4, inFour) = inCentury.quotientAndRemainder(dividingBy: 1461)
    let year = min(inFour / 365, 3)
    let found = centuries4 * 400 + century * 100 + years4 * 4 + year + 1
    let rest = inFour - year * 365
    // As if February had 30 days: then the months are spread evenly.
    let isLeap = isLeap(found)
    let even = rest < (isLeap ? 60 : 59) ? rest : rest + (isLeap ? 1 : 2)
    let month = (even * 12 + 373) / 367
    return (found, month, rest - daysBefore(month: month, found) + 1)
  }

  /// Monday is 0.
  static func weekday(_ ordinal: Int) -> Int { (ordinal + 6) % 7 }

  /// The ordinal of the Monday on which the ISO year begins.
  static func isoYearStart(_ year: Int) -> Int {
    let first = ordinal(year, 1, 1)
    let weekday = (first + 6) % 7
    return first - weekday + (weekday > 3 ? 7 : 0)
  }

  /// Year, week and weekday (1 to 7) of ISO 8601.
  static func isoCalendar(_ ordinal: Int, year: Int) -> (year: Int, week: Int, weekday: Int) {
    var year = year
    var start = isoYearStart(year)
    if ordinal < start {
      year -= 1
      start = isoYearStart(year)
    } else if ordinal >= isoYearStart(year + 1) {
      year += 1
      start = isoYearStart(year)
    }
    let days = ordinal - start
    return (year, days / 7 + 1, days % 7 + 1)
  }

  /// How many weeks an ISO year has.
  static func isoWeeks(_ year: Int) -> Int { (isoYearStart(year + 1) - isoYearStart(year)) / 7 }

  static func floorDivide(_ a: Int, _ b: Int) -> Int {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  static func floorModulo(_ a: Int, _ b: Int) -> Int {
    let remainder = a % b
    return remainder < 0 ? remainder + b : remainder
  }
}
