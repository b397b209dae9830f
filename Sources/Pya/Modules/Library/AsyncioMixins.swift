extension AsyncioLibrary {
  /// `asyncio.mixins`
  static let mixins = #"""
    from asyncio.events import _get_running_loop


    class _LoopBoundMixin:
        """Belongs to the first loop on which somebody has to wait for it."""

        _loop = None

        def _get_loop(self):
            running = _get_running_loop()
            if self._loop is None:
                self._loop = running
            elif self._loop is not running:
                raise RuntimeError(f"{self!r} is bound to a different event loop")
            return running
    """#
}
