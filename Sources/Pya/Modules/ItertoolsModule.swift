/// `itertools`. The iterators that choose arrangements are in ItertoolsModule+Combinatorics.swift.
extension Runtime {
  func makeItertoolsModule() -> ModuleObject {
    let module = ModuleObject(self, name: "itertools")
    addInfiniteIterators(to: module)
    addChaining(to: module)
    addSelecting(to: module)
    addGrouping(to: module)
    addCombinatorics(to: module)
    return module
  }

  /// An iterator type of the module, called with a signature.
  @discardableResult
  func addIteratorType(
    _ name: String, to module: ModuleObject, _ signature: NativeSignature,
    _ make: @escaping (Runtime, TypeObject, Arguments) throws(Raised) -> IteratorObject
  ) -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: name, bases: [types.object], instanceKind: .iterator, isHeap: false)
    type.moduleName = module.name
    type.messageName = "\(module.name).\(name)"
    type.defineIteratorMethods(self)
    type.defineConstructor(self, signature) { (runtime, cls, arguments) throws(Raised) in
      .object(try make(runtime, cls, arguments))
    }
    module.set(self, name, .object(type))
    return type
  }

  // MARK: Infinite

  private func addInfiniteIterators(to module: ModuleObject) {
    let count = addIteratorType("count", to: module, "start=0, step=1") { (runtime, cls, arguments) throws(Raised) in
      let start = arguments[0].defined ?? .int(0)
      let step = arguments[1].defined ?? .int(1)
      for value in [start, step] where !runtime.isNumber(value) { throw runtime.typeError("a number is required") }
      return CountIterator(type: cls, start, step: step)
    }
    count.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let counter = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: CountIterator.self)
      let start = try runtime.repr(counter.current).text
      if case .int(1) = counter.step { return .object(runtime.string("count(\(start))")) }
      return .object(runtime.string("count(\(start), \(try runtime.repr(counter.step).text))"))
    }
    addIteratorType("cycle", to: module, "iterable, /") { (runtime, cls, arguments) throws(Raised) in
      CycleIterator(type: cls, try runtime.iterator(arguments[0]))
    }
    let repeated = addIteratorType("repeat", to: module, "object, times=None") {
      (runtime, cls, arguments) throws(Raised) in
      let times = arguments[1].isUndefined ? nil : max(try runtime.index(arguments[1]), 0)
      return RepeatIterator(type: cls, arguments[0], times: times)
    }
    repeated.define(self, "__length_hint__", "self, /") { (runtime, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: RepeatIterator.self)
      guard let remaining = iterator.remaining else { throw runtime.typeError("len() of unsized object") }
      return .int(remaining)
    }
    repeated.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let iterator = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: RepeatIterator.self)
      let element = try runtime.repr(iterator.element).text
      guard let remaining = iterator.remaining else { return .object(runtime.string("repeat(\(element))")) }
      return .object(runtime.string("repeat(\(element), \(remaining))"))
    }
  }

  private func isNumber(_ value: Value) -> Bool {
    switch value {
    case .int, .float, .bool: return true
    default:
      let type = type(of: value)
      return type.lookup(names[.index]) != nil || type.lookup(names[.float]) != nil
        || type.lookup(names[.complex]) != nil
    }
  }

  // MARK: One after the other

  private func addChaining(to module: ModuleObject) {
    let chain = addIteratorType("chain", to: module, "*iterables, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("chain() takes no keyword arguments") }
      return ChainIterator(type: cls, TupleIterator(runtime, TupleObject(runtime, arguments.positional)))
    }
    chain.defineTypeArguments(self)
    chain.defineClassMethod(self, "from_iterable", "cls, iterable, /") { (runtime, arguments) throws(Raised) in
      .object(ChainIterator(type: chain, try runtime.iterator(arguments[1])))
    }
    addIteratorType("zip_longest", to: module, "*iterables, fillvalue=None") {
      (runtime, cls, arguments) throws(Raised) in
      var fill = Value.none
      for (name, value) in arguments.keywords {
        guard name.text == "fillvalue" else {
          throw runtime.typeError("zip_longest() got an unexpected keyword argument")
        }
        fill = value
      }
      var sources: [IteratorObject?] = []
      for index in 0..<arguments.count { sources.append(try runtime.iterator(arguments[index])) }
      return ZipLongestIterator(type: cls, sources, fill: fill)
    }
    addIteratorType("starmap", to: module, "function, iterable, /") { (runtime, cls, arguments) throws(Raised) in
      let function = arguments[0]
      let source = try runtime.iterator(arguments[1])
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        let element = try source.next(runtime)
        if element.isUndefined { return .undefined }
        guard let held = element.uncounted, held.isPlain, held.kind == .tuple else {
          return try runtime.call(function, try runtime.array(element))
        }
        let count = held.as(TupleObject.self)._withUnsafeGuaranteedRef { $0.count }
        let base = try runtime.machine.reserveCall(count)
        defer { runtime.machine.endCall(base, count) }
        held.as(TupleObject.self)._withUnsafeGuaranteedRef { base.initializeCopies(of: $0.items, count: count) }
        return try runtime.call(function, inPlace: base, count)
      }
    }
    addIteratorType("accumulate", to: module, "iterable, func=None, *, initial=None") {
      (runtime, cls, arguments) throws(Raised) in
      AccumulateIterator(
        type: cls, try runtime.iterator(arguments[0]), function: arguments[1].defined ?? .none,
        initial: arguments[2].defined ?? .none)
    }
    addIteratorType("pairwise", to: module, "iterable, /") { (runtime, cls, arguments) throws(Raised) in
      PairwiseIterator(type: cls, try runtime.iterator(arguments[0]))
    }
    module.define(self, "tee", "iterable, n=2, /") { (runtime, arguments) throws(Raised) in
      let count = arguments[1].isUndefined ? 2 : try runtime.index(arguments[1])
      if count < 0 { throw runtime.valueError("n must be >= 0") }
      try runtime.checkAllocation(count.multipliedReportingOverflow(by: 64).overflow ? .max : count * 64)
      let original: TeeIterator
      if let tee = arguments[0].cast(.iterator, to: IteratorObject.self) as? TeeIterator {
        original = tee
      } else {
        original = TeeIterator(runtime, TeeBlock(try runtime.iterator(arguments[0])))
      }
      // The first is the iterator itself if it is one of a tee's.
      return runtime.tuple(
        (0..<count).map { .object($0 == 0 ? original : TeeIterator(runtime, original.block, index: original.index)) })
    }
  }

  // MARK: Some of the elements

  private func addSelecting(to module: ModuleObject) {
    addIteratorType("compress", to: module, "data, selectors") { (runtime, cls, arguments) throws(Raised) in
      let data = try runtime.iterator(arguments[0])
      let selectors = try runtime.iterator(arguments[1])
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        while true {
          let element = try data.next(runtime)
          if element.isUndefined { return .undefined }
          let selector = try selectors.next(runtime)
          if selector.isUndefined { return .undefined }
          if try runtime.isTrue(selector) { return element }
        }
      }
    }
    addIteratorType("dropwhile", to: module, "predicate, iterable, /") { (runtime, cls, arguments) throws(Raised) in
      let predicate = arguments[0]
      let source = try runtime.iterator(arguments[1])
      var isDropping = true
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        while isDropping {
          let element = try source.next(runtime)
          if element.isUndefined { return .undefined }
          if try !runtime.isTrue(try runtime.call(predicate, element)) {
            isDropping = false
            return element
          }
        }
        return try source.next(runtime)
      }
    }
    addIteratorType("takewhile", to: module, "predicate, iterable, /") { (runtime, cls, arguments) throws(Raised) in
      let predicate = arguments[0]
      let source = try runtime.iterator(arguments[1])
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        let element = try source.next(runtime)
        if element.isUndefined { return .undefined }
        return try runtime.isTrue(try runtime.call(predicate, element)) ? element : .undefined
      }
    }
    addIteratorType("filterfalse", to: module, "function, iterable, /") { (runtime, cls, arguments) throws(Raised) in
      let function = arguments[0]
      let testsTruth = function.isNone || function.type === runtime.types.bool
      let source = try runtime.iterator(arguments[1])
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        while true {
          let element = try source.next(runtime)
          if element.isUndefined { return .undefined }
          if try !runtime.isTrue(testsTruth ? element : try runtime.call(function, element)) { return element }
        }
      }
    }
    addIteratorType("islice", to: module, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      try runtime.makeIslice(cls, arguments)
    }
    addIteratorType("batched", to: module, "iterable, n, *, strict=False") { (runtime, cls, arguments) throws(Raised) in
      let size = try runtime.index(arguments[1])
      if size < 1 { throw runtime.valueError("n must be at least one") }
      let isStrict = arguments[2].isUndefined ? false : try runtime.isTrue(arguments[2])
      let source = try runtime.iterator(arguments[0])
      return ClosureIterator(type: cls) { (runtime) throws(Raised) in
        var batch: [Value] = []
        batch.reserveCapacity(min(size, 16))
        while batch.count < size {
          let element = try source.next(runtime)
          if element.isUndefined { break }
          batch.append(element)
        }
        if batch.isEmpty { return .undefined }
        if isStrict, batch.count < size { throw runtime.valueError("batched(): incomplete batch") }
        return runtime.tuple(batch)
      }
    }
  }

  private func makeIslice(_ cls: TypeObject, _ arguments: Arguments) throws(Raised) -> IteratorObject {
    if arguments.hasKeywords { throw typeError("islice() takes no keyword arguments") }
    guard arguments.count >= 2 else {
      throw typeError("islice expected at least 2 arguments, got \(arguments.count)")
    }
    guard arguments.count <= 4 else {
      throw typeError("islice expected at most 4 arguments, got \(arguments.count)")
    }
    func bound(_ value: Value, _ complaint: String) throws(Raised) -> Int? {
      if value.isNone || value.isUndefined { return nil }
      guard let (number, isExact) = try? clampedIndex(value), isExact, number >= 0 else { throw valueError(complaint) }
      return number
    }
    let limits = "must be None or an integer: 0 <= x <= sys.maxsize."
    let start: Int
    let stop: Int?
    if arguments.count == 2 {
      start = 0
      stop = try bound(arguments[1], "Stop argument for islice() \(limits)")
    } else {
      stop = try bound(arguments[2], "Stop argument for islice() \(limits)")
      start = try bound(arguments[1], "Indices for islice() \(limits)") ?? 0
    }
    let step = try bound(arguments[3], "Step for islice() must be a positive integer or None.") ?? 1
    if step == 0 { throw valueError("Step for islice() must be a positive integer or None.") }
    return IsliceIterator(type: cls, try iterator(arguments[0]), start: start, stop: stop, step: step)
  }

  // MARK: Groups

  private func addGrouping(to module: ModuleObject) {
    let groupType = types.iterators["_grouper"]
    groupType.moduleName = "itertools"
    groupType.messageName = "itertools._grouper"
    addIteratorType("groupby", to: module, "iterable, key=None") { (runtime, cls, arguments) throws(Raised) in
      GroupbyIterator(
        type: cls, try runtime.iterator(arguments[0]), key: arguments[1].defined ?? .none, groupType: groupType)
    }
  }
}

