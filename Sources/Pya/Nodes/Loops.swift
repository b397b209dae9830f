import PyaSyntax

final class WhileNode: StatementNode {
  private let condition: ExpressionNode
  private let body: StatementNode
  private let otherwise: StatementNode

  init(_ condition: ExpressionNode, body: StatementNode, otherwise: StatementNode, _ range: SourceRange) {
    self.condition = condition
    self.body = body
    self.otherwise = otherwise
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try loop(body, otherwise, frame) { () throws(Raised) in try condition.evaluateBool(frame) }
  }
}

extension StatementNode {
  /// Executes the body as long as `begins` gives true, then what follows the loop's `else`.
  @inline(__always)
  fileprivate final func loop(
    _ body: StatementNode, _ otherwise: StatementNode, _ frame: Frame, _ begins: () throws(Raised) -> Bool
  ) throws(Raised) -> Completion {
    while try begins() {
      switch try body.execute(frame) {
      case .normal, .continues: break
      case .breaks: return .normal
      case .returns(let value): return .returns(value)
      case .suspends: return .suspends
      }
      if frame.machine.pointee.isInterrupted { try frame.handleInterrupt(range) }
    }
    return try otherwise.execute(frame)
  }
}

extension Frame {
  /// Ctrl-C arrived, or something else that wants attention.
  @inline(never)
  func handleInterrupt(_ range: SourceRange) throws(Raised) {
    // Handlers of signals are told of the frame.
    do throws(Raised) { try placed(range) { () throws(Raised) in try runtime.attend() } } catch { throw located(error, range) }
  }
}

/// A `for` loop that may go over what a local variable holds.
protocol LoopNode: StatementNode {
  /// The slot of that variable, when nothing else in the code names it; else -1.
  var ownedSlot: Int { get set }
}

/// `for target in iterable`.
///
/// Ranges, lists, tuples, strings and bytes are walked without an iterator object; everything else through one. Where the target takes apart
/// what `enumerate`, `zip` or `items()` deliver, no tuple is made.
final class ForNode: StatementNode, LoopNode {
  private let target: TargetNode
  /// The slot when the target is a local variable, else -1.
  private let slot: Int
  private let unpacking: UnpackTarget?
  private let iterable: ExpressionNode
  private let body: StatementNode
  private let otherwise: StatementNode
  var ownedSlot = -1

  init(
    _ target: TargetNode, iterable: ExpressionNode, body: StatementNode, otherwise: StatementNode, _ range: SourceRange
  ) {
    self.target = target
    slot = (target as? LocalTarget)?.slot ?? -1
    unpacking = target as? UnpackTarget
    self.iterable = iterable
    self.body = body
    self.otherwise = otherwise
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if ownedSlot >= 0, let generator = SuspendableFrame.complete(at: frame.slots + ownedSlot) {
      return try walk(generator, frame)
    }
    if let generator = try iterable.beginGenerator(frame) { return try walk(generator, frame) }
    var source = try iterable.evaluate(frame)
    if let held = source.uncounted, held._withUnsafeGuaranteedRef({ !$0.isOfHeapType }) {
      switch held.kind {
      case .range: return try held.as(RangeObject.self).borrowed { (range) throws(Raised) in try walk(range, frame) }
      case .list: return try held.as(ListObject.self).borrowed { (list) throws(Raised) in try walk(list, frame) }
      case .tuple: return try held.as(TupleObject.self).borrowed { (tuple) throws(Raised) in try walk(tuple, frame) }
      case .string:
        return try held.as(StringObject.self).borrowed { (string) throws(Raised) in
          string.isASCII ? try walk(string, frame) : try walkCharacters(of: string, frame)
        }
      case .set: return try held.as(SetObject.self).borrowed { (set) throws(Raised) in try walk(set, frame) }
      case .bytes, .byteArray:
        return try held.as(BytesObject.self).borrowed { (bytes) throws(Raised) in try walk(bytes, frame) }
      case .generator: if let generator = source.lent({ SuspendableFrame.complete(at: $0) }) { return try walk(generator, frame) }
      default: break
      }
    } else if let generator = try iterable.beginIteration(over: source, frame) {
      return try walk(generator, frame)
    }
    return try walkIterator(source, frame)
  }

  @inline(never)
  private func walk(_ generator: Unmanaged<SuspendableFrame>, _ frame: Frame) throws(Raised) -> Completion {
    let end = try LoopConsumer.run(target, slot: slot, body, iterable: iterable.range, range, frame) { (consumer) throws(Raised) in
      _ = try generator.borrowed { (generator) throws(Raised) in
        try generator.runInOneGo(consumer, frame.machine.pointee.runtime)
      }
    }
    if let end { return end }
    return try otherwise.execute(frame)
  }

  @inline(never)
  private func walk(_ generator: BegunGenerator, _ frame: Frame) throws(Raised) -> Completion {
    let end = try LoopConsumer.run(target, slot: slot, body, iterable: iterable.range, range, frame) { (consumer) throws(Raised) in
      _ = try generator.run(consumer, frame.machine)
    }
    if let end { return end }
    return try otherwise.execute(frame)
  }

  @inline(__always)
  private func bind(_ value: Value, _ frame: Frame) throws(Raised) {
    if slot >= 0 { (frame.slots + slot).store(value) } else { try target.store(frame, value) }
  }

