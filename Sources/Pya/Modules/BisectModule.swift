/// `bisect`: places in sorted sequences.
extension Runtime {
  func makeBisectModule() -> ModuleObject {
    let module = ModuleObject(self, name: "bisect")
    for (name, isRight) in [("bisect_left", false), ("bisect_right", true)] {
      module.define(self, name, "a, x, lo=0, hi=None, *, key=None") { (runtime, arguments) throws(Raised) in
        .int(try runtime.bisect(arguments, arguments[1], isRight: isRight))
      }
    }
    for (name, isRight) in [("insort_left", false), ("insort_right", true)] {
      module.define(self, name, "a, x, lo=0, hi=None, *, key=None") { (runtime, arguments) throws(Raised) in
        let key = arguments[4].defined ?? .none
        let wanted = key.isNone ? arguments[1] : try runtime.call(key, arguments[1])
        let position = try runtime.bisect(arguments, wanted, isRight: isRight)
        if let list = arguments[0].list, !list.type.isHeap {
          list.insert(arguments[1], at: min(position, list.count))
        } else {
          _ = try runtime.callMethod(arguments[0], "insert", [.int(position), arguments[1]])
        }
        return .none
      }
    }
    for name in ["bisect", "insort"] {
      if let function = module.namespace.getString(intern("\(name)_right")) { module.set(self, name, function) }
    }
    return module
  }

  private func bisect(_ arguments: Arguments, _ wanted: Value, isRight: Bool) throws(Raised) -> Int {
    let sequence = arguments[0]
    if arguments.count == 2, let list = sequence.list, !list.isOfHeapType {
      let known = bisect(list, wanted, 0, list.count, isRight: isRight)
      if known >= 0 { return known }
    }
    let key = arguments[4].defined ?? .none
    var low = arguments[2].isUndefined ? 0 : try index(arguments[2])
    if low < 0 { throw valueError("lo must be non-negative") }
    var high: Int
    if let given = arguments[3].defined, !given.isNone {
      high = try index(given)
      if high == -1 { high = try length(sequence) }
    } else {
      high = try length(sequence)
    }
    if key.isNone, let list = sequence.list, !list.isOfHeapType {
      let known = bisect(list, wanted, low, high, isRight: isRight)
      if known >= 0 { return known }
    }
    while low < high {
      let middle = low + (high - low) / 2
      var element = try getItem(sequence, .int(middle))
      if !key.isNone { element = try call(key, element) }
      if isRight {
        if try isLess(wanted, element) { high = middle } else { low = middle + 1 }
      } else {
        if try isLess(element, wanted) { low = middle + 1 } else { high = middle }
      }
    }
    return low
  }

  /// In a list of numbers, or of strings, without counting references; -1: some other kind of value lies on the way.
  private func bisect(_ list: ListObject, _ wanted: Value, _ low: Int, _ high: Int, isRight: Bool) -> Int {
    guard high <= list.count else { return -1 }
    var (low, high) = (low, high)
    let items = list.items
    switch wanted {
    case .int(let number):
      while low < high {
        let middle = low + (high - low) / 2
        guard case .int(let element) = (items + middle).number else { return -1 }
        if isRight ? number < element : element >= number { high = middle } else { low = middle + 1 }
      }
    case .float(let number):
      while low < high {
        let middle = low + (high - low) / 2
        guard case .float(let element) = (items + middle).number else { return -1 }
        let isBelow = isRight ? !(number < element) : element < number
        if isBelow { low = middle + 1 } else { high = middle }
      }
    default:
      guard let text = wanted.string, text.isExactly(types.str) else { return -1 }
      while low < high {
        let middle = low + (high - low) / 2
        guard (items + middle).holdsPlainString, let held = (items + middle).uncountedObject else { return -1 }
        let order: Int = held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.compare(to: text) }
        if isRight ? order > 0 : order >= 0 { high = middle } else { low = middle + 1 }
      }
    }
    return low
  }
}
