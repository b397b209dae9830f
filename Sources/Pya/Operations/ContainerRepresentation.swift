/// `repr` of containers. One that contains itself shows as `[...]` where it is met again.
extension Runtime {
  /// Runs `body` between the opening and closing text, or writes `again` when `container` is being shown already.
  private func appendNested(
    _ container: Object, again: String, to builder: inout TextBuilder,
    _ body: (inout TextBuilder) throws(Raised) -> Void
  ) throws(Raised) {
    for open in openRepresentations where open == container.address { return builder.append(again) }
    try enter()
    openRepresentations.append(container.address)
    defer {
      openRepresentations.removeLast()
      leave()
    }
    try body(&builder)
  }

  func appendList(_ list: ListObject, to builder: inout TextBuilder) throws(Raised) {
    if list.count == 0 { return builder.append("[]") }
    try appendNested(list, again: "[...]", to: &builder) { (builder) throws(Raised) in
      builder.append(byte: UInt8(ascii: "["))
      var index = 0
      while index < list.count {
        if index > 0 { builder.append(", ") }
        try appendRepr(list[index], to: &builder)
        index += 1
      }
      builder.append(byte: UInt8(ascii: "]"))
    }
  }

  func appendTuple(_ tuple: TupleObject, to builder: inout TextBuilder) throws(Raised) {
    if tuple.count == 0 { return builder.append("()") }
    try appendNested(tuple, again: "(...)", to: &builder) { (builder) throws(Raised) in
      builder.append(byte: UInt8(ascii: "("))
      for index in 0..<tuple.count {
        if index > 0 { builder.append(", ") }
        try appendRepr(tuple[index], to: &builder)
      }
      builder.append(tuple.count == 1 ? ",)" : ")")
    }
  }

  func appendDict(_ dict: DictObject, to builder: inout TextBuilder) throws(Raised) {
    if dict.count == 0 { return builder.append("{}") }
    try appendNested(dict, again: "{...}", to: &builder) { (builder) throws(Raised) in
      builder.append(byte: UInt8(ascii: "{"))
      var index = 0
      var isFirst = true
      while index < dict.used {
        let entry = dict.entries[index]
        index += 1
        if entry.key.isUndefined { continue }
        if !isFirst { builder.append(", ") }
        isFirst = false
        try appendRepr(entry.key, to: &builder)
        builder.append(": ")
        try appendRepr(entry.value, to: &builder)
      }
      builder.append(byte: UInt8(ascii: "}"))
    }
  }

  func appendSet(_ set: SetObject, to builder: inout TextBuilder) throws(Raised) {
    let name = set.type.name
    if set.count == 0 { return builder.append("\(name)()") }
    try appendNested(set, again: "\(name)(...)", to: &builder) { (builder) throws(Raised) in
      let isPlain = set.isExactly(types.set)
      builder.append(isPlain ? "{" : "\(name)({")
      try appendList(try array(.object(set)), to: &builder)
      builder.append(isPlain ? "}" : "})")
    }
  }

  func appendDictView(_ view: Object, to builder: inout TextBuilder) throws(Raised) {
    try appendNested(view, again: "...", to: &builder) { (builder) throws(Raised) in
      builder.append(view.type.name)
      builder.append("([")
      try appendList(try array(.object(view)), to: &builder)
      builder.append("])")
    }
  }

  /// Elements, separated by commas.
  private func appendList(_ values: [Value], to builder: inout TextBuilder) throws(Raised) {
    for index in 0..<values.count {
      if index > 0 { builder.append(", ") }
      try appendRepr(values[index], to: &builder)
    }
  }
}
