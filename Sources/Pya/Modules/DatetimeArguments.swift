/// Arguments of the constructors in `datetime`, which CPython reads with one function for all.
extension Runtime {
  /// The values of the named parameters, `undefined` for those left out. `function` is the name in messages.
  func fields(
    _ arguments: Arguments, _ names: [StaticString], required: Int, positional: Int? = nil, function: String? = nil,
    areIntegers: Bool = false
  ) throws(Raised) -> [Value] {
    let given = arguments.count + arguments.keywordNames.count
    var title: String { function.map { "\($0)()" } ?? "function" }
    if arguments.count > positional ?? names.count, given <= names.count {
      let limit = positional ?? names.count
      throw typeError(
        "\(title) takes \(required == limit ? "exactly" : "at most") \(limit) positional arguments (\(arguments.count) given)")
    }
    if given > names.count {
      throw typeError("\(title) takes at most \(names.count) argument\(names.count == 1 ? "" : "s") (\(given) given)")
    }
    var values: [Value] = []
    values.reserveCapacity(names.count)
    for index in 0..<names.count { values.append(arguments[index]) }
    for position in arguments.keywordNames.indices {
      let name = arguments.keywordNames[position]
      guard let index = names.firstIndex(where: { name.hasText($0) }) else { continue }
      if index < arguments.count {
        throw typeError(
          "argument for \(title) given by name ('\(name.text)') and position (\(index + 1))")
      }
      values[index] = (arguments.base + arguments.count + position).copied
    }
    for index in 0..<required {
      if areIntegers, !values[index].isUndefined { _ = try int32(values[index]) }
      guard values[index].isUndefined else { continue }
      throw typeError("\(title) missing required argument '\(names[index])' (pos \(index + 1))")
    }
    for name in arguments.keywordNames where !names.contains(where: { name.hasText($0) }) {
      let title = function.map { "\($0)()" } ?? "this function"
      let hint = closestName(to: name.text, among: names.map(\.description)).map { ". Did you mean '\($0)'?" } ?? ""
      throw typeError("\(title) got an unexpected keyword argument '\(name.text)'\(hint)")
    }
    return values
  }

  /// A C `int`.
  func int32(_ value: Value) throws(Raised) -> Int {
    guard case .int(let number) = try integer(fromIndex: value) else {
      throw overflowError("Python int too large to convert to C long")
    }
    if number > Int(Int32.max) { throw overflowError("signed integer is greater than maximum") }
    if number < Int(Int32.min) { throw overflowError("signed integer is less than minimum") }
    return number
  }

  func int32(_ value: Value, default: Int) throws(Raised) -> Int { value.isUndefined ? `default` : try int32(value) }

  // MARK: Checks

  func checkDate(_ year: Int, _ month: Int, _ day: Int) throws(Raised) {
    if year < Gregorian.minimumYear || year > Gregorian.maximumYear { throw valueError("year \(year) is out of range") }
    if month < 1 || month > 12 { throw valueError("month must be in 1..12") }
    if day < 1 || day > Gregorian.length(ofMonth: month, year) { throw valueError("day is out of range for month") }
  }

  func checkTime(_ time: TimeOfDay) throws(Raised) {
    if time.hour < 0 || time.hour > 23 { throw valueError("hour must be in 0..23") }
    if time.minute < 0 || time.minute > 59 { throw valueError("minute must be in 0..59") }
    if time.second < 0 || time.second > 59 { throw valueError("second must be in 0..59") }
    if time.microsecond < 0 || time.microsecond > 999_999 { throw valueError("microsecond must be in 0..999999") }
    if time.fold != 0, time.fold != 1 { throw valueError("fold must be either 0 or 1") }
  }

  func checkZone(_ zone: Value) throws(Raised) {
    if zone.isNone || isInstance(zone, of: datetimeTypes.tzinfo) { return }
    throw typeError("tzinfo argument must be None or of a tzinfo subclass, not type '\(typeName(zone))'")
  }

  // MARK: Making objects

