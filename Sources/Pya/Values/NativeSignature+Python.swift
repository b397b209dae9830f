/// Calls of native functions that CPython writes in Python (most of asyncio, random, ...): their complaints about arguments are
/// those of Python functions.
extension NativeSignature {
  struct Parameter {
    var name: String
    var isRequired: Bool
    var isPositionalOnly = false
    var isKeywordOnly = false
  }

  /// All parameters by name, the positional-only ones too.
  func makeParameters() -> [Parameter] {
    var result: [Parameter] = []
    var isKeywordOnly = false
    for part in text.split(separator: ",") {
      let item = part.drop { $0 == " " }
      if item == "/" {
        for index in result.indices { result[index].isPositionalOnly = true }
      } else if item.hasPrefix("*") {
        isKeywordOnly = true
      } else {
        let name = item.prefix { $0 != "=" }
        result.append(
          Parameter(name: String(name), isRequired: name.count == item.count, isKeywordOnly: isKeywordOnly))
      }
    }
    return result
  }

  func arrangeAsPython(_ runtime: Runtime, _ function: NativeFunction, _ arguments: Arguments) throws(Raised) -> Value {
    if takesRawKeywords { return try function.body(runtime, arguments) }
    let parameters = function.pythonParameters
    var values = Array(arguments.positional.prefix(maximum))
    values.append(contentsOf: repeatElement(.undefined, count: parameters.count - values.count))
    for (name, value) in arguments.keywords {
      guard let index = parameters.firstIndex(where: { $0.name == name.text && !$0.isPositionalOnly }) else {
        throw unexpectedKeyword(runtime, function, name.text, parameters)
      }
      guard values[index].isUndefined else {
        throw runtime.typeError("\(function.displayName)() got multiple values for argument '\(name.text)'")
      }
      values[index] = value
    }
    if arguments.count > maximum { throw tooManyArguments(runtime, function, arguments.count, values, parameters) }
    for isKeywordOnly in [false, true] {
      let missing = parameters.indices.filter {
        parameters[$0].isKeywordOnly == isKeywordOnly && parameters[$0].isRequired && values[$0].isUndefined
      }
      if missing.isEmpty { continue }
      let names = missing.map { "'\(parameters[$0].name)'" }
      let list =
        names.count <= 2
        ? names.joined(separator: " and ") : names.dropLast().joined(separator: ", ") + ", and " + names[names.count - 1]
      throw runtime.typeError(
        "\(function.displayName)() missing \(names.count) required \(isKeywordOnly ? "keyword-only" : "positional") "
          + "argument\(names.count == 1 ? "" : "s"): \(list)")
    }
    return try runtime.withArguments(values) { (arranged) throws(Raised) in try function.body(runtime, arranged) }
  }

  private func unexpectedKeyword(
    _ runtime: Runtime, _ function: NativeFunction, _ name: String, _ parameters: [Parameter]
  ) -> Raised {
    if parameters.contains(where: { $0.name == name }) {
      return runtime.typeError(
        "\(function.displayName)() got some positional-only arguments passed as keyword arguments: '\(name)'")
    }
    let hint = runtime.closestName(to: name, among: parameters.filter { !$0.isPositionalOnly }.map(\.name))
    return runtime.typeError(
      "\(function.displayName)() got an unexpected keyword argument '\(name)'"
        + (hint.map { ". Did you mean '\($0)'?" } ?? ""))
  }

  private func tooManyArguments(
    _ runtime: Runtime, _ function: NativeFunction, _ given: Int, _ values: [Value], _ parameters: [Parameter]
  ) -> Raised {
    let positional = parameters.filter { !$0.isKeywordOnly }
    let least = positional.filter(\.isRequired).count
    let most = positional.count
    let taken = least == most ? "\(most)" : "from \(least) to \(most)"
    let keywordOnly = parameters.indices.filter { parameters[$0].isKeywordOnly && !values[$0].isUndefined }.count
    var counted = "\(given)"
    if keywordOnly > 0 {
      counted += " positional argument\(given == 1 ? "" : "s")"
      counted += " (and \(keywordOnly) keyword-only argument\(keywordOnly == 1 ? "" : "s"))"
    }
    return runtime.typeError(
      "\(function.displayName)() takes \(taken) positional argument\(most == 1 && least == most ? "" : "s") but \(counted) "
        + (given == 1 && keywordOnly == 0 ? "was given" : "were given"))
  }
}

extension ModuleObject {
  /// Functions defined here that CPython writes in Python.
  func markAsPython(_ runtime: Runtime, _ names: [String]) {
    for name in names { namespace.getString(runtime.intern(name))?.cast(.nativeFunction, to: NativeFunction.self)?.isWrittenInPython = true }
  }
}
