/// `os.path`: taking paths apart and putting them together, and asking what is there.
func makePathModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "posixpath")
  module.set(runtime, "sep", .object(runtime.string("/")))
  module.set(runtime, "curdir", .object(runtime.string(".")))
  module.set(runtime, "pardir", .object(runtime.string("..")))
  module.set(runtime, "extsep", .object(runtime.string(".")))
  runtime.definePathTexts(of: module)
  runtime.definePathPairs(of: module)
  runtime.definePathQuestions(of: module)
  return module
}

extension Runtime {
  private func path(_ text: String) -> Value { .object(string(text)) }

  fileprivate func definePathTexts(of module: ModuleObject) {
    module.define(self, "join", "a, /, *p") { (runtime, arguments) throws(Raised) in
      var result = try runtime.pathText(arguments[0])
      for index in 1..<max(1, arguments.count) {
        let part = try runtime.pathText(arguments[index])
        if part.hasPrefix("/") || result.isEmpty {
          result = part
        } else {
          result += (result.hasSuffix("/") ? "" : "/") + part
        }
      }
      return runtime.path(result)
    }
    let functions: [(String, (Runtime, String) throws(Raised) -> String)] = [
      ("basename", { (_, path) throws(Raised) in PathText.split(path).tail }),
      ("dirname", { (_, path) throws(Raised) in PathText.split(path).head }),
      ("normpath", { (_, path) throws(Raised) in PathText.normalized(path) }),
      ("normcase", { (_, path) throws(Raised) in path }),
      ("abspath", { (runtime, path) throws(Raised) in try runtime.absolutePath(path) }),
      ("realpath", { (runtime, path) throws(Raised) in try runtime.absolutePath(path) }),
      ("expandvars", { (_, path) throws(Raised) in path }),
    ]
    for (name, function) in functions {
      module.define(self, name, "path") { (runtime, arguments) throws(Raised) in
        runtime.path(try function(runtime, try runtime.pathText(arguments[0])))
      }
    }
    module.define(self, "relpath", "path, start=None") { (runtime, arguments) throws(Raised) in
      let start = arguments[1].isUndefined || arguments[1].isNone ? "." : try runtime.pathText(arguments[1])
      let from = try runtime.absolutePath(start).split(separator: "/")
      let to = try runtime.absolutePath(try runtime.pathText(arguments[0])).split(separator: "/")
      let common = zip(from, to).prefix { $0 == $1 }.count
      let parts = Array(repeating: "..", count: from.count - common) + to.dropFirst(common).map(String.init)
      return runtime.path(parts.isEmpty ? "." : parts.joined(separator: "/"))
    }
    module.define(self, "commonprefix", "list") { (runtime, arguments) throws(Raised) in
      var texts: [String] = []
      for value in try runtime.array(arguments[0]) { texts.append(try runtime.pathText(value)) }
      guard let first = texts.min(), let last = texts.max() else { return runtime.path("") }
      return runtime.path(String(zip(first, last).prefix { $0 == $1 }.map(\.0)))
    }
  }

  private func absolutePath(_ path: String) throws(Raised) -> String {
    PathText.normalized(path.hasPrefix("/") ? path : "\(try currentDirectory())/\(path)")
  }

  fileprivate func definePathPairs(of module: ModuleObject) {
    let functions: [(String, (String) -> (String, String))] = [
      ("split", { PathText.split($0) }), ("splitext", { PathText.splitExtension($0) }), ("splitdrive", { ("", $0) }),
    ]
    for (name, function) in functions {
      module.define(self, name, "p") { (runtime, arguments) throws(Raised) in
        let parts = function(try runtime.pathText(arguments[0]))
        return .object(TupleObject(runtime, [runtime.path(parts.0), runtime.path(parts.1)]))
      }
    }
  }

  fileprivate func definePathQuestions(of module: ModuleObject) {
    let questions: [(String, (String) -> Bool)] = [
      ("exists", { fileStatus($0) != nil }), ("lexists", { fileStatus($0) != nil }), ("isdir", { isDirectory($0) }),
      ("isfile", { fileStatus($0) != nil && !isDirectory($0) }), ("isabs", { $0.hasPrefix("/") }),
      ("islink", { _ in false }),
    ]
    for (name, answer) in questions {
      module.define(self, name, "path") { (runtime, arguments) throws(Raised) in
        // A number would be a descriptor, which names no path.
        if case .int = arguments[0] { return .bool(false) }
        return .bool(answer(try runtime.pathText(arguments[0])))
      }
    }
    module.define(self, "getsize", "filename") { (runtime, arguments) throws(Raised) in
      guard let status = fileStatus(try runtime.pathText(arguments[0])) else {
        throw runtime.systemError(2, file: arguments[0])
      }
      return .int(Int(status.st_size))
    }
    module.define(self, "getmtime", "filename") { (runtime, arguments) throws(Raised) in
      guard let status = fileStatus(try runtime.pathText(arguments[0])) else {
        throw runtime.systemError(2, file: arguments[0])
      }
      return .float(Double(modificationTime(status)))
    }
  }
}

/// Paths as text.
enum PathText {
  static func split(_ path: String) -> (head: String, tail: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    let tail = String(path[path.index(after: slash)...])
    let head = String(path[...slash])
    if head.allSatisfy({ $0 == "/" }) { return (head, tail) }
    return (String(head[..<(head.lastIndex { $0 != "/" }.map { head.index(after: $0) } ?? head.startIndex)]), tail)
  }

  static func splitExtension(_ path: String) -> (String, String) {
    let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[nameStart...]
    guard let dot = name.lastIndex(of: "."), name[..<dot].contains(where: { $0 != "." }) else { return (path, "") }
    return (String(path[..<dot]), String(path[dot...]))
  }

  static func normalized(_ path: String) -> String {
    if path.isEmpty { return "." }
    let slashes = path.prefix { $0 == "/" }.count
    let root = slashes == 0 ? "" : slashes == 2 ? "//" : "/"
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", parts.isEmpty ? !root.isEmpty : parts.last != ".." {
        if !parts.isEmpty { parts.removeLast() }
      } else {
        parts.append(part)
      }
    }
    let joined = root + parts.joined(separator: "/")
    return joined.isEmpty ? "." : joined
  }
}
