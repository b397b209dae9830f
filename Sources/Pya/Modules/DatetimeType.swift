import PyaSyntax

/// `datetime.datetime`: making them and taking them apart.
extension Runtime {
  private static let fieldNames: [StaticString] = [
    "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold",
  ]

  func defineDatetime(_ types: DatetimeTypes) {
    let type = types.datetime
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      if !arguments.hasKeywords, (3...7).contains(arguments.count), let date = arguments.plainDate, let time = arguments.plainTime(from: 3) {
        return .object(DatetimeObject(type: type, date.year, date.month, date.day, time, zone: .none))
      }
      if let packed = runtime.packedFields(arguments, 10), (1...12).contains(packed[2] & 0x7F) {
        let (year, month, day) = (packed[0] << 8 | packed[1], packed[2] & 0x7F, packed[3])
        let time = runtime.unpackedTime(packed[4...], fold: packed[2] >> 7)
        let zone = arguments[1].defined ?? .none
        try runtime.checkDate(year, month, day)
        try runtime.checkTime(time)
        try runtime.checkZone(zone)
        return .object(DatetimeObject(type: type, year, month, day, time, zone: zone))
      }
      let values = try runtime.fields(arguments, Runtime.fieldNames, required: 3, positional: 8, areIntegers: true)
      let (year, month, day) = (try runtime.int32(values[0]), try runtime.int32(values[1]), try runtime.int32(values[2]))
      let time = try runtime.timeOfDay(values[3...6], fold: values[8], TimeOfDay())
      try runtime.checkDate(year, month, day)
      try runtime.checkTime(time)
      let zone = values[7].defined ?? .none
      try runtime.checkZone(zone)
      return .object(DatetimeObject(type: type, year, month, day, time, zone: zone))
    }
    defineTimeFields(
      of: type,
      [
        ("hour", { $0.known(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.time.hour } }),
        ("minute", { $0.known(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.time.minute } }),
        ("second", { $0.known(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.time.second } }),
        ("microsecond", { $0.known(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.time.microsecond } }),
        ("fold", { $0.known(DatetimeObject.self)._withUnsafeGuaranteedRef { $0.time.fold } }),
      ], zone: { $0.knownDatetime.zone })
    let last = TimeOfDay(hour: 23, minute: 59, second: 59, microsecond: 999_999)
    type.attributes.setString(intern("min"), .object(DatetimeObject(type: type, 1, 1, 1, TimeOfDay(), zone: .none)))
    type.attributes.setString(intern("max"), .object(DatetimeObject(type: type, 9999, 12, 31, last, zone: .none)))
    type.attributes.setString(
      intern("resolution"), .object(TimedeltaObject(type: types.timedelta, days: 0, seconds: 0, microseconds: 1)))
    defineDatetimeSources(type, types)
    defineDatetimeText(type)
    defineDatetimeParts(type, types)
    defineDatetimeArithmetic(type)
    defineDatetimeZones(type)
    definePacking(types)
    type.didChange()
  }

  /// `hour` to `fold` of `datetime` and `time`.
  func defineTimeFields(
    of type: TypeObject, _ fields: [(String, (Value) -> Int)], zone: @escaping (Value) -> Value
  ) {
    for (name, part) in fields {
      type.defineProperty(self, name) { (_, value) throws(Raised) in .int(part(value)) }
    }
    type.defineProperty(self, "tzinfo") { (_, value) throws(Raised) in zone(value) }
  }

  /// Hour, minute, second, microsecond and fold; those not given come from `base`.
  func timeOfDay(_ values: ArraySlice<Value>, fold: Value, _ base: TimeOfDay) throws(Raised) -> TimeOfDay {
    let first = values.startIndex
    return TimeOfDay(
      hour: try int32(values[first], default: base.hour), minute: try int32(values[first + 1], default: base.minute),
      second: try int32(values[first + 2], default: base.second),
      microsecond: try int32(values[first + 3], default: base.microsecond), fold: try int32(fold, default: base.fold))
  }

  private func defineDatetimeSources(_ type: TypeObject, _ types: DatetimeTypes) {
    type.defineClassMethod(self, "now", "cls, tz=None") { (runtime, arguments) throws(Raised) in
      let zone = arguments[1].defined ?? .none
      try runtime.checkZone(zone)
      return try runtime.currentDatetime(try runtime.classArgument(arguments[0]), zone: zone)
    }
    type.defineClassMethod(self, "utcnow", "cls, /") { (runtime, arguments) throws(Raised) in
      try runtime.issueWarning(
        "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. "
          + "Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).",
        category: "DeprecationWarning")
      let moment = try runtime.moment(.float(runtime.watchedClock.wall), .down)
      return try runtime.makeDatetime(try runtime.classArgument(arguments[0]), inUTC: moment, .none)
    }
    type.defineClassMethod(self, "fromtimestamp", "cls, timestamp, tz=None") { (runtime, arguments) throws(Raised) in
      let zone = arguments[2].defined ?? .none
      try runtime.checkZone(zone)
      let cls = try runtime.classArgument(arguments[0])
      return try runtime.makeDatetime(cls, at: try runtime.moment(arguments[1]), zone)
    }
    type.defineClassMethod(self, "utcfromtimestamp", "cls, timestamp, /") { (runtime, arguments) throws(Raised) in
      try runtime.issueWarning(
        "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. "
          + "Use timezone-aware objects to represent datetimes in UTC: "
          + "datetime.datetime.fromtimestamp(timestamp, datetime.UTC).",
        category: "DeprecationWarning")
      let moment = try runtime.moment(arguments[1])
      return try runtime.makeDatetime(try runtime.classArgument(arguments[0]), inUTC: moment, .none)
    }
    type.defineClassMethod(self, "strptime", "cls, date_string, format, /") { (runtime, arguments) throws(Raised) in
      for index in 1...2 where arguments[index].string == nil {
        throw runtime.typeError("strptime() argument \(index) must be str, not \(runtime.givenName(arguments[index]))")
      }
      return try runtime.parsedDatetime(arguments)
    }
    type.defineClassMethod(self, "combine", "cls, date, time, tzinfo=None") { (runtime, arguments) throws(Raised) in
      guard let date = arguments[1].date else {
        throw runtime.typeError("combine() argument 1 must be datetime.date, not \(runtime.givenName(arguments[1]))")
      }
      guard let time = arguments[2].timeOfDay else {
        throw runtime.typeError("combine() argument 2 must be datetime.time, not \(runtime.givenName(arguments[2]))")
      }
      let zone = arguments[3].defined ?? time.zone
      try runtime.checkZone(zone)
      return try runtime.makeDatetime(
        try runtime.classArgument(arguments[0]), (date.year, date.month, date.day), time.time, zone)
    }
    type.defineClassMethod(self, "fromisoformat", "cls, date_string, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[1].string else { throw runtime.typeError("fromisoformat: argument must be str") }
      guard let parsed = IsoFormat.datetime(Array(text.utf8)[...]) else {
        throw runtime.valueError("Invalid isoformat string: \(try runtime.repr(arguments[1]).text)")
      }
      try runtime.checkDate(parsed.date.year, parsed.date.month, parsed.date.day)
      try runtime.checkTime(parsed.time.time)
      return try runtime.makeDatetime(
        try runtime.classArgument(arguments[0]), parsed.date, parsed.time.time, try runtime.zone(parsed.time.offset))
    }
  }

  /// The zone with an offset in microseconds; None without one.
  func zone(_ offset: Int?) throws(Raised) -> Value {
    guard let offset else { return .none }
    if offset == 0 { return .object(datetimeTypes.utc) }
    return try makeTimezone(try timedelta(totalMicroseconds: offset), name: nil)
  }

  private func defineDatetimeText(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let moment = arguments[0].knownDatetime
      var text = "\(moment.year), \(moment.month), \(moment.day), \(moment.time.reprFields)"
      text += try runtime.reprSuffix(fold: moment.time.fold, zone: moment.zone)
      return .object(runtime.string("\(runtime.shownName(of: moment.type))(\(text))"))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(try runtime.isoText(arguments[0], separator: " ", precision: .automatic)))
    }
    type.define(self, "isoformat", "self, sep='T', timespec='auto'") { (runtime, arguments) throws(Raised) in
      var separator = "T"
      if let given = arguments[1].defined {
        guard let text = given.string, text.text.unicodeScalars.count == 1 else {
          throw runtime.typeError("isoformat() argument 1 must be a unicode character, not \(runtime.givenName(given))")
        }
        separator = text.text
      }
      let precision = try runtime.timePrecision(arguments[2], position: 2)
      return .object(runtime.string(try runtime.isoText(arguments[0], separator: separator, precision: precision)))
    }
    type.define(self, "ctime", "self, /") { (runtime, arguments) throws(Raised) in
      let moment = arguments[0].knownDatetime
      return .object(runtime.string(runtime.plainTime(moment, moment.time)))
    }
  }

  private func isoText(_ value: Value, separator: String, precision: TimePrecision) throws(Raised) -> String {
    let moment = value.knownDatetime
    return moment.isoText + separator + moment.time.text(precision) + (try offsetText(moment.zone, value))
  }

  private func defineDatetimeParts(_ type: TypeObject, _ types: DatetimeTypes) {
    type.define(self, "date", "self, /") { (_, arguments) throws(Raised) in
      let moment = arguments[0].knownDatetime
      return .object(DateObject(type: types.date, moment.year, moment.month, moment.day))
    }
    type.define(self, "time", "self, /") { (_, arguments) throws(Raised) in
      .object(TimeObject(type: types.time, arguments[0].knownDatetime.time, zone: .none))
    }
    type.define(self, "timetz", "self, /") { (_, arguments) throws(Raised) in
      let moment = arguments[0].knownDatetime
      return .object(TimeObject(type: types.time, moment.time, zone: moment.zone))
    }
    for name in ["replace", "__replace__"] {
      type.define(self, name, "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        let moment = arguments[0].knownDatetime
        let values = try runtime.fields(
          arguments.dropFirst, Runtime.fieldNames, required: 0, positional: 8, function: name)
        let year = try runtime.int32(values[0], default: moment.year)
        let month = try runtime.int32(values[1], default: moment.month)
        let day = try runtime.int32(values[2], default: moment.day)
        let time = try runtime.timeOfDay(values[3...6], fold: values[8], moment.time)
        let zone = values[7].defined ?? moment.zone
        if !moment.type.isHeap {
          try runtime.checkDate(year, month, day)
          try runtime.checkTime(time)
          try runtime.checkZone(zone)
        }
        return try runtime.makeDatetime(moment.type, (year, month, day), time, zone)
      }
    }
  }

  // MARK: Arithmetic

  private func defineDatetimeArithmetic(_ type: TypeObject) {
    func moved(_ moment: DatetimeObject, _ delta: TimedeltaObject, _ sign: Int) throws(Raised) -> Value {
      let days = moment.ordinal + sign * delta.days
      if days < -2 || days > Gregorian.maximumOrdinal + 2 { throw overflowError("date value out of range") }
      let microseconds =
        (days * 86400 + moment.time.seconds + sign * delta.seconds) * 1_000_000 + moment.time.microsecond
        + sign * delta.microseconds
      return try makeDatetime(moment.type, fromStart: microseconds, moment.zone)
    }
    for name in ["__add__", "__radd__"] {
      type.define(self, name, "self, value, /") { (_, arguments) throws(Raised) in
        guard let delta = arguments[1].timedelta else { return .notImplemented }
        return try moved(arguments[0].knownDatetime, delta, 1)
      }
    }
    type.define(self, "__sub__", "self, value, /") { (runtime, arguments) throws(Raised) in
      if let delta = arguments[1].timedelta { return try moved(arguments[0].knownDatetime, delta, -1) }
      return try runtime.difference(arguments[0], arguments[1])
    }
    type.define(self, "__rsub__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard arguments[1].datetime != nil else { return .notImplemented }
      return try runtime.difference(arguments[1], arguments[0])
    }
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.compareDatetimes(op, arguments[0], arguments[1])
      }
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      let moment = arguments[0].knownDatetime
      var argument = arguments[0]
      if moment.time.fold == 1, !moment.zone.isNone { argument = .object(moment.withFold(0)) }
      let offset = try runtime.zoneDelta(moment.zone, "utcoffset", argument)?.smallTotal ?? 0
      return .int(NumericHash.of((moment.microsecondsFromStart &- offset) &* 0x9E37_79B9))
    }
  }

  private func difference(_ a: Value, _ b: Value) throws(Raised) -> Value {
    guard let x = a.datetime, let y = b.datetime else { return .notImplemented }
    var result = x.microsecondsFromStart - y.microsecondsFromStart
    if !x.zone.isIdentical(to: y.zone) {
      let first = try zoneDelta(x.zone, "utcoffset", a)?.smallTotal
      let second = try zoneDelta(y.zone, "utcoffset", b)?.smallTotal
      if (first == nil) != (second == nil) {
        throw typeError("can't subtract offset-naive and offset-aware datetimes")
      }
      result -= (first ?? 0) - (second ?? 0)
    }
    return .object(try timedelta(totalMicroseconds: result))
  }

  private func compareDatetimes(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard let x = a.datetime, let y = b.datetime else { return .notImplemented }
    let (first, second) = (x.microsecondsFromStart, y.microsecondsFromStart)
    if x.zone.isIdentical(to: y.zone) { return .bool(op.holds(first, second)) }
    let firstOffset = try zoneDelta(x.zone, "utcoffset", a)?.smallTotal
    let secondOffset = try zoneDelta(y.zone, "utcoffset", b)?.smallTotal
    if (firstOffset == nil) != (secondOffset == nil) {
      if op == .equal || op == .notEqual { return .bool(op == .notEqual) }
      throw typeError("can't compare offset-naive and offset-aware datetimes")
    }
    let (left, right) = (first - (firstOffset ?? 0), second - (secondOffset ?? 0))
    if left == right, op == .equal || op == .notEqual {
      // A time whose offset depends on its fold equals nothing in another zone.
      let isProblematic = try dependsOnFold(x, firstOffset) ? true : dependsOnFold(y, secondOffset)
      if isProblematic { return .bool(op == .notEqual) }
    }
    return .bool(op.holds(left, right))
  }

  private func dependsOnFold(_ moment: DatetimeObject, _ offset: Int?) throws(Raised) -> Bool {
    if moment.zone.isNone || moment.zone.timezone != nil { return false }
    let other = try zoneDelta(moment.zone, "utcoffset", .object(moment.withFold(1 - moment.time.fold)))
    return other?.smallTotal != offset
  }
}

extension DatetimeObject {
  func withFold(_ fold: Int) -> DatetimeObject {
    var time = time
    time.fold = fold
    return DatetimeObject(type: type.mro.first { !$0.isHeap } ?? type, year, month, day, time, zone: zone)
  }
}

extension Value {
  var knownDatetime: DatetimeObject { unsafeDowncast(object.unsafelyUnwrapped, to: DatetimeObject.self) }
}