  /// The loop over what `next` gives, to its end, which is `undefined`.
  @inline(__always)
  private func walk(_ frame: Frame, _ next: () throws(Raised) -> Value) throws(Raised) -> Completion {
    try loop(body, otherwise, frame) { () throws(Raised) in
      let value = try next()
      if value.isUndefined { return false }
      try bind(value, frame)
      return true
    }
  }

  private func walk(_ range: RangeObject, _ frame: Frame) throws(Raised) -> Completion {
    var (value, left) = (range.start, range.count)
    return try walk(frame) { () throws(Raised) in
      if left <= 0 { return .undefined }
      left &-= 1
      defer { value = value &+ range.step }
      return .int(value)
    }
  }

  private func walk(_ list: ListObject, _ frame: Frame) throws(Raised) -> Completion {
    var index = 0
    if let unpacking, unpacking.hasOnlyLocals {
      return try walk(unpacking, frame) { () throws(Raised) in
        if index >= list.count { return nil }
        defer { index &+= 1 }
        return list.items + index
      }
    }
    return try walk(frame) { () throws(Raised) in
      if index >= list.count { return .undefined }
      defer { index &+= 1 }
      return list[index]
    }
  }

  /// The loop whose target takes what lies at the places that `next` gives apart into local variables. What lies there is kept meanwhile
  /// only if storing a part may run code.
  @inline(__always)
  private func walk(
    _ unpacking: UnpackTarget, _ frame: Frame, _ next: () throws(Raised) -> UnsafeMutablePointer<Value>?
  ) throws(Raised) -> Completion {
    try loop(body, otherwise, frame) { () throws(Raised) in
      guard let place = try next() else { return false }
      if unpacking.replacesPlainly(frame) {
        try unpacking.store(frame, copyAt: place)
      } else {
        try unpacking.store(frame, place.copied)
      }
      return true
    }
  }

  private func walk(_ tuple: TupleObject, _ frame: Frame) throws(Raised) -> Completion {
    var index = 0
    if let unpacking, unpacking.hasOnlyLocals {
      return try walk(unpacking, frame) { () throws(Raised) in
        if index >= tuple.count { return nil }
        defer { index &+= 1 }
        return tuple.items + index
      }
    }
    return try walk(frame) { () throws(Raised) in
      if index >= tuple.count { return .undefined }
      defer { index &+= 1 }
      return tuple[index]
    }
  }

  /// An ASCII string: its bytes are its characters.
  private func walk(_ string: StringObject, _ frame: Frame) throws(Raised) -> Completion {
    let characters = frame.machine.pointee.characters
    var index = 0
    return try walk(frame) { () throws(Raised) in
      if index >= string.byteCount { return .undefined }
      defer { index &+= 1 }
      return (characters + Int(string.bytes[index])).copied
    }
  }

  /// Any other string.
  private func walkCharacters(of string: StringObject, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.machine.pointee.runtimeReference
    var offset = 0
    return try walk(frame) { () throws(Raised) in
      if offset >= string.byteCount { return .undefined }
      defer { offset &+= UTF8Width.of(leadByte: string.bytes[offset]) }
      return runtime._withUnsafeGuaranteedRef { runtime in
        runtime.characterPlace(byte: offset, of: string)?.copied ?? .object(runtime.characterAt(byte: offset, of: string))
      }
    }
  }

  private func walk(_ set: SetObject, _ frame: Frame) throws(Raised) -> Completion {
    let count = set.count
    var position = 0
    return try walk(frame) { () throws(Raised) in
      if set.count != count { try frame.fail(frame.runtime.setHasChanged(), iterable.range) }
      let index = set.next(&position)
      return index >= 0 ? set.keyPlace(index).copied : .undefined
    }
  }

  private func walk(_ bytes: BytesObject, _ frame: Frame) throws(Raised) -> Completion {
    var index = 0
    return try walk(frame) { () throws(Raised) in
      if index >= bytes.count { return .undefined }
      defer { index &+= 1 }
      return .int(Int(bytes[index]))
    }
  }

  private func walkIterator(_ source: Value, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let iterator: IteratorObject
    do { iterator = try runtime.iterator(source) } catch { try frame.fail(error, iterable.range) }
    if let unpacking {
      let count = iterator.partCount
      if count > 0, count == unpacking.exactCount { return try walkParts(iterator, count, unpacking, frame) }
    }
    let (uncounted, machine) = (Unmanaged.passUnretained(iterator), frame.machine)
    defer { withExtendedLifetime(iterator) {} }
    return try walk(frame) { () throws(Raised) in
      do throws(Raised) {
        return try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
          try uncounted.borrowed { (iterator) throws(Raised) in try iterator.next(runtime) }
        }
      } catch { try frame.fail(error, iterable.range) }
    }
  }

  private func walkParts(
    _ iterator: IteratorObject, _ count: Int, _ unpacking: UnpackTarget, _ frame: Frame
  ) throws(Raised) -> Completion {
    let machine = frame.machine
    let runtime = frame.runtime
    guard let parts = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.pointee.stackTop = parts }
    return try loop(body, otherwise, frame) { () throws(Raised) in
      do throws(Raised) { if try !iterator.next(into: parts, runtime) { return false } } catch { try frame.fail(error, iterable.range) }
      try unpacking.store(frame, movingFrom: parts)
      return true
    }
  }
}
