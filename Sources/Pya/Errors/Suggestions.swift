/// "Did you mean: 'x'?": the closest of a set of names, by CPython's measure.
extension Runtime {
  /// Nil when nothing is close enough.
  func closestName(to name: String, among candidates: [String]) -> String? {
    guard candidates.count < NameDistance.maximumCandidates else { return nil }
    let wanted = Array(name.utf8)
    guard wanted.count <= NameDistance.maximumLength else { return nil }
    var best: String?
    var bestDistance = Int.max
    for candidate in candidates where candidate != name {
      let letters = Array(candidate.utf8)
      // No more than a third of the letters may need changing.
      let limit = min((letters.count + wanted.count + 3) * NameDistance.moveCost / 6, bestDistance - 1)
      let distance = NameDistance.between(wanted, letters, limit: limit)
      if distance <= limit {
        best = candidate
        bestDistance = distance
      }
    }
    return best
  }

  /// A complaint about a keyword that a function does not have.
  func unexpectedKeyword(_ function: String, _ name: String, among names: some Sequence<String>) -> Raised {
    let hint = closestName(to: name, among: names.sorted()).map { ". Did you mean '\($0)'?" } ?? ""
    return typeError("\(function) got an unexpected keyword argument '\(name)'\(hint)")
  }

  /// What an uncaught NameError, AttributeError or ImportError adds to its message. The names that were visible are known from its frames.
  func suggestion(for exception: ExceptionObject, knowsFrames: Bool = true) -> String {
    let layout = exception.type.exceptionLayout
    switch layout {
    case .importError:
      guard let wrong = exception.fields["name_from"]?.string?.text, let found = importSuggestion(exception, wrong) else {
        return ""
      }
      return ". Did you mean: '\(found)'?"
    case .nameError, .attributeError:
      guard let wrong = exception.fields["name"]?.string?.text else { return "" }
      let found =
        layout == .attributeError
        ? attributeSuggestion(exception, wrong) : knowsFrames ? nameSuggestion(exception, wrong) : nil
      let hint = found.map { ". Did you mean: '\($0)'?" } ?? ""
      guard layout == .nameError, isStandardModule(wrong) else { return hint }
      return hint + (found == nil ? "." : " Or") + (found == nil ? " Did" : " did") + " you forget to import '\(wrong)'?"
    default: return ""
    }
  }

  private func attributeSuggestion(_ exception: ExceptionObject, _ wrong: String) -> String? {
    guard let object = exception.fields["obj"], let names = try? directory(of: object) else { return nil }
    var hidesUnderscored = !wrong.hasPrefix("_")
    if hidesUnderscored, let entry = exception.traceback.first, entry.file.text(of: entry.range).hasPrefix("self.") {
      // Inside the class its private names may be meant.
      hidesUnderscored = false
    }
    let candidates = names.compactMap { $0.string?.text }.filter { !hidesUnderscored || !$0.hasPrefix("_") }
    return closestName(to: wrong, among: candidates)
  }

  /// A NameError's fields may bring along the visible names (`names`, a list) and the frame's `self`.
  private func nameSuggestion(_ exception: ExceptionObject, _ wrong: String) -> String? {
    guard !exception.traceback.isEmpty else { return nil }
    if let receiver = exception.fields["self"],
      (try? getAttributeIfPresent(receiver, intern(wrong))).flatMap({ $0 }) != nil
    {
      return "self.\(wrong)"
    }
    var candidates = exception.fields["names"]?.list?.array ?? []
    if candidates.isEmpty { candidates = modules["__main__"]?.namespace.keys ?? [] }
    return closestName(to: wrong, among: (candidates + builtins.keys).compactMap { $0.string?.text })
  }

  private func importSuggestion(_ exception: ExceptionObject, _ wrong: String) -> String? {
    guard let moduleName = exception.fields["name"]?.string?.text, let module = modules[moduleName],
      let names = try? directory(of: .object(module))
    else { return nil }
    let candidates = names.compactMap { $0.string?.text }.filter { wrong.hasPrefix("_") || !$0.hasPrefix("_") }
    return closestName(to: wrong, among: candidates)
  }
}

/// The Levenshtein distance of CPython's Python/suggestions.c: a change of case costs less than another letter.
private enum NameDistance {
  static let moveCost = 2
  static let caseCost = 1
  static let maximumLength = 40
  static let maximumCandidates = 750

  static func between(_ first: [UInt8], _ second: [UInt8], limit: Int) -> Int {
    if first == second { return 0 }
    var a = first[...]
    var b = second[...]
    while let x = a.first, let y = b.first, x == y {
      a.removeFirst()
      b.removeFirst()
    }
    while let x = a.last, let y = b.last, x == y {
      a.removeLast()
      b.removeLast()
    }
    if a.isEmpty || b.isEmpty { return (a.count + b.count) * moveCost }
    if a.count > maximumLength || b.count > maximumLength { return limit + 1 }
    if b.count < a.count { swap(&a, &b) }
    if (b.count - a.count) * moveCost > limit { return limit + 1 }
    var row = (1...a.count).map { $0 * moveCost }
    let shorter = Array(a)
    var result = 0
    for (column, letter) in b.enumerated() {
      var distance = column * moveCost
      result = distance
      var smallest = Int.max
      for index in 0..<shorter.count {
        let substitute = distance + substitutionCost(letter, shorter[index])
        distance = row[index]
        let insertOrDelete = min(result, distance) + moveCost
        result = min(insertOrDelete, substitute)
        row[index] = result
        smallest = min(smallest, result)
      }
      if smallest > limit { return limit + 1 }
    }
    return result
  }

  private static func substitutionCost(_ a: UInt8, _ b: UInt8) -> Int {
    if a == b { return 0 }
    return lowercased(a) == lowercased(b) ? caseCost : moveCost
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
