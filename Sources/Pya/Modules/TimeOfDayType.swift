import PyaSyntax

/// `datetime.time`.
extension Runtime {
  private static let timeFieldNames: [StaticString] = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"]

  func defineTimeOfDay(_ types: DatetimeTypes) {
    let type = types.time
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      if let packed = runtime.packedFields(arguments, 6), packed[0] & 0x7F < 24 {
        var time = runtime.unpackedTime(packed[...], fold: packed[0] >> 7)
        time.hour &= 0x7F
        let zone = arguments[1].defined ?? .none
        try runtime.checkTime(time)
        try runtime.checkZone(zone)
        return .object(TimeObject(type: type, time, zone: zone))
      }
      let values = try runtime.fields(arguments, Runtime.timeFieldNames, required: 0, positional: 5)
      let time = try runtime.timeOfDay(values[0...3], fold: values[5], TimeOfDay())
      try runtime.checkTime(time)
      let zone = values[4].defined ?? .none
      try runtime.checkZone(zone)
      return .object(TimeObject(type: type, time, zone: zone))
    }
    defineTimeFields(
      of: type,
      [
        ("hour", { $0.known(TimeObject.self)._withUnsafeGuaranteedRef { $0.time.hour } }),
        ("minute", { $0.known(TimeObject.self)._withUnsafeGuaranteedRef { $0.time.minute } }),
        ("second", { $0.known(TimeObject.self)._withUnsafeGuaranteedRef { $0.time.second } }),
        ("microsecond", { $0.known(TimeObject.self)._withUnsafeGuaranteedRef { $0.time.microsecond } }),
        ("fold", { $0.known(TimeObject.self)._withUnsafeGuaranteedRef { $0.time.fold } }),
      ], zone: { $0.knownTime.zone })
    let last = TimeOfDay(hour: 23, minute: 59, second: 59, microsecond: 999_999)
    type.attributes.setString(intern("min"), .object(TimeObject(type: type, TimeOfDay(), zone: .none)))
    type.attributes.setString(intern("max"), .object(TimeObject(type: type, last, zone: .none)))
    type.attributes.setString(
      intern("resolution"), .object(TimedeltaObject(type: types.timedelta, days: 0, seconds: 0, microseconds: 1)))
    defineZoneQuestions(type, { $0.knownTime.zone }, passesItself: false)
    defineTimeText(type)
    defineTimeChanges(type)
    defineTimeComparison(type)
    type.didChange()
  }

  private func defineTimeText(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let time = arguments[0].knownTime
      let suffix = try runtime.reprSuffix(zoneFirst: time)
      return .object(runtime.string("\(runtime.shownName(of: time.type))(\(time.time.reprFields)\(suffix))"))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      let time = arguments[0].knownTime
      return .object(runtime.string(time.time.text(.automatic) + (try runtime.offsetText(time.zone, .none))))
    }
    type.define(self, "isoformat", "self, timespec='auto'") { (runtime, arguments) throws(Raised) in
      let time = arguments[0].knownTime
      let precision = try runtime.timePrecision(arguments[1], position: 1)
      return .object(runtime.string(time.time.text(precision) + (try runtime.offsetText(time.zone, .none))))
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
    type.defineClassMethod(self, "fromisoformat", "cls, time_string, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[1].string else { throw runtime.typeError("fromisoformat: argument must be str") }
      var bytes = Array(text.utf8)[...]
      if bytes.first == UInt8(ascii: "T") { bytes.removeFirst() }
      guard let parsed = IsoFormat.time(bytes) else {
        throw runtime.valueError("Invalid isoformat string: \(try runtime.repr(arguments[1]).text)")
      }
      try runtime.checkTime(parsed.time)
      let cls = try runtime.classArgument(arguments[0])
      return try runtime.makeTime(cls, parsed.time, try runtime.zone(parsed.offset))
    }
  }

  /// `tzinfo=...` and `fold=1` in the order in which `time` shows them.
  private func reprSuffix(zoneFirst time: TimeObject) throws(Raised) -> String {
    (try reprSuffix(fold: 0, zone: time.zone)) + (try reprSuffix(fold: time.time.fold, zone: .none))
  }

  private func defineTimeChanges(_ type: TypeObject) {
    for name in ["replace", "__replace__"] {
      type.define(self, name, "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        let time = arguments[0].knownTime
        let values = try runtime.fields(
          arguments.dropFirst, Runtime.timeFieldNames, required: 0, positional: 5, function: name)
        let changed = try runtime.timeOfDay(values[0...3], fold: values[5], time.time)
        let zone = values[4].defined ?? time.zone
        if !time.type.isHeap {
          try runtime.checkTime(changed)
          try runtime.checkZone(zone)
        }
        return try runtime.makeTime(time.type, changed, zone)
      }
    }
  }

  private func defineTimeComparison(_ type: TypeObject) {
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        guard let other = arguments[1].timeOfDay else { return .notImplemented }
        let time = arguments[0].knownTime
        if time.zone.isIdentical(to: other.zone) { return .bool(op.holds(time.microseconds, other.microseconds)) }
        let first = try runtime.zoneDelta(time.zone, "utcoffset", .none)?.smallTotal
        let second = try runtime.zoneDelta(other.zone, "utcoffset", .none)?.smallTotal
        if (first == nil) != (second == nil) {
          if op == .equal || op == .notEqual { return .bool(op == .notEqual) }
          throw runtime.typeError("can't compare offset-naive and offset-aware times")
        }
        return .bool(op.holds(time.microseconds - (first ?? 0), other.microseconds - (second ?? 0)))
      }
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      let time = arguments[0].knownTime
      let offset = try runtime.zoneDelta(time.zone, "utcoffset", .none)?.smallTotal ?? 0
      return .int(NumericHash.of((time.microseconds - offset) &* 0x9E37_79B9))
    }
  }
}

extension TimeObject {
  fileprivate var microseconds: Int { time.seconds * 1_000_000 + time.microsecond }
}

extension Value {
  var knownTime: TimeObject { unsafeDowncast(object.unsafelyUnwrapped, to: TimeObject.self) }
}