/// `pairwise`: each element with the one before it.
private final class PairwiseIterator: IteratorObject {
  @exclusivity(unchecked) private var source: IteratorObject?
  @exclusivity(unchecked) private var previous = Value.undefined
  private let reusable = ReusableTuple()

  init(type: TypeObject, _ source: IteratorObject) {
    self.source = source
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) { reusable.visitContents(tracer) }

  /// The element that makes a pair with `previous`; undefined: there is none.
  @inline(__always)
  private func advance(_ runtime: Runtime) throws(Raised) -> Value {
    guard let source else { return .undefined }
    if previous.isUndefined { previous = try source.next(runtime) }
    let next = previous.isUndefined ? .undefined : try source.next(runtime)
    if next.isUndefined {
      // What is let go of may come back here when it dies.
      let old = (self.source, previous)
      self.source = nil
      previous = .undefined
      withExtendedLifetime(old) {}
    }
    return next
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let next = try advance(runtime)
    if next.isUndefined { return .undefined }
    let first = previous
    previous = next
    return reusable.pair(runtime, first, next)
  }

  override var partCount: Int { 2 }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    let next = try advance(runtime)
    if next.isUndefined { return false }
    parts.initialize(to: previous)
    (parts + 1).initialize(to: next)
    previous = next
    return true
  }
}

