extension Interpreter {
  /// The modules that every program can import.
  public static var moduleNames: Set<String> {
    Set(Interpreter().runtime.nativeModules.keys).union(Library.sources.keys)
  }

  /// The folders of the environment's PYAPATH and PYTHONPATH, in which programs find modules besides their own folder.
  public static var moduleFolders: [String] { ImportedFile.foldersOfEnvironment }

  /// Opens a session on a thread with a large stack and hands it to `body` there; returns how it ended. With a program the session
  /// goes on where that ends.
  public static func runSession(
    after program: Program? = nil, options: Options = Options(), started: (@Sendable (InterruptHandle) -> Void)? = nil,
    _ body: @escaping @Sendable (Session) -> Int32
  ) -> Outcome {
    runOnLargeStack(options, started) { interpreter in
      let prompt = Program(name: "<prompt>", source: [], directory: "", scriptName: "")
      if let program {
        do throws(Raised) { try interpreter.runMain(program) } catch { interpreter.runtime.reportBeforePrompt(error) }
      }
      let runtime = interpreter.runtime
      runtime.output.flush()
      guard let session = try? Session(interpreter, main: runtime.modules["__main__"] ?? interpreter.makeMainModule(prompt))
      else { return 1 }
      // Makes the pipe that ends sleeping: from now on other threads can.
      _ = runtime.asyncio.wakeup.pipe
      let status = body(session)
      session.close()
      return interpreter.finish(status)
    }
  }
}

extension Runtime {
  /// An exception ended the program, and a prompt follows: SystemExit is shown like any other.
  fileprivate func reportBeforePrompt(_ raised: Raised) {
    output.flush()
    show(traceback: raised.exception)
  }
}
