import Pya
import Testing

/// What grammar.md lists under "Not supported" says so when it is used: here pya differs from CPython on purpose.
@Suite struct RefusalTests {
  @Test(
    arguments: [
      ("import modulefinder", "No module named 'modulefinder' (pya does not have this one of Python's modules)"),
      (
        """
        import asyncio
        await asyncio.open_connection("127.0.0.1", 1, ssl=True)
        """, "pya: TLS is not supported"
      ),
      (
        """
        import multiprocessing
        multiprocessing.Process(target=print).start()
        """, "pya: os.fork is not supported where output is collected"
      ),
      ("import ssl\nssl.wrap_socket('x')", "pya: ssl.wrap_socket is not supported"),
      ("__build_class__(print, 'C')", "__build_class__() is not supported: write a class statement or call type()"),
      (
        "import sys\ngetattr(sys, 'set' + 'trace')(print)",
        "pya: sys.settrace is supported where the program's first file names it, or a module like cProfile"
      ),
      ("'x'.encode('gbk')", "unknown encoding: gbk"),
      ("raise RuntimeError(len.__doc__)", "None"),
    ]) func isRefused(_ source: String, _ message: String) {
    var options = Interpreter.Options()
    options.usesVirtualClock = true
    options.collectsOutput = true
    let outcome = Interpreter.run(
      Interpreter.Program(name: "test.pya", source: Array(source.utf8), directory: nil), options: options)
    let last = String(decoding: outcome.errorOutput, as: UTF8.self).split(separator: "\n").last ?? ""
    #expect(last.hasSuffix(": " + message))
    #expect(outcome.status == 1)
  }
}
