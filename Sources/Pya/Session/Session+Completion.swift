import PyaSyntax

/// What Tab offers. Nothing a program wrote runs for it: neither properties nor `__getattr__` nor `__dir__`.
extension Session {
  public struct Completion: Sendable {
    /// How many bytes before the cursor the candidates replace.
    public var replacedCount: Int
    public var candidates: [String]
    /// What follows a candidate if it is the only one.
    public var suffix = ""
  }

  /// Candidates for the end of a text.
  public func complete(_ text: String) -> Completion? {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    if line.hasPrefix(":") { return Session.completion(of: line, from: Session.commandNames) }
    if let keys = completeKey(line) { return keys }
    let word = line.suffix(while: { $0.isNamePart || $0 == "." })
    if word.first?.isNumber == true || Session.endsInString(text) { return nil }
    let words = line.dropLast(word.count).split { $0 == " " || $0 == "\t" }
    if let module = moduleToImport(words, word) { return module }
    if let dot = word.lastIndex(of: ".") {
      return completeAttribute(word[..<dot], word[word.index(after: dot)...])
    }
    return completeName(word)
  }

  private static func completion(of word: Substring, from names: some Sequence<String>, suffix: String = "") -> Completion? {
    let found = Set(names.filter { $0.hasPrefix(word) }).sorted()
    return found.isEmpty ? nil : Completion(replacedCount: word.utf8.count, candidates: found, suffix: suffix)
  }

  private static func endsInString(_ text: String) -> Bool {
    var lexer = Lexer(SourceFile(name: "", text: text))
    guard case .error(let error)? = lexer.tokenize().last?.kind else { return false }
    return error.message.hasPrefix("unterminated")
  }

  // MARK: Names

  private func completeName(_ word: Substring) -> Completion? {
    if word.isEmpty { return nil }
    var names = Keyword.allCases.map(\.rawValue) + ["match", "case", "type"]
    for name in main.namespace.keys.compactMap(\.string) { names.append(named(name.text, main.namespace.getString(name))) }
    for name in runtime.builtins.keys.compactMap(\.string) { names.append(named(name.text, runtime.builtins.getString(name))) }
    names += ["sleep(", "create_task(", "gather("]
    if !word.hasPrefix("_") { names.removeAll { $0.hasPrefix("_") } }
    return Session.completion(of: word, from: names)
  }

  /// The name of something that can be called gets its parenthesis.
  private func named(_ name: String, _ value: Value?) -> String {
    guard case .object(let object)? = value else { return name }
    switch object.kind {
    case .function, .nativeFunction, .type: return name + "("
    default: return value?.type == nil ? name : name + "("
    }
  }

  // MARK: Attributes

  private func completeAttribute(_ path: Substring, _ word: Substring) -> Completion? {
    guard let value = value(of: path) else { return nil }
    var names = runtime.attributeNames(of: value).compactMap(\.string).map { named($0.text, staticAttribute(of: value, $0)) }
    if !word.hasPrefix("_") { names.removeAll { $0.hasPrefix("_") } }
    return Session.completion(of: word, from: names)
  }

  /// The value of `a.b.c`, found without running anything.
  private func value(of path: Substring) -> Value? {
    let names = path.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = names.first, !first.isEmpty else { return nil }
    let name = runtime.intern(String(first))
    var value = main.namespace.getString(name) ?? runtime.builtins.getString(name)
    for name in names.dropFirst() {
      guard let object = value, !name.isEmpty else { return nil }
      value = staticAttribute(of: object, runtime.intern(String(name)))
    }
    return value
  }

  /// An attribute as it is stored, if reading it runs no code.
  private func staticAttribute(of value: Value, _ name: StringObject) -> Value? {
    guard case .object(let object) = value else { return runtime.type(of: value).lookup(name).flatMap(plain) }
    if let module = object as? ModuleObject { return module.namespace.getString(name) }
    if let type = object as? TypeObject { return type.lookup(name).flatMap(plain) }
    if let instance = object as? Instance, let index = instance.shape.index(of: name) {
      return instance.slot(index).pointee.defined
    }
    return object.existingInstanceDictionary?.getString(name) ?? object.type.lookup(name).flatMap(plain)
  }

  /// Nil for descriptors: only running them tells the value.
  private func plain(_ value: Value) -> Value? {
    guard case .object(let object) = value else { return value }
    switch object.kind {
    case .function, .nativeFunction, .type, .string, .list, .tuple, .dict, .set, .bigInt, .bytes: return value
    default: return object is Instance && runtime.type(of: value).special(.get) == nil ? value : nil
    }
  }

  // MARK: Keys

  /// After `d["`: the keys of the dictionary that are strings.
  private func completeKey(_ line: Substring) -> Completion? {
    guard let quote = line.lastIndex(where: { $0 == "\"" || $0 == "'" }), quote > line.startIndex else { return nil }
    let bracket = line.index(before: quote)
    guard line[bracket] == "[" else { return nil }
    let path = line[..<bracket].suffix(while: { $0.isNamePart || $0 == "." })
    let typed = line[line.index(after: quote)...]
    guard !path.isEmpty, case .object(let object)? = value(of: path), let dict = object as? DictObject else { return nil }
    let keys = dict.keys.compactMap(\.string).map(\.text).filter { !$0.contains(line[quote]) && !$0.contains("\n") }
    return Session.completion(of: typed, from: keys, suffix: "\(line[quote])]")
  }

  // MARK: Modules

  private func moduleToImport(_ words: [Substring], _ word: Substring) -> Completion? {
    guard let first = words.first else { return nil }
    if first == "from", words.count == 2 { return Session.completion(of: word, from: ["import"], suffix: " ") }
    if first == "from" && words.count == 1 || first == "import" && !words.contains("as") { return Session.completion(of: word, from: moduleNames) }
    guard first == "from", words.count >= 3, words[2] == "import" else { return nil }
    // What is already imported can be looked into; importing the module for this would run it.
    guard let module = runtime.modules[String(words[1])] ?? libraryModule(String(words[1])) else { return nil }
    var names = runtime.attributeNames(of: .object(module)).compactMap(\.string).map(\.text)
    if !word.hasPrefix("_") { names.removeAll { $0.hasPrefix("_") } }
    return Session.completion(of: word, from: names)
  }

  /// A module of the library is imported to look into it: it does nothing else.
  private func libraryModule(_ name: String) -> ModuleObject? {
    guard runtime.nativeModules[name] != nil || Library.sources[name] != nil else { return nil }
    _ = try? runtime.importModule(name, level: 0, globals: main.namespace)
    return runtime.modules[name]
  }

  private var moduleNames: [String] {
    var names = Array(runtime.nativeModules.keys) + Array(Library.sources.keys)
    names += runtime.modulesInSearchPath
    return names.filter { !$0.hasPrefix("_") || $0 == "__future__" }
  }
}

extension Character {
  fileprivate var isNamePart: Bool { self == "_" || isLetter || isNumber }
}

extension Substring {
  fileprivate func suffix(while isWanted: (Character) -> Bool) -> Substring {
    var start = endIndex
    while start > startIndex, isWanted(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
