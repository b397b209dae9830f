/// What stands in a function whose `__code__` the program has set to code that is called in another way.
///
/// Call nodes remember of a function that it takes so many positional arguments, and put these into the slots of its frame. Code with other
/// parameters cannot take over such frames. So the function gets code that takes whatever it is given, has frames of the former size,
/// and calls another function, made of the new code, with what came in.
final class RelayCode: Code {
  /// What the program sees as `__code__`.
  var target: Code
  /// What the function had before; frames that were opened then, for a call whose arguments are still being evaluated, run it.
  let former: Code

  private static let tupleSlot = 0
  private static let keywordsSlot = 1

  init(_ runtime: Runtime, target: Code, former: Code) {
    self.target = target
    self.former = former
    let known = target.information
    var draft = CodeDraft(
      information: CodeInformation(
        name: known.name, qualifiedName: known.qualifiedName, file: known.file, start: known.start, definedName: known.definedName))
    draft.parameters.hasVariadic = true
    draft.parameters.hasVariadicKeywords = true
    draft.frameSize = max(2, former.frameSize)
    draft.slotNames = [String](repeating: "", count: draft.frameSize)
    super.init(runtime, draft)
  }

  /// Gathers the arguments that a call node put into the slots one by one.
  func gather(_ count: Int, _ frame: Frame, _ runtime: Runtime) {
    let tuple = TupleObject(runtime, (0..<count).map { frame[$0] })
    for slot in 0..<frameSize { frame[slot] = .undefined }
    frame[RelayCode.tupleSlot] = .object(tuple)
    frame[RelayCode.keywordsSlot] = .object(DictObject(runtime))
  }

  override func copy(_ runtime: Runtime, _ information: CodeInformation) -> Code { target.copy(runtime, information) }

  override func run(_ frame: Frame) throws(Raised) -> Value {
    guard let function = frame.function, let arguments = frame[RelayCode.tupleSlot].tuple else { return .none }
    let keywords = frame[RelayCode.keywordsSlot].dict?.liveEntries.compactMap { entry in
      entry.key.string.map { (name: $0, value: entry.value) }
    }
    let made = function.made(of: target, former: former)
    return try frame.runtime.call(.object(made), arguments.array, keywords: keywords ?? [])
  }
}

extension FunctionObject {
  /// The code as the program knows it.
  var visibleCode: Code { (code as? RelayCode)?.target ?? code }

  /// This function with other code: defaults, variables and names are those it has now.
  fileprivate func made(of target: Code, former: Code) -> FunctionObject {
    // Programs see the variables of enclosing functions by name.
    var places = [Int](repeating: 0, count: cellCount)
    for (old, new) in zip(former.freeOrder, target.freeOrder) { places[new] = old }
    let made = FunctionObject(
      type.runtime, code: target, cells: places.map { cells[$0] }, globals: globals, defaults: defaults, keywordDefaults: [])
    made.keywordDefaultsOfProgram = keywordDefaultsOfProgram
    made.name = name
    made.qualifiedName = qualifiedName
    return made
  }
}
