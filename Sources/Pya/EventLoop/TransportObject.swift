#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Who is told what happens on a transport: asyncio's protocol. The base class stands for none, when the connection is gone.
class TransportReceiver {
  /// What `get_protocol` returns.
  var value: Value { .none }
  func connectionMade(_ transport: TransportObject, _ runtime: Runtime) throws(Raised) {}
  func dataReceived(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {}
  /// True: the transport stays open for writing.
  func endReceived(_ runtime: Runtime) throws(Raised) -> Bool { false }
  func connectionLost(_ exception: ExceptionObject?, _ runtime: Runtime) throws(Raised) {}
  func pauseWriting(_ runtime: Runtime) throws(Raised) {}
  func resumeWriting(_ runtime: Runtime) throws(Raised) {}
}

/// A transport of asyncio: a socket or pipe that reads when there is something, and buffers what cannot be written at once.
final class TransportObject: Object {
  enum Medium { case socket, readPipe, writePipe }

  let loop: EventLoop
  let medium: Medium
  private(set) var descriptor: Int32
  /// What it was before it was closed, for its description.
  private var formerDescriptor: Int32 = -1
  private(set) var receiver: TransportReceiver
  private let outgoing = ByteQueue()
  /// What `outgoing` has waits for `PendingSends`, not for the system.
  private var isKept = false
  private(set) var isClosing = false
  private var isLost = false
  private var isFinished = false
  private var hasEnded = false
  private var isReading = false
  private var isReadingPaused = false
  private var isWriting = false
  private var isReceiverPaused = false
  private(set) var highWater = 65536
  private(set) var lowWater = 16384
  /// Where the connection comes from or goes to, as the system knows it; and names for `get_extra_info`.
  let peer: SocketAddress?
  var extra: [String: Value] = [:]
  /// Told when the descriptor is closed (a server counts its connections).
  var onClose: (() throws(Raised) -> Void)?
  /// The program's own object for the descriptor, which closes it.
  var owner: Value?

  init(type: TypeObject, loop: EventLoop, descriptor: Int32, medium: Medium, receiver: TransportReceiver, peer: SocketAddress?) {
    self.loop = loop
    self.descriptor = descriptor
    self.medium = medium
    self.receiver = receiver
    self.peer = peer
    super.init(type: type, kind: .other)
    // Small messages leave at once, on both sides of a connection; what is no TCP socket refuses it.
    var on: Int32 = 1
    if medium == .socket { setsockopt(descriptor, Int32(IPPROTO_TCP), Int32(TCP_NODELAY), &on, socklen_t(MemoryLayout<Int32>.size)) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    type.runtime.wasNotClosed { (_) in "transport \(representation)" }
    runtime.willEndConnection()
    if owner == nil { closeDescriptor(descriptor) }
  }

  private var runtime: Runtime { loop.asyncio.runtime }

  /// As asyncio does it: tells the protocol, starts reading and wakes `waiter` in the loop's next turn.
  func begin(waiter: FutureObject?) throws(Raised) {
    try soon("connection_made", [.object(self)]) { [self] runtime throws(Raised) in try receiver.connectionMade(self, runtime) }
    try soon("_add_reader", [.int(Int(descriptor)), .none]) { [self] _ throws(Raised) in startReading() }
    guard let waiter else { return }
    try soon("_set_result_unless_cancelled", [.object(waiter), .none]) { runtime throws(Raised) in
      if !waiter.isDone { try waiter.setResult(.none, runtime) }
    }
  }

  /// In the loop's next turn; `name` and `arguments` are those of asyncio's callback.
  private func soon(
    _ name: String, _ arguments: @autoclosure () -> [Value], _ body: @escaping (Runtime) throws(Raised) -> Void
  ) throws(Raised) {
    try loop.schedule(TransportJob(body), as: name, arguments())
  }

  // MARK: Reading

  private func startReading() {
    guard medium != .writePipe else {
      // A pipe nobody reads any more becomes readable.
      if isPipeWatchable { watchReader(TransportJob { [weak self] runtime throws(Raised) in try self?.readerHasGone(runtime) }) }
      return
    }
    if isClosing || isReadingPaused || isReading || descriptor < 0 { return }
    isReading = true
    watchReader(TransportJob { [self] runtime throws(Raised) in try read(runtime) })
  }

  private func watchReader(_ job: TransportJob) {
    if descriptor >= 0 { _ = loop.poll.setReader(.job(job), descriptor) }
  }

  /// Sockets and pipes tell when the other side goes; a file or terminal does not.
  private var isPipeWatchable: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind == S_IFSOCK || kind == S_IFIFO
  }

  private func stopReading() {
    guard isReading || medium == .writePipe, descriptor >= 0 else { return }
    isReading = false
    _ = loop.poller?.setReader(nil, descriptor)
  }

  func pauseReading() {
    if isClosing || isReadingPaused { return }
    isReadingPaused = true
    stopReading()
  }

  func resumeReading() {
    if isClosing || !isReadingPaused { return }
    isReadingPaused = false
    startReading()
  }

