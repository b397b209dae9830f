#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Time zones: `tzinfo`, `timezone`, and the methods of `datetime` that ask them.
extension Runtime {
  // MARK: Asking a zone

  /// What `utcoffset` or `dst` of the zone says; nil for None and without a zone.
  func zoneDelta(_ zone: Value, _ method: String, _ argument: Value) throws(Raised) -> TimedeltaObject? {
    if zone.isNone { return nil }
    if let fixed = zone.timezone { return method == "dst" ? nil : fixed.offset }
    let result = try callMethod(zone, method, [argument])
    if result.isNone { return nil }
    guard let delta = result.timedelta else {
      throw typeError("tzinfo.\(method)() must return None or timedelta, not '\(typeName(result))'")
    }
    guard delta.isOffset else {
      throw valueError("offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).")
    }
    return delta
  }

  func zoneName(_ zone: Value, _ argument: Value) throws(Raised) -> StringObject? {
    if zone.isNone { return nil }
    let result = try callMethod(zone, "tzname", [argument])
    if result.isNone { return nil }
    guard let name = result.string else {
      throw typeError("tzinfo.tzname() must return None or a string, not '\(typeName(result))'")
    }
    return name
  }

  private func optional(_ delta: TimedeltaObject?) -> Value { delta.map { .object($0) } ?? .none }

