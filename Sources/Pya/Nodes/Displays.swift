import PyaSyntax

/// An element of a display: `x` or `*x`.
struct DisplayItem {
  let node: ExpressionNode
  let isUnpacked: Bool
}

/// Evaluates the elements of a display.
private func elements(_ items: [DisplayItem], _ frame: Frame, _ range: SourceRange) throws(Raised) -> [Value] {
  var values: [Value] = []
  values.reserveCapacity(items.count)
  for item in items {
    let value = try item.node.evaluate(frame)
    if item.isUnpacked {
      do { values.append(contentsOf: try frame.runtime.array(value)) } catch {
        throw frame.located(notIterableAfterStar(error, value, frame.runtime), range)
      }
    } else {
      values.append(value)
    }
  }
  return values
}

private func notIterableAfterStar(_ raised: Raised, _ value: Value, _ runtime: Runtime) -> Raised {
  guard runtime.matches(raised, "TypeError"), raised.exception.traceback.isEmpty else { return raised }
  return runtime.typeError("Value after * must be an iterable, not \(runtime.typeName(value))")
}

final class ListNode: ExpressionNode {
  private let items: [DisplayItem]

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let list = ListObject(frame.runtime, capacity: items.count)
    for item in items {
      let value = try item.node.evaluate(frame)
      if item.isUnpacked {
        do { try frame.runtime.forEach(value) { (element) throws(Raised) in list.append(element) } } catch {
          throw frame.located(notIterableAfterStar(error, value, frame.runtime), range)
        }
      } else {
        list.append(value)
      }
    }
    return .object(list)
  }
}

final class TupleNode: ExpressionNode {
  private let items: [DisplayItem]
  private let hasUnpacking: Bool

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    hasUnpacking = items.contains(where: \.isUnpacked)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if !hasUnpacking, items.count == 2 {
      let first = try items[0].node.evaluate(frame)
      let second = try items[1].node.evaluate(frame)
      return .object(
        TupleObject(frame.runtime, count: 2) { slots in
          slots.initialize(to: first)
          (slots + 1).initialize(to: second)
        })
    }
    return .object(TupleObject(frame.runtime, try elements(items, frame, range)))
  }
}

/// `{x, *y}`. Three and more constants are copied from a set made once, which gives the table, and so the order of iteration,
/// that CPython's compiler gives such a display.
final class SetNode: ExpressionNode {
  private let items: [DisplayItem]
  private let isConstant: Bool
  private var template: SetObject?

  init(_ items: [DisplayItem], _ range: SourceRange) {
    self.items = items
    isConstant = items.count > 2 && items.allSatisfy { !$0.isUnpacked && $0.node.constant != nil }
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let set = SetObject(type: runtime.types.set)
    if isConstant {
      if template == nil {
        let first = try filled(SetObject(runtime), frame)
        // CPython makes the constant once more from the elements of the first, when it looks for an equal constant.
        let second = SetObject(runtime)
        for entry in first.liveEntries { try second.add(entry.key, hash: entry.hash, runtime) }
        template = second
      }
      if let template { try set.merge(template, runtime) }
      return .object(set)
    }
    return .object(try filled(set, frame))
  }

  private func filled(_ set: SetObject, _ frame: Frame) throws(Raised) -> SetObject {
    let runtime = frame.runtime
    if !items.contains(where: \.isUnpacked) {
      let values = try elements(items, frame, range)
      do throws(Raised) { for value in values { try set.add(value, runtime) } } catch { throw frame.located(error, range) }
      return set
    }
    for item in items {
      let value = try item.node.evaluate(frame)
      do throws(Raised) {
        if item.isUnpacked { try runtime.setUpdate(set, value) } else { try set.add(value, runtime) }
      } catch { throw frame.located(error, range) }
    }
    return set
  }
}

final class DictNode: ExpressionNode {
  /// `key == nil`: `**value`.
  private let items: [(key: ExpressionNode?, value: ExpressionNode)]

  init(_ items: [(key: ExpressionNode?, value: ExpressionNode)], _ range: SourceRange) {
    self.items = items
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let dict = DictObject(runtime)
    for (key, value) in items {
      if let key {
        let keyValue = try key.evaluate(frame)
        let element = try value.evaluate(frame)
        do { try dict.set(keyValue, element, runtime) } catch { throw frame.located(error, range) }
      } else {
        let mapping = try value.evaluate(frame)
        do throws(Raised) {
          if let other = mapping.dict, other.type.special(.iter) == nil {
            try dict.merge(other, runtime)
          } else {
            guard let keys = try runtime.getAttributeIfPresent(mapping, runtime.intern("keys")) else {
              throw runtime.typeError("'\(runtime.typeName(mapping))' object is not a mapping")
            }
            for key in try runtime.array(try runtime.call(keys)) {
              try dict.set(key, try runtime.getItem(mapping, key), runtime)
            }
          }
        } catch { throw frame.located(error, range) }
      }
    }
    return .object(dict)
  }
}

/// An f-string.
final class FStringNode: ExpressionNode {
  enum Part {
    case literal(StringObject)
    case field(ExpressionNode, conversion: Character?, format: ExpressionNode?)
  }

  private let parts: [Part]

  init(_ parts: [Part], _ range: SourceRange) {
    self.parts = parts
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    var builder = TextBuilder()
    for index in 0..<parts.count {
      switch parts[index] {
      case .literal(let text): builder.append(string: text)
      case .field(let node, let conversion, let format):
        var value = try node.evaluate(frame)
        if conversion == nil, format == nil {
          // The commonest: text and ints as they are.
          if case .int(let number) = value {
            builder.append(integer: number)
            continue
          }
          if let held = value.uncounted, held.kind == .string, held.isPlain {
            held.as(StringObject.self)._withUnsafeGuaranteedRef { builder.append(string: $0) }
            continue
          }
        }
        let specification = try format?.evaluate(frame)
        do throws(Raised) {
          if let conversion {
            switch conversion {
            case "r": value = .object(try runtime.repr(value))
            case "s": value = .object(try runtime.str(value))
            case "a": value = .object(try runtime.ascii(value))
            default: break
            }
          }
          if let specification, let text = specification.string, text.byteCount > 0 {
            builder.append(string: try runtime.format(value, text))
          } else if runtime.type(of: value).isHeap {
            builder.append(string: try runtime.format(value, runtime.names.empty))
          } else {
            try runtime.append(value, to: &builder)
          }
        } catch { throw frame.located(error, node.range) }
      }
    }
    return .object(builder.finish(runtime))
  }
}
