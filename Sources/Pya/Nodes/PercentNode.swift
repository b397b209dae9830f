import PyaSyntax

/// `"..." % arguments` with a literal whose conversions are known beforehand.
final class PercentNode: BinaryNode {
  private let template: PercentTemplate

  init(_ template: PercentTemplate, _ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    self.template = template
    super.init(left, right, range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let arguments = try right.value(frame)
    // A string of a class of the program may have a say.
    let mayDecide = arguments.uncounted.map { $0.kind == .string && !$0.isPlain } ?? false
    if mayDecide || frame.machine.pointee.looksAtFrames { return try general(.modulo, try left.value(frame), arguments, frame) }
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in .object(try runtime.percentFormat(template, arguments)) }
    } catch { try frame.fail(error, range) }
  }
}