private final class CountIterator: IteratorObject {
  @exclusivity(unchecked) var current: Value
  let step: Value

  init(type: TypeObject, _ start: Value, step: Value) {
    current = start
    self.step = step
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if case .int(1) = step { return runtime.tuple([.object(type), runtime.tuple([current])]) }
    return runtime.tuple([.object(type), runtime.tuple([current, step])])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let value = current
    if case .int(let number) = value, case .int(let step) = step {
      let (next, overflow) = number.addingReportingOverflow(step)
      if !overflow {
        current = .int(next)
        return value
      }
    }
    current = try runtime.binary(.add, value, step)
    return value
  }
}

private final class CycleIterator: IteratorObject {
  @exclusivity(unchecked) private var source: IteratorObject?
  @exclusivity(unchecked) private var saved: [Value] = []
  @exclusivity(unchecked) private var index = 0

  init(type: TypeObject, _ source: IteratorObject) {
    self.source = source
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if let source {
      let state = runtime.tuple([.object(ListObject(runtime, saved)), .int(0)])
      return runtime.tuple([.object(type), runtime.tuple([runtime.seen(source)]), state])
    }
    let rest = Array(saved[index...])
    let list = Value.object(ListObject(runtime, rest + saved[..<index]))
    return runtime.tuple([.object(type), runtime.tuple([.object(try runtime.iterator(list))])])
  }

