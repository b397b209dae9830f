import PyaSyntax

/// An f-string.
final class FStringNode: ExpressionNode {
  enum Part {
    case literal(StringObject)
    case field(ExpressionNode, conversion: Character?, format: ExpressionNode?)
  }

  /// A part, used without counting references: `parts` owns what it points at.
  private struct Piece {
    var literal: Unmanaged<StringObject>?
    var field: Unmanaged<ExpressionNode>?
    var conversion: Character?
    var format: ExpressionNode?

    init(_ part: Part) {
      switch part {
      case .literal(let text): literal = .passUnretained(text)
      case .field(let node, let conversion, let format):
        field = .passUnretained(node)
        self.conversion = conversion
        self.format = format
      }
    }

    /// Text and numbers as they are.
    var isBare: Bool { (conversion == nil || conversion == "s") && format == nil }
  }

  private let parts: [Part]
  private let pieces: UnsafeMutablePointer<Piece>
  /// Room that the text will hardly need more than.
  private let capacity: Int

  init(_ parts: [Part], _ range: SourceRange) {
    self.parts = parts
    pieces = .allocate(capacity: max(parts.count, 1))
    var capacity = 0
    for (index, part) in parts.enumerated() {
      (pieces + index).initialize(to: Piece(part))
      if case .literal(let text) = part { capacity += text.byteCount } else { capacity += 16 }
    }
    self.capacity = capacity
    super.init(range)
  }

  deinit {
    pieces.deinitialize(count: parts.count)
    pieces.deallocate()
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    var builder = TextBuilder(capacity: capacity)
    for index in 0..<parts.count {
      if let literal = pieces[index].literal {
        literal._withUnsafeGuaranteedRef { builder.append(string: $0) }
        continue
      }
      guard let field = pieces[index].field else { continue }
      let value = try field.borrowed { (node) throws(Raised) in try node.evaluate(frame) }
      if pieces[index].isBare {
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
      try append(value, pieces[index].conversion, pieces[index].format, to: &builder, frame, field)
    }
    return .object(frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { builder.finish($0) })
  }

  @inline(never)
  private func append(
    _ value: Value, _ conversion: Character?, _ format: ExpressionNode?, to builder: inout TextBuilder, _ frame: Frame,
    _ field: Unmanaged<ExpressionNode>
  ) throws(Raised) {
    let runtime = frame.runtime
    let specification = try format?.evaluate(frame)
    do throws(Raised) {
      var value = value
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
    } catch { try frame.fail(error, field.takeUnretainedValue().range) }
  }
}
