/// What `dict.keys()`, `dict.values()` and `dict.items()` return: a window on the dictionary.
final class DictViewObject: Object {
  enum Part { case keys, values, items }

  final let dict: DictObject
  final let part: Part

  override func visitContents(_ tracer: Tracer) { tracer.visit(dict) }

  init(_ runtime: Runtime, _ dict: DictObject, _ part: Part) {
    self.dict = dict
    self.part = part
    let type =
      switch part {
      case .keys: runtime.types.dictKeys
      case .values: runtime.types.dictValues
      case .items: runtime.types.dictItems
      }
    super.init(type: type, kind: .dictView)
  }
}

extension DictObject {
  /// Adds all keys or all values to a list.
  final func append(_ part: DictViewObject.Part, to list: ListObject) {
    list.grow(to: list.count + count)
    var index = 0
    while index < used {
      if !keyPlace(index).holdsUndefined { list.append((part == .keys ? keyPlace(index) : valuePlace(index)).copied) }
      index += 1
    }
  }
}