  override func restore(_ state: Value, _ runtime: Runtime) throws(Raised) {
    guard let parts = state.tuple, parts.count == 2 else { throw runtime.typeError("state is not a tuple") }
    guard let list = parts[0].list else { throw runtime.typeError("argument 1 must be list, not \(runtime.typeName(parts[0]))") }
    _ = try runtime.index(parts[1])
    saved = list.array
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if let source {
      let element = try source.next(runtime)
      if !element.isUndefined {
        saved.append(element)
        return element
      }
      self.source = nil
    }
    if saved.isEmpty { return .undefined }
    let element = saved[index]
    index = index + 1 == saved.count ? 0 : index + 1
    return element
  }
}

private final class RepeatIterator: IteratorObject {
  let element: Value
  /// Nil: without end.
  @exclusivity(unchecked) var remaining: Int?

  init(type: TypeObject, _ element: Value, times: Int?) {
    self.element = element
    remaining = times
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let rest = remaining.map { [Value.int($0)] } ?? []
    return runtime.tuple([.object(type), runtime.tuple([element] + rest)])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let remaining else { return element }
    if remaining == 0 { return .undefined }
    self.remaining = remaining - 1
    return element
  }

  override var lengthHint: Int? { remaining }
}

private final class ChainIterator: IteratorObject {
  @exclusivity(unchecked) private var iterables: IteratorObject?
  @exclusivity(unchecked) private var current: IteratorObject?

  init(type: TypeObject, _ iterables: IteratorObject) {
    self.iterables = iterables
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    guard let iterables else { return runtime.tuple([.object(type), runtime.tuple([])]) }
    let state = [runtime.seen(iterables)] + (current.map { [runtime.seen($0)] } ?? [])
    return runtime.tuple([.object(type), runtime.tuple([]), runtime.tuple(state)])
  }

  override func restore(_ state: Value, _ runtime: Runtime) throws(Raised) {
    guard let parts = state.tuple, (1...2).contains(parts.count) else { throw runtime.typeError("state is not a tuple") }
    iterables = try runtime.iterator(parts[0])
    current = parts.count == 2 ? try runtime.iterator(parts[1]) : nil
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    while true {
      if let current {
        let element = try current.next(runtime)
        if !element.isUndefined { return element }
        self.current = nil
      }
      guard let iterables else { return .undefined }
      do {
        let iterable = try iterables.next(runtime)
        if iterable.isUndefined {
          self.iterables = nil
          return .undefined
        }
        current = try runtime.iterator(iterable)
      } catch {
        self.iterables = nil
        throw error
      }
    }
  }
}

