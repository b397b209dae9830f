#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a single read gave.
enum Chunk {
  case bytes([UInt8])
  /// Interrupted, or there was nothing after all.
  case nothing
  case end
}

func readChunk(_ descriptor: Int32) -> Chunk {
  var chunk: [UInt8] = Array(repeating: 0, count: 4096)
  let count = read(descriptor, &chunk, chunk.count)
  if count > 0 { return .bytes(Array(chunk[..<count])) }
  if count < 0, errno == EINTR || errno == EAGAIN { return .nothing }
  return .end
}

/// True when something can be read; a negative time waits for ever.
func waitForInput(_ descriptor: Int32, milliseconds: Int32) -> Bool {
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&request, 1, milliseconds) > 0
}

/// Makes the C library, and with it readline, take text as UTF-8, whatever the environment says, as Python does.
func useUTF8() {
  setlocale(LC_CTYPE, "")
  if String(cString: nl_langinfo(nl_item(CODESET))) == "UTF-8" { return }
  for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] where setlocale(LC_CTYPE, name) != nil {
    setenv("LC_CTYPE", name, 1)
    unsetenv("LC_ALL")
    return
  }
}

func environmentVariable(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}

/// A terminal that moves its cursor when it is told to.
func isCapableTerminal() -> Bool {
  isatty(0) == 1 && isatty(1) == 1 && !["dumb", "unknown", nil].contains(environmentVariable("TERM"))
}

enum Terminal {
  /// Whether a descriptor gets colours. As CPython decides.
  static func usesColour(_ descriptor: Int32) -> Bool {
    if environmentVariable("PYTHON_COLORS") == "0" { return false }
    if environmentVariable("PYTHON_COLORS") == "1" { return true }
    if environmentVariable("NO_COLOR") != nil { return false }
    if environmentVariable("FORCE_COLOR") != nil { return true }
    return environmentVariable("TERM") != "dumb" && isatty(descriptor) == 1
  }
}
