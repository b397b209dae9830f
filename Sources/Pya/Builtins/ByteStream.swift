#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A system call that failed; or, where a stream is an object of the program, the exception that its method raised.
struct SystemFailure: Error {
  let code: Int32
  var raised: Raised?

  init(code: Int32) { self.code = code }

  init(_ raised: Raised) {
    code = 0
    self.raised = raised
  }
}

/// Where the bytes of a file object come from and go to. This class itself is a stream that has none.
class ByteStream {
  final var isClosed = false
  /// Up to `count` bytes; none at the end.
  func read(_ count: Int) throws(SystemFailure) -> [UInt8] { throw SystemFailure(code: EBADF) }
  /// Everything up to the end, where the stream has a way of its own to read that.
  func readAll() throws(SystemFailure) -> [UInt8]? { nil }
  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemFailure) { throw SystemFailure(code: EBADF) }
  func flush() throws(SystemFailure) {}
  func close() throws(SystemFailure) { isClosed = true }
  /// Moves to an absolute position, or from the current one or the end. Returns the new position.
  func seek(_ offset: Int, _ origin: Origin) throws(SystemFailure) -> Int { throw SystemFailure(code: ESPIPE) }
  func truncate(to size: Int) throws(SystemFailure) { throw SystemFailure(code: EINVAL) }
  var descriptor: Int32? { nil }
  var isTerminal: Bool { descriptor.map { isatty($0) == 1 } ?? false }
  var isSeekable: Bool { false }
  /// How many bytes there probably are from here to the end.
  var remainingSize: Int? { nil }

  enum Origin: Int {
    case start, current, end
  }
}

/// A file of the system, with what was written kept back until there is much of it.
final class DescriptorStream: ByteStream {
  private var file: Int32
  let ownsDescriptor: Bool
  private var pending: [UInt8] = []
  /// How much is kept back; a buffered file says so (`holdBack`).
  private var capacity = 8192
  private var isExact = false
  private let isTerminalFile: Bool
  private let canSeek: Bool
  private unowned let runtime: Runtime
  /// Streams with something to write when the program ends.
  private let unfinished: UnfinishedFiles?

  init(_ runtime: Runtime, _ descriptor: Int32, ownsDescriptor: Bool = true, unfinished: UnfinishedFiles? = nil) {
    self.runtime = runtime
    file = descriptor
    self.ownsDescriptor = ownsDescriptor
    self.unfinished = unfinished
    isTerminalFile = isatty(descriptor) == 1
    canSeek = lseek(descriptor, 0, SEEK_CUR) >= 0
    super.init()
  }

  deinit {
    try? close()
    unfinished?.remove(self)
  }

  override var descriptor: Int32? { file }
  override var isSeekable: Bool { canSeek }
  override var isTerminal: Bool { isTerminalFile }

  override var remainingSize: Int? {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let position = lseek(file, 0, SEEK_CUR)
    return position < 0 ? nil : max(0, Int(status.st_size) - Int(position))
  }

  override func read(_ count: Int) throws(SystemFailure) -> [UInt8] {
    if count <= 0 { return [] }
    let count = min(count, 1 << 28)
    try flush()
    let descriptor = file
    if !canSeek, mayBlock(descriptor), !runtime.awaitInput(on: descriptor) { throw SystemFailure(code: EINTR) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while true {
        let got = systemRead(descriptor, buffer.baseAddress, count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        initialized = max(got, 0)
        return
      }
    }
    if failure != 0 { throw SystemFailure(code: failure) }
    return bytes
  }

  override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemFailure) {
    if bytes.isEmpty { return }
    if isExact, bytes.count > capacity - pending.count { try flush() }
    if pending.isEmpty { unfinished?.insert(self) }
    pending.append(contentsOf: bytes)
    if isExact ? bytes.count >= capacity : pending.count >= capacity { try flush() }
  }

  /// Keeps back what fits into a buffer of this size, as `BufferedWriter` does; else what came in goes out as soon as there is as much.
  func holdBack(upTo size: Int) {
    capacity = size
    isExact = true
  }

  override func flush() throws(SystemFailure) {
    if pending.isEmpty { return }
    unfinished?.remove(self)
    let bytes = pending
    pending.removeAll(keepingCapacity: pending.count < 65536)
    var offset = 0
    while offset < bytes.count {
      let descriptor = file
      let written = bytes.withUnsafeBytes { bytes in
        let write = { systemWrite(descriptor, bytes.baseAddress! + offset, bytes.count - offset) }
        return canSeek ? write() : runtime.threads.blocking(write)
      }
      if written >= 0 {
        offset += written
      } else if errno == EAGAIN {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = runtime.threads.blocking { waitForDescriptor(&poll) }
      } else if errno != EINTR {
        throw SystemFailure(code: errno)
      }
    }
  }

  override func close() throws(SystemFailure) {
    if isClosed { return }
    isClosed = true
    defer {
      if ownsDescriptor { systemClose(file) }
      file = -1
    }
    try flush()
  }

  override func seek(_ offset: Int, _ origin: Origin) throws(SystemFailure) -> Int {
    try flush()
    let position = lseek(file, off_t(offset), [SEEK_SET, SEEK_CUR, SEEK_END][origin.rawValue])
    if position < 0 { throw SystemFailure(code: errno) }
    return Int(position)
  }

