import PyaSyntax

/// `memoryview`
extension Runtime {
  func installMemoryViewType() {
    let type = memoryViewType
    addBuiltin(type)
    type.defineConstructor(self, "object") { (runtime, _, arguments) throws(Raised) in
      if let view = try runtime.bufferOfProgram(arguments[0], .fullReadOnly) { return .object(view) }
      return .object(try runtime.memoryView(of: arguments[0]))
    }
    for exporter in [types.bytes, types.bytearray, type] {
      exporter.define(self, "__buffer__", "self, flags, /") { (runtime, arguments) throws(Raised) in
        _ = try runtime.index(arguments[1])
        return .object(try runtime.memoryView(of: arguments[0]))
      }
    }
    for exporter in [types.bytearray, type] {
      exporter.define(self, "__release_buffer__", "self, buffer, /") { (runtime, arguments) throws(Raised) in
        guard let view = arguments[1].object as? MemoryViewObject else { throw runtime.typeError("expected a memoryview object") }
        guard let source = view.source else { throw runtime.valueError("memoryview's buffer has already been released") }
        guard arguments[0].object === source else { throw runtime.valueError("memoryview's buffer is not this object") }
        view.release()
        return .none
      }
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
        isReadOnly: view.isReadOnly, shape: view.shape)
    }
    if let exporter = value.object as? any BufferExporter {
      let format = exporter.bufferFormat
      return MemoryViewObject(
        self, exporter, format: format, start: 0, count: exporter.byteCount / format.size, stride: format.size, isReadOnly: false)
    }
    guard let bytes = value.bytes ?? value.cast(.byteArray, to: BytesObject.self) else {
      throw typeError("memoryview: a bytes-like object is required, not '\(typeName(value))'")
    }
    return MemoryViewObject(
      self, bytes, start: 0, count: bytes.count, stride: 1, isReadOnly: bytes.kind == .bytes)
  }

  private func bytes(behind view: MemoryViewObject) throws(Raised) -> Object {
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
    define(type, "__len__", "self, /") { (_, view, _) throws(Raised) in .int(view.shape?.first ?? view.count) }
    define(type, "__getitem__", "self, key, /") { (runtime, view, arguments) throws(Raised) in
      if let slice = arguments[1].slice { return .object(try runtime.part(of: view, slice)) }
      let index = try runtime.viewIndex(view, arguments[1])
      guard let element = view.bits(index) else { throw runtime.outOfBounds() }
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
      try view.store(bytes[...], at: offset)
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
    if let keys = key.tuple { return try viewIndex(view, keys.array) }
    if view.shape != nil {
      throw try clampedIndex(key) == nil
        ? typeError("memoryview: invalid slice key")
        : error("NotImplementedError", "multi-dimensional sub-views are not implemented")
    }
    guard let (index, isExact) = try clampedIndex(key) else { throw typeError("memoryview: invalid slice key") }
    let position = index < 0 ? index &+ view.count : index
    guard isExact, position >= 0, position < view.count else { throw outOfBounds() }
    return position
  }

  /// One index for each dimension.
  private func viewIndex(_ view: MemoryViewObject, _ keys: [Value]) throws(Raised) -> Int {
    let shape = view.shape ?? [view.count]
    for key in keys where key.slice != nil { throw error("NotImplementedError", "multi-dimensional slicing is not implemented") }
    if keys.count < shape.count { throw error("NotImplementedError", "sub-views are not implemented") }
    if keys.count > shape.count {
      throw typeError("cannot index \(shape.count)-dimension view with \(keys.count)-element tuple")
    }
    var position = 0
    for (dimension, (key, length)) in zip(keys, shape).enumerated() {
      guard let (given, isExact) = try clampedIndex(key) else { throw typeError("memoryview: invalid slice key") }
      let index = given < 0 ? given &+ length : given
      guard isExact, index >= 0, index < length else {
        throw indexError("index out of bounds on dimension \(dimension + 1)")
      }
      position = position * length + index
    }
    return position
  }

  private func part(of view: MemoryViewObject, _ slice: SliceObject) throws(Raised) -> MemoryViewObject {
    if view.shape != nil { throw error("NotImplementedError", "multi-dimensional slicing is not implemented") }
    let span = try sliceSpan(slice) { view.count }
    return view.part(self, try bytes(behind: view), span)
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
      try part.store(bytes[(index * size)..<(index * size + size)], at: offset)
    }
  }

  // MARK: Texts and comparison

  private func elements(of view: MemoryViewObject) -> ListObject {
    let list = ListObject(self)
    for index in 0..<view.count {
      if let element = view.bits(index) { list.append(view.format.value(of: element, self)) }
    }
    return list
  }

  /// The elements in lists of lists.
  private func nested(_ elements: [Value], _ shape: ArraySlice<Int>) -> Value {
    guard let length = shape.first, shape.count > 1 else { return .object(ListObject(self, elements)) }
    let rowLength = shape.dropFirst().reduce(1, *)
    let rows = (0..<length).map { row in
      nested(Array(elements[(row * rowLength)..<((row + 1) * rowLength)]), shape.dropFirst())
    }
    return .object(ListObject(self, rows))
  }

  private func installMemoryViewTexts(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let view = unsafeDowncast(arguments.receiver, to: MemoryViewObject.self)
      let word = view.source == nil ? "released memory" : "memory"
      return .object(runtime.string("<\(word) at \(runtime.addressText(arguments[0]))>"))
    }
    define(type, "tobytes", "self, /, order='C'") { (runtime, view, _) throws(Raised) in
      let type = runtime.types.bytes
      return .object(view.span?.withContent { BytesObject(type: type, $0) } ?? BytesObject(type: type, view.bytes))
    }
    define(type, "tolist", "self, /") { (runtime, view, _) throws(Raised) in
      let elements = runtime.elements(of: view)
      guard let shape = view.shape else { return .object(elements) }
      return elements.count == view.count ? runtime.nested(elements.array, shape[...]) : .object(elements)
    }
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
    guard first.count == second.count, first.shape ?? [first.count] == second.shape ?? [second.count] else { return false }
    return try equals(.object(elements(of: first)), .object(elements(of: second)))
  }

  // MARK: Shape

  private func installMemoryViewShape(_ type: TypeObject) {
    let attributes: [(String, (Runtime, MemoryViewObject) -> Value)] = [
      ("obj", { $1.source.map { .object($0) } ?? .none }), ("nbytes", { .int($1.count * $1.format.size) }),
      ("itemsize", { .int($1.format.size) }), ("format", { .object($0.string($1.format.rawValue)) }),
      ("readonly", { .bool($1.isReadOnly) }), ("ndim", { _, view in .int(view.shape?.count ?? 1) }),
      ("shape", { $0.tuple(($1.shape ?? [$1.count]).map { .int($0) }) }),
      ("strides", { runtime, view in
        guard let shape = view.shape else { return runtime.tuple([.int(view.stride)]) }
        var strides: [Value] = []
        var step = view.format.size
        for length in shape.reversed() {
          strides.append(.int(step))
          step *= length
        }
        return runtime.tuple(strides.reversed())
      }), ("suboffsets", { runtime, _ in runtime.tuple([]) }),
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
          stride: view.stride, isReadOnly: true, shape: view.shape))
    }
    define(type, "cast", "self, /, format, shape=None") { (runtime, view, arguments) throws(Raised) in
      guard let text = arguments[1].string?.text else {
        throw runtime.typeError("cast() argument 'format' must be str, not \(runtime.givenName(arguments[1]))")
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
      let shape = try runtime.shapeArgument(arguments[2])
      if let shape {
        if view.shape != nil, shape.count > 1 { throw runtime.typeError("memoryview: cast must be 1D -> ND or ND -> 1D") }
        var product = format.size
        for length in shape {
          let (next, overflows) = product.multipliedReportingOverflow(by: length)
          if overflows { throw runtime.valueError("memoryview.cast(): product(shape) > SSIZE_MAX") }
          product = next
        }
        if product != size { throw runtime.typeError("memoryview: product(shape) * itemsize != buffer size") }
      }
      return .object(
        MemoryViewObject(
          runtime, try runtime.bytes(behind: view), format: format, start: view.start, count: size / format.size,
          stride: format.size, isReadOnly: view.isReadOnly, shape: shape.flatMap { $0.count > 1 ? $0 : nil }))
    }
  }

  private func shapeArgument(_ value: Value) throws(Raised) -> [Int]? {
    if value.isUndefined || value.isNone { return nil }
    guard value.list != nil || value.tuple != nil else { throw typeError("shape must be a list or a tuple") }
    var shape: [Int] = []
    for element in try array(value) {
      guard case .int(let length) = element else {
        throw typeError("memoryview.cast(): elements of shape must be integers")
      }
      if length <= 0 { throw valueError("memoryview.cast(): elements of shape must be integers > 0") }
      shape.append(length)
    }
    if shape.count > 64 { throw valueError("memoryview: number of dimensions must not exceed 64") }
    return shape.isEmpty ? nil : shape
  }
}

extension ElementFormat {
  /// The bytes of a value; nil: it does not fit.
  func bytes(of value: Value, _ runtime: Runtime) throws(Raised) -> [UInt8]? {
    let bits: UInt64
    switch self {
    case .character:
      guard let bytes = value.bytes else { throw wrongType(runtime) }
      return bytes.count == 1 ? [bytes[0]] : nil
    case .bool: bits = try runtime.isTrue(value) ? 1 : 0
    case .float, .double:
      let number: Double
      switch value.plainNumber {
      case .float(let float): number = float.withoutIdentity
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