  var isReadingNow: Bool { !isClosing && !isReadingPaused }

  private func read(_ runtime: Runtime) throws(Raised) {
    if isLost || descriptor < 0 || !isReading { return }
    runtime.sendPending()
    let buffer = loop.asyncio.transferBuffer
    let count = medium == .socket ? recv(descriptor, buffer, Asyncio.transferSize, 0) : readDescriptor(descriptor, buffer, Asyncio.transferSize)
    if count > 0 {
      do throws(Raised) { try receiver.dataReceived(UnsafeBufferPointer(start: buffer, count: count), runtime) } catch {
        if loop.endsProgram(error.exception, runtime) { throw error }
        try fail(error.exception, "Fatal error: protocol.data_received() call failed.", runtime)
      }
    } else if count == 0 {
      try reachEnd(runtime)
    } else if !isToBeRepeated {
      try fail(runtime.systemError(errno).exception, "Fatal read error on socket transport", runtime)
    }
  }

  private func reachEnd(_ runtime: Runtime) throws(Raised) {
    if medium == .readPipe {
      isClosing = true
      stopReading()
      try soon("eof_received", []) { [self] runtime throws(Raised) in _ = try receiver.endReceived(runtime) }
      loseSoon(nil)
      return
    }
    let staysOpen: Bool
    do throws(Raised) { staysOpen = try receiver.endReceived(runtime) } catch {
      if loop.endsProgram(error.exception, runtime) { throw error }
      return try fail(error.exception, "Fatal error: protocol.eof_received() call failed.", runtime)
    }
    if staysOpen { stopReading() } else { close() }
  }

  private func readerHasGone(_ runtime: Runtime) throws(Raised) {
    if medium != .writePipe || isLost { return }
    if outgoing.isEmpty { forceClose(nil) } else { forceClose(runtime.systemError(EPIPE).exception) }
  }

  // MARK: Writing

  var bufferedCount: Int {
    runtime.sendPending()
    return outgoing.count
  }

  /// Whether so much may be sent a little later.
  private func keeps(_ count: Int) -> Bool {
    guard medium == .socket, outgoing.count + count <= PendingSends.limit, isReading, !isClosing, highWater > PendingSends.limit,
      loop.asyncio.runningLoop === loop
    else { return false }
    return isKept || outgoing.isEmpty && peerIsThere
  }

  /// False: sending may fail, and the program is to know that at once.
  private var peerIsThere: Bool {
    if loop.settledEndings == runtime.machine.pointee.endedConnections { return true }
    #if canImport(Glibc)
      var question = pollfd(fd: descriptor, events: Int16(0x2000 /* POLLRDHUP */), revents: 0)
    #else
      var question = pollfd(fd: descriptor, events: 0, revents: 0)
    #endif
    return poll(&question, 1, 0) == 0
  }

  /// Sends what was kept; what does not go at once waits for the system.
  func sendKept() {
    isKept = false
    if isLost || descriptor < 0 || outgoing.isEmpty { return }
    let sent = send(outgoing.front)
    if sent < 0, !isToBeRepeated {
      return forceClose(runtime.systemError(errno).exception)
    }
    outgoing.drop(max(0, sent))
    if !outgoing.isEmpty { startWriting() }
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    if hasEnded { throw runtime.runtimeError("Cannot call write() after write_eof()") }
    if bytes.isEmpty || isLost || descriptor < 0 || medium == .readPipe { return }
    if keeps(bytes.count) {
      outgoing.append(bytes)
      if !isKept {
        isKept = true
        loop.asyncio.sends.add(self)
      }
      return
    }
    runtime.sendPending()
    var rest = bytes
    if outgoing.isEmpty {
      let sent = send(bytes)
      if sent < 0, !isToBeRepeated {
        return try fail(runtime.systemError(errno).exception, "Fatal write error on socket transport", runtime)
      }
      if sent == bytes.count { return }
      rest = UnsafeBufferPointer(rebasing: bytes[max(0, sent)...])
      startWriting()
    }
    outgoing.append(rest)
    if !isReceiverPaused, outgoing.count > highWater {
      isReceiverPaused = true
      try receiver.pauseWriting(runtime)
    }
  }

  private func send(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard medium == .socket else { return writeDescriptor(descriptor, bytes.baseAddress, bytes.count) }
    #if canImport(Glibc)
      return Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    #else
      return Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
    #endif
  }

  private func startWriting() {
    if isWriting || descriptor < 0 { return }
    isWriting = true
    _ = loop.poll.setWriter(.job(TransportJob { [self] runtime throws(Raised) in try flush(runtime) }), descriptor)
  }

  private func stopWriting() {
    guard isWriting, descriptor >= 0 else { return }
    isWriting = false
    _ = loop.poller?.setWriter(nil, descriptor)
  }

