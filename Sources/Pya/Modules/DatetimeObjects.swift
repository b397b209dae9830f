import PyaSyntax

/// A native object whose subclasses in the program may have attributes.
class ExtensibleObject: Object {
  private final var dictionary: DictObject?

  override final func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override final var existingInstanceDictionary: DictObject? { dictionary }
  override final func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }
}

/// `datetime.timedelta`: normalised, so that seconds and microseconds are not negative and below a day and a second.
final class TimedeltaObject: ExtensibleObject {
  let days: Int
  let seconds: Int
  let microseconds: Int

  override func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? { compared(op, other) }
  override func quickArithmetic(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value { computed(op, other) }

  init(type: TypeObject, days: Int, seconds: Int, microseconds: Int) {
    self.days = days
    self.seconds = seconds
    self.microseconds = microseconds
    super.init(type: type, kind: .other)
  }

  var isZero: Bool { days == 0 && seconds == 0 && microseconds == 0 }

  /// All of it in microseconds, if that fits comfortably into a machine word.
  var smallTotal: Int? {
    if days.magnitude > 50_000_000 { return nil }
    return (days * 86400 + seconds) * 1_000_000 + microseconds
  }

  var total: BigInt { smallTotal.map { BigInt($0) } ?? BigInt(days * 86400 + seconds) * 1_000_000 + BigInt(microseconds) }

  /// In whole seconds: what an offset from UTC is, but for its microseconds.
  var wholeSeconds: Int { days * 86400 + seconds }

  static func < (a: TimedeltaObject, b: TimedeltaObject) -> Bool {
    (a.days, a.seconds, a.microseconds) < (b.days, b.seconds, b.microseconds)
  }

  static func == (a: TimedeltaObject, b: TimedeltaObject) -> Bool {
    (a.days, a.seconds, a.microseconds) == (b.days, b.seconds, b.microseconds)
  }
}

/// The time within a day.
struct TimeOfDay {
  var hour = 0
  var minute = 0
  var second = 0
  var microsecond = 0
  var fold = 0

  var seconds: Int { hour * 3600 + minute * 60 + second }
}

/// `datetime.date`.
class DateObject: ExtensibleObject {
  final let year: Int
  final let month: Int
  final let day: Int

  override func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? { compared(op, other) }
  override func quickArithmetic(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value { computed(op, other) }

  init(type: TypeObject, _ year: Int, _ month: Int, _ day: Int) {
    self.year = year
    self.month = month
    self.day = day
    super.init(type: type, kind: .other)
  }

  final var ordinal: Int { Gregorian.ordinal(year, month, day) }
  /// Dates are in the order of these.
  @inline(__always)
  final var rank: Int { year << 9 | month << 5 | day }
}

/// `datetime.datetime`.
final class DatetimeObject: DateObject {
  let time: TimeOfDay
  /// None or an instance of `tzinfo`.
  let zone: Value

  override func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? { comparedMoment(op, other) }
  override func quickArithmetic(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value { computedMoment(op, other) }

  init(type: TypeObject, _ year: Int, _ month: Int, _ day: Int, _ time: TimeOfDay, zone: Value) {
    self.time = time
    self.zone = zone
    super.init(type: type, year, month, day)
  }

  /// Since the beginning of day 0, as if in UTC.
  @inline(__always)
  var microsecondsFromStart: Int { (ordinal * 86400 + time.seconds) * 1_000_000 + time.microsecond }
  var secondsFromStart: Int { ordinal * 86400 + time.seconds }
}

/// `datetime.time`.
final class TimeObject: ExtensibleObject {
  let time: TimeOfDay
  let zone: Value

  init(type: TypeObject, _ time: TimeOfDay, zone: Value) {
    self.time = time
    self.zone = zone
    super.init(type: type, kind: .other)
  }
}

/// `datetime.timezone`: a fixed offset from UTC.
final class TimezoneObject: Object {
  let offset: TimedeltaObject
  let name: StringObject?

  init(type: TypeObject, offset: TimedeltaObject, name: StringObject?) {
    self.offset = offset
    self.name = name
    super.init(type: type, kind: .other)
  }
}

/// The types of the module `datetime`.
final class DatetimeTypes {
  unowned let runtime: Runtime
  let timedelta: TypeObject
  let tzinfo: TypeObject
  let timezone: TypeObject
  let date: TypeObject
  let time: TypeObject
  let datetime: TypeObject
  let isoCalendarDate: StructSequenceType
  let utc: TimezoneObject

  init(_ runtime: Runtime) {
    self.runtime = runtime
    func make(_ name: String, base: TypeObject? = nil, kind: Kind = .other) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base ?? runtime.types.object], instanceKind: kind,
        isHeap: false)
      type.moduleName = "datetime"
      type.messageName = "datetime.\(name)"
      type.attributes.setString(runtime.names.module, .object(runtime.string("datetime")))
      return type
    }
    timedelta = make("timedelta")
    tzinfo = make("tzinfo", kind: .instance)
    timezone = make("timezone", base: tzinfo)
    timezone.isFinal = true
    date = make("date")
    time = make("time")
    datetime = make("datetime", base: date)
    isoCalendarDate = StructSequenceType(
      runtime, module: "datetime", name: "IsoCalendarDate", fields: ["year", "week", "weekday"])
    isoCalendarDate.type.define(runtime, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let fields = runtime.tuple(arguments[0].tuple?.array ?? [])
      return runtime.tuple([.object(runtime.types.tuple), runtime.tuple([fields])])
    }
    let zero = TimedeltaObject(type: timedelta, days: 0, seconds: 0, microseconds: 0)
    utc = TimezoneObject(type: timezone, offset: zero, name: nil)
  }
}

extension Runtime {
  var datetimeTypes: DatetimeTypes { attachment(DatetimeTypes.self) { DatetimeTypes(self) } }
}

extension Value {
  var timedelta: TimedeltaObject? {
    guard let held = uncounted, held.isOfClass(TimedeltaObject.self) else { return nil }
    return held.as(TimedeltaObject.self).takeUnretainedValue()
  }
  /// A `date`, which may be a `datetime`.
  var date: DateObject? {
    guard let held = uncounted, held.isOfClass(DateObject.self) || held.isOfClass(DatetimeObject.self) else { return nil }
    return held.as(DateObject.self).takeUnretainedValue()
  }
  var datetime: DatetimeObject? {
    guard let held = uncounted, held.isOfClass(DatetimeObject.self) else { return nil }
    return held.as(DatetimeObject.self).takeUnretainedValue()
  }
  var timeOfDay: TimeObject? { object.flatMap { $0.kind == .other ? $0 as? TimeObject : nil } }
  var timezone: TimezoneObject? { object.flatMap { $0.kind == .other ? $0 as? TimezoneObject : nil } }
}
