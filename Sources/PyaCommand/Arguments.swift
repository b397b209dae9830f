/// The arguments in two parts, as Python divides them: the command's own options, each by itself, and what belongs to the program.
struct Arguments {
  struct Problem: Error {
    let message: String

    init(_ text: String) {
      message = text + "\n\(Command.usageLine)\nTry `pya -h' for more information.\n"
    }
  }

  private(set) var options: [String] = []
  private(set) var rest: [String] = []

  private static let flags = "ibqEOuhV"
  /// Python's options about what pya does not do (byte code, `site`, debugging of the parser): taken, without effect.
  private static let withoutEffect = "BdsS"
  private static let withValue = "WX"
  /// Options whose value is the program: they end the list.
  private static let programs = "cm"
  private static let longFlags = ["--tokens", "--ast", "--scopes", "--version", "--help", "--man"]
  private static let longWithValue = ["--clock", "--color", "--generate-completion-script"]

  static func isOption(_ argument: String) -> Bool { argument.hasPrefix("-") && argument != "-" }

  init(_ arguments: [String]) throws(Problem) {
    var index = 0
    while index < arguments.count, Arguments.isOption(arguments[index]) {
      let argument = arguments[index]
      index += 1
      if argument == "--" { break }
      if argument.hasPrefix("--") {
        try takeLong(argument, arguments, &index)
      } else if try takeShort(argument.dropFirst(), arguments, &index) {
        break
      }
    }
    rest = Array(arguments[min(index, arguments.count)...])
  }

  private mutating func takeLong(_ argument: String, _ arguments: [String], _ index: inout Int) throws(Problem) {
    let name = String(argument.prefix { $0 != "=" })
    if Arguments.longWithValue.contains(name) {
      options.append(argument)
      if name != argument { return }
      guard index < arguments.count else { throw Problem("Argument expected for the \(name) option") }
      options.append(arguments[index])
      index += 1
    } else if Arguments.longFlags.contains(argument) {
      options.append(argument)
    } else {
      throw Problem("unknown option \(argument)")
    }
  }

  /// Several letters may follow one dash; a value may follow its letter at once. True: the options end here.
  private mutating func takeShort(
    _ letters: Substring, _ arguments: [String], _ index: inout Int
  ) throws(Problem) -> Bool {
    var letters = letters
    while let letter = letters.popFirst() {
      if letter == "?" {
        options.append("-h")
      } else if Arguments.withoutEffect.contains(letter) {
        continue
      } else if letter == "I" {
        options.append("-E")
      } else if Arguments.flags.contains(letter) {
        options.append("-\(letter)")
      } else if Arguments.withValue.contains(letter) || Arguments.programs.contains(letter) {
        options.append("-\(letter)")
        if !letters.isEmpty {
          options.append(String(letters))
        } else if index < arguments.count {
          options.append(arguments[index])
          index += 1
        } else {
          throw Problem("Argument expected for the -\(letter) option")
        }
        return Arguments.programs.contains(letter)
      } else {
        throw Problem("Unknown option: -\(letter)")
      }
    }
    return false
  }
}
