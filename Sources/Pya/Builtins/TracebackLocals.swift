extension Runtime {
  /// `f_locals` of a frame in a traceback: as they were when the exception left it, or of the module.
  func locals(of entry: TracebackEntry) -> Value {
    let result = DictObject(self)
    if let kept = entry.kept as? KeptFrame {
      if kept.code.slotNames.first == "", let namespace = kept.values[StatementCode.namespaceSlot].defined { return namespace }
      for (slot, name) in kept.code.slotNames.enumerated() where !name.isEmpty && !name.hasPrefix(".") {
        var value = kept.values[slot]
        if let cell = value.cast(.cell, to: Cell.self) { value = cell.value }
        if !value.isUndefined { result.setString(intern(name), value) }
      }
      for (index, name) in kept.code.freeNames.enumerated() {
        if let value = kept.function?.cells[index].value.defined { result.setString(intern(name), value) }
      }
    } else if let site = handlingSite(of: entry) {
      return locals(of: site)
    } else if let site = recordedFrames.first(where: { $0.frame.code.information === entry.code }) {
      return locals(of: site)
    } else if entry.code.name == "<module>", let globals = globals(of: entry) {
      return globals
    }
    return .object(result)
  }

  /// The function's frame of an entry, while it handles an exception: most probably the one that the entry is about.
  func handlingSite(of entry: TracebackEntry) -> CallSite? {
    guard let handling = callSites.handling.last(where: { $0.frame.code.information === entry.code }), let function = handling.frame.function
    else { return nil }
    return CallSite(frame: handling.frame, globals: function.globals, range: entry.range, depth: handling.depth)
  }

  /// The namespace of the module whose code an entry is about.
  func globals(of entry: TracebackEntry) -> Value? {
    let found = modules.sorted.first { $0.module.namespace.getString(names.file)?.string?.text == entry.file.name }
    return found.map { .object($0.module.namespace) }
  }
}
