/// What happens after a program's last line.
///
/// CPython calls `atexit` callbacks, then a last garbage collection finalizes everything that the modules hold, while their variables are
/// still there: `__del__` methods, `finally` blocks of unfinished generators, warnings about coroutines that nobody awaited. Its order is
/// that of a walk in breadth from the main module.
extension Runtime {
  fileprivate final class ExitCallbacks {
    var callbacks: [(function: Value, arguments: [Value], keywords: [(name: StringObject, value: Value)])] = []
  }

  private var exitCallbacks: ExitCallbacks { attachment(ExitCallbacks.self) { ExitCallbacks() } }

  func runExitCallbacks() {
    issueDeferredWarnings(at: .end)
    while let (function, arguments, keywords) = exitCallbacks.callbacks.popLast() {
      do { _ = try call(function, arguments, keywords: keywords) } catch {
        reportUnraisable(error, in: function, during: "atexit callback ")
      }
    }
    flushReplacedStreams()
  }

  /// What the program put in the place of `sys.stdout` and `sys.stderr` may hold something back.
  private func flushReplacedStreams(isLast: Bool = false) {
    let streams = standardStreams
    for role in [StandardStreams.Role.output, .error] {
      guard let file = try? streams.current(role, self), !file.isNone, file.object !== streams.output, file.object !== streams.error
      else { continue }
      do throws(Raised) {
        if let closed = try getAttributeIfPresent(file, intern("closed")), try isTrue(closed) { continue }
        _ = try callMethod(file, "flush")
      } catch {
        guard role == .output, !isLast else { continue }
        streams.failedToFlush = true
        errorOutput.write("Exception ignored on flushing sys.stdout:\n" + render(error.exception))
      }
    }
  }

  /// Finalizes what is in circles, then what the modules hold.
  func finalizeObjects() {
    if machine.pointee.hasFinalizers || machine.pointee.liveFrames > 0 || existingAttachment(DeathNotices.self) != nil {
      _ = collectGarbage()
    }
    if machine.pointee.hasFinalizers || machine.pointee.liveFrames > 0 {
      for object in objectsToFinalize() {
        if let frame = object as? SuspendableFrame {
          finalize(frame)
        } else if !object.isFinalized {
          object.isFinalized = true
          runFinalizer(of: object)
        }
      }
    }
    issueDeferredWarnings(at: .end)
    flushReplacedStreams(isLast: true)
    unfinishedFiles.flush()
  }

  private func finalize(_ frame: SuspendableFrame) {
    switch frame.state {
    case .created where frame.kind == .coroutine:
      coroutineWasNeverAwaited(name: frame.qualifiedName, madeAt: frame.sent, through: frame.origin)
      frame.finish()
    case .suspended where frame.awaiter == nil:
      if frame.kind == .asyncGenerator, existingAttachment(Asyncio.self)?.takesCare(of: frame) == true { return }
      do { _ = try frame.close(self) } catch { reportUnraisable(error, in: .object(frame)) }
    default: break
    }
  }

  /// Everything with something left to do, in the order of CPython's last collection.
  private func objectsToFinalize() -> [Object] {
    var walk = ObjectWalk()
    if let main = modules["__main__"] { walk.visit(.object(main.namespace)) }
    for (name, module) in modules.sorted where name != "__main__" {
      walk.visit(.object(module.namespace))
    }
    return walk.run { $0.type.hasFinalizer || $0 is SuspendableFrame }
  }

  // MARK: The module

  func makeAtexitModule() -> ModuleObject {
    let module = ModuleObject(self, name: "atexit")
    module.define(self, "register", "func, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else {
        throw runtime.typeError("register() takes at least 1 argument (0 given)")
      }
      guard runtime.isCallable(arguments[0]) else { throw runtime.typeError("the first argument must be callable") }
      runtime.exitCallbacks.callbacks.append(
        (arguments[0], Array(arguments.positional.dropFirst()), arguments.keywords))
      return arguments[0]
    }
    module.define(self, "unregister", "func, /") { (runtime, arguments) throws(Raised) in
      var kept = runtime.exitCallbacks.callbacks
      for index in kept.indices.reversed() where try runtime.equals(kept[index].function, arguments[0]) {
        kept.remove(at: index)
      }
      runtime.exitCallbacks.callbacks = kept
      return .none
    }
    module.define(self, "_run_exitfuncs", "") { (runtime, _) throws(Raised) in
      runtime.runExitCallbacks()
      return .none
    }
    module.define(self, "_clear", "") { (runtime, _) throws(Raised) in
      runtime.exitCallbacks.callbacks = []
      return .none
    }
    module.define(self, "_ncallbacks", "") { (runtime, _) throws(Raised) in
      .int(runtime.exitCallbacks.callbacks.count)
    }
    return module
  }
}

/// A walk in breadth through objects, each visited once.
private struct ObjectWalk {
  private var queue: [Object] = []
  private var seen: Set<ObjectIdentifier> = []

  mutating func visit(_ value: Value) {
    guard case .object(let object) = value else { return }
    switch object.kind {
    case .string, .bytes, .byteArray, .bigInt, .complex, .range, .nativeFunction, .code: return
    default: if seen.insert(ObjectIdentifier(object)).inserted { queue.append(object) }
    }
  }

  /// All objects that are wanted, in order.
  mutating func run(_ isWanted: (Object) -> Bool) -> [Object] {
    var found: [Object] = []
    var index = 0
    while index < queue.count {
      let object = queue[index]
      index += 1
      if isWanted(object) { found.append(object) }
      visitContents(of: object)
    }
    return found
  }

  private mutating func visitContents(of object: Object) {
    switch object {
    // CPython walks lists and tuples from their ends.
    case let list as ListObject: for value in list.array.reversed() { visit(value) }
    case let tuple as TupleObject: for value in tuple.array.reversed() { visit(value) }
    case let dict as DictObject:
      for entry in dict.liveEntries {
        visit(entry.value)
        visit(entry.key)
      }
    case let set as SetObject: for value in set.elements { visit(value) }
    case let instance as Instance:
      for index in 0..<instance.shape.count { visit(instance.slot(index).pointee) }
    case let function as FunctionObject:
      for value in function.defaults { visit(value) }
      for index in 0..<function.cellCount { visit(.object(function.cells[index])) }
    case let cell as Cell: visit(cell.value)
    case let method as BoundMethod:
      visit(method.function)
      visit(method.receiver)
    case let frame as SuspendableFrame:
      if frame.state == .finished { break }
      for index in 0..<frame.code.frameSize { visit(frame.frame[index]) }
      if let delegate = frame.delegate { visit(.object(delegate)) }
    case let type as TypeObject: visit(.object(type.attributes))
    default: break
    }
    if let dictionary = object.existingInstanceDictionary { visit(.object(dictionary)) }
  }
}
