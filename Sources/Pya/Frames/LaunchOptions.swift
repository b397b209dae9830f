/// What whoever started the program wanted of it, as `sys.flags` and its like tell.
final class LaunchOptions {
  /// Filters of warnings: `sys.warnoptions`.
  var warningFilters: [String] = []
  /// `sys._xoptions`
  var extras: [(name: String, value: String?)] = []
  var isInspecting = false
  var isInteractive = false
  var isQuiet = false

  var isDevelopment: Bool { extras.contains { $0.name == "dev" } }
}

extension Runtime {
  var launchOptions: LaunchOptions { attachment(LaunchOptions.self) { LaunchOptions() } }
}
