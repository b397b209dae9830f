import Testing

/// Exit statuses, and what is written on every way out.
@Suite struct EndingTests {
  private let scratch = Scratch()

  @Test(arguments: [
    ("", 0), ("None", 0), ("0", 0), ("3", 3), ("300", 44), ("-1", 255), ("True", 1), ("False", 0),
  ] as [(String, Int32)])
  func statusOfExit(argument: String, status: Int32) {
    let ended = scratch.run("-c", "import sys; print('before'); sys.exit(\(argument))")
    #expect(ended.status == status)
    #expect(ended.output == "before\n")
    #expect(ended.errors == "")
  }

  @Test func exitWithATextPrintsIt() {
    let ended = scratch.run("-c", "import sys; sys.exit('no more')")
    #expect(ended.errors == "no more\n")
    #expect(ended.status == 1)
  }

  @Test func exitInsideATaskEndsTheProgram() {
    let ended = scratch.run("-c", "import sys\nasync def stop(): sys.exit(7)\nprint(1)\nawait create_task(stop())")
    #expect(ended.status == 7)
    #expect(ended.output == "1\n")
  }

  @Test func outputIsWrittenBeforeTheTraceback() {
    let ended = scratch.run("-c", "print('out', end='')\nraise ValueError('no')")
    #expect(ended.output == "out")
    #expect(ended.errors.hasSuffix("ValueError: no\n"))
    #expect(ended.status == 1)
  }

  @Test func aLongOutputArrivesWhole() {
    let ended = scratch.run("-c", "for i in range(20000): print(i)")
    #expect(ended.output.utf8.count == 108_890)
    #expect(ended.output.hasSuffix("19999\n"))
  }

  @Test func aClosedPipeEndsALongProgramQuietly() {
    let ended = scratch.run("-c", "while True: print('x' * 100)", output: .closedPipe)
    #expect(ended.errors == "")
    #expect(ended.status == 1)
  }

  @Test func aClosedPipeAtTheEndIsQuiet() {
    // Without what the environment says of buffers (PYTHONUNBUFFERED).
    let ended = scratch.run("-E", "-c", "print(1)", output: .closedPipe)
    #expect(ended.errors == "")
    #expect(ended.status == 120)
  }

  @Test func aProgramMayHandleTheClosedPipe() {
    let program = """
      import sys
      try:
          while True: print('x' * 100)
      except BrokenPipeError as error:
          print(error, file=sys.stderr)
      """
    let ended = scratch.run("-c", program, output: .closedPipe)
    #expect(ended.errors == "[Errno 32] Broken pipe\n")
  }

  // MARK: Ctrl-C

  @Test func interruptOfALoop() {
    scratch.write("loop.pya", "print('ready', flush=True)\nwhile True: pass\n")
    let ended = scratch.run("loop.pya", interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasPrefix("Traceback (most recent call last):\n  File \"\(scratch.path)/loop.pya\", line 2,"))
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
  }

  @Test func interruptOfASleepAtTheTopLevel() {
    let ended = scratch.run("-c", "print('ready', flush=True)\nawait sleep(30)", interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
    #expect(ended.seconds < 20)
  }

  @Test func interruptCancelsTheMainTask() {
    let program = """
      import asyncio
      async def main():
          try:
              print('ready', flush=True)
              await asyncio.sleep(30)
          finally:
              print('cleaned')
      asyncio.run(main())
      """
    let ended = scratch.run("-c", program, interruptAfter: "ready")
    #expect(ended.output == "ready\ncleaned\n")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
  }

  @Test func interruptOfAWaitForInput() {
    let program = """
      import asyncio, socket
      async def main():
          one, other = socket.socketpair()
          one.setblocking(False)
          print('ready', flush=True)
          await asyncio.get_running_loop().sock_recv(one, 1)
      asyncio.run(main())
      """
    let ended = scratch.run("-c", program, interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("KeyboardInterrupt\n"))
  }

  @Test func interruptOfABlockingSleep() {
    let ended = scratch.run("-c", "import time\nprint('ready')\ntime.sleep(30)", interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.seconds < 20)
  }

  /// The signal goes to the parent alone.
  @Test(arguments: [
    "subprocess.run(['sleep', '20'])", "subprocess.check_output(['sleep', '20'])", "subprocess.Popen(['sleep', '20']).wait()",
    "subprocess.Popen(['sleep', '20']).communicate()", "os.waitpid(subprocess.Popen(['sleep', '20']).pid, 0)",
  ])
  func interruptOfAWaitForAChild(call: String) {
    let ended = scratch.run("-c", "import os, subprocess\nprint('ready', flush=True)\n\(call)", interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
    #expect(ended.seconds < 15)
  }

  @Test func interruptOfInput() {
    let ended = scratch.run("-c", "print('ready', flush=True)\ninput()", input: .terminal, interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
  }

  @Test func interruptOfAReadFromADescriptor() {
    let program = "import os\nprint('ready', flush=True)\nos.read(0, 1)"
    let ended = scratch.run("-c", program, input: .terminal, interruptAfter: "ready")
    #expect(ended.status == 130)
    #expect(ended.errors.hasSuffix("\nKeyboardInterrupt\n"))
  }

  @Test func aProgramMayCatchTheInterrupt() {
    let program = """
      print('ready', flush=True)
      try:
          while True: pass
      except KeyboardInterrupt:
          print('caught')
      """
    let ended = scratch.run("-c", program, interruptAfter: "ready")
    #expect(ended.output == "ready\ncaught\n")
    #expect(ended.status == 0)
  }
}
