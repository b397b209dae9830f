#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Buffered bytes on their way to a file descriptor, or collected in memory for tests.
final class OutputBuffer {
  enum Destination {
    case descriptor(Int32)
    case memory
  }

  private let destination: Destination
  /// For tests: nothing reaches the process's own output.
  var isInMemory: Bool {
    if case .memory = destination { return true }
    return false
  }
  private var pending: [UInt8] = []
  /// A terminal: every line is written at once.
  var isLineBuffered: Bool
  /// Everything is written at once.
  var isUnbuffered = false
  /// Why the system refused to take more, or 0. What is written from then on is dropped.
  private(set) var failure: Int32 = 0
  /// The reader is gone.
  var isClosed: Bool { failure == EPIPE }

  /// Told what is about to be written: a prompt makes room on the terminal.
  var willWrite: (([UInt8]) -> Void)?

  /// To be called when a line was read from the terminal that this goes to.
  var lineWasRead: (() -> Void)?

  init(_ destination: Destination) {
    self.destination = destination
    if case .descriptor(let descriptor) = destination {
      isLineBuffered = isatty(descriptor) == 1 || descriptor == 2
    } else {
      isLineBuffered = false
    }
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    pending.append(contentsOf: bytes)
    guard case .descriptor = destination else { return }
    if pending.count >= 8192 || isUnbuffered || (isLineBuffered && bytes.contains(10)) { flush() }
  }

  func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Hands everything to the system. False: it takes no more, now or since an earlier time.
  @discardableResult
  func flush() -> Bool {
    guard case .descriptor(let descriptor) = destination else { return true }
    if let willWrite, !pending.isEmpty, failure == 0 { willWrite(pending) }
    var offset = 0
    while offset < pending.count, failure == 0 {
      let written = pending.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + offset, $0.count - offset) }
      if written >= 0 {
        offset += written
      } else if errno == EAGAIN {
        var descriptorToPoll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&descriptorToPoll, 1, -1)
      } else if errno == EBADF {
        // The process was started with this output closed: nobody wants it.
        offset = pending.count
      } else if errno != EINTR {
        failure = errno
      }
    }
    pending.removeAll(keepingCapacity: true)
    return failure == 0
  }

  /// What was written to memory so far.
  var collected: [UInt8] { pending }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
