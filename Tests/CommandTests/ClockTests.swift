import Testing

/// `--clock`.
@Suite struct ClockTests {
  private let scratch = Scratch()
  private let program = """
    import time
    async def tell(name, seconds):
        await sleep(seconds)
        print(name)
    start = time.monotonic()
    await gather(tell('c', 0.3), tell('b', 0.2), tell('a', 0.1))
    print(f'{time.monotonic() - start:.1f}')
    """

  @Test func theSystemClockSleeps() {
    let ended = scratch.run("--clock", "system", "-c", program)
    #expect(ended.output == "a\nb\nc\n0.3\n")
    #expect(ended.seconds >= 0.3)
  }

  @Test func theVirtualClockTellsTheSameStory() {
    let ended = scratch.run("--clock", "virtual", "-c", program)
    #expect(ended.output == "a\nb\nc\n0.3\n")
  }

  @Test func anHourOfVirtualTimeIsShort() {
    let ended = scratch.run("--clock=virtual", "-c", "import time\nawait sleep(3600)\ntime.sleep(3600)\nprint('done')")
    #expect(ended.output == "done\n")
    #expect(ended.seconds < 30)
  }
}
