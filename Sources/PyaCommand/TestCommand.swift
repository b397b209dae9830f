import ArgumentParser
import Pya

/// `pya test`: runs programs on the virtual clock and compares what they print with the files beside them.
struct TestCommand: ParsableCommand {
  static let name = "test"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Runs programs and compares their output with the .expected files beside them.",
    discussion: "Every program with a .expected file is a test. The exit status is 1 when one fails.")

  @Flag(help: "Write what the programs print as the expectation, for all programs.")
  var record = false

  @Argument(help: "Programs and folders; by default the folder you are in.", completion: .file(extensions: ["pya", "py"]))
  var paths: [String] = []

  func perform() -> Int32 { 0 }
}
