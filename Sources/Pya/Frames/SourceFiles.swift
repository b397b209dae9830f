import PyaSyntax

/// The files whose code was compiled, by name: for whoever shows source lines.
final class SourceFiles {
  var byName: [String: SourceFile] = [:]
  /// The code of the program's own file.
  var mainCode: Code?
}

extension Runtime {
  var sourceFiles: SourceFiles { attachment(SourceFiles.self) { SourceFiles() } }
}
