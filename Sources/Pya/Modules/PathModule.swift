#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os.path`: taking paths apart and putting them together, and asking what is there.
func makePathModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "posixpath")
  let constants = [
    ("sep", "/"), ("curdir", "."), ("pardir", ".."), ("extsep", "."), ("pathsep", ":"), ("defpath", "/bin:/usr/bin"),
    ("devnull", "/dev/null"),
  ]
  for (name, text) in constants { module.set(runtime, name, .object(runtime.string(text))) }
  module.set(runtime, "altsep", .none)
  module.set(runtime, "supports_unicode_filenames", .bool(false))
  runtime.definePathTexts(of: module)
  runtime.definePathPairs(of: module)
  runtime.definePathQuestions(of: module)
  runtime.definePathExpansions(of: module)
  module.markAsPython(
    runtime, module.namespace.keys.compactMap { $0.string?.text }.filter { !["join", "normpath"].contains($0) })
  module.lazyAttribute = { (runtime, module, name) throws(Raised) in
    guard ["commonpath", "isdevdrive", "isjunction", "samefile", "sameopenfile", "samestat"].contains(name.text) else { return nil }
    return try runtime.getAttribute(try runtime.importModule("_os", level: 0, globals: module.namespace), name)
  }
  return module
}

/// A path as the functions of `os.path` take it: `str`, `bytes` or path-like.
private struct PathArgument {
  let bytes: [UInt8]
  let isBytes: Bool
}

extension Runtime {
  private func path(_ value: Value) throws(Raised) -> PathArgument {
    let path = try fileSystemPath(value)
    // Kept as the text's own bytes: lone surrogates pass through unchanged.
    return PathArgument(bytes: path.string?.copyBytes() ?? path.bytes?.copyBytes() ?? [], isBytes: path.bytes != nil)
  }

  private func result(_ bytes: [UInt8], like argument: PathArgument) -> Value {
    argument.isBytes ? .object(BytesObject(type: types.bytes, bytes)) : .object(string(bytes))
  }

