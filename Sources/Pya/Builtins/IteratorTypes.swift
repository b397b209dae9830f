/// What all iterators have, and the iterators that are types a program calls: `enumerate`, `zip`, `map`, `filter`, `reversed`.
extension Runtime {
  /// Gives every iterator type `__iter__`, `__next__` and `__length_hint__`, those made later too.
  func prepareIteratorTypes() {
    // The closure must not keep the runtime alive, which owns it.
    unowned(unsafe) let runtime = self
    types.iterators.prepare = { type in
      type.defineIteratorMethods(runtime)
      type.isFinal = true
    }
    for name in ["enumerate", "zip", "map", "filter", "reversed"] {
      let type = types.iterators[name]
      type.isFinal = false
      addBuiltin(type)
    }
    for type in types.iterators.all { type.defineIteratorMethods(self) }
    installEnumerate()
    installZip()
    installMapAndFilter()
    installReversed()
  }

  private func installEnumerate() {
    defineTypeArguments(of: types.iterators.enumerate)
    types.iterators.enumerate.defineConstructor(self, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      let (iterable, given) = try runtime.enumerateArguments(arguments)
      let start = given.isUndefined ? .int(0) : try runtime.integer(fromIndex: given)
      return .object(EnumerateIterator(type: cls, try runtime.iterator(iterable), start: start))
    }
  }

  /// `iterable` and `start`.
  private func enumerateArguments(_ arguments: Arguments) throws(Raised) -> (iterable: Value, start: Value) {
    let total = arguments.count + arguments.keywordNames.count
    if total > 2 { throw typeError("enumerate() takes at most 2 arguments (\(total) given)") }
    var (iterable, start) = (arguments[0], arguments[1])
    for (name, value) in arguments.keywords {
      switch name.text {
      case "iterable" where iterable.isUndefined: iterable = value
      case "start" where start.isUndefined: start = value
      default: throw typeError("'\(name.text)' is an invalid keyword argument for enumerate()")
      }
    }
    if iterable.isUndefined { throw typeError("enumerate() missing required argument 'iterable'") }
    return (iterable, start)
  }

  private func installZip() {
    types.iterators.zip.defineConstructor(self, "*iterables, strict=False") { (runtime, cls, arguments) throws(Raised) in
      var isStrict = false
      if arguments.hasKeywords {
        let strict = try runtime.keywordValues(arguments, "zip", ["strict"])[0]
        isStrict = strict.isUndefined ? false : try runtime.isTrue(strict)
      }
      var iterators: [IteratorObject] = []
      iterators.reserveCapacity(arguments.count)
      for index in 0..<arguments.count { iterators.append(try runtime.iterator(at: arguments.base + index)) }
      return .object(ZipIterator(type: cls, iterators, isStrict: isStrict))
    }
  }

  private func installMapAndFilter() {
    types.iterators.map.defineConstructor(self, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("map() takes no keyword arguments") }
      if arguments.count < 2 { throw runtime.typeError("map() must have at least two arguments.") }
      var iterators: [IteratorObject] = []
      for index in 1..<arguments.count { iterators.append(try runtime.iterator(arguments[index])) }
      return .object(MapIterator(type: cls, arguments[0], iterators))
    }
    types.iterators.filter.defineConstructor(self, "function, iterable, /") { (runtime, cls, arguments) throws(Raised) in
      .object(FilterIterator(type: cls, arguments[0], try runtime.iterator(arguments[1])))
    }
  }

  private func installReversed() {
    types.iterators.reversed.defineConstructor(self, "sequence, /") { (runtime, cls, arguments) throws(Raised) in
      try runtime.reversed(arguments[0], cls)
    }
  }

  private func reversed(_ value: Value, _ cls: TypeObject) throws(Raised) -> Value {
    let type = type(of: value)
    if let method = type.lookup(names[.reversed]) {
      if method.isNone { throw typeError("'\(type.name)' object is not reversible") }
      return try callSpecial(method, value)
    }
    guard case .object(let object) = value, object.kind != .dict, object.kind != .type,
      object.kind == .string || object.kind == .tuple || type.lookup(names[.getitem]) != nil
    else { throw typeError("'\(type.name)' object is not reversible") }
    return .object(ReversedIterator(type: cls, value, count: try length(value)))
  }
}

extension TypeObject {
  /// `__iter__`, `__next__` and `__length_hint__` of an iterator type.
  func defineIteratorMethods(_ runtime: Runtime) {
    define(runtime, "__iter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    define(runtime, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: IteratorObject.self)
      let value = try iterator.next(runtime)
      if value.isUndefined { throw runtime.stopIteration(.none) }
      return value
    }
    define(runtime, "__length_hint__", "self, /") { (_, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: IteratorObject.self)
      guard let hint = iterator.lengthHint else { return .notImplemented }
      return .int(hint)
    }
    define(runtime, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: IteratorObject.self)
      guard let reduction = try iterator.reduction(runtime) else {
        throw runtime.typeError("cannot pickle '\(runtime.typeName(arguments[0]))' object")
      }
      return reduction
    }
    define(runtime, "__setstate__", "self, state, /") { (runtime, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: IteratorObject.self)
      try iterator.restore(arguments[1], runtime)
      return .none
    }
  }
}