  override func truncate(to size: Int) throws(SystemFailure) {
    try flush()
    if ftruncate(file, off_t(size)) != 0 { throw SystemFailure(code: errno) }
  }
}

private func waitForDescriptor(_ descriptor: UnsafeMutablePointer<pollfd>) -> Int32 { poll(descriptor, 1, -1) }

/// Files that hold something not yet written: what a program leaves open is written when it ends.
final class UnfinishedFiles {
  private var streams: [ObjectIdentifier: Unmanaged<DescriptorStream>] = [:]

  func insert(_ stream: DescriptorStream) { streams[ObjectIdentifier(stream)] = .passUnretained(stream) }
  /// Also for one that is being freed: it is not counted here.
  func remove(_ stream: DescriptorStream) { streams[ObjectIdentifier(stream)] = nil }

  func flush() {
    for stream in streams.values { try? stream.takeUnretainedValue().flush() }
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

private func systemClose(_ descriptor: Int32) { close(descriptor) }

/// The runtime's own output, shared with `print` and the traceback printer.
final class OutputStream: ByteStream {
  private let output: OutputBuffer
  private let number: Int32

  init(_ output: OutputBuffer, descriptor: Int32) {
    self.output = output
    number = descriptor
  }

  override var descriptor: Int32? { number }
  override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemFailure) {
    output.write(bytes)
    if output.failure != 0 { throw SystemFailure(code: output.failure) }
  }

  override func flush() throws(SystemFailure) {
    if !output.flush() { throw SystemFailure(code: output.failure) }
  }

  override func close() throws(SystemFailure) {
    isClosed = true
    try flush()
  }
}

/// Standard input: who counts the lines of the screen is told of each that was read.
final class StandardInputStream: ByteStream {
  private let input: DescriptorStream
  private unowned let runtime: Runtime

  init(_ runtime: Runtime) {
    self.runtime = runtime
    input = DescriptorStream(runtime, 0, ownsDescriptor: false)
  }

  override var descriptor: Int32? { input.descriptor }
  override var isSeekable: Bool { input.isSeekable }

  override func read(_ count: Int) throws(SystemFailure) -> [UInt8] {
    let bytes = try input.read(count)
    runtime.output.lineWasRead?()
    return bytes
  }

  override func seek(_ offset: Int, _ origin: Origin) throws(SystemFailure) -> Int { try input.seek(offset, origin) }
}

/// Bytes in memory: `io.BytesIO` and `io.StringIO`.
final class MemoryStream: ByteStream {
  private(set) var bytes: [UInt8]
  /// How many buffers show the bytes, whose number may not change meanwhile.
  var exports = 0
  private var position = 0

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  override var isSeekable: Bool { true }
  override var remainingSize: Int? { max(0, bytes.count - position) }

  override func read(_ count: Int) throws(SystemFailure) -> [UInt8] {
    guard position < bytes.count else { return [] }
    let end = count < bytes.count - position ? position + count : bytes.count
    defer { position = end }
    return Array(bytes[position..<end])
  }

  override func write(_ new: UnsafeBufferPointer<UInt8>) throws(SystemFailure) {
    if new.isEmpty { return }
    if position > bytes.count {
      if !SystemMemory.has(position) { throw SystemFailure(code: ENOMEM) }
      bytes.append(contentsOf: repeatElement(0, count: position - bytes.count))
    }
    let overwritten = min(new.count, bytes.count - position)
    if overwritten == 0 {
      bytes.append(contentsOf: new)
    } else {
      bytes.replaceSubrange(position..<(position + overwritten), with: new)
    }
    position += new.count
  }

  override func seek(_ offset: Int, _ origin: Origin) throws(SystemFailure) -> Int {
    let base = origin == .start ? 0 : origin == .current ? position : bytes.count
    let (target, overflow) = base.addingReportingOverflow(offset)
    if overflow || target > 1 << 40 { throw SystemFailure(code: EINVAL) }
    position = max(0, target)
    return position
  }

  /// Overwrites bytes that are there, without moving the position.
  func replace(_ new: ArraySlice<UInt8>, at offset: Int) {
    guard offset + new.count <= bytes.count else { return }
    bytes.replaceSubrange(offset..<(offset + new.count), with: new)
  }

  override func truncate(to size: Int) throws(SystemFailure) {
    if size < bytes.count { bytes.removeLast(bytes.count - max(size, 0)) }
  }
}

extension Runtime {
  /// The exception for a failed system call: `FileNotFoundError: [Errno 2] No such file or directory: 'x'`.
  func systemError(_ code: Int32, file: Value = .undefined) -> Raised {
    let reason = string(String(cString: strerror(code)))
    return error("OSError", [.int(Int(code)), .object(reason)] + (file.isUndefined ? [] : [file]))
  }

  /// Runs a step that may fail in the system.
  func checkingSystem<Result>(
    file: Value = .undefined, _ step: () throws(SystemFailure) -> Result
  ) throws(Raised) -> Result {
    while true {
      do { return try step() } catch {
        if let raised = error.raised { throw raised }
        if error.code == ENOMEM { throw memoryError() }
        if error.code != EINTR || !machine.pointee.isInterrupted { throw systemError(error.code, file: file) }
      }
      try handleInterrupt()
    }
  }
}

extension Runtime {
  /// The program's files with something left to write.
  var unfinishedFiles: UnfinishedFiles { attachment(UnfinishedFiles.self) { UnfinishedFiles() } }
}