  fileprivate func definePathTexts(of module: ModuleObject) {
    module.define(self, "join", "*p") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("join() missing 1 required positional argument: 'a'") }
      let first = try runtime.path(arguments[0])
      var joined = first.bytes
      for index in 1..<max(1, arguments.count) {
        let part: PathArgument
        do throws(Raised) { part = try runtime.path(arguments[index]) } catch {
          guard runtime.matches(error, .typeError) else { throw error }
          throw runtime.typeError("join() argument must be str, bytes, or os.PathLike object, not \(runtime.quotedTypeName(arguments[index]))")
        }
        if part.isBytes != first.isBytes { throw runtime.typeError("Can't mix strings and bytes in path components") }
        if part.bytes.first == PathText.slash || joined.isEmpty {
          joined = part.bytes
        } else {
          if joined.last != PathText.slash { joined.append(PathText.slash) }
          joined += part.bytes
        }
      }
      return runtime.result(joined, like: first)
    }
    let functions: [(String, NativeSignature, (Runtime, PathArgument) throws(Raised) -> [UInt8])] = [
      ("basename", "p", { (_, path) throws(Raised) in PathText.split(path.bytes).tail }),
      ("dirname", "p", { (_, path) throws(Raised) in PathText.split(path.bytes).head }),
      ("normpath", "path", { (_, path) throws(Raised) in PathText.normalized(path.bytes) }),
      ("normcase", "s", { (_, path) throws(Raised) in path.bytes }),
      ("abspath", "path", { (runtime, path) throws(Raised) in try runtime.absolutePath(path.bytes) }),
    ]
    for (name, signature, function) in functions {
      module.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        let path = try runtime.path(arguments[0])
        return runtime.result(try function(runtime, path), like: path)
      }
    }
    module.define(self, "realpath", "filename, *, strict=False") { (runtime, arguments) throws(Raised) in
      let path = try runtime.fileSystemPath(arguments[0])
      let isStrict = try runtime.flag(arguments[1], default: false)
      return try runtime.resolved(try runtime.pathBytes(path), isStrict: isStrict, isBytes: path.bytes != nil)
    }
    defineRelations(of: module)
  }

  private func quotedTypeName(_ value: Value) -> String { "'\(type(of: value).name)'" }

  private func defineRelations(of module: ModuleObject) {
    module.define(self, "relpath", "path, start=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.path(arguments[0])
      if path.bytes.isEmpty { throw runtime.valueError("no path specified") }
      let start = arguments[1].isUndefined || arguments[1].isNone ? [UInt8(ascii: ".")] : try runtime.path(arguments[1]).bytes
      let from = try runtime.absolutePath(start).split(separator: PathText.slash)
      let to = try runtime.absolutePath(path.bytes).split(separator: PathText.slash)
      let common = zip(from, to).prefix { $0 == $1 }.count
      let parts: [ArraySlice<UInt8>] = Array(repeating: [46, 46], count: from.count - common) + Array(to.dropFirst(common))
      return runtime.result(parts.isEmpty ? [46] : Array(parts.joined(separator: [PathText.slash])), like: path)
    }
    module.define(self, "commonprefix", "m") { (runtime, arguments) throws(Raised) in
      let values = try runtime.array(arguments[0])
      guard let first = values.first else { return .object(runtime.names.empty) }
      if first.list != nil || first.tuple != nil {
        // Lists of parts are allowed too.
        var (low, high) = (first, first)
        for value in values {
          if try runtime.isTrue(try runtime.callMethod(value, "__lt__", [low])) { low = value }
          if try runtime.isTrue(try runtime.callMethod(value, "__gt__", [high])) { high = value }
        }
        let (a, b) = (try runtime.array(low), try runtime.array(high))
        var count = 0
        while count < min(a.count, b.count), try runtime.equals(a[count], b[count]) { count += 1 }
        return try runtime.callMethod(low, "__getitem__", [.object(SliceObject(runtime, start: .none, stop: .int(count), step: .none))])
      }
      var texts: [[UInt8]] = []
      for value in values { texts.append(try runtime.path(value).bytes) }
      let (low, high) = (texts.min { $0.lexicographicallyPrecedes($1) } ?? [], texts.max { $0.lexicographicallyPrecedes($1) } ?? [])
      var common = zip(low, high).prefix { $0 == $1 }.map(\.0)
      // Not in the middle of a character.
      if common.count < low.count, low[common.count] & 0xC0 == 0x80 {
        while let last = common.last, last & 0xC0 == 0x80 { common.removeLast() }
        if !common.isEmpty { common.removeLast() }
      }
      return runtime.result(common, like: try runtime.path(first))
    }
  }

  private func absolutePath(_ path: [UInt8]) throws(Raised) -> [UInt8] {
    if path.first == PathText.slash { return PathText.normalized(path) }
    return PathText.normalized(Array(try currentDirectory().utf8) + [PathText.slash] + path)
  }

  /// The path without symbolic links, from the root. What does not exist stays as it is, and so does a link that leads to itself.
  private func resolved(_ path: [UInt8], isStrict: Bool, isBytes: Bool) throws(Raised) -> Value {
    if path.contains(0) { throw valueError("lstat: embedded null character in path") }
    enum Step {
      case part([UInt8])
      /// All of the target of this link was gone through.
      case endOfLink([UInt8])
    }
    func parts(_ path: some Collection<UInt8>) -> [Step] { path.split(separator: PathText.slash).map { .part(Array($0)) }.reversed() }
    var done: [UInt8] = []
    var rest = parts(path)
    if path.first != PathText.slash { rest += parts(try currentDirectory().utf8) }
    // Where the links lead; nil: that is being found out.
    var known: [[UInt8]: [UInt8]?] = [:]
    while let step = rest.popLast() {
      guard case .part(let part) = step else {
        if case .endOfLink(let link) = step { known[link] = .some(done) }
        continue
      }
      if part == [46] { continue }
      if part == [46, 46] {
        done = Array(done.prefix(done.lastIndex(of: PathText.slash) ?? 0))
        continue
      }
      let next = done + [PathText.slash] + part
      if let target = known[next] {
        if target == nil, isStrict { throw systemError(ELOOP, try pathResult(next, isBytes: isBytes)) }
        done = target ?? next
        continue
      }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let location = SystemPath(bytes: next + [0], isBytes: false)
      let count = location.call { name in
        buffer.withUnsafeMutableBytes { readlink(name, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), $0.count) }
      }
      if count < 0 {
        let failure = errno
        if isStrict, failure != EINVAL { throw systemError(failure, try pathResult(next, isBytes: isBytes)) }
        done = next
        continue
      }
      known[next] = .some(nil)
      rest.append(.endOfLink(next))
      let target = buffer.prefix(count)
      if target.first == PathText.slash { done = [] }
      rest += parts(target)
    }
    return try pathResult(done.isEmpty ? [PathText.slash] : done, isBytes: isBytes)
  }

  fileprivate func definePathPairs(of module: ModuleObject) {
    let functions: [(String, ([UInt8]) -> ([UInt8], [UInt8]))] = [
      ("split", { PathText.split($0) }), ("splitext", { PathText.splitExtension($0) }), ("splitdrive", { ([], $0) }),
    ]
    for (name, function) in functions {
      module.define(self, name, "p") { (runtime, arguments) throws(Raised) in
        let path = try runtime.path(arguments[0])
        let parts = function(path.bytes)
        return .object(TupleObject(runtime, [runtime.result(parts.0, like: path), runtime.result(parts.1, like: path)]))
      }
    }
    module.define(self, "splitroot", "p") { (runtime, arguments) throws(Raised) in
      let path = try runtime.path(arguments[0])
      let slashes = path.bytes.prefix { $0 == PathText.slash }.count
      let root = slashes == 2 ? 2 : min(slashes, 1)
      let parts: [[UInt8]] = [[], Array(path.bytes.prefix(root)), Array(path.bytes.dropFirst(root))]
      return .object(TupleObject(runtime, parts.map { runtime.result($0, like: path) }))
    }
  }

  fileprivate func definePathQuestions(of module: ModuleObject) {
    let questions: [(String, Bool, (stat) -> Bool)] = [
      ("exists", true, { _ in true }), ("lexists", false, { _ in true }), ("isdir", true, { $0.isDirectory }),
      ("isfile", true, { $0.isRegularFile }), ("islink", false, { $0.isLink }),
    ]
    for (name, follows, answer) in questions {
      module.define(self, name, follows && name != "islink" ? (name == "isdir" ? "s" : "path") : "path") {
        (runtime, arguments) throws(Raised) in
        let path: SystemPath
        do throws(Raised) {
          path = try runtime.systemPath(arguments[0], "stat", allowsDescriptor: follows)
        } catch {
          // A zero in the path, or a surrogate that means no byte: no such file.
          if runtime.matches(error, .valueError) || runtime.matches(error, "UnicodeError") { return .bool(false) }
          throw error
        }
        return .bool(stat(path, followsLinks: follows).map(answer) ?? false)
      }
    }
    module.define(self, "isabs", "s") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.path(arguments[0]).bytes.first == PathText.slash)
    }
    module.define(self, "ismount", "path") { (runtime, arguments) throws(Raised) in
      let path = try runtime.path(arguments[0])
      guard !path.bytes.contains(0), let here = stat(SystemPath(bytes: path.bytes + [0], isBytes: false), followsLinks: false), here.isDirectory,
        let above = stat(SystemPath(bytes: path.bytes + [PathText.slash, 46, 46, 0], isBytes: false))
      else { return .bool(false) }
      return .bool(here.st_dev != above.st_dev || here.st_ino == above.st_ino)
    }
    let sizes: [(String, (stat) -> Value)] = [
      ("getsize", { .int(Int($0.st_size)) }), ("getmtime", { .float($0.modificationTime.seconds) }),
      ("getatime", { .float($0.accessTime.seconds) }), ("getctime", { .float($0.changeTime.seconds) }),
    ]
    for (name, get) in sizes {
      module.define(self, name, "filename") { (runtime, arguments) throws(Raised) in
        let path = try runtime.systemPath(arguments[0], "stat", allowsDescriptor: true)
        guard let status = stat(path) else { throw runtime.systemError(errno, path.subject) }
        return get(status)
      }
    }
  }

  // MARK: Expansions

  fileprivate func definePathExpansions(of module: ModuleObject) {
    module.define(self, "expanduser", "path") { (runtime, arguments) throws(Raised) in
      let path = try runtime.path(arguments[0])
      guard path.bytes.first == UInt8(ascii: "~") else { return runtime.result(path.bytes, like: path) }
      let end = path.bytes.firstIndex(of: PathText.slash) ?? path.bytes.count
      let user = String(decoding: path.bytes[1..<end], as: UTF8.self)
      var home: [UInt8]
      if user.isEmpty, let variable = try runtime.environmentValue("HOME") {
        home = variable
      } else {
        guard let entry = user.isEmpty ? getpwuid(getuid()) : getpwnam(user), let folder = entry.pointee.pw_dir else {
          return runtime.result(path.bytes, like: path)
        }
        home = Array(UnsafeRawBufferPointer(start: folder, count: strlen(folder)))
      }
      while home.last == PathText.slash { home.removeLast() }
      let expanded = home + path.bytes[end...]
      return runtime.result(expanded.isEmpty ? [PathText.slash] : expanded, like: path)
    }
    module.define(self, "expandvars", "path") { (runtime, arguments) throws(Raised) in
      let path = try runtime.path(arguments[0])
      return runtime.result(try runtime.expandingVariables(path.bytes), like: path)
    }
  }

  private func environmentValue(_ name: String) throws(Raised) -> [UInt8]? {
    guard let value = getenv(name) else { return nil }
    return Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
  }

  private func expandingVariables(_ path: [UInt8]) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < path.count {
      guard path[index] == UInt8(ascii: "$"), index + 1 < path.count else {
        result.append(path[index])
        index += 1
        continue
      }
      let start = index
      var name: [UInt8] = []
      if path[index + 1] == UInt8(ascii: "{") {
        let close = path[index...].firstIndex(of: UInt8(ascii: "}"))
        if let close { name = Array(path[(index + 2)..<close]) }
        index = close.map { $0 + 1 } ?? index + 2
      } else {
        index += 1
        while index < path.count, path[index] < 0x80, ASCII.isLetter(path[index]) || ASCII.isDigit(path[index]) || path[index] == 95 {
          name.append(path[index])
          index += 1
        }
      }
      if !name.isEmpty, let value = try environmentValue(String(decoding: name, as: UTF8.self)) {
        result += value
      } else {
        result += path[start..<index]
      }
    }
    return result
  }
}

