/// `repr` of futures, tasks and handles, as asyncio writes them.
extension Runtime {
  func representation(of future: FutureObject) throws(Raised) -> String {
    if openRepresentations.contains(future.address) { return "..." }
    try enter()
    openRepresentations.append(future.address)
    defer {
      openRepresentations.removeLast()
      leave()
    }
    var parts: [String] = []
    switch future.state {
    case .pending: parts.append("pending")
    case .cancelled: parts.append("cancelled")
    case .finished: parts.append("finished")
    }
    if let task = future as? TaskObject {
      if task.cancelRequests > 0, !task.isDone { parts[0] = "cancelling" }
      parts.append("name=\(try repr(.object(task.name(self))).text)")
      if let coroutine = task.coroutineValue.object { parts.append("coro=<\(try describeCoroutine(coroutine))>") }
      if let waiter = task.waiter { parts.append("wait_for=\(try repr(.object(waiter)).text)") }
    }
    if future.state == .finished {
      if future.holdsException {
        parts.append("exception=\(try repr(future.outcome).text)")
      } else {
        parts.append("result=\(try abbreviatedRepr(future.outcome))")
      }
    }
    let callbacks = future.callbacks
    if !callbacks.isEmpty {
      var text = try describe(callbacks[0])
      if callbacks.count > 2 { text += ", <\(callbacks.count - 2) more>" }
      if callbacks.count > 1 { text += ", \(try describe(callbacks[callbacks.count - 1]))" }
      parts.append("cb=[\(text)]")
    }
    if let creation = try describeCreation(future.sourceTraceback) { parts.append(creation) }
    return "<\(future.type.name) \(parts.joined(separator: " "))>"
  }

  private func describe(_ callback: FutureObject.Callback) throws(Raised) -> String {
    switch callback {
    case .wakeup: return "Task.task_wakeup()"
    case .call(let callback): return try callback.describe(self)
    }
  }

  /// `f() at file.py:3`: a callback in a repr.
  func describeCallback(_ callback: Value, arguments: String = "()") throws(Raised) -> String {
    if case .object(let partial) = callback, partial.type.name == "partial", partial.type.moduleName == "functools",
      let inner = try getAttributeIfPresent(callback, intern("func"))
    {
      return try describeCallback(inner, arguments: "()" + arguments)
    }
    var text: String
    if let name = try getAttributeIfPresent(callback, names.qualname)?.string, name.byteCount > 0 {
      text = name.text
    } else if let name = try getAttributeIfPresent(callback, names.name)?.string, name.byteCount > 0 {
      text = name.text
    } else {
      text = try repr(callback).text
    }
    text += arguments
    if let function = callback.cast(.function, to: FunctionObject.self) {
      let information = function.code.information
      text += " at \(information.file.name):\(information.firstLine)"
    }
    return text
  }

  /// `main() running at file.py:3`
  func describeCoroutine(_ coroutine: Object) throws(Raised) -> String {
    guard coroutine.kind == .coroutine, let frame = coroutine as? SuspendableFrame else {
      return try describeForeignCoroutine(coroutine)
    }
    let information = frame.code.information
    let name = frame.qualifiedName.text
    if frame.state == .finished {
      return "\(name)() done, defined at \(information.file.name):\(information.firstLine)"
    }
    return "\(name)() running at \(information.file.name):\(frame.currentLine)"
  }

  private func describeForeignCoroutine(_ coroutine: Object) throws(Raised) -> String {
    switch coroutine {
    case let coroutine as NativeCoroutine: return "\(coroutine.qualifiedName)()"
    case is Slumber, is EmptyYield: return "sleep()"
    case is WrappedAwaitable: return "ensure_future.<locals>._wrap_awaitable()"
    case is AsyncGeneratorShutdown: return "BaseEventLoop.shutdown_asyncgens()"
    case is ExecutorShutdown: return "BaseEventLoop.shutdown_default_executor()"
    default: break
    }
    if coroutine.kind == .awaitable { return "<\(coroutine.type.name) without __name__>()" }
    if let name = try getAttributeIfPresent(.object(coroutine), names.qualname)?.string { return "\(name.text)()" }
    if let name = try getAttributeIfPresent(.object(coroutine), names.name)?.string { return "\(name.text)()" }
    return "<\(coroutine.type.name) without __name__>()"
  }

  func representation(of handle: HandleObject) throws(Raised) -> String {
    if let former = handle.formerRepresentation.string { return former.text }
    var parts = [handle.type.name]
    if handle.isCancelled { parts.append("cancelled") }
    if handle.isTimer { parts.append("when=\(try str(handle.time).text)") }
    if !handle.callback.isNone { parts.append(try describeCall(of: handle)) }
    if let creation = try describeCreation(handle.sourceTraceback) { parts.append(creation) }
    return "<\(parts.joined(separator: " "))>"
  }

