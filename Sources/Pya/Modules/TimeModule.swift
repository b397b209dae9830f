#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `time`. All clocks are the runtime's, so that virtual time holds here too.
func makeTimeModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "time")
  let calendar = CalendarTime.shared(runtime)
  runtime.defineClocks(of: module)
  runtime.defineNumberedClocks(of: module)
  runtime.defineConversions(of: module, calendar)
  runtime.defineFormatting(of: module, calendar)
  runtime.defineTimeZone(of: module)
  module.set(runtime, "struct_time", .object(calendar.structTime.type))
  return module
}

extension Runtime {
  fileprivate func defineClocks(of module: ModuleObject) {
    let clocks: [(String, (Runtime) -> Double)] = [
      ("time", { $0.watchedClock.wall }), ("monotonic", { $0.watchedClock.monotonic }), ("perf_counter", { $0.watchedClock.monotonic }),
      ("process_time", { $0.processorTime }), ("thread_time", { $0.processorTime }),
    ]
    for (name, read) in clocks {
      module.define(self, name, "") { (runtime, _) throws(Raised) in .float(read(runtime)) }
      module.define(self, "\(name)_ns", "") { (_, _) throws(Raised) in
        .int(Int(exactly: (read(self) * 1e9).rounded()) ?? 0)
      }
    }
    module.define(self, "sleep", "seconds, /") { (runtime, arguments) throws(Raised) in
      let seconds = try runtime.timeSpan(arguments[0])
      if seconds < 0 { throw runtime.valueError("sleep length must be non-negative") }
      if runtime.existingAttachment(Threads.self)?.hasForked != true { runtime.output.flush() }
      runtime.adviseOnBlockingSleep(seconds)
      try runtime.sleep(seconds)
      return .none
    }
  }