/// Paths as text.
enum PathText {
  static let slash = UInt8(ascii: "/")

  static func split(_ path: [UInt8]) -> (head: [UInt8], tail: [UInt8]) {
    guard let last = path.lastIndex(of: slash) else { return ([], path) }
    let tail = Array(path[(last + 1)...])
    let head = path[...last]
    guard let end = head.lastIndex(where: { $0 != slash }) else { return (Array(head), tail) }
    return (Array(head[...end]), tail)
  }

  static func splitExtension(_ path: [UInt8]) -> ([UInt8], [UInt8]) {
    let start = path.lastIndex(of: slash).map { $0 + 1 } ?? 0
    let dotByte = UInt8(ascii: ".")
    guard let dot = path[start...].lastIndex(of: dotByte), path[start..<dot].contains(where: { $0 != dotByte }) else {
      return (path, [])
    }
    return (Array(path[..<dot]), Array(path[dot...]))
  }

  static func normalized(_ path: [UInt8]) -> [UInt8] {
    if path.isEmpty { return [46] }
    let slashes = path.prefix { $0 == slash }.count
    let root = [UInt8](repeating: slash, count: slashes == 2 ? 2 : min(slashes, 1))
    var parts: [ArraySlice<UInt8>] = []
    for part in path.split(separator: slash) where part != [46] {
      if part == [46, 46], parts.isEmpty ? !root.isEmpty : parts.last != [46, 46] {
        if !parts.isEmpty { parts.removeLast() }
      } else {
        parts.append(part)
      }
    }
    let joined = root + Array(parts.joined(separator: [slash]))
    return joined.isEmpty ? [46] : joined
  }
}
