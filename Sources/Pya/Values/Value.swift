/// Anything a program can hold: 16 bytes, passed and returned in two registers.
///
/// Numbers, bools and the lone constants are immediate, so that arithmetic and loops touch no reference count; everything
/// else is one class reference. An `.int` that would overflow becomes a `BigIntObject`, and results that fit come back as
/// `.int`: every integer has exactly one representation.
///
/// The order of the payload cases is part of the design: `Slots` reads the tag byte in memory (see there).
enum Value {
  case object(Object)
  case int(Int)
  case float(Double)
  case bool(Bool)
  case none
  case ellipsis
  case notImplemented
  /// An unbound variable, an omitted argument, an exhausted iterator. Programs never see it.
  case undefined
}

extension Value {
  @inline(__always)
  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  @inline(__always)
  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  @inline(__always)
  var isNotImplemented: Bool {
    if case .notImplemented = self { return true }
    return false
  }

  /// The object, when it is not an immediate value.
  @inline(__always)
  var object: Object? {
    if case .object(let object) = self { return object }
    return nil
  }

  /// This value, or nil when it is `undefined`.
  @inline(__always)
  var defined: Value? { isUndefined ? nil : self }

  /// Python's `is`.
  @inline(__always)
  func isIdentical(to other: Value) -> Bool {
    switch (self, other) {
    case (.object(let a), .object(let b)): return a === b
    case (.int(let a), .int(let b)): return a == b
    case (.float(let a), .float(let b)): return a.bitPattern == b.bitPattern
    case (.bool(let a), .bool(let b)): return a == b
    case (.none, .none), (.ellipsis, .ellipsis), (.notImplemented, .notImplemented): return true
    case (.undefined, .undefined): return true
    default: return false
    }
  }

  /// The value as an instance of one Swift class, judged by its `kind`.
  @inline(__always)
  func cast<T: Object>(_ kind: Kind, to: T.Type) -> T? {
    if case .object(let object) = self, object.kind == kind { return unsafeDowncast(object, to: T.self) }
    return nil
  }

  @inline(__always) var string: StringObject? { cast(.string, to: StringObject.self) }
  @inline(__always) var bytes: BytesObject? { cast(.bytes, to: BytesObject.self) }
  @inline(__always) var bigInt: BigIntObject? { cast(.bigInt, to: BigIntObject.self) }
  @inline(__always) var list: ListObject? { cast(.list, to: ListObject.self) }
  @inline(__always) var tuple: TupleObject? { cast(.tuple, to: TupleObject.self) }
  @inline(__always) var dict: DictObject? { cast(.dict, to: DictObject.self) }
  /// A `set` or a `frozenset`.
  @inline(__always) var set: SetObject? { cast(.set, to: SetObject.self) }
  @inline(__always) var range: RangeObject? { cast(.range, to: RangeObject.self) }
  @inline(__always) var slice: SliceObject? { cast(.slice, to: SliceObject.self) }
  @inline(__always) var type: TypeObject? { cast(.type, to: TypeObject.self) }
  @inline(__always) var exception: ExceptionObject? { cast(.exception, to: ExceptionObject.self) }
  @inline(__always) var instance: Instance? { cast(.instance, to: Instance.self) }
}