private final class ZipLongestIterator: IteratorObject {
  @exclusivity(unchecked) private var sources: [IteratorObject?]
  private let fill: Value
  @exclusivity(unchecked) private var liveCount: Int
  private let reusable = ReusableTuple()

  init(type: TypeObject, _ sources: [IteratorObject?], fill: Value) {
    self.sources = sources
    self.fill = fill
    liveCount = sources.count
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let count = sources.count
    let base = try runtime.machine.reserve(count)
    defer { runtime.machine.pointee.stackTop = base }
    guard try next(into: base, runtime) else { return .undefined }
    return reusable.tuple(runtime, count: count) { (base + $0).move() }
  }

  override func visitContents(_ tracer: Tracer) { reusable.visitContents(tracer) }

  override var partCount: Int { sources.count }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    let count = sources.count
    var index = 0
    do throws(Raised) {
      while liveCount > 0, index < count {
        (parts + index).initialize(to: try next(index, runtime))
        index += 1
      }
    } catch {
      // That is the end, whatever the other sources have.
      liveCount = 0
      parts.deinitializeValues(index)
      throw error
    }
    if liveCount > 0 { return true }
    parts.deinitializeValues(index)
    return false
  }

  /// The next of a source; what stands for it when it has ended.
  private func next(_ index: Int, _ runtime: Runtime) throws(Raised) -> Value {
    guard let source = sources[index] else { return fill }
    let element = try source.next(runtime)
    if !element.isUndefined { return element }
    sources[index] = nil
    liveCount -= 1
    return fill
  }
}

private final class AccumulateIterator: IteratorObject {
  private let source: IteratorObject
  private let function: Value
  @exclusivity(unchecked) private var initial: Value
  @exclusivity(unchecked) private var total = Value.undefined

  init(type: TypeObject, _ source: IteratorObject, function: Value, initial: Value) {
    self.source = source
    self.function = function
    self.initial = initial
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if !initial.isNone { return nil }
    let state: Value = total.isUndefined ? .none : total
    return runtime.tuple([.object(type), runtime.tuple([runtime.seen(source), function]), state])
  }

  override func restore(_ state: Value, _ runtime: Runtime) throws(Raised) { total = state.isNone ? .undefined : state }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if !initial.isNone {
      total = initial
      initial = .none
      return total
    }
    let element = try source.next(runtime)
    if element.isUndefined { return .undefined }
    if total.isUndefined {
      total = element
    } else if function.isNone {
      total = try runtime.binary(.add, total, element)
    } else {
      let next = try runtime.endingAtStop { () throws(Raised) in try runtime.call(function, total, element) }
      if next.isUndefined { return .undefined }
      total = next
    }
    return total
  }
}

private final class IsliceIterator: IteratorObject {
  @exclusivity(unchecked) private var source: IteratorObject?
  @exclusivity(unchecked) private var nextIndex: Int
  private let stop: Int?
  private let step: Int
  @exclusivity(unchecked) private var position = 0

  init(type: TypeObject, _ source: IteratorObject, start: Int, stop: Int?, step: Int) {
    self.source = source
    nextIndex = start
    self.stop = stop
    self.step = step
    super.init(type: type)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    guard let source else {
      let nothing = Value.object(try runtime.iterator(runtime.tuple([])))
      return runtime.tuple([.object(type), runtime.tuple([nothing, .int(0)]), .int(0)])
    }
    let end: Value = stop.map { .int($0) } ?? .none
    let parts = runtime.tuple([runtime.seen(source), .int(nextIndex), end, .int(step)])
    return runtime.tuple([.object(type), parts, .int(position)])
  }

  override func restore(position: Int) { self.position = position }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let source else { return .undefined }
    let target = min(nextIndex, stop ?? .max)
    while position < target {
      if try source.next(runtime).isUndefined { return end() }
      position += 1
    }
    if let stop, position >= stop { return end() }
    let element = try source.next(runtime)
    if element.isUndefined { return end() }
    position += 1
    let (following, overflow) = nextIndex.addingReportingOverflow(step)
    nextIndex = overflow ? stop ?? .max : following
    return element
  }

  private func end() -> Value {
    source = nil
    return .undefined
  }
}