  /// `utcoffset`, `dst` and `tzname` of `datetime` and `time`.
  func defineZoneQuestions(_ type: TypeObject, _ zone: @escaping (Value) -> Value, passesItself: Bool) {
    for name in ["utcoffset", "dst"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let argument = passesItself ? arguments[0] : .none
        return runtime.optional(try runtime.zoneDelta(zone(arguments[0]), name, argument))
      }
    }
    type.define(self, "tzname", "self, /") { (runtime, arguments) throws(Raised) in
      let argument = passesItself ? arguments[0] : .none
      return try runtime.zoneName(zone(arguments[0]), argument).map { .object($0) } ?? .none
    }
  }

  // MARK: datetime

  func defineDatetimeZones(_ type: TypeObject) {
    defineZoneQuestions(type, { $0.datetime?.zone ?? .none }, passesItself: true)
    type.define(self, "astimezone", "self, /, tz=None") { (runtime, arguments) throws(Raised) in
      try runtime.convert(arguments[0], to: arguments[1].defined ?? .none)
    }
    type.define(self, "timestamp", "self, /") { (runtime, arguments) throws(Raised) in
      guard let moment = arguments[0].datetime else { return .none }
      if let offset = try runtime.zoneDelta(moment.zone, "utcoffset", arguments[0]) {
        let total = moment.microsecondsFromStart - Gregorian.epoch * 86_400_000_000 - (offset.smallTotal ?? 0)
        return .float(total.magnitude < 1 << 53 ? Double(total) / 1e6 : runtime.exactQuotient(total))
      }
      let seconds = try runtime.secondsOfLocal(moment)
      return .float(Double(seconds) + Double(moment.time.microsecond) / 1e6)
    }
    type.define(self, "timetuple", "self, /") { (runtime, arguments) throws(Raised) in
      guard let moment = arguments[0].datetime else { return .none }
      return runtime.timeTuple(moment, moment.time, isSummer: try runtime.summerFlag(moment.zone, arguments[0]))
    }
    type.define(self, "utctimetuple", "self, /") { (runtime, arguments) throws(Raised) in
      guard let moment = arguments[0].datetime else { return .none }
      let offset = try runtime.zoneDelta(moment.zone, "utcoffset", arguments[0])?.smallTotal ?? 0
      let shifted = try runtime.makeDatetime(
        runtime.datetimeTypes.datetime, fromStart: moment.microsecondsFromStart - offset, .none)
      guard let inUTC = shifted.datetime else { return .none }
      return runtime.timeTuple(inUTC, inUTC.time, isSummer: 0)
    }
  }

  private func exactQuotient(_ total: Int) -> Double { bigInt(total).divided(by: 1_000_000) ?? 0 }

  private func convert(_ value: Value, to target: Value) throws(Raised) -> Value {
    guard let moment = value.datetime else { return .none }
    if !target.isNone { try checkZone(target) }
    var offset: Int
    if moment.zone.isNone {
      offset = moment.secondsFromStart - Gregorian.epoch * 86400 - (try secondsOfLocal(moment))
      offset *= 1_000_000
    } else {
      if moment.zone.isIdentical(to: target) { return value }
      if let delta = try zoneDelta(moment.zone, "utcoffset", value) {
        offset = delta.smallTotal ?? 0
      } else {
        offset = (moment.secondsFromStart - Gregorian.epoch * 86400 - (try secondsOfLocal(moment))) * 1_000_000
      }
    }
    let inUTC = moment.microsecondsFromStart - offset
    var zone = target
    if zone.isNone {
      let local = localTime(Gregorian.floorDivide(inUTC, 1_000_000) - Gregorian.epoch * 86400)
      zone = try makeTimezone(try timedelta(days: 0, seconds: local.offset), name: string(local.zone))
    }
    let result = try makeDatetime(moment.type, fromStart: inUTC, zone)
    if let fixed = zone.timezone, let made = result.datetime, !made.type.isHeap {
      return try makeDatetime(
        made.type, fromStart: made.microsecondsFromStart + (fixed.offset.smallTotal ?? 0), zone)
    }
    return try callMethod(zone, "fromutc", [result])
  }

  // MARK: tzinfo

  func defineTzinfo(_ types: DatetimeTypes) {
    let type = types.tzinfo
    type.defineFieldConstructor(self) { (_, type, _) throws(Raised) in .object(Instance(type: type)) }
    _ = type.attributes.removeString(intern("__init__"))
    for name in ["utcoffset", "tzname", "dst"] {
      type.define(self, name, "self, dt, /") { (runtime, _) throws(Raised) in
        throw runtime.notImplementedError("a tzinfo subclass must implement \(name)()")
      }
    }
    type.define(self, "fromutc", "self, dt, /") { (runtime, arguments) throws(Raised) in
      guard let moment = arguments[1].datetime else { throw runtime.typeError("fromutc: argument must be a datetime") }
      guard moment.zone.isIdentical(to: arguments[0]) else { throw runtime.valueError("fromutc: dt.tzinfo is not self") }
      guard let offset = try runtime.zoneDelta(moment.zone, "utcoffset", arguments[1]) else {
        throw runtime.valueError("fromutc: non-None utcoffset() result required")
      }
      guard let summer = try runtime.zoneDelta(moment.zone, "dst", arguments[1]) else {
        throw runtime.valueError("fromutc: non-None dst() result required")
      }
      let standard = (offset.smallTotal ?? 0) - (summer.smallTotal ?? 0)
      let result = try runtime.makeDatetime(
        moment.type, fromStart: moment.microsecondsFromStart + standard, moment.zone)
      guard let shift = try runtime.zoneDelta(moment.zone, "dst", result) else {
        throw runtime.valueError("fromutc: tz.dst() gave inconsistent results; cannot convert")
      }
      return shift.isZero ? result : try runtime.binary(.add, result, .object(shift))
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let own = runtime.type(of: arguments[0])
      let initial = own.lookup(runtime.intern("__getinitargs__")) == nil ? .undefined : try runtime.callMethod(arguments[0], "__getinitargs__")
      let state = try runtime.callMethod(arguments[0], "__getstate__")
      return runtime.tuple([.object(own), initial.defined ?? runtime.tuple([]), state])
    }
    type.didChange()
  }

  // MARK: timezone

  func makeTimezone(_ offset: TimedeltaObject, name: StringObject?) throws(Raised) -> Value {
    guard offset.isOffset else {
      throw valueError(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not "
          + "\(try repr(.object(offset)).text).")
    }
    if name == nil, offset.isZero { return .object(datetimeTypes.utc) }
    return .object(TimezoneObject(type: datetimeTypes.timezone, offset: offset, name: name))
  }

  func defineTimezone(_ types: DatetimeTypes) {
    let type = types.timezone
    type.defineFieldConstructor(self) { (runtime, _, arguments) throws(Raised) in
      let values = try runtime.fields(arguments, ["offset", "name"], required: 1, function: "timezone")
      guard let offset = values[0].timedelta else {
        throw runtime.typeError("timezone() argument 1 must be datetime.timedelta, not \(runtime.givenName(values[0]))")
      }
      if let name = values[1].defined, name.string == nil {
        throw runtime.typeError("timezone() argument 2 must be str, not \(runtime.givenName(name))")
      }
      return try runtime.makeTimezone(offset, name: values[1].string)
    }
    func limit(_ name: String, _ minutes: Int) {
      let days = minutes < 0 ? -1 : 0
      let offset = TimedeltaObject(
        type: types.timedelta, days: days, seconds: (minutes - days * 1440) * 60, microseconds: 0)
      type.attributes.setString(intern(name), .object(TimezoneObject(type: type, offset: offset, name: nil)))
    }
    limit("min", -1439)
    limit("max", 1439)
    type.attributes.setString(intern("utc"), .object(types.utc))
    func define(_ name: String, _ body: @escaping (Runtime, TimezoneObject, Value) throws(Raised) -> Value) {
      type.define(self, name, "self, dt, /") { (runtime, arguments) throws(Raised) in
        guard let zone = arguments[0].timezone else { return .none }
        if !arguments[1].isNone, arguments[1].datetime == nil {
          let given = runtime.typeName(arguments[1])
          throw runtime.typeError("\(name)(dt) argument must be a datetime instance or None, not \(given)")
        }
        return try body(runtime, zone, arguments[1])
      }
    }
    define("utcoffset") { (_, zone, _) throws(Raised) in .object(zone.offset) }
    define("tzname") { (runtime, zone, _) throws(Raised) in .object(runtime.string(zone.shownName)) }
    define("dst") { (_, _, _) throws(Raised) in .none }
    type.define(self, "fromutc", "self, dt, /") { (runtime, arguments) throws(Raised) in
      guard let zone = arguments[0].timezone, let moment = arguments[1].datetime else {
        throw runtime.typeError("fromutc: argument must be a datetime")
      }
      guard moment.zone.isIdentical(to: arguments[0]) else { throw runtime.valueError("fromutc: dt.tzinfo is not self") }
      return try runtime.makeDatetime(
        moment.type, fromStart: moment.microsecondsFromStart + (zone.offset.smallTotal ?? 0), moment.zone)
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let zone = arguments[0].timezone else { return .none }
      if zone === runtime.datetimeTypes.utc { return .object(runtime.string("datetime.timezone.utc")) }
      let name = try zone.name.map { (name) throws(Raised) in ", \(try runtime.repr(.object(name)).text)" } ?? ""
      return .object(runtime.string("datetime.timezone(\(try runtime.repr(.object(zone.offset)).text)\(name))"))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(arguments[0].timezone?.shownName ?? ""))
    }
    type.define(self, "__getinitargs__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let zone = arguments[0].timezone else { return .none }
      return .object(TupleObject(runtime, [.object(zone.offset)] + (zone.name.map { [.object($0)] } ?? [])))
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let zone = arguments[0].timezone else { return .none }
      let fields = TupleObject(runtime, [.object(zone.offset)] + (zone.name.map { [.object($0)] } ?? []))
      return runtime.tuple([.object(zone.type), .object(fields), .none])
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(arguments[0].timezone.map { runtime.hash(of: $0.offset) } ?? 0)
    }
    type.define(self, "__eq__", "self, value, /") { (_, arguments) throws(Raised) in
      guard let zone = arguments[0].timezone, let other = arguments[1].timezone else { return .notImplemented }
      return .bool(zone.offset == other.offset)
    }
    type.didChange()
  }
}

extension TimedeltaObject {
  /// Whether it can be an offset from UTC: less than a day either way.
  var isOffset: Bool { days == 0 || (days == -1 && (seconds > 0 || microseconds > 0)) }
}

extension TimezoneObject {
  /// Its name, or one like `UTC+05:30`.
  var shownName: String { name?.text ?? (offset.isZero ? "UTC" : "UTC" + offset.offsetText(separator: ":")) }
}
