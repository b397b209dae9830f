#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What exceptions of some kinds keep beside `args`: the value of a StopIteration, the errno of an OSError, the members of a
/// group. Constructors called by programs check their arguments; the interpreter's own exceptions are right by construction.
extension Runtime {
  /// Sets the fields from `args`, as the type's `__init__` does. Arguments that make no sense are left alone.
  func fillFields(of exception: ExceptionObject) {
    switch exception.type.exceptionLayout {
    case .plain, .nameError, .attributeError: break
    case .group:
      guard exception.arguments.count == 2 else { break }
      exception.fields["message"] = exception.arguments[0]
      let members = exception.arguments[1].list?.array ?? exception.arguments[1].tuple?.array ?? []
      exception.fields["exceptions"] = .object(TupleObject(self, members))
    case .stopIteration: if let value = exception.arguments.first { exception.fields["value"] = value }
    case .systemExit:
      switch exception.arguments.count {
      case 0: break
      case 1: exception.fields["code"] = exception.arguments[0]
      default: exception.fields["code"] = .object(TupleObject(self, exception.arguments))
      }
    case .importError: if exception.arguments.count == 1 { exception.fields["msg"] = exception.arguments[0] }
    case .osError:
      selectSubclass(of: exception)
      fillOSError(exception)
    case .syntaxError: try? fillSyntaxError(exception)
    case .unicodeDecode, .unicodeEncode, .unicodeTranslate: try? fillUnicodeError(exception)
    }
  }

  // MARK: OSError

  func fillOSError(_ exception: ExceptionObject) {
    let arguments = exception.arguments
    guard (2...5).contains(arguments.count) else { return }
    exception.fields["errno"] = arguments[0]
    exception.fields["strerror"] = arguments[1]
    if arguments.count == 3, case .int = arguments[2], let blocking = exceptionTypes["BlockingIOError"],
      exception.type.isSubtype(of: blocking)
    {
      exception.fields["characters_written"] = arguments[2]
      return
    }
    if arguments.count > 2, !arguments[2].isNone {
      exception.fields["filename"] = arguments[2]
      if arguments.count > 4, !arguments[4].isNone { exception.fields["filename2"] = arguments[4] }
      exception.arguments = Array(arguments[0..<2])
    }
  }

  /// `OSError(2, ...)` makes a FileNotFoundError.
  func selectSubclass(of exception: ExceptionObject) {
    guard exception.type === exceptionTypes["OSError"], (2...5).contains(exception.arguments.count),
      case .int(let number) = exception.arguments[0], let name = osErrorSubclass(for: number),
      let type = exceptionTypes[name]
    else { return }
    exception.type = type
  }

  // MARK: SyntaxError

  func fillSyntaxError(_ exception: ExceptionObject) throws(Raised) {
    if let message = exception.arguments.first { exception.fields["msg"] = message }
    guard exception.arguments.count == 2 else { return }
    let details = try array(exception.arguments[1])
    guard details.count >= 4 else { throw typeError("function takes at least 4 arguments (\(details.count) given)") }
    guard details.count <= 6 else { throw typeError("function takes at most 6 arguments (\(details.count) given)") }
    let names = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"]
    for (name, value) in zip(names, details) { exception.fields[name] = value }
    if details.count == 5 { throw typeError("end_offset must be provided when end_lineno is provided") }
  }

  // MARK: Unicode errors

  func fillUnicodeError(_ exception: ExceptionObject) throws(Raised) {
    let isTranslation = exception.type.exceptionLayout == .unicodeTranslate
    let isDecoding = exception.type.exceptionLayout == .unicodeDecode
    let names = (isTranslation ? [] : ["encoding"]) + ["object", "start", "end", "reason"]
    let arguments = exception.arguments
    guard arguments.count == names.count else {
      throw typeError("function takes exactly \(names.count) arguments (\(arguments.count) given)")
    }
    for (index, name) in names.enumerated() {
      var value = arguments[index]
      switch name {
      case "start", "end": value = .int(try self.index(value))
      case "object" where isDecoding:
        guard let bytes = bytesLike(value) else {
          throw typeError("a bytes-like object is required, not '\(typeName(value))'")
        }
        value = .object(bytes.object(types.bytes))
      default:
        guard value.string != nil else { throw typeError("argument \(index + 1) must be str, not \(givenName(value))") }
      }
      exception.fields[name] = value
    }
  }
}

/// The exception type that stands for an errno.
func osErrorSubclass(for number: Int) -> String? {
  guard let code = Int32(exactly: number) else { return nil }
  switch code {
  case EAGAIN, EALREADY, EINPROGRESS: return "BlockingIOError"
  case EPIPE, ESHUTDOWN: return "BrokenPipeError"
  case ECHILD: return "ChildProcessError"
  case ECONNABORTED: return "ConnectionAbortedError"
  case ECONNREFUSED: return "ConnectionRefusedError"
  case ECONNRESET: return "ConnectionResetError"
  case EEXIST: return "FileExistsError"
  case ENOENT: return "FileNotFoundError"
  case EISDIR: return "IsADirectoryError"
  case ENOTDIR: return "NotADirectoryError"
  case EINTR: return "InterruptedError"
  case EACCES, EPERM: return "PermissionError"
  case ESRCH: return "ProcessLookupError"
  case ETIMEDOUT: return "TimeoutError"
  default: return nil
  }
}
