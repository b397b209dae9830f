#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A library of the system that is looked for when the program first imports what rests on it: building pya does not need it, and a start
/// without it costs nothing. It stays loaded until the process ends.
struct SystemLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Throws an ImportError that says what is missing.
  init(_ runtime: Runtime, _ name: String) throws(Raised) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "\(name): cannot be loaded"
      throw runtime.error("ImportError", reason)
    }
    self.handle = handle
  }

  /// One of its functions; the type must be a C function type that agrees with the library's header. Throws an ImportError where it is missing.
  func function<Function>(_ name: String, _ runtime: Runtime) throws(Raised) -> Function {
    if let address = dlsym(handle, name) { return unsafeBitCast(address, to: Function.self) }
    throw runtime.error("ImportError", "undefined symbol: \(name)")
  }
}
