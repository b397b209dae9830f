/// `BaseExceptionGroup` and `ExceptionGroup`: exceptions that hold others, and how `except*` takes them apart.
extension Runtime {
  // MARK: Construction

  /// Checks the arguments of a group and sets its fields; a BaseExceptionGroup of plain Exceptions becomes an ExceptionGroup.
  func checkGroup(_ group: ExceptionObject, _ arguments: Arguments) throws(Raised) {
    guard arguments.count == 2 else {
      throw typeError("BaseExceptionGroup.__new__() takes exactly 2 arguments (\(arguments.count) given)")
    }
    guard arguments[0].string != nil else {
      throw typeError("BaseExceptionGroup.__new__() argument 1 must be str, not \(typeName(arguments[0]))")
    }
    guard let members = try sequenceElements(arguments[1]) else {
      throw typeError("second argument (exceptions) must be a sequence")
    }
    if members.isEmpty { throw valueError("second argument (exceptions) must be a non-empty sequence") }
    let plain = exceptionTypes["Exception"].unsafelyUnwrapped
    var holdsBase = false
    for (index, member) in members.enumerated() {
      guard let exception = member.exception else {
        throw valueError("Item \(index) of second argument (exceptions) is not an exception")
      }
      if !exception.type.isSubtype(of: plain) { holdsBase = true }
    }
    if group.type === exceptionTypes["BaseExceptionGroup"] {
      if !holdsBase, let type = exceptionTypes["ExceptionGroup"] { group.type = type }
    } else if holdsBase {
      if group.type === exceptionTypes["ExceptionGroup"] {
        throw typeError("Cannot nest BaseExceptions in an ExceptionGroup")
      }
      if group.type.isSubtype(of: plain) { throw typeError("Cannot nest BaseExceptions in '\(group.type.name)'") }
    }
    group.fields["message"] = arguments[0]
    group.fields["exceptions"] = .object(TupleObject(self, members))
  }

  private func sequenceElements(_ value: Value) throws(Raised) -> [Value]? {
    if let list = value.list { return list.array }
    if let tuple = value.tuple { return tuple.array }
    guard value.dict == nil, value.set == nil, type(of: value).lookup(names[.getitem]) != nil else { return nil }
    return try array(value)
  }

  func installExceptionGroupType() {
    guard let type = exceptionTypes["BaseExceptionGroup"] else { return }
    for name in ["message", "exceptions"] {
      type.defineProperty(self, name) { (_, value) throws(Raised) in
        value.exception?.fields[name] ?? .none
      } set: { (runtime, _, _) throws(Raised) in throw runtime.attributeError("readonly attribute") }
    }
    type.define(self, "derive", "self, excs, /") { (runtime, arguments) throws(Raised) in
      let message = try runtime.exceptionArgument(arguments).fields["message"] ?? .none
      guard let type = runtime.exceptionTypes["BaseExceptionGroup"] else { return .none }
      return try runtime.withArguments([message, arguments[1]]) { (parts) throws(Raised) in
        try runtime.constructException(type, parts)
      }
    }
    type.define(self, "split", "self, matcher_value, /") { (runtime, arguments) throws(Raised) in
      let matcher = try runtime.exceptionMatcher(arguments[1])
      let parts = try runtime.split(try runtime.exceptionArgument(arguments), matcher)
      return .object(
        TupleObject(runtime, [parts.match.map { .object($0) } ?? .none, parts.rest.map { .object($0) } ?? .none]))
    }
    type.define(self, "subgroup", "self, matcher_value, /") { (runtime, arguments) throws(Raised) in
      let matcher = try runtime.exceptionMatcher(arguments[1])
      return try runtime.split(try runtime.exceptionArgument(arguments), matcher).match.map { .object($0) } ?? .none
    }
    defineTypeArguments(of: type)
  }

  // MARK: Splitting

  private typealias Matcher = (ExceptionObject) throws(Raised) -> Bool

  func isGroup(_ exception: ExceptionObject) -> Bool { exception.type.exceptionLayout == .group }

  /// The exceptions that a group holds.
  func members(of group: ExceptionObject) -> [ExceptionObject] {
    group.fields["exceptions"]?.tuple?.array.compactMap(\.exception) ?? []
  }

  private func exceptionMatcher(_ value: Value) throws(Raised) -> Matcher {
    if let types = exceptionTypeList(value) {
      return { (exception) throws(Raised) in types.contains { exception.type.isSubtype(of: $0) } }
    }
    if value.type == nil, isCallable(value) {
      return { [unowned(unsafe) self] (exception) throws(Raised) in try isTrue(try call(value, .object(exception))) }
    }
    throw typeError(
      "expected an exception type, a tuple of exception types, or a callable (other than a class)")
  }

  private func exceptionTypeList(_ value: Value) -> [TypeObject]? {
    let candidates = value.tuple?.array ?? [value]
    var result: [TypeObject] = []
    for candidate in candidates {
      guard let type = candidate.type, type.isSubtype(of: types.baseException) else { return nil }
      result.append(type)
    }
    return result
  }

