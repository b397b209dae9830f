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
    } else if let frame = callSites.handling.last(where: { $0.code.information === entry.code }), let function = frame.function {
      return locals(of: CallSite(frame: frame, globals: function.globals, range: entry.range, depth: 0))
    } else if let site = recordedFrames.first(where: { $0.frame.code.information === entry.code }) {
      return locals(of: site)
    } else if entry.code.name == "<module>", let globals = globals(of: entry) {
      return globals
    }
    return .object(result)
  }

  /// The namespace of the module whose code an entry is about.
  func globals(of entry: TracebackEntry) -> Value? {
    let found = modules.sorted.first { $0.module.namespace.getString(names.file)?.string?.text == entry.file.name }
    return found.map { .object($0.module.namespace) }
  }
}
