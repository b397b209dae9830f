import Foundation
import PackagePlugin

/// Runs `EmbedLibrary` over `Modules/Library/*.pya` when one of them has changed.
@main
struct EmbedLibraryPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) async throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Modules/Library")
    let modules = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "pya" }
      .sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "Library.swift")
    return [
      .buildCommand(
        displayName: "Embedding the library's modules",
        executable: try context.tool(named: "EmbedLibrary").url,
        arguments: [output.path] + modules.map(\.path),
        inputFiles: modules,
        outputFiles: [output])
    ]
  }
}
