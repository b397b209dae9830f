/// `re.Match`
extension Runtime {
  func makeMatchType() -> TypeObject {
    let type = makeRegexType("Match")
    defineMatchGroups(type)
    defineMatchSpans(type)
    defineMatchAttributes(type)
    return type
  }

  /// The group that a number or name stands for.
  @inline(__always)
  private func groupNumber(_ key: Value, in match: MatchObject) throws(Raised) -> Int {
    if case .int(let number) = key, number >= 0, number <= match.pattern.groupCount { return number }
    return try groupNumberSlow(key, in: match)
  }

  private func groupNumberSlow(_ key: Value, in match: MatchObject) throws(Raised) -> Int {
    if let name = key.string {
      if let number = match.pattern.groupNumber(name) { return number }
    } else if let (number, _) = try clampedIndex(key), number >= 0, number <= match.pattern.groupCount {
      return number
    }
    throw indexError("no such group")
  }

  private func defineMatchGroups(_ type: TypeObject) {
    type.define(self, "group", "self, /, *groups") { (runtime, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("group() takes no keyword arguments") }
      let match = arguments.base[0].regexMatch
      switch arguments.count {
      case 1: return match.group(0, runtime) ?? .none
      case 2: return match.group(try runtime.groupNumber(arguments.base[1], in: match), runtime) ?? .none
      default:
        var values: [Value] = []
        for index in 1..<arguments.count {
          values.append(match.group(try runtime.groupNumber(arguments[index], in: match), runtime) ?? .none)
        }
        return runtime.tuple(values)
      }
    }
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      return match.group(try runtime.groupNumber(arguments.base[1], in: match), runtime) ?? .none
    }
    type.define(self, "groups", "self, /, default=None") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      let missing = arguments[1].defined ?? .none
      let count = match.pattern.groupCount
      return .object(
        TupleObject(runtime, count: count) { items in
          for index in 0..<count { (items + index).initialize(to: match.group(index + 1, runtime) ?? missing) }
        })
    }
    type.define(self, "groupdict", "self, /, default=None") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      let result = DictObject(runtime)
      for (name, number) in match.pattern.groupNames {
        result.setString(name, match.group(number, runtime) ?? arguments[1].defined ?? .none)
      }
      return .object(result)
    }
    type.define(self, "expand", "self, /, template") { (runtime, arguments) throws(Raised) in
      try runtime.regexExpand(arguments.base[0].regexMatch, arguments[1])
    }
  }

  private func defineMatchSpans(_ type: TypeObject) {
    type.define(self, "start", "self, group=0, /") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      return .int(match.start(arguments.count < 2 ? 0 : try runtime.groupNumber(arguments[1], in: match)))
    }
    type.define(self, "end", "self, group=0, /") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      return .int(match.end(arguments.count < 2 ? 0 : try runtime.groupNumber(arguments[1], in: match)))
    }
    type.define(self, "span", "self, group=0, /") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      let group = arguments.count < 2 ? 0 : try runtime.groupNumber(arguments[1], in: match)
      return runtime.pair(.int(match.start(group)), .int(match.end(group)))
    }
    type.defineProperty(self, "regs") { (runtime, value) throws(Raised) in
      let match = value.regexMatch
      return runtime.tuple(
        (0...match.pattern.groupCount).map { runtime.pair(.int(match.start($0)), .int(match.end($0))) })
    }
  }

  private func defineMatchAttributes(_ type: TypeObject) {
    type.defineMember(self, "string") { $0.regexMatch.subject.value }
    type.defineMember(self, "re") { .object($0.regexMatch.pattern) }
    type.defineMember(self, "pos") { .int($0.regexMatch.searchStart) }
    type.defineMember(self, "endpos") { .int($0.regexMatch.searchEnd) }
    type.defineProperty(self, "lastindex") { (_, value) throws(Raised) in
      let index = value.regexMatch.lastIndex
      return index < 0 ? .none : .int(index)
    }
    type.defineProperty(self, "lastgroup") { (_, value) throws(Raised) in
      let match = value.regexMatch
      return match.pattern.groupNames.first { $0.number == match.lastIndex }.map { .object($0.name) } ?? .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let match = arguments.base[0].regexMatch
      let shown: [UInt32] = try runtime.repr(match.group(0, runtime) ?? .none).codePoints
      let text = runtime.string(codePoints: Array(shown.prefix(50))).text
      return .object(runtime.string("<re.Match object; span=(\(match.start(0)), \(match.end(0))), match=\(text)>"))
    }
    defineTypeArguments(of: type)
  }
}

extension Value {
  /// `self` of a method of `re.Match`.
  @inline(__always)
  fileprivate var regexMatch: MatchObject { unsafeDowncast(object.unsafelyUnwrapped, to: MatchObject.self) }
}
