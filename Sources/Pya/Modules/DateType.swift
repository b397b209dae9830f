import PyaSyntax

/// `datetime.date`.
extension Runtime {
  func defineDate(_ types: DatetimeTypes) {
    let type = types.date
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      if arguments.count == 3, !arguments.hasKeywords, let date = arguments.plainDate {
        return .object(DateObject(type: type, date.year, date.month, date.day))
      }
      if let packed = runtime.packedFields(arguments, 4), (1...12).contains(packed[2]) {
        let year = packed[0] << 8 | packed[1]
        try runtime.checkDate(year, packed[2], packed[3])
        return .object(DateObject(type: type, year, packed[2], packed[3]))
      }
      let values = try runtime.fields(arguments, ["year", "month", "day"], required: 3, areIntegers: true)
      let (year, month, day) = (try runtime.int32(values[0]), try runtime.int32(values[1]), try runtime.int32(values[2]))
      try runtime.checkDate(year, month, day)
      return .object(DateObject(type: type, year, month, day))
    }
    type.defineProperty(self, "year") { (_, value) throws(Raised) in .int(value.known(DateObject.self)._withUnsafeGuaranteedRef { $0.year }) }
    type.defineProperty(self, "month") { (_, value) throws(Raised) in
      .int(value.known(DateObject.self)._withUnsafeGuaranteedRef { $0.month })
    }
    type.defineProperty(self, "day") { (_, value) throws(Raised) in .int(value.known(DateObject.self)._withUnsafeGuaranteedRef { $0.day }) }
    type.attributes.setString(intern("min"), .object(DateObject(type: type, 1, 1, 1)))
    type.attributes.setString(intern("max"), .object(DateObject(type: type, 9999, 12, 31)))
    type.attributes.setString(
      intern("resolution"), .object(TimedeltaObject(type: types.timedelta, days: 1, seconds: 0, microseconds: 0)))
    defineDateConstructors(type)
    defineDateText(type)
    defineDateParts(type, types)
    defineDateArithmetic(type)
    type.didChange()
  }

  private func defineDateConstructors(_ type: TypeObject) {
    type.defineClassMethod(self, "today", "cls, /") { (runtime, arguments) throws(Raised) in
      let cls = try runtime.classArgument(arguments[0])
      if cls.isHeap { return try runtime.callMethod(arguments[0], "fromtimestamp", [.float(runtime.watchedClock.wall)]) }
      if cls === runtime.datetimeTypes.datetime { return try runtime.currentDatetime(cls, zone: .none) }
      let date = runtime.localTime(try runtime.moment(.float(runtime.watchedClock.wall)).seconds)
      return try runtime.makeDate(cls, date.year, date.month, date.day)
    }
    type.defineClassMethod(self, "fromtimestamp", "cls, timestamp, /") { (runtime, arguments) throws(Raised) in
      let date = try runtime.checkedLocalTime(try runtime.moment(arguments[1], .down).seconds)
      return try runtime.makeDate(try runtime.classArgument(arguments[0]), date.year, date.month, date.day)
    }
    type.defineClassMethod(self, "fromordinal", "cls, ordinal, /") { (runtime, arguments) throws(Raised) in
      let ordinal = try runtime.int32(arguments[1])
      if ordinal < 1 { throw runtime.valueError("ordinal must be >= 1") }
      let date = Gregorian.date(ordinal)
      if date.year > Gregorian.maximumYear { throw runtime.valueError("year \(date.year) is out of range") }
      return try runtime.makeDateOrDatetime(arguments[0], date)
    }
    type.defineClassMethod(self, "fromisocalendar", "cls, year, week, day") { (runtime, arguments) throws(Raised) in
      let (year, week, day) = (
        try runtime.isoField(arguments[1]), try runtime.isoField(arguments[2]), try runtime.isoField(arguments[3])
      )
      if year < Gregorian.minimumYear || year > Gregorian.maximumYear {
        throw runtime.valueError("Year is out of range: \(year)")
      }
      if week < 1 || week > Gregorian.isoWeeks(year) { throw runtime.valueError("Invalid week: \(week)") }
      if day < 1 || day > 7 { throw runtime.valueError("Invalid day: \(day) (range is [1, 7])") }
      let ordinal = Gregorian.isoYearStart(year) + (week - 1) * 7 + day - 1
      if ordinal < 1 { throw runtime.valueError("year 0 is out of range") }
      let date = Gregorian.date(ordinal)
      if date.year > Gregorian.maximumYear { throw runtime.valueError("year \(date.year) is out of range") }
      return try runtime.makeDateOrDatetime(arguments[0], date)
    }
    type.defineClassMethod(self, "fromisoformat", "cls, date_string, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[1].string else { throw runtime.typeError("fromisoformat: argument must be str") }
      guard let date = IsoFormat.date(Array(text.utf8)[...]) else {
        throw runtime.valueError("Invalid isoformat string: \(try runtime.repr(arguments[1]).text)")
      }
      try runtime.checkDate(date.year, date.month, date.day)
      return try runtime.makeDateOrDatetime(arguments[0], date)
    }
  }

  private func isoField(_ value: Value) throws(Raised) -> Int {
    guard case .int(let number) = try integer(fromIndex: value), Int32(exactly: number) != nil else {
      throw valueError("ISO calendar component out of range")
    }
    return number
  }

  func classArgument(_ value: Value) throws(Raised) -> TypeObject {
    guard let type = value.type else { throw typeError("descriptor requires a type") }
    return type
  }

  /// Class methods of `date` make whatever the class at hand is.
  private func makeDateOrDatetime(_ cls: Value, _ date: (year: Int, month: Int, day: Int)) throws(Raised) -> Value {
    let type = try classArgument(cls)
    if type === datetimeTypes.datetime { return try makeDatetime(type, date, TimeOfDay(), .none) }
    return try makeDate(type, date.year, date.month, date.day)
  }

  private func defineDateText(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let date = arguments[0].knownDate
      return .object(runtime.string("\(runtime.shownName(of: date.type))(\(date.year), \(date.month), \(date.day))"))
    }
    for name in ["isoformat", "__str__"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        // `str` of a `datetime` is its own.
        .object(runtime.string(arguments[0].knownDate.isoText))
      }
    }
    type.define(self, "ctime", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(runtime.plainTime(arguments[0].knownDate, TimeOfDay())))
    }
    type.define(self, "strftime", "self, format") { (runtime, arguments) throws(Raised) in
      guard let format = arguments[1].string else {
        throw runtime.typeError("strftime() argument 1 must be str, not \(runtime.givenName(arguments[1]))")
      }
      return .object(try runtime.formatted(arguments[0], format))
    }
    type.define(self, "__format__", "self, format, /") { (runtime, arguments) throws(Raised) in
      try runtime.formatThroughStrftime(arguments)
    }
  }

  /// `__format__` of dates and times: `str` without a specification, else `strftime`.
  func formatThroughStrftime(_ arguments: Arguments) throws(Raised) -> Value {
    guard let format = arguments[1].string else {
      throw typeError("__format__() argument 1 must be str, not \(givenName(arguments[1]))")
    }
    if format.byteCount == 0 { return .object(try str(arguments[0])) }
    return try callMethod(arguments[0], "strftime", [arguments[1]])
  }

  private func defineDateParts(_ type: TypeObject, _ types: DatetimeTypes) {
    type.define(self, "weekday", "self, /") { (_, arguments) throws(Raised) in
      .int(Gregorian.weekday(arguments.receiver(DateObject.self)._withUnsafeGuaranteedRef { $0.ordinal }))
    }
    type.define(self, "isoweekday", "self, /") { (_, arguments) throws(Raised) in
      .int(Gregorian.weekday(arguments.receiver(DateObject.self)._withUnsafeGuaranteedRef { $0.ordinal }) + 1)
    }
    type.define(self, "toordinal", "self, /") { (_, arguments) throws(Raised) in
      .int(arguments.receiver(DateObject.self)._withUnsafeGuaranteedRef { $0.ordinal })
    }
    let isoCalendarDate = types.isoCalendarDate
    type.define(self, "isocalendar", "self, /") { (_, arguments) throws(Raised) in
      let date = arguments[0].knownDate
      let result = Gregorian.isoCalendar(date.ordinal, year: date.year)
      return isoCalendarDate.make([.int(result.year), .int(result.week), .int(result.weekday)])
    }
    type.define(self, "timetuple", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.timeTuple(arguments[0].knownDate, TimeOfDay(), isSummer: -1)
    }
    for name in ["replace", "__replace__"] {
      type.define(self, name, "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        let date = arguments[0].knownDate
        let values = try runtime.fields(
          arguments.dropFirst, ["year", "month", "day"], required: 0, function: name)
        let year = try runtime.int32(values[0], default: date.year)
        let month = try runtime.int32(values[1], default: date.month)
        let day = try runtime.int32(values[2], default: date.day)
        if !date.type.isHeap { try runtime.checkDate(year, month, day) }
        return try runtime.makeDate(date.type, year, month, day)
      }
    }
  }

  private func defineDateArithmetic(_ type: TypeObject) {
    func moved(_ date: DateObject, _ days: Int) throws(Raised) -> Value {
      let ordinal = date.ordinal + days
      if ordinal < 1 || ordinal > Gregorian.maximumOrdinal { throw overflowError("date value out of range") }
      let result = Gregorian.date(ordinal)
      return try makeDate(date.type, result.year, result.month, result.day)
    }
    for name in ["__add__", "__radd__"] {
      type.define(self, name, "self, value, /") { (_, arguments) throws(Raised) in
        guard let delta = arguments[1].timedelta else { return .notImplemented }
        return try moved(arguments[0].knownDate, delta.days)
      }
    }
    type.define(self, "__sub__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let date = arguments[0].knownDate
      if let delta = arguments[1].timedelta { return try moved(date, -delta.days) }
      guard let other = arguments[1].date, !(other is DatetimeObject) else { return .notImplemented }
      return .object(try runtime.timedelta(days: date.ordinal - other.ordinal))
    }
    type.define(self, "__rsub__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].date, !(other is DatetimeObject) else { return .notImplemented }
      return .object(try runtime.timedelta(days: other.ordinal - arguments[0].knownDate.ordinal))
    }
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (_, arguments) throws(Raised) in
        guard let other = arguments[1].date, !(other is DatetimeObject) else { return .notImplemented }
        return .bool(op.holds(arguments[0].knownDate.rank, other.rank))
      }
    }
    type.define(self, "__hash__", "self, /") { (_, arguments) throws(Raised) in
      .int(NumericHash.of(arguments[0].knownDate.ordinal &* 0x9E37_79B9_7F4A))
    }
  }
}

extension Value {
  var knownDate: DateObject { unsafeDowncast(object.unsafelyUnwrapped, to: DateObject.self) }
}

extension DateObject {
  var isoText: String { "\(zeroPadded(year, 4))-\(zeroPadded(month))-\(zeroPadded(day))" }
}
