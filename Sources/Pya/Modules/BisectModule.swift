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
}
