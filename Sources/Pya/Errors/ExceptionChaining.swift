/// `__context__`, `__cause__` and notes.
extension Runtime {
  /// Makes the exception being handled the context of one that is raised now. Never closes a circle: where the new exception is in the
  /// chain already, the chain is cut in front of it.
  func setContext(of exception: ExceptionObject) {
    guard let current = handled.last, current !== exception else { return }
    var link = current
    // A circle that a program built itself is walked with a slow follower, as CPython does.
    var slow = current
    var movesSlow = false
    while let context = link.context {
      if context === exception {
        link.context = nil
        break
      }
      link = context
      if link === slow { break }
      if movesSlow, let next = slow.context { slow = next }
      movesSlow.toggle()
    }
    exception.context = current
  }

  /// `raise exception from cause`: `cause` is None or an exception (instances only; classes are instantiated before).
  func setCause(of exception: ExceptionObject, _ cause: ExceptionObject?) {
    exception.cause = cause
    exception.suppressesContext = true
  }

  /// `exception.add_note(note)`.
  func addNote(_ note: Value, to exception: ExceptionObject) throws(Raised) {
    guard note.string != nil else { throw typeError("note must be a str, not '\(typeName(note))'") }
    let name = intern("__notes__")
    if let existing = try getAttributeIfPresent(.object(exception), name) {
      guard let list = existing.list else { throw typeError("Cannot add note: __notes__ is not a list") }
      list.append(note)
    } else {
      try setAttribute(.object(exception), name, .object(ListObject(self, [note])))
    }
  }
}
