import PyaSyntax

/// `sys._getframe`: the frame that calls it, and those further out as far as the value stack shows them.
extension Runtime {
  func defineFrameAccess(of module: ModuleObject) {
    module.define(self, "_getframe", "depth=0, /") { (runtime, arguments) throws(Raised) in
      let depth = arguments[0].isUndefined ? 0 : try runtime.index(arguments[0])
      guard let site = runtime.callSite() else {
        throw runtime.error("NotImplementedError", "sys._getframe() must be called by its own name in pya")
      }
      var frame: FrameObject? = runtime.frameObject(of: site)
      for _ in 0..<max(0, min(depth, Int(Int32.max))) {
        guard let next = frame?.back else { throw runtime.valueError("call stack is not deep enough") }
        frame = next
      }
      return frame.map { .object($0) } ?? .none
    }
    module.define(self, "_getframemodulename", "depth=0") { (runtime, _) throws(Raised) in
      runtime.callSite()?.globals.getString(runtime.names.name) ?? .none
    }
  }

  private func frameObject(of site: CallSite) -> FrameObject {
    let frame = FrameObject(self, TracebackEntry(code: site.frame.code.information, range: site.range))
    frame.locals = locals(of: site)
    frame.globals = site.globals
    frame.back = callers(of: site.frame)
    return frame
  }

  /// The frames below one on the value stack, nearest first. Frames of suspended coroutines lie elsewhere and are left out.
  private func callers(of frame: Frame) -> FrameObject? {
    var found: [Frame] = []
    let marker = UInt(bitPattern: machine)
    var place = machine.pointee.stackTop - 1
    while place > machine.pointee.stackBase {
      place -= 1
      let header = UnsafeRawPointer(place)
      // A header begins with the machine's address, which no value of the program can hold.
      guard header.load(as: UInt.self) == marker else { continue }
      found.append(Frame(slots: place + Frame.headerSize))
    }
    if let index = found.firstIndex(where: { $0.slots == frame.slots }) { found.removeFirst(index + 1) }
    var outermost: FrameObject?
    for frame in found.reversed() {
      let object = FrameObject(self, TracebackEntry(code: frame.code.information, range: SourceRange(0, 0)))
      object.knowsLine = false
      object.globals = frame.function?.globals
      object.back = outermost
      outermost = object
    }
    return outermost
  }
}
