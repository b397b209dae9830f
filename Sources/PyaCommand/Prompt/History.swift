#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The entries of earlier sessions, in a file that several sessions may use at a time.
///
/// One entry begins at each line that does not begin with a tab; the further lines of an entry have a tab in front. An entry is
/// appended as soon as it was typed, under a lock. A file that cannot be written only means that nothing is kept.
struct History {
  private let path: String?
  private static let limit = 2000

  init() {
    if let chosen = environmentVariable("PYA_HISTORY") {
      path = chosen
    } else {
      path = environmentVariable("HOME").map { $0 + "/.pya_history" }
    }
  }

  /// The entries, oldest first; a file that has grown long is cut.
  func load() -> [String] {
    guard let path else { return [] }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    var bytes: [UInt8] = []
    while case .bytes(let chunk) = readChunk(descriptor) { bytes += chunk }
    close(descriptor)
    let entries = History.entries(String(decoding: bytes, as: UTF8.self))
    if entries.count > 2 * History.limit { cut(path) }
    return Array(entries.suffix(History.limit))
  }

  func append(_ entry: String) {
    guard let path else { return }
    withLockedFile(path, O_WRONLY | O_CREAT | O_APPEND) { descriptor in write(History.record(entry), to: descriptor) }
  }

  private func cut(_ path: String) {
    withLockedFile(path, O_RDWR) { descriptor in
      var bytes: [UInt8] = []
      while case .bytes(let chunk) = readChunk(descriptor) { bytes += chunk }
      let entries = History.entries(String(decoding: bytes, as: UTF8.self)).suffix(History.limit)
      lseek(descriptor, 0, SEEK_SET)
      ftruncate(descriptor, 0)
      write(entries.map(History.record).joined(), to: descriptor)
    }
  }

  private func withLockedFile(_ path: String, _ flags: Int32, _ body: (Int32) -> Void) {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    if flock(descriptor, LOCK_EX) == 0 { body(descriptor) }
    close(descriptor)
  }

  private static func record(_ entry: String) -> String { entry.replacingAll("\n", with: "\n\t") + "\n" }

  private static func entries(_ text: String) -> [String] {
    var entries: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("\t"), !entries.isEmpty {
        entries[entries.count - 1] += "\n" + line.dropFirst()
      } else if !line.isEmpty {
        entries.append(String(line))
      }
    }
    return entries
  }
}