/// Elements that several iterators of a `tee` pass, and the way to the following ones.
private final class TeeBlock {
  static let capacity = 57
  let source: IteratorObject
  @exclusivity(unchecked) private var elements: [Value] = []
  @exclusivity(unchecked) private var following: TeeBlock?
  @exclusivity(unchecked) private var isRunning = false

  init(_ source: IteratorObject) { self.source = source }

  /// The element at an index, which all before have been asked for; undefined at the end.
  func element(_ index: Int, _ runtime: Runtime) throws(Raised) -> Value {
    if index < elements.count { return elements[index] }
    if isRunning { throw runtime.runtimeError("cannot re-enter the tee iterator") }
    isRunning = true
    defer { isRunning = false }
    let value = try source.next(runtime)
    if value.isUndefined { return .undefined }
    if elements.isEmpty { elements.reserveCapacity(TeeBlock.capacity) }
    elements.append(value)
    return value
  }

  func next() -> TeeBlock {
    if let following { return following }
    let made = TeeBlock(source)
    following = made
    return made
  }

  deinit {
    // A long queue nobody read would free itself recursively.
    var next = following
    following = nil
    while isKnownUniquelyReferenced(&next) {
      let after = next?.following
      next?.following = nil
      next = after
    }
  }
}

private final class TeeIterator: IteratorObject {
  @exclusivity(unchecked) private(set) var block: TeeBlock
  @exclusivity(unchecked) private(set) var index: Int

  init(_ runtime: Runtime, _ block: TeeBlock, index: Int = 0) {
    self.block = block
    self.index = index
    let type = runtime.types.iterators["_tee"]
    type.moduleName = "itertools"
    type.messageName = "itertools._tee"
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if index == TeeBlock.capacity {
      block = block.next()
      index = 0
    }
    let element = try block.element(index, runtime)
    if !element.isUndefined { index += 1 }
    return element
  }
}

private final class GroupbyIterator: IteratorObject {
  private let source: IteratorObject
  private let key: Value
  private let groupType: TypeObject
  @exclusivity(unchecked) fileprivate var currentValue = Value.undefined
  @exclusivity(unchecked) fileprivate var currentKey = Value.undefined
  @exclusivity(unchecked) fileprivate var targetKey = Value.undefined
  /// The number of the group handed out last: earlier ones are over.
  @exclusivity(unchecked) fileprivate var currentGroup = 0

  init(type: TypeObject, _ source: IteratorObject, key: Value, groupType: TypeObject) {
    self.source = source
    self.key = key
    self.groupType = groupType
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    currentGroup += 1
    while true {
      if !currentKey.isUndefined {
        if targetKey.isUndefined { break }
        if try !runtime.isSame(targetKey, currentKey) { break }
      }
      if try !advance(runtime) { return .undefined }
    }
    targetKey = currentKey
    return runtime.pair(currentKey, .object(GroupIterator(type: groupType, self, key: targetKey)))
  }

  /// False at the end.
  fileprivate func advance(_ runtime: Runtime) throws(Raised) -> Bool {
    let value = try source.next(runtime)
    if value.isUndefined { return false }
    let newKey = key.isNone ? value : try runtime.endingAtStop { () throws(Raised) in try runtime.call(key, value) }
    if newKey.isUndefined { return false }
    currentValue = value
    currentKey = newKey
    return true
  }
}

private final class GroupIterator: IteratorObject {
  private let parent: GroupbyIterator
  private let key: Value
  private let number: Int

  init(type: TypeObject, _ parent: GroupbyIterator, key: Value) {
    self.parent = parent
    self.key = key
    number = parent.currentGroup
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if parent.currentGroup != number { return .undefined }
    if parent.currentValue.isUndefined, try !parent.advance(runtime) { return .undefined }
    if try !runtime.isSame(key, parent.currentKey) { return .undefined }
    let value = parent.currentValue
    parent.currentValue = .undefined
    return value
  }
}