  /// Time the processor has spent; with a virtual clock, virtual time.
  private var processorTime: Double {
    if let clock = clock as? VirtualClock {
      clock.look()
      return clock.monotonic
    }
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A number of seconds as the time functions take it.
  func seconds(_ value: Value) throws(Raised) -> Double {
    let number: Value = value.plainNumber
    if case .float(let seconds) = number {
      if seconds.isNaN { throw valueError("Invalid value NaN (not a number)") }
      if seconds.magnitude > 9.2e18 { throw overflowError("timestamp out of range for platform time_t") }
      return seconds
    }
    if number.bigInt != nil { throw overflowError("timestamp out of range for platform time_t") }
    return Double(try index(number))
  }

  /// How long to wait, in seconds: no more than what 64 bits hold of nanoseconds.
  func timeSpan(_ value: Value) throws(Raised) -> Double {
    let seconds = try seconds(value)
    if case .float = value.plainNumber {
      if seconds.magnitude * 1e9 >= 0x1p63 { throw overflowError("timestamp out of range for platform time_t") }
    } else if seconds.magnitude > 9_223_372_036 {
      throw overflowError("timestamp too large to convert to C PyTime_t")
    }
    return seconds
  }

  // MARK: Calendar times

  fileprivate func defineConversions(of module: ModuleObject, _ calendar: CalendarTime) {
    for (name, isLocal) in [("gmtime", false), ("localtime", true)] {
      module.define(self, name, "seconds=None, /") { (runtime, arguments) throws(Raised) in
        let time = try runtime.brokenDown(arguments[0], isLocal: isLocal)
        return calendar.value(time, zone: time.tm_zone.map { String(cString: $0) }, offset: time.tm_gmtoff)
      }
    }
    module.define(self, "mktime", "time_tuple, /") { (runtime, arguments) throws(Raised) in
      var time = try calendar.time(arguments[0], "mktime", runtime)
      time.tm_wday = -1
      let seconds = mktime(&time)
      if seconds == -1, time.tm_wday == -1 { throw runtime.overflowError("mktime argument out of range") }
      return .float(Double(seconds))
    }
  }

  private func brokenDown(_ value: Value, isLocal: Bool) throws(Raised) -> tm {
    let seconds = value.isUndefined || value.isNone ? clock.wall : try self.seconds(value)
    guard var moment = Int(exactly: seconds.rounded(.down)) else {
      throw overflowError("timestamp out of range for platform time_t")
    }
    var result = tm()
    let converted = isLocal ? localtime_r(&moment, &result) : gmtime_r(&moment, &result)
    if converted == nil { throw systemError(EOVERFLOW) }
    return result
  }

  fileprivate func defineTimeZone(of module: ModuleObject) {
    setTimeZone(of: module)
    module.define(self, "tzset", "") { [unowned(unsafe) module] (runtime, _) throws(Raised) in
      runtime.setTimeZone(of: module)
      return .none
    }
  }

  /// What `TZ` says, and the names that tell of it.
  private func setTimeZone(of module: ModuleObject) {
    tzset()
    func local(_ month: Int32) -> tm {
      var time = tm()
      time.tm_year = 124
      time.tm_mon = month
      time.tm_mday = 1
      time.tm_isdst = -1
      _ = mktime(&time)
      return time
    }
    let (january, july) = (local(0), local(6))
    let (standard, summer) = january.tm_isdst > 0 ? (july, january) : (january, july)
    module.set(self, "timezone", .int(-standard.tm_gmtoff))
    module.set(self, "altzone", .int(-summer.tm_gmtoff))
    module.set(self, "daylight", .int(january.tm_isdst != july.tm_isdst ? 1 : 0))
    let names = [standard, summer].map { Value.object(string($0.tm_zone.map { String(cString: $0) } ?? "UTC")) }
    module.set(self, "tzname", .object(TupleObject(self, names)))
  }

  // MARK: Text

  /// The C library would stop at a null character.
  func checkFormat(_ format: String) throws(Raised) {
    if format.utf8.contains(0) { throw valueError("embedded null character") }
  }

  fileprivate func defineFormatting(of module: ModuleObject, _ calendar: CalendarTime) {
    module.define(self, "strftime", "format, time_tuple=None, /") { (runtime, arguments) throws(Raised) in
      guard let format = arguments[0].string else {
        throw runtime.typeError("strftime() argument 1 must be str, not \(runtime.givenName(arguments[0]))")
      }
      let time =
        arguments[1].isUndefined
        ? try runtime.brokenDown(.undefined, isLocal: true) : try calendar.time(arguments[1], "strftime", runtime)
      let zone = arguments[1].tuple?.dictionary?.getString(runtime.intern("tm_zone"))?.string?.text
      try runtime.checkFormat(format.text)
      return .object(runtime.string(formatTime(format.text, try calendar.checked(time, runtime), zone: zone)))
    }
    module.define(self, "asctime", "time_tuple=None, /") { (runtime, arguments) throws(Raised) in
      let time =
        arguments[0].isUndefined
        ? try runtime.brokenDown(.undefined, isLocal: true) : try calendar.time(arguments[0], "asctime", runtime)
      return .object(runtime.string(asctimeText(try calendar.checked(time, runtime))))
    }
    module.define(self, "ctime", "seconds=None, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(asctimeText(try runtime.brokenDown(arguments[0], isLocal: true))))
    }
    module.define(self, "strptime", "data_string, format='', /") { (runtime, arguments) throws(Raised) in
      for index in 0..<2 where !arguments[index].isUndefined && arguments[index].string == nil {
        let type = runtime.classRepr(runtime.type(of: arguments[index]))
        throw runtime.typeError("strptime() argument \(index) must be str, not \(type)")
      }
      let format = arguments[1].string ?? runtime.string("%a %b %d %H:%M:%S %Y")
      let parsed = try TimeParser.parse(arguments[0].string ?? runtime.string(""), format: format, runtime)
      let fields = [
        parsed.year, parsed.month, parsed.day, parsed.time.hour, parsed.time.minute, parsed.second, parsed.weekday,
        parsed.dayOfYear, parsed.isSummer,
      ]
      return calendar.structTime.make(
        fields.map { .int($0) },
        hidden: [
          parsed.zoneName.map { .object(runtime.string($0)) } ?? .none, parsed.offsetSeconds.map { .int($0) } ?? .none,
        ])
    }
  }
}

/// `Sun Jan  2 03:04:05 2000`
private func asctimeText(_ time: tm) -> String {
  let weekday = TimeNames.weekdays[Int(time.tm_wday)].prefix(3)
  let month = TimeNames.months[Int(time.tm_mon)].prefix(3)
  func two(_ number: Int32, _ filler: String = "0") -> String { number < 10 ? "\(filler)\(number)" : "\(number)" }
  return "\(weekday) \(month) \(two(time.tm_mday, " ")) \(two(time.tm_hour)):\(two(time.tm_min)):\(two(time.tm_sec)) "
    + "\(Int(time.tm_year) + 1900)"
}

/// `strftime` of the C library.
func formatTime(_ format: String, _ time: tm, zone: String?) -> String {
  if format.isEmpty { return "" }
  guard let zone else { return formatTime(format, time) }
  return zone.withCString {
    var time = time
    time.tm_zone = $0
    return formatTime(format, time)
  }
}

private func formatTime(_ format: String, _ time: tm) -> String {
  var time = time
  var capacity = max(256, format.utf8.count * 4)
  // A result of no characters says nothing about the size: a mark at the end keeps it from being empty.
  while true {
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    defer { buffer.deallocate() }
    let length = strftime(buffer, capacity, format + " ", &time)
    if length > 0 || capacity > 1 << 20 {
      let bytes = UnsafeRawBufferPointer(start: buffer, count: max(length - 1, 0))
      return String(decoding: bytes, as: UTF8.self)
    }
    capacity *= 4
  }
}

/// English names, as in the C locale.
enum TimeNames {
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
}

/// Between the C library's `tm` and Python's `struct_time`.
final class CalendarTime {
  let structTime: StructSequenceType
  private unowned let runtime: Runtime

