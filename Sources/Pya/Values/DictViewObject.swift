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
