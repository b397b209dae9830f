import PyaSyntax

/// `memoryview`
extension Runtime {
  func installMemoryViewType() {
    let type = memoryViewType
    addBuiltin(type)
    type.defineConstructor(self, "object") { (runtime, _, arguments) throws(Raised) in
      .object(try runtime.memoryView(of: arguments[0]))
    }
    installMemoryViewItems(type)
    installMemoryViewTexts(type)
    installMemoryViewShape(type)
    installMemoryViewChanges(type)
    defineTypeArguments(of: type)
  }

  private func memoryView(of value: Value) throws(Raised) -> MemoryViewObject {
    if let view = value.object as? MemoryViewObject {
      return MemoryViewObject(
        self, try bytes(behind: view), format: view.format, start: view.start, count: view.count, stride: view.stride,
        isReadOnly: view.isReadOnly)
    }
    guard let bytes = value.bytes ?? value.cast(.byteArray, to: BytesObject.self) else {
      throw typeError("memoryview: a bytes-like object is required, not '\(typeName(value))'")
    }
    return MemoryViewObject(
      self, bytes, start: 0, count: bytes.bytes.count, stride: 1, isReadOnly: bytes.kind == .bytes)
  }

  private func bytes(behind view: MemoryViewObject) throws(Raised) -> BytesObject {
    guard let source = view.source else { throw valueError("operation forbidden on released memoryview object") }
    return source
  }

  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, MemoryViewObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      let view = unsafeDowncast(arguments.receiver, to: MemoryViewObject.self)
      _ = try runtime.bytes(behind: view)
      return try body(runtime, view, arguments)
    }
  }

  // MARK: Items

  private func installMemoryViewItems(_ type: TypeObject) {
    define(type, "__len__", "self, /") { (_, view, _) throws(Raised) in .int(view.count) }
    define(type, "__getitem__", "self, key, /") { (runtime, view, arguments) throws(Raised) in
      if let slice = arguments[1].slice { return .object(try runtime.part(of: view, slice)) }
      let index = try runtime.viewIndex(view, arguments[1])
      guard let element = view.element(index) else { throw runtime.outOfBounds() }
      return view.format.value(of: element, runtime)
    }
    define(type, "__setitem__", "self, key, value, /") { (runtime, view, arguments) throws(Raised) in
      if view.isReadOnly { throw runtime.typeError("cannot modify read-only memory") }
      if let slice = arguments[1].slice {
        try runtime.assign(arguments[2], to: try runtime.part(of: view, slice))
        return .none
      }
      let index = try runtime.viewIndex(view, arguments[1])
      guard let bytes = try view.format.bytes(of: arguments[2], runtime) else {
        throw runtime.valueError("memoryview: invalid value for format '\(view.format.rawValue)'")
      }
      guard let offset = view.offset(index) else { throw runtime.outOfBounds() }
      view.source?.bytes.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
      return .none
    }
    define(type, "__delitem__", "self, key, /") { (runtime, view, _) throws(Raised) in
      throw runtime.typeError(view.isReadOnly ? "cannot modify read-only memory" : "cannot delete memory")
    }
    define(type, "__iter__", "self, /") { (runtime, view, _) throws(Raised) in
      .object(SequenceIterator(runtime, .object(view)))
    }
  }

  private func outOfBounds() -> Raised { indexError("index out of bounds on dimension 1") }

  private func viewIndex(_ view: MemoryViewObject, _ key: Value) throws(Raised) -> Int {
    guard let (index, isExact) = try clampedIndex(key) else { throw typeError("memoryview: invalid slice key") }
    let position = index < 0 ? index &+ view.count : index
    guard isExact, position >= 0, position < view.count else { throw outOfBounds() }
    return position
  }

  private func part(of view: MemoryViewObject, _ slice: SliceObject) throws(Raised) -> MemoryViewObject {
    let span = try sliceSpan(slice) { view.count }
    let (stride, overflows) = view.stride.multipliedReportingOverflow(by: span.step)
    return MemoryViewObject(
      self, try bytes(behind: view), format: view.format, start: view.start + span.start * view.stride, count: span.count,
      stride: overflows || span.count <= 1 ? view.format.size : stride, isReadOnly: view.isReadOnly)
  }

  private func assign(_ value: Value, to part: MemoryViewObject) throws(Raised) {
    let source = try memoryView(of: value)
    guard source.count == part.count, source.format == part.format else {
      throw valueError("memoryview assignment: lvalue and rvalue have different structures")
    }
    let (bytes, size) = (source.bytes, part.format.size)
    guard bytes.count == part.count * size else { throw outOfBounds() }
    for index in 0..<part.count {
      guard let offset = part.offset(index) else { throw outOfBounds() }
      part.source?.bytes.replaceSubrange(offset..<(offset + size), with: bytes[(index * size)..<(index * size + size)])
    }
  }

  // MARK: Texts and comparison

  private func elements(of view: MemoryViewObject) -> ListObject {
    let list = ListObject(self)
    for index in 0..<view.count {
      if let element = view.element(index) { list.append(view.format.value(of: element, self)) }
    }
    return list
  }

  private func installMemoryViewTexts(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let view = unsafeDowncast(arguments.receiver, to: MemoryViewObject.self)
      let word = view.source == nil ? "released memory" : "memory"
      return .object(runtime.string("<\(word) at \(runtime.addressText(arguments[0]))>"))
    }
    define(type, "tobytes", "self, /, order='C'") { (runtime, view, _) throws(Raised) in
      .object(BytesObject(type: runtime.types.bytes, view.bytes))
    }
    define(type, "tolist", "self, /") { (runtime, view, _) throws(Raised) in .object(runtime.elements(of: view)) }
    define(type, "hex", "self, /, *args, **kwargs") { (runtime, view, arguments) throws(Raised) in
      let bytes = Value.object(BytesObject(type: runtime.types.bytes, view.bytes))
      return try runtime.call(
        try runtime.getAttribute(bytes, "hex"), arguments.dropFirst.positional, keywords: arguments.keywords)
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      let view = unsafeDowncast(arguments.receiver, to: MemoryViewObject.self)
      if !view.isReadOnly { throw runtime.valueError("cannot hash writable memoryview object") }
      return .int(try runtime.hash(.object(BytesObject(type: runtime.types.bytes, view.bytes))))
    }
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        guard op == .equal || op == .notEqual else { return .notImplemented }
        guard let isEqual = try runtime.memoryEquals(arguments[0], arguments[1]) else { return .notImplemented }
        return .bool(isEqual == (op == .equal))
      }
    }
  }

  /// Nil: not comparable.
  private func memoryEquals(_ a: Value, _ b: Value) throws(Raised) -> Bool? {
    if a.isIdentical(to: b) { return true }
    guard let first = a.object as? MemoryViewObject, bytesLike(b) != nil else { return nil }
    guard first.source != nil, (b.object as? MemoryViewObject).map({ $0.source != nil }) ?? true else { return false }
    let second = try memoryView(of: b)
    guard first.count == second.count else { return false }
    return try equals(.object(elements(of: first)), .object(elements(of: second)))
  }

  // MARK: Shape

  private func installMemoryViewShape(_ type: TypeObject) {
    let attributes: [(String, (Runtime, MemoryViewObject) -> Value)] = [
      ("obj", { $1.source.map { .object($0) } ?? .none }), ("nbytes", { .int($1.count * $1.format.size) }),
      ("itemsize", { .int($1.format.size) }), ("format", { .object($0.string($1.format.rawValue)) }),
      ("readonly", { .bool($1.isReadOnly) }), ("ndim", { _, _ in .int(1) }), ("shape", { $0.tuple([.int($1.count)]) }),
      ("strides", { $0.tuple([.int($1.stride)]) }), ("suboffsets", { runtime, _ in runtime.tuple([]) }),
      ("c_contiguous", { .bool($1.isContiguous) }), ("f_contiguous", { .bool($1.isContiguous) }),
      ("contiguous", { .bool($1.isContiguous) }),
    ]
    for (name, get) in attributes {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        guard let view = value.object as? MemoryViewObject else { return .none }
        _ = try runtime.bytes(behind: view)
        return get(runtime, view)
      }
    }
  }

  // MARK: Release, cast

  private func installMemoryViewChanges(_ type: TypeObject) {
    type.define(self, "release", "self, /") { (_, arguments) throws(Raised) in
      unsafeDowncast(arguments.receiver, to: MemoryViewObject.self).release()
      return .none
    }
    define(type, "__enter__", "self, /") { (_, view, _) throws(Raised) in .object(view) }
    type.define(self, "__exit__", "self, /, *args") { (_, arguments) throws(Raised) in
      unsafeDowncast(arguments.receiver, to: MemoryViewObject.self).release()
      return .none
    }
    define(type, "toreadonly", "self, /") { (runtime, view, _) throws(Raised) in
      .object(
        MemoryViewObject(
          runtime, try runtime.bytes(behind: view), format: view.format, start: view.start, count: view.count,
          stride: view.stride, isReadOnly: true))
    }
    define(type, "cast", "self, /, format, shape=None") { (runtime, view, arguments) throws(Raised) in
      guard let text = arguments[1].string?.text else {
        throw runtime.typeError("cast() argument 'format' must be str, not \(runtime.typeName(arguments[1]))")
      }
      if !arguments[2].isUndefined, !arguments[2].isNone {
        throw runtime.error("NotImplementedError", "memoryview: more than one dimension")
      }
      guard let format = ElementFormat(rawValue: text.hasPrefix("@") ? String(text.dropFirst()) : text) else {
        throw runtime.valueError(
          "memoryview: destination format must be a native single character format prefixed with an optional '@'")
      }
      if !view.isContiguous { throw runtime.typeError("memoryview: casts are restricted to C-contiguous views") }
      if !view.format.isByte, !format.isByte {
        throw runtime.typeError("memoryview: cannot cast between two non-byte formats")
      }
      let size = view.count * view.format.size
      if size % format.size != 0 { throw runtime.typeError("memoryview: length is not a multiple of itemsize") }
      return .object(
        MemoryViewObject(
          runtime, try runtime.bytes(behind: view), format: format, start: view.start, count: size / format.size,
          stride: format.size, isReadOnly: view.isReadOnly))
    }
  }
}