  /// The descriptor takes more.
  private func flush(_ runtime: Runtime) throws(Raised) {
    if isLost || descriptor < 0 || !isWriting { return }
    let sent = send(outgoing.front)
    if sent < 0 {
      if isToBeRepeated { return }
      let failure = errno
      stopWriting()
      outgoing.removeAll()
      return try fail(runtime.systemError(failure).exception, "Fatal write error on socket transport", runtime)
    }
    outgoing.drop(sent)
    if isReceiverPaused, outgoing.count <= lowWater {
      isReceiverPaused = false
      try receiver.resumeWriting(runtime)
    }
    guard outgoing.isEmpty else { return }
    stopWriting()
    if isClosing {
      isLost = true
      try lose(nil, runtime)
    } else if hasEnded {
      shutdownWriting()
    }
  }

  private func shutdownWriting() {
    runtime.willEndConnection()
    if medium == .socket { shutdown(descriptor, Int32(SHUT_WR)) } else { forceClose(nil) }
  }

  func writeEnd() {
    if isClosing || hasEnded { return }
    if medium == .writePipe { return close() }
    runtime.sendPending()
    hasEnded = true
    if outgoing.isEmpty { shutdownWriting() }
  }

  func setLimits(high: Int, low: Int, _ runtime: Runtime) throws(Raised) {
    (highWater, lowWater) = (high, low)
    if !isReceiverPaused, outgoing.count > highWater {
      isReceiverPaused = true
      try receiver.pauseWriting(runtime)
    }
  }

  func setReceiver(_ receiver: TransportReceiver) { self.receiver = receiver }

  // MARK: Ending

  func close() {
    if isClosing { return }
    isClosing = true
    if descriptor < 0 { return }
    runtime.sendPending()
    stopReading()
    if outgoing.isEmpty { loseSoon(nil) }
  }

  func abort() {
    runtime.sendPending()
    forceClose(nil)
  }

  private func forceClose(_ exception: ExceptionObject?) {
    if isLost || descriptor < 0 { return }
    outgoing.removeAll()
    stopWriting()
    isClosing = true
    stopReading()
    loseSoon(exception)
  }

  private func fail(_ exception: ExceptionObject, _ message: String, _ runtime: Runtime) throws(Raised) {
    if !runtime.isInstance(.object(exception), of: runtime.exceptionTypes["OSError"].unsafelyUnwrapped) {
      try loop.callExceptionHandler([
        ("message", .object(runtime.string(message))), ("exception", .object(exception)), ("transport", .object(self)),
        ("protocol", receiver.value),
      ])
    }
    forceClose(exception)
  }

  private func loseSoon(_ exception: ExceptionObject?) {
    if isLost { return }
    isLost = true
    stopWriting()
    do throws(Raised) {
      try soon("_call_connection_lost", [exception.map { .object($0) } ?? .none]) { [self] runtime throws(Raised) in
        try lose(exception, runtime)
      }
    } catch { runtime.reportUnraisable(error, in: .object(self)) }
  }

  private func lose(_ exception: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    if isFinished { return }
    isFinished = true
    let receiver = receiver
    defer {
      release()
      self.receiver = TransportReceiver()
    }
    try receiver.connectionLost(exception, runtime)
    if let onClose {
      self.onClose = nil
      try onClose()
    }
  }

  private func release() {
    runtime.willEndConnection()
    stopReading()
    stopWriting()
    if descriptor >= 0 {
      if let owner { _ = try? runtime.callMethod(owner, "close") } else { closeDescriptor(descriptor) }
      owner = nil
      formerDescriptor = descriptor
    }
    descriptor = -1
  }

  var representation: String {
    runtime.sendPending()
    let kind = medium == .socket ? "_SelectorSocketTransport" : medium == .readPipe ? "_UnixReadPipeTransport" : "_UnixWritePipeTransport"
    var text = "<\(kind)"
    if descriptor < 0 { text += " closed" } else if isClosing { text += " closing" }
    text += " fd=\(max(descriptor, formerDescriptor))"
    switch medium {
    case .socket:
      guard descriptor >= 0 else { break }
      text += " read=\(isReading ? "polling" : "idle") write=<\(isWriting ? "polling" : "idle"), bufsize=\(outgoing.count)>"
    case .readPipe: text += descriptor < 0 ? " closed" : loop.isClosed ? " open" : isReading ? " polling" : " idle"
    case .writePipe: text += descriptor < 0 ? " closed" : loop.isClosed ? " open" : " \(isWriting ? "polling" : "idle") bufsize=\(outgoing.count)"
    }
    return text + ">"
  }
}

/// A step of a transport, in the loop's ready queue.
final class TransportJob: LoopJob {
  private let body: (Runtime) throws(Raised) -> Void
  init(_ body: @escaping (Runtime) throws(Raised) -> Void) { self.body = body }
  override func run(_ runtime: Runtime) throws(Raised) { try body(runtime) }
}

/// Whether the call that failed last did so because the descriptor was not ready, or a signal came.
private var isToBeRepeated: Bool { errno == EAGAIN || errno == EINTR || errno == EWOULDBLOCK }

// Under names of their own: the methods of the same names would be found first.
private func readDescriptor(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int { read(descriptor, buffer, count) }
private func writeDescriptor(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int { write(descriptor, bytes, count) }
private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
