// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "pya",
  platforms: [.macOS(.v14)],
  products: [
    .executable(name: "pya", targets: ["PyaCommand"]),
    .library(name: "Pya", targets: ["Pya"]),
    .library(name: "PyaSyntax", targets: ["PyaSyntax"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
  ],
  targets: [
    .target(name: "PyaSyntax"),
    .target(
      name: "Pya",
      dependencies: ["PyaSyntax", "CSystem"],
      exclude: ["Modules/Library", "Nodes/HISTORY.md"],
      plugins: ["EmbedLibraryPlugin"]),
    .executableTarget(name: "EmbedLibrary"),
    .plugin(
      name: "EmbedLibraryPlugin", capability: .buildTool(), dependencies: ["EmbedLibrary"],
      path: "Sources/EmbedLibraryPlugin"),
    .systemLibrary(name: "CSystem"),
    // The command's memory allocator.
    .target(name: "CAllocator"),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"]), .brew(["readline"])]),
    .executableTarget(
      name: "PyaCommand",
      dependencies: [
        "Pya", "PyaSyntax", "CReadline", "CAllocator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "PyaSyntaxTests", dependencies: ["PyaSyntax"]),
    .testTarget(name: "PyaTests", dependencies: ["Pya"]),
    .testTarget(name: "ProgramTests", dependencies: ["Pya"], exclude: ["Programs", "verify_with_cpython.py", "not-yet.txt"]),
    .testTarget(name: "CommandTests", dependencies: ["PyaCommand"], exclude: ["Processes", "Sessions"]),
  ],
  swiftLanguageModes: [.v6]
)
