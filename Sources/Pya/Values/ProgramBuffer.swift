/// The buffer of an object whose class has `__buffer__`: what the method returned, until the last view of it is gone.
final class ProgramBuffer: Object, BufferExporter {
  private let owner: Value
  private let view: MemoryViewObject
  private var isReturned = false
  var exports = 0

  init(_ runtime: Runtime, owner: Value, _ view: MemoryViewObject) {
    self.owner = owner
    self.view = view
    super.init(type: runtime.attachment(ProgramBufferType.self) { ProgramBufferType(runtime) }.type, kind: .other)
  }

  var bufferFormat: ElementFormat { view.format }
  var byteCount: Int { view.count * view.format.size }

  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8] {
    if let span = view.span { return range.upperBound <= span.count ? span.part(range).copyBytes() : [] }
    let bytes = view.bytes
    return range.upperBound <= bytes.count ? Array(bytes[range]) : []
  }

  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) { try view.store(bytes, at: view.start + offset) }

  /// `__release_buffer__`
  func lastViewIsGone() {
    if isReturned { return }
    isReturned = true
    let runtime = type.runtime
    if let method = runtime.bufferMethod("__release_buffer__", of: owner) {
      let handledBefore = runtime.handled
      do { _ = try runtime.callSpecial(method, owner, .object(view)) } catch {
        runtime.handled = handledBefore
        runtime.reportUnraisable(error, in: .none, during: "__release_buffer__ of \(runtime.typeName(owner))")
      }
    }
    view.release()
  }
}

private final class ProgramBufferType {
  let type: TypeObject

  init(_ runtime: Runtime) { type = TypeObject(runtime, module: "builtins", "_buffer_wrapper", isWrittenInPython: true) }
}

/// What `__buffer__` is told of who asks.
enum BufferRequest: Int {
  case simple = 0
  case writable = 1
  case fullReadOnly = 284
}

extension Runtime {
  /// What a class of the program defines under one of the two names.
  fileprivate func bufferMethod(_ name: String, of value: Value) -> Value? {
    guard case .object(let object) = value, object.type.isHeap, let found = object.type.lookupWithOwner(intern(name)), found.owner.isHeap
    else { return nil }
    return found.value
  }

  /// A view of the memory that an object of the program shows through `__buffer__`; nil: its class has none.
  func bufferOfProgram(_ value: Value, _ request: BufferRequest) throws(Raised) -> MemoryViewObject? {
    guard let method = bufferMethod("__buffer__", of: value) else { return nil }
    guard let view = try callSpecial(method, value, .int(request.rawValue)).object as? MemoryViewObject else {
      throw typeError("__buffer__ returned non-memoryview object")
    }
    if view.source == nil { throw valueError("operation forbidden on released memoryview object") }
    return MemoryViewObject(
      self, ProgramBuffer(self, owner: value, view), format: view.format, start: 0, count: view.count, stride: view.format.size,
      isReadOnly: view.isReadOnly, shape: view.shape)
  }
}
