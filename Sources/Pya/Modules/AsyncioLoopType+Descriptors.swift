/// The loop's methods that watch file descriptors, and those written in the language itself.
extension Asyncio {
  func installDescriptorMethods(_ type: TypeObject) {
    for (name, isReader) in [("add_reader", true), ("add_writer", false)] {
      for prefix in ["", "_"] {
        type.define(runtime, prefix + name, "self, fd, callback, *args") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
          let loop = try loop(arguments[0])
          let call = try callArguments(arguments, name, skipping: 2)
          let descriptor = try runtime.fileDescriptor(arguments[1])
          try loop.checkIsOpen(runtime)
          let handle = HandleObject(loop, call.callback, call.arguments, context: call.context)
          let old = isReader ? loop.poll.reader(descriptor) : loop.poll.writer(descriptor)
          let failure =
            isReader
            ? loop.poll.setReader(.handle(handle), descriptor) : loop.poll.setWriter(.handle(handle), descriptor)
          if failure != 0 { throw runtime.systemError(failure) }
          if case .handle(let handle) = old { handle.cancel() }
          return prefix.isEmpty ? .none : .object(handle)
        }
      }
    }
    for (name, isReader) in [("remove_reader", true), ("remove_writer", false)] {
      for prefix in ["", "_"] {
        type.define(runtime, prefix + name, "self, fd") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
          let loop = try loop(arguments[0])
          let descriptor = try runtime.fileDescriptor(arguments[1])
          guard let poller = loop.poller else { return .bool(false) }
          guard let old = isReader ? poller.reader(descriptor) : poller.writer(descriptor) else { return .bool(false) }
          if case .handle(let handle) = old { handle.cancel() }
          _ = isReader ? poller.setReader(nil, descriptor) : poller.setWriter(nil, descriptor)
          return .bool(true)
        }
      }
    }
    type.defineProperty(runtime, "_default_executor") { [unowned(unsafe) self] (_, value) throws(Raised) in
      try loop(value).defaultExecutor
    } set: { [unowned(unsafe) self] (_, value, newValue) throws(Raised) in try loop(value).defaultExecutor = newValue }
    type.defineProperty(runtime, "_executor_shutdown_called") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try loop(value).hasShutDownExecutor)
    }
  }

  /// Methods of the loop that are functions of a library module, called with the loop as their first argument.
  func installLibraryMethods(_ type: TypeObject) {
    let methods = [
      "asyncio.threads": ["run_in_executor", "set_default_executor", "getaddrinfo", "getnameinfo"],
      "asyncio.selector_events": [
        "create_connection", "create_unix_connection", "connect_accepted_socket", "connect_read_pipe", "connect_write_pipe",
        "create_server", "create_unix_server", "sock_recv", "sock_recv_into", "sock_recvfrom", "sock_sendto", "sock_sendall",
        "sock_accept", "sock_connect", "create_datagram_endpoint", "sock_recvfrom_into", "sock_sendfile", "sendfile", "start_tls",
      ],
      "asyncio.subprocess": ["subprocess_exec", "subprocess_shell"],
    ]
    for (module, names) in methods {
      for name in names {
        type.define(runtime, name, "self, *args, **kwargs") { (runtime, arguments) throws(Raised) in
          let library = try runtime.importModule(module, level: 0, globals: runtime.builtins)
          return try runtime.call(try runtime.getAttribute(library, runtime.intern("_loop_\(name)")), arguments)
        }
      }
    }
  }
}

extension Runtime {
  /// A file descriptor: an int, or an object with `fileno()`.
  func fileDescriptor(_ value: Value) throws(Raised) -> Int32 {
    let number: Value
    if case .int = value {
      number = value
    } else if let method = try getAttributeIfPresent(value, intern("fileno")) {
      number = try call(method)
    } else {
      throw valueError("Invalid file object: \(try repr(value).text)")
    }
    guard case .int(let integer) = number, let descriptor = Int32(exactly: integer), descriptor >= 0 else {
      throw valueError("Invalid file descriptor: \(try repr(number).text)")
    }
    return descriptor
  }
}