  /// What a handle calls; in debug mode with what.
  func describeCall(of handle: HandleObject) throws(Raised) -> String {
    let given = handle.loop.isDebugging ? try (handle.arguments ?? []).map { (value) throws(Raised) in try abbreviatedRepr(value) } : []
    return try describeCallback(handle.callback, arguments: "(\(given.joined(separator: ", ")))")
  }

  // MARK: Short forms

  /// What `reprlib.repr` makes of a value: long texts and containers cut short.
  func abbreviatedRepr(_ value: Value, level: Int = 6) throws(Raised) -> String {
    guard case .object(let object) = value, !object.type.isHeap else {
      let text = try repr(value).text
      if case .object = value { return cut(text, to: 30) }
      if case .int = value { return cut(text, to: 40) }
      return text
    }
    switch object.kind {
    case .string:
      let string = unsafeDowncast(object, to: StringObject.self)
      let head = String(String.UnicodeScalarView(string.text.unicodeScalars.prefix(30)))
      let text = try repr(.object(self.string(head))).text
      if string.length <= 30, text.unicodeScalars.count <= 30 { return text }
      let whole = try repr(value).text
      return whole.unicodeScalars.count <= 30 ? whole : cutString(string, whole)
    case .list: return try cutSequence("[", "]", unsafeDowncast(object, to: ListObject.self).array, 6, level)
    case .tuple:
      let items = unsafeDowncast(object, to: TupleObject.self).array
      return try cutSequence("(", items.count == 1 ? ",)" : ")", items, 6, level)
    case .dict: return try cutDict(unsafeDowncast(object, to: DictObject.self), level)
    case .set:
      let set = unsafeDowncast(object, to: SetObject.self)
      if set.count == 0 { return try repr(value).text }
      let isFrozen = object.isExactly(types.frozenset)
      let elements = (try? array(try callBuiltinSorted(value))) ?? set.elements
      return try cutSequence(isFrozen ? "frozenset({" : "{", isFrozen ? "})" : "}", elements, 6, level)
    case .bigInt: return cut(try repr(value).text, to: 40)
    default: return cut(try repr(value).text, to: 30)
    }
  }

  private func callBuiltinSorted(_ value: Value) throws(Raised) -> Value {
    guard let sorted = builtins.getString(intern("sorted")) else { return value }
    return try call(sorted, value)
  }

  private func cut(_ text: String, to limit: Int) -> String {
    let scalars = Array(text.unicodeScalars)
    if scalars.count <= limit { return text }
    let head = max(0, (limit - 3) / 2)
    let tail = max(0, limit - 3 - head)
    return String(String.UnicodeScalarView(scalars[..<head])) + "..."
      + String(String.UnicodeScalarView(scalars[(scalars.count - tail)...]))
  }

  /// A long string: its two ends within one pair of quotes.
  private func cutString(_ string: StringObject, _ whole: String) -> String {
    let scalars = Array(string.text.unicodeScalars)
    let ends = String(String.UnicodeScalarView(scalars.prefix(13) + scalars.suffix(14)))
    let text = (try? repr(.object(self.string(ends))).text) ?? whole
    let quoted = Array(text.unicodeScalars)
    let head = 13
    let tail = 14
    guard quoted.count > head + tail else { return text }
    return String(String.UnicodeScalarView(quoted[..<head])) + "..."
      + String(String.UnicodeScalarView(quoted[(quoted.count - tail)...]))
  }

  private func cutSequence(_ opening: String, _ closing: String, _ items: [Value], _ limit: Int, _ level: Int)
    throws(Raised) -> String
  {
    if level <= 0, !items.isEmpty { return opening + "..." + closing }
    var parts: [String] = []
    for item in items.prefix(limit) { parts.append(try abbreviatedRepr(item, level: level - 1)) }
    if items.count > limit { parts.append("...") }
    return opening + parts.joined(separator: ", ") + closing
  }

  private func cutDict(_ dict: DictObject, _ level: Int) throws(Raised) -> String {
    if dict.count == 0 { return "{}" }
    if level <= 0 { return "{...}" }
    var keys = dict.keys
    if let sorted = try? array(try callBuiltinSorted(.object(ListObject(self, keys)))) { keys = sorted }
    var parts: [String] = []
    for key in keys.prefix(4) {
      guard let value = try dict.get(key, self) else { continue }
      parts.append("\(try abbreviatedRepr(key, level: level - 1)): \(try abbreviatedRepr(value, level: level - 1))")
    }
    if dict.count > 4 { parts.append("...") }
    return "{\(parts.joined(separator: ", "))}"
  }
}
