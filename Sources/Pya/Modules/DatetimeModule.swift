/// `datetime`.
func makeDatetimeModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "datetime")
  let types = runtime.datetimeTypes
  runtime.defineTimedelta(types)
  runtime.defineTzinfo(types)
  runtime.defineTimezone(types)
  runtime.defineDate(types)
  runtime.defineTimeOfDay(types)
  runtime.defineDatetime(types)
  let contents = [types.date, types.datetime, types.time, types.timedelta, types.timezone, types.tzinfo]
  for type in contents { module.set(runtime, type.name, .object(type)) }
  module.set(runtime, "MINYEAR", .int(Gregorian.minimumYear))
  module.set(runtime, "MAXYEAR", .int(Gregorian.maximumYear))
  module.set(runtime, "UTC", .object(types.utc))
  let names = contents.map(\.name) + ["MINYEAR", "MAXYEAR", "UTC"]
  module.set(runtime, "__all__", .object(TupleObject(runtime, names.map { .object(runtime.string($0)) })))
  return module
}
