extension AsyncioLibrary {
  /// `asyncio.exceptions`
  static let exceptions = #"""
    class SendfileNotAvailableError(RuntimeError):
        """The system cannot send this file."""


    class IncompleteReadError(EOFError):
        """The stream ended before all bytes were read."""

        def __init__(self, partial, expected):
            total = "undefined" if expected is None else repr(expected)
            super().__init__(f"{len(partial)} bytes read on a total of {total} expected bytes")
            self.partial = partial
            self.expected = expected

        def __reduce__(self):
            return type(self), (self.partial, self.expected)


    class LimitOverrunError(Exception):
        """The separator was not found within the limit."""

        def __init__(self, message, consumed):
            super().__init__(message)
            self.consumed = consumed

        def __reduce__(self):
            return type(self), (self.args[0], self.consumed)


    class BrokenBarrierError(RuntimeError):
        """The barrier was aborted or reset."""
    """#
}
