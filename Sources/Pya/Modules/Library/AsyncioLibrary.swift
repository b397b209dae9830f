/// The modules of asyncio that are written in the language itself.
enum AsyncioLibrary {
  static let sources: [String: String] = [
    "asyncio.locks": locks,
    "asyncio.queues": queues,
    "asyncio.timeouts": timeouts,
    "asyncio.taskgroups": taskGroups,
    "asyncio.tasks": tasks,
    "asyncio.threads": threads,
    "asyncio.exceptions": exceptions,
    "asyncio.mixins": mixins,
  ]
}