  private func split(_ exception: ExceptionObject, _ matches: Matcher) throws(Raised) -> (
    match: ExceptionObject?, rest: ExceptionObject?
  ) {
    if try matches(exception) { return (exception, nil) }
    guard isGroup(exception) else { return (nil, exception) }
    try enter()
    defer { leave() }
    var matching: [Value] = []
    var remaining: [Value] = []
    for member in members(of: exception) {
      let parts = try split(member, matches)
      if let match = parts.match { matching.append(.object(match)) }
      if let rest = parts.rest { remaining.append(.object(rest)) }
    }
    return (try subset(of: exception, matching), try subset(of: exception, remaining))
  }

  /// A group like `original` with only these members, made by its `derive`.
  private func subset(of original: ExceptionObject, _ members: [Value]) throws(Raised) -> ExceptionObject? {
    if members.isEmpty { return nil }
    let derived = try callMethod(.object(original), "derive", [.object(ListObject(self, members))])
    guard let group = derived.exception, isGroup(group) else {
      throw typeError("derive must return an instance of BaseExceptionGroup")
    }
    group.traceback = original.traceback
    let traceback = tracebackObject(of: original)
    group.fields["__traceback__"] = traceback.isNone ? nil : traceback
    group.context = original.context
    group.cause = original.cause
    group.suppressesContext = true
    if let notes = try getAttributeIfPresent(.object(original), intern("__notes__")), let copied = try sequenceElements(notes) {
      try setAttribute(.object(group), intern("__notes__"), .object(ListObject(self, copied)))
    }
    return group
  }

  // MARK: except*

  /// What an `except*` clause takes from an exception, and what it leaves. A plain exception that matches is wrapped in a group.
  /// `type` is a class or a tuple of classes that the node has checked.
  func splitGroup(_ exception: ExceptionObject, matching type: Value) throws(Raised) -> (
    match: ExceptionObject?, rest: ExceptionObject?
  ) {
    let types = exceptionTypeList(type) ?? []
    if types.contains(where: { $0.exceptionLayout == .group }) {
      throw typeError("catching ExceptionGroup with except* is not allowed. Use except instead.")
    }
    if types.contains(where: { exception.type.isSubtype(of: $0) }) {
      if isGroup(exception) { return (exception, nil) }
      let wrapper = error("ExceptionGroup", [.object(names.empty), .object(TupleObject(self, [.object(exception)]))])
      let group = wrapper.exception
      if !exception.type.isSubtype(of: exceptionTypes["Exception"].unsafelyUnwrapped) {
        group.type = exceptionTypes["BaseExceptionGroup"].unsafelyUnwrapped
      }
      group.traceback = exception.traceback
      return (group, nil)
    }
    guard isGroup(exception) else { return (nil, exception) }
    // A program's subclass may override `split`.
    let parts = try callMethod(.object(exception), "split", [type])
    guard let pair = parts.tuple else {
      throw typeError("\(exception.type.name).split must return a tuple, not \(typeName(parts))")
    }
    guard pair.count >= 2 else {
      throw typeError("\(exception.type.name).split must return a 2-tuple, got tuple of size \(pair.count)")
    }
    return (pair[0].exception, pair[1].exception)
  }

  /// What leaves a `try` with `except*` clauses: `raised` are the exceptions that handlers raised or raised again, and the rest that
  /// none matched. Parts of the original group are put together again.
  func exceptionAfterHandlers(of original: ExceptionObject, raised: [ExceptionObject]) throws(Raised) -> ExceptionObject? {
    guard let first = raised.first else { return nil }
    guard isGroup(original) else { return first }
    var new: [Value] = []
    var again: [ExceptionObject] = []
    for exception in raised {
      if isPart(exception, of: original) { again.append(exception) } else { new.append(.object(exception)) }
    }
    let reunited = try projection(of: original, keeping: again)
    if new.isEmpty { return reunited }
    if let reunited { new.append(.object(reunited)) }
    if new.count == 1 { return new[0].exception }
    let group = error("BaseExceptionGroup", [.object(names.empty), .object(ListObject(self, new))]).exception
    let plain = exceptionTypes["Exception"].unsafelyUnwrapped
    if new.allSatisfy({ $0.exception?.type.isSubtype(of: plain) ?? false }) {
      group.type = exceptionTypes["ExceptionGroup"].unsafelyUnwrapped
    }
    return group
  }

  private func isPart(_ exception: ExceptionObject, of original: ExceptionObject) -> Bool {
    guard isGroup(exception), exception.cause === original.cause, exception.context === original.context else { return false }
    return exception.traceback.count == original.traceback.count
      && zip(exception.traceback, original.traceback).allSatisfy { $0.code === $1.code && $0.range == $1.range }
  }

  /// The group with only those leaves that are in one of `parts`.
  private func projection(of original: ExceptionObject, keeping parts: [ExceptionObject]) throws(Raised) -> ExceptionObject? {
    if parts.isEmpty { return nil }
    var kept: Set<ObjectIdentifier> = []
    for part in parts { collectLeaves(of: part, into: &kept) }
    return try split(original) { (exception) throws(Raised) in kept.contains(ObjectIdentifier(exception)) }.match
  }

  private func collectLeaves(of exception: ExceptionObject, into leaves: inout Set<ObjectIdentifier>) {
    guard isGroup(exception) else {
      leaves.insert(ObjectIdentifier(exception))
      return
    }
    for member in members(of: exception) { collectLeaves(of: member, into: &leaves) }
  }
}