  static func shared(_ runtime: Runtime) -> CalendarTime {
    runtime.attachment(CalendarTime.self) { CalendarTime(runtime) }
  }

  private init(_ runtime: Runtime) {
    self.runtime = runtime
    structTime = StructSequenceType(
      runtime, module: "time", name: "struct_time",
      fields: ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"],
      hiddenFields: ["tm_zone", "tm_gmtoff"], isConstructible: true)
  }

  func value(_ time: tm, zone: String?, offset: Int?) -> Value {
    let fields: [Int] = [
      Int(time.tm_year) + 1900, Int(time.tm_mon) + 1, Int(time.tm_mday), Int(time.tm_hour), Int(time.tm_min),
      Int(time.tm_sec), (Int(time.tm_wday) + 6) % 7, Int(time.tm_yday) + 1, Int(time.tm_isdst),
    ]
    return structTime.make(
      fields.map { .int($0) },
      hidden: [zone.map { .object(runtime.string($0)) } ?? .none, offset.map { .int($0) } ?? .none])
  }

  /// A struct_time or a tuple of nine numbers.
  func time(_ value: Value, _ function: String, _ runtime: Runtime) throws(Raised) -> tm {
    guard let tuple = value.tuple else { throw runtime.typeError("Tuple or struct_time argument required") }
    guard tuple.count == 9 else { throw runtime.typeError("\(function)(): illegal time tuple argument") }
    var numbers: [Int32] = []
    for element in tuple.array {
      guard let number = Int32(exactly: try runtime.index(element)) else {
        throw runtime.overflowError("signed integer is greater than maximum")
      }
      numbers.append(number)
    }
    var time = tm()
    guard numbers[0] > Int32.min + 1900, numbers[1] > Int32.min, numbers[7] > Int32.min, numbers[6] < Int32.max else {
      throw runtime.overflowError("year out of range")
    }
    time.tm_year = numbers[0] - 1900
    time.tm_mon = numbers[1] - 1
    time.tm_mday = numbers[2]
    time.tm_hour = numbers[3]
    time.tm_min = numbers[4]
    time.tm_sec = numbers[5]
    time.tm_wday = (numbers[6] + 1) % 7
    time.tm_yday = numbers[7] - 1
    time.tm_isdst = numbers[8]
    return time
  }

  /// Zeros that stand for "not given" become the first; what no calendar has is refused.
  func checked(_ time: tm, _ runtime: Runtime) throws(Raised) -> tm {
    var time = time
    if time.tm_mon == -1 { time.tm_mon = 0 }
    if time.tm_mday == 0 { time.tm_mday = 1 }
    if time.tm_yday == -1 { time.tm_yday = 0 }
    func check(_ holds: Bool, _ what: String) throws(Raised) {
      if !holds { throw runtime.valueError("\(what) out of range") }
    }
    try check((0...11).contains(time.tm_mon), "month")
    try check((1...31).contains(time.tm_mday), "day of month")
    try check((0...23).contains(time.tm_hour), "hour")
    try check((0...59).contains(time.tm_min), "minute")
    try check((0...61).contains(time.tm_sec), "seconds")
    try check(time.tm_wday >= 0, "day of week")
    try check((0...365).contains(time.tm_yday), "day of year")
    return time
  }
}