final class EnumerateIterator: IteratorObject {
  final let source: IteratorObject
  /// The number of the next element: an int, maybe a big one.
  final var number: Value
  private final let reusable = ReusableTuple()

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    runtime.tuple([.object(type), runtime.tuple([runtime.seen(source), number])])
  }

  init(type: TypeObject, _ source: IteratorObject, start: Value) {
    self.source = source
    number = start
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(source)
    tracer.visit(number)
    reusable.visitContents(tracer)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let value = try source.next(runtime)
    if value.isUndefined { return .undefined }
    return reusable.pair(runtime, try count(runtime), value)
  }

  override var partCount: Int { 2 }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    let value = try source.next(runtime)
    if value.isUndefined { return false }
    parts.initialize(to: try count(runtime))
    (parts + 1).initialize(to: value)
    return true
  }

  @inline(__always)
  private func count(_ runtime: Runtime) throws(Raised) -> Value {
    if case .int(let small) = number, small < .max {
      number = .int(small + 1)
      return .int(small)
    }
    let current = number
    number = try runtime.binary(.add, current, .int(1))
    return current
  }
}

final class ZipIterator: IteratorObject {
  @exclusivity(unchecked) private final var sources: [IteratorObject]
  @exclusivity(unchecked) private final var isStrict: Bool
  @exclusivity(unchecked) private final var isExhausted: Bool
  private final let reusable = ReusableTuple()

  init(type: TypeObject, _ sources: [IteratorObject], isStrict: Bool) {
    self.sources = sources
    self.isStrict = isStrict
    isExhausted = sources.isEmpty
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(objects: &sources)
    reusable.visitContents(tracer)
  }

  /// The next of a source, which is used without counting references.
  @inline(__always)
  private func next(_ index: Int, _ runtime: Runtime) throws(Raised) -> Value {
    try sources.uncounted(index).borrowed { (source) throws(Raised) in try source.next(runtime) }
  }

  override var partCount: Int { sources.count }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    if isExhausted { return false }
    let count = sources.count
    var index = 0
    do throws(Raised) {
      while index < count {
        let value = try next(index, runtime)
        if value.isUndefined { break }
        (parts + index).initialize(to: value)
        index += 1
      }
      if index == count { return true }
      try end(at: index, runtime)
    } catch {
      parts.deinitializeValues(min(index, count))
      throw error
    }
    parts.deinitializeValues(index)
    return false
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if sources.count == 2 {
      let first = try next(0, runtime)
      if first.isUndefined {
        try end(at: 0, runtime)
        return .undefined
      }
      let second = try next(1, runtime)
      if second.isUndefined {
        try end(at: 1, runtime)
        return .undefined
      }
      return reusable.pair(runtime, first, second)
    }
    let count = sources.count
    let base = try runtime.machine.reserve(count)
    defer { runtime.machine.pointee.stackTop = base }
    guard try next(into: base, runtime) else { return .undefined }
    return reusable.tuple(runtime, moving: base, count: count)
  }

  /// Source `index` has ended first; with `strict` all must have ended together.
  private func end(at index: Int, _ runtime: Runtime) throws(Raised) {
    isExhausted = true
    if !isStrict { return }
    if index > 0 {
      throw runtime.valueError("zip() argument \(index + 1) is shorter than argument\(others(before: index))")
    }
    for later in 1..<max(sources.count, 1) where try !sources[later].next(runtime).isUndefined {
      throw runtime.valueError("zip() argument \(later + 1) is longer than argument\(others(before: later))")
    }
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let parts = [Value.object(type), runtime.tuple(sources.map { runtime.seen($0) })]
    return runtime.tuple(isStrict ? parts + [.bool(true)] : parts)
  }

  override func restore(position: Int) { isStrict = position != 0 }

  private func others(before index: Int) -> String { index == 1 ? " 1" : "s 1-\(index)" }
}

final class MapIterator: IteratorObject {
  private final let function: Value
  @exclusivity(unchecked) private final var sources: [IteratorObject]
  private final let first: IteratorObject

  init(type: TypeObject, _ function: Value, _ sources: [IteratorObject]) {
    self.function = function
    self.sources = sources
    first = sources[0]
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(objects: &sources)
    tracer.visit(first)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if sources.count == 1 {
      let value = try first.next(runtime)
      if value.isUndefined { return .undefined }
      return try runtime.endingAtStop { () throws(Raised) in try runtime.call(function, value) }
    }
    let count = sources.count
    let base = try runtime.machine.reserveCall(count)
    var filled = 0
    defer { runtime.machine.endCall(base, filled) }
    while filled < count {
      let value = try sources.uncounted(filled).borrowed { (source) throws(Raised) in try source.next(runtime) }
      if value.isUndefined { return .undefined }
      (base + filled).initialize(to: value)
      filled += 1
    }
    return try runtime.endingAtStop { () throws(Raised) in try runtime.call(function, inPlace: base, count) }
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    runtime.tuple([.object(type), runtime.tuple([function] + sources.map { runtime.seen($0) })])
  }
}

final class FilterIterator: IteratorObject {
  private final let function: Value
  private final let source: IteratorObject
  private final let testsTruth: Bool

  init(type: TypeObject, _ function: Value, _ source: IteratorObject) {
    self.function = function
    self.source = source
    testsTruth = function.isNone || function.type === type.runtime.types.bool
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    while true {
      let value = try source.next(runtime)
      if value.isUndefined { return .undefined }
      let answer = testsTruth ? value : try runtime.endingAtStop { () throws(Raised) in try runtime.call(function, value) }
      if answer.isUndefined { return .undefined }
      if try runtime.isTrue(answer) { return value }
    }
  }
  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    runtime.tuple([.object(type), runtime.tuple([function, runtime.seen(source)])])
  }
}

extension Runtime {
  /// The iterator as the program knows it: its own object, where it is one of the program's.
  func seen(_ iterator: IteratorObject) -> Value {
    if let foreign = iterator as? ForeignIterator { return foreign.target }
    return .object(iterator)
  }
}
