#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What whoever started the program wanted of it, as `sys.flags` and its like tell.
final class LaunchOptions {
  /// Filters of warnings: `sys.warnoptions`.
  var warningFilters: [String] = []
  /// `sys._xoptions`
  var extras: [(name: String, value: String?)] = []
  var isInspecting = false
  var isInteractive = false
  var isQuiet = false
  /// The prompt colours what it shows.
  var coloursValues = false
  /// 1 with `-O`: assertions are left out; 2 with `-OO`: docstrings too.
  var optimization = 0
  /// 1 with `-b`: texts and bytes that are mixed up give a warning; 2 with `-bb`: an error.
  var bytesWarning = 0
  /// With `-E`: variables of the environment have no say.
  var ignoresEnvironment = false

  var isDevelopment: Bool { extras.contains { $0.name == "dev" } }
}

extension Runtime {
  /// New loops are in debug mode.
  var debugsEventLoops: Bool {
    if launchOptions.isDevelopment { return true }
    return !launchOptions.ignoresEnvironment && getenv("PYTHONASYNCIODEBUG").map { $0[0] != 0 } ?? false
  }

  var launchOptions: LaunchOptions { attachment(LaunchOptions.self) { LaunchOptions() } }
}