  func timedelta(days: Int, seconds: Int = 0, microseconds: Int = 0, type: TypeObject? = nil) throws(Raised) -> TimedeltaObject {
    let wholeSeconds = seconds + Gregorian.floorDivide(microseconds, 1_000_000)
    let allDays = days + Gregorian.floorDivide(wholeSeconds, 86400)
    if allDays.magnitude > 999_999_999 { throw overflowError("days=\(allDays); must have magnitude <= 999999999") }
    return TimedeltaObject(
      type: type ?? datetimeTypes.timedelta, days: allDays, seconds: Gregorian.floorModulo(wholeSeconds, 86400),
      microseconds: Gregorian.floorModulo(microseconds, 1_000_000))
  }

  func timedelta(totalMicroseconds total: Int, type: TypeObject? = nil) throws(Raised) -> TimedeltaObject {
    let (days, microseconds) = (Gregorian.floorDivide(total, 86_400_000_000), Gregorian.floorModulo(total, 86_400_000_000))
    return try timedelta(days: days, microseconds: microseconds, type: type)
  }

  /// An object of the class, through its constructor when that is the program's.
  func makeDate(_ type: TypeObject, _ year: Int, _ month: Int, _ day: Int) throws(Raised) -> Value {
    if !type.isHeap { return .object(DateObject(type: type, year, month, day)) }
    return try call(.object(type), [.int(year), .int(month), .int(day)])
  }

  func makeDatetime(_ type: TypeObject, _ date: (year: Int, month: Int, day: Int), _ time: TimeOfDay, _ zone: Value)
    throws(Raised) -> Value
  {
    if !type.isHeap {
      return .object(DatetimeObject(type: type, date.year, date.month, date.day, time, zone: zone))
    }
    let fields: [Value] = [
      .int(date.year), .int(date.month), .int(date.day), .int(time.hour), .int(time.minute), .int(time.second),
      .int(time.microsecond), zone,
    ]
    return try call(.object(type), fields, keywords: time.fold == 0 ? [] : [(intern("fold"), .int(1))])
  }

  func makeTime(_ type: TypeObject, _ time: TimeOfDay, _ zone: Value) throws(Raised) -> Value {
    if !type.isHeap { return .object(TimeObject(type: type, time, zone: zone)) }
    let fields: [Value] = [.int(time.hour), .int(time.minute), .int(time.second), .int(time.microsecond), zone]
    return try call(.object(type), fields, keywords: time.fold == 0 ? [] : [(intern("fold"), .int(1))])
  }

  /// The moment of a number of microseconds from the start of day 0; OverflowError outside of the calendar.
  func makeDatetime(_ type: TypeObject, fromStart microseconds: Int, _ zone: Value, fold: Int = 0) throws(Raised) -> Value {
    let ordinal = Gregorian.floorDivide(microseconds, 86_400_000_000)
    if ordinal < 1 || ordinal > Gregorian.maximumOrdinal { throw overflowError("date value out of range") }
    let rest = microseconds - ordinal * 86_400_000_000
    let seconds = rest / 1_000_000
    let time = TimeOfDay(
      hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond: rest % 1_000_000, fold: fold)
    return try makeDatetime(type, Gregorian.date(ordinal), time, zone)
  }
}

extension TypeObject {
  /// `__new__` and the call of the type, reading the arguments themselves.
  func defineFieldConstructor(
    _ runtime: Runtime, _ make: @escaping (Runtime, TypeObject, Arguments) throws(Raised) -> Value
  ) {
    construct = make
    let name = self.name
    unowned(unsafe) let owner = self
    defineStatic(runtime, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let cls = arguments[0].type else {
        throw runtime.typeError("\(name).__new__(X): X is not a type object (\(runtime.typeName(arguments[0])))")
      }
      guard cls.isSubtype(of: owner) else {
        throw runtime.typeError("\(name).__new__(\(cls.name)): \(cls.name) is not a subtype of \(name)")
      }
      return try make(runtime, cls, arguments.dropFirst)
    }
    define(runtime, "__init__", "self, /, *args, **kwargs") { (_, _) throws(Raised) in .none }
  }
}
