extension AsyncioLibrary {
  /// `asyncio.threads`
  static let threads = #"""
    from asyncio import get_running_loop
    from contextvars import copy_context


    async def to_thread(func, /, *args, **kwargs):
        """Runs a function outside of any task, in the caller's context."""
        loop = get_running_loop()
        context = copy_context()

        def call():
            return context.run(func, *args, **kwargs)

        return await loop.run_in_executor(None, call)
    """#
}