extension ElementFormat {
  /// The bytes of a value; nil: it does not fit.
  fileprivate func bytes(of value: Value, _ runtime: Runtime) throws(Raised) -> [UInt8]? {
    let bits: UInt64
    switch self {
    case .character:
      guard let bytes = value.bytes else { throw wrongType(runtime) }
      return bytes.bytes.count == 1 ? bytes.bytes : nil
    case .bool: bits = try runtime.isTrue(value) ? 1 : 0
    case .float, .double:
      let number: Double
      switch value.plainNumber {
      case .float(let float): number = float
      case .int(let integer): number = Double(integer)
      case .bool(let flag): number = flag ? 1 : 0
      default: throw wrongType(runtime)
      }
      bits = self == .double ? number.bitPattern : UInt64(Float(number).bitPattern)
    default:
      guard try runtime.clampedIndex(value) != nil else { throw wrongType(runtime) }
      let integer = try runtime.integer(fromIndex: value)
      if case .int(let number) = integer {
        if isSigned, size < 8, number >= 1 << (size * 8 - 1) || number < -(1 << (size * 8 - 1)) { return nil }
        if !isSigned, number < 0 || (size < 8 && number >= 1 << (size * 8)) { return nil }
        bits = UInt64(bitPattern: Int64(number))
      } else if !isSigned, size == 8, let big = integer.bigInt, let exact = UInt(exactly: big.value) {
        bits = UInt64(exact)
      } else {
        return nil
      }
    }
    return (0..<size).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) }
  }

  private func wrongType(_ runtime: Runtime) -> Raised {
    runtime.typeError("memoryview: invalid type for format '\(rawValue)'")
  }
}
