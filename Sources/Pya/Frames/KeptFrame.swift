/// What a frame held when an exception left it: CPython's traceback keeps the frame, so that `__del__` and the `finally` of abandoned
/// generators wait until the exception is gone, and `tb_frame.f_locals` can be looked at.
///
/// Keeping frames takes time wherever exceptions pass, so it happens in programs alone that can tell (`Machine.keepsFrames`).
final class KeptFrame: Object {
  let code: Code
  let function: FunctionObject?
  private(set) var values: [Value]

  init(_ runtime: Runtime, _ frame: Frame) {
    code = frame.code
    function = frame.function
    values = (0..<code.frameSize).map { frame[$0] }
    super.init(type: runtime.types.object, kind: .other)
    register(runtime.machine)
  }

  /// Words of a source file that may look at what a traceback keeps. A file with generators can tell by their `finally`.
  static let words: [StaticString] = ["__del__", "tb_frame", "f_locals", "capture_locals", "weakref"]
  static let wordsOfGenerators: [StaticString] = ["finally", "__exit__"]

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(&values)
    tracer.visit(function)
  }

  override func clearContents() { values = [] }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if !machine.pointee.beginRelease() {
      for value in values { machine.pointee.releaseLater(value) }
    }
    values = []
    machine.endRelease()
  }
}

extension Frame {
  /// An exception leaves this frame: it keeps what the frame holds where that shows, and the next frame notes its own place.
  @inline(__always)
  func passOn(_ raised: Raised) {
    if machine.pointee.keepsFrames { keepContents(with: raised.exception) }
    raised.exception.isLocated = false
  }

  @inline(never)
  private func keepContents(with exception: ExceptionObject) {
    let last = exception.traceback.count - 1
    guard exception.isLocated, last >= 0, exception.traceback[last].code === code.information,
      exception.traceback[last].kept == nil, !code.information.file.isLibrary
    else { return }
    exception.traceback[last].kept = KeptFrame(runtime, self)
  }
}
