/// Dates and times as the few bytes that `pickle` keeps of them, which their constructors take too.
extension Runtime {
  /// The first argument, when it is the bytes that `__reduce__` made of a value.
  func packedFields(_ arguments: Arguments, _ count: Int) -> [Int]? {
    guard arguments.count == 1 || arguments.count == 2, !arguments.hasKeywords,
      let bytes = arguments[0].bytes?.copyBytes(), bytes.count == count
    else { return nil }
    return bytes.map { Int($0) }
  }

  /// A `time`'s fields from six bytes; the highest bit of the hour is the fold.
  func unpackedTime(_ bytes: ArraySlice<Int>, fold: Int) -> TimeOfDay {
    let first = bytes.startIndex
    return TimeOfDay(
      hour: bytes[first], minute: bytes[first + 1], second: bytes[first + 2],
      microsecond: bytes[first + 3] << 16 | bytes[first + 4] << 8 | bytes[first + 5], fold: fold)
  }

  func definePacking(_ types: DatetimeTypes) {
    types.date.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let date = arguments[0].knownDate
      return runtime.packed(date.type, [date.year >> 8, date.year & 0xFF, date.month, date.day], .none)
    }
    for (name, signature) in [("__reduce__", "self, /"), ("__reduce_ex__", "self, protocol, /")] as [(String, NativeSignature)] {
      types.datetime.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let moment = arguments[0].knownDatetime
        let keepsFold = arguments.count > 1 ? try runtime.index(arguments[1]) > 3 : false
        let month = keepsFold && moment.time.fold == 1 ? moment.month | 0x80 : moment.month
        let date = [moment.year >> 8, moment.year & 0xFF, month, moment.day]
        return runtime.packed(moment.type, date + runtime.packed(moment.time, fold: 0), moment.zone)
      }
      types.time.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let time = arguments[0].knownTime
        let keepsFold = arguments.count > 1 ? try runtime.index(arguments[1]) > 3 : false
        return runtime.packed(time.type, runtime.packed(time.time, fold: keepsFold ? time.time.fold : 0), time.zone)
      }
    }
  }

  private func packed(_ time: TimeOfDay, fold: Int) -> [Int] {
    [
      fold == 1 ? time.hour | 0x80 : time.hour, time.minute, time.second, time.microsecond >> 16,
      time.microsecond >> 8 & 0xFF, time.microsecond & 0xFF,
    ]
  }

  private func packed(_ type: TypeObject, _ fields: [Int], _ zone: Value) -> Value {
    let bytes = Value.object(BytesObject(type: types.bytes, fields.map { UInt8(truncatingIfNeeded: $0) }))
    return tuple([.object(type), tuple(zone.isNone ? [bytes] : [bytes, zone])])
  }
}
