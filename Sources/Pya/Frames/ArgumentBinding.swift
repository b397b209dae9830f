/// Putting the arguments of a call into the slots of the parameters, with CPython's rules and complaints.
extension FunctionObject {
  func bind(_ arguments: Arguments, to frame: Frame, _ runtime: Runtime) throws(Raised) {
    let layout = code.parameters
    let positional = min(arguments.count, layout.positionalCount)
    for index in 0..<positional { (frame.slots + index).initialize(toCopyAt: arguments.base + index) }
    if layout.hasVariadic {
      let rest = arguments.count - positional
      let tuple: TupleObject =
        rest == 0
        ? runtime.emptyTuple : TupleObject(type: runtime.types.tuple, copying: arguments.base + positional, count: rest)
      (frame.slots + layout.variadicSlot).initialize(to: .object(tuple))
    }
    if arguments.hasKeywords {
      try bindKeywords(arguments, to: frame, runtime)
    } else if layout.hasVariadicKeywords {
      let keywords = layout.keywordsAreRelayed ? runtime.noKeywords() : DictObject(runtime)
      (frame.slots + layout.variadicKeywordsSlot).initialize(to: .object(keywords))
    }
    if arguments.count > layout.positionalCount, !layout.hasVariadic {
      throw tooManyPositional(arguments, frame, runtime)
    }
    if positional < layout.positionalCount { try fillPositionalDefaults(from: positional, frame, runtime) }
    if layout.keywordOnlyCount > 0 { try fillKeywordDefaults(frame, runtime) }
  }

  private func bindKeywords(_ arguments: Arguments, to frame: Frame, _ runtime: Runtime) throws(Raised) {
    let layout = code.parameters
    let extra = layout.hasVariadicKeywords ? DictObject(runtime) : nil
    if let extra { frame[layout.variadicKeywordsSlot] = .object(extra) }
    let bindable = layout.positionalCount + layout.keywordOnlyCount
    for index in 0..<arguments.keywordNames.count {
      let name = arguments.keywordNames.uncounted(index)
      let place = arguments.base + (arguments.count + index)
      var slot = layout.positionalOnlyCount
      while slot < bindable, !layout.names.uncounted(slot).hasSameText(as: name) { slot += 1 }
      if slot < bindable {
        guard frame.isUnbound(slot) else {
          throw runtime.typeError(
            "\(qualifiedName.text)() got multiple values for argument '\(arguments.keywordNames[index].text)'")
        }
        (frame.slots + slot).initialize(toCopyAt: place)
      } else if let extra {
        name._withUnsafeGuaranteedRef { extra.setString($0, place.copied) }
      } else {
        throw unexpectedKeyword(arguments.keywordNames[index], arguments, runtime)
      }
    }
  }

  private func unexpectedKeyword(_ name: StringObject, _ arguments: Arguments, _ runtime: Runtime) -> Raised {
    let layout = code.parameters
    let positionalOnly = layout.names.prefix(layout.positionalOnlyCount).filter { parameter in
      arguments.keywordNames.contains { $0.hasSameText(as: parameter) }
    }
    if !positionalOnly.isEmpty {
      let list = positionalOnly.map(\.text).joined(separator: ", ")
      return runtime.typeError(
        "\(qualifiedName.text)() got some positional-only arguments passed as keyword arguments: '\(list)'")
    }
    let known = layout.names[layout.positionalOnlyCount..<(layout.positionalCount + layout.keywordOnlyCount)]
    let suggestion = runtime.closestName(to: name.text, among: known.map(\.text))
    return runtime.typeError(
      "\(qualifiedName.text)() got an unexpected keyword argument '\(name.text)'"
        + (suggestion.map { ". Did you mean '\($0)'?" } ?? ""))
  }

  func fillPositionalDefaults(from first: Int, _ frame: Frame, _ runtime: Runtime) throws(Raised) {
    let firstDefault = positionalCount - defaults.count
    var isMissing = false
    for slot in first..<positionalCount where frame.isUnbound(slot) {
      if slot >= firstDefault { frame[slot] = defaults[slot - firstDefault] } else { isMissing = true }
    }
    if isMissing {
      let missing = (first..<positionalCount).filter { frame.isUnbound($0) }.map { code.parameters.names[$0].text }
      throw missingArguments(missing, kind: "positional", runtime)
    }
  }

  func fillKeywordDefaults(_ frame: Frame, _ runtime: Runtime) throws(Raised) {
    let layout = code.parameters
    var missing: [String] = []
    for index in 0..<layout.keywordOnlyCount {
      let slot = layout.positionalCount + index
      guard frame.isUnbound(slot) else { continue }
      let value = keywordDefault(index)
      if value.isUndefined { missing.append(layout.names[slot].text) } else { frame[slot] = value }
    }
    if !missing.isEmpty { throw missingArguments(missing, kind: "keyword-only", runtime) }
  }

  func missingArguments(_ names: [String], kind: String, _ runtime: Runtime) -> Raised {
    let quoted = names.map { "'\($0)'" }
    let list: String
    switch quoted.count {
    case 1: list = quoted[0]
    case 2: list = "\(quoted[0]) and \(quoted[1])"
    default: list = quoted.dropLast().joined(separator: ", ") + ", and \(quoted[quoted.count - 1])"
    }
    return runtime.typeError(
      "\(qualifiedName.text)() missing \(names.count) required \(kind) argument\(names.count == 1 ? "" : "s"): \(list)")
  }

  private func tooManyPositional(_ arguments: Arguments, _ frame: Frame, _ runtime: Runtime) -> Raised {
    let layout = code.parameters
    let most = layout.positionalCount
    let least = most - defaults.count
    let takes: String
    if defaults.isEmpty {
      takes = "\(most) positional argument\(most == 1 ? "" : "s")"
    } else {
      takes = "from \(least) to \(most) positional arguments"
    }
    var keywordOnlyGiven = 0
    for index in 0..<layout.keywordOnlyCount where !frame.isUnbound(most + index) { keywordOnlyGiven += 1 }
    let given =
      keywordOnlyGiven == 0
      ? "\(arguments.count) \(arguments.count == 1 ? "was" : "were") given"
      : "\(arguments.count) positional argument\(arguments.count == 1 ? "" : "s") (and \(keywordOnlyGiven) "
        + "keyword-only argument\(keywordOnlyGiven == 1 ? "" : "s")) were given"
    return runtime.typeError("\(qualifiedName.text)() takes \(takes) but \(given)")
  }
}

extension Unmanaged where Instance == StringObject {
  @inline(__always)
  fileprivate func hasSameText(as other: Unmanaged<StringObject>) -> Bool {
    toOpaque() == other.toOpaque()
      || _withUnsafeGuaranteedRef { text in other._withUnsafeGuaranteedRef { text.hasSameText(as: $0) } }
  }
}
