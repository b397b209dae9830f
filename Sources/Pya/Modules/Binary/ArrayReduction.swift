import PyaSyntax

/// How pickles keep arrays: up to protocol 2 as a list of the elements, later as bytes together with the form that the numbers have in them.
extension Runtime {
  /// The forms of numbers in the order of their codes: the `struct` format of each.
  private var machineFormats: [String] {
    ["B", "b", "<H", ">H", "<h", ">h", "<I", ">I", "<i", ">i", "<Q", ">Q", "<q", ">q", "<f", ">f", "<d", ">d", "", "", "<I", ">I"]
  }

  func defineArrayReduction(_ type: TypeObject, _ module: ModuleObject) {
    module.define(self, "_array_reconstructor", "arraytype, typecode, mformat_code, items, /") {
      (runtime, arguments) throws(Raised) in
      try runtime.reconstructArray(arguments, type)
    }
    defineArrayMethod(type, "__reduce_ex__", "self, protocol, /") { (runtime, array, arguments) throws(Raised) in
      let code = Value.object(runtime.string(String(Unicode.Scalar(array.code))))
      let attributes = array.existingInstanceDictionary.map { Value.object($0) } ?? .none
      guard try runtime.index(arguments[1]) > 2 else {
        let elements = runtime.tuple([code, .object(ListObject(runtime, array.list.array))])
        return runtime.tuple([.object(array.type), elements, attributes])
      }
      let bytes = Value.object(BytesObject(type: runtime.types.bytes, try runtime.bytes(of: array)))
      let make = try runtime.getAttribute(.object(module), runtime.intern("_array_reconstructor"))
      let parts = runtime.tuple([.object(array.type), code, .int(runtime.machineFormat(of: array)), bytes])
      return runtime.tuple([make, parts, attributes])
    }
  }

  private func machineFormat(of array: ArrayObject) -> Int {
    switch Unicode.Scalar(array.code) {
    case "B": 0
    case "b": 1
    case "H": 2
    case "h": 4
    case "I": 6
    case "i": 8
    case "L", "Q": 10
    case "l", "q": 12
    case "f": 14
    case "d": 16
    default: 20
    }
  }

  private func reconstructArray(_ arguments: Arguments, _ type: TypeObject) throws(Raised) -> Value {
    guard let wanted = arguments[0].cast(.type, to: TypeObject.self) else {
      throw typeError("_array_reconstructor() argument 1 must be type, not \(givenName(arguments[0]))")
    }
    guard wanted.isSubtype(of: type) else {
      throw typeError("\(wanted.name) is not a subtype of array.array")
    }
    guard let code = arguments[1].string, code.length == 1 else {
      throw typeError("_array_reconstructor() argument 2 must be a unicode character, not \(givenName(arguments[1]))")
    }
    guard code.byteCount == 1, ArrayObject.itemSize(code.bytes[0]) != nil else {
      throw valueError("second argument must be a valid type code")
    }
    let machineFormat = try index(arguments[2])
    guard machineFormats.indices.contains(machineFormat) else {
      throw valueError("third argument must be a valid machine format code.")
    }
    guard let bytes = arguments[3].bytes?.copyBytes() else {
      throw typeError("fourth argument should be bytes, not \(typeName(arguments[3]))")
    }
    let array = ArrayObject(type: wanted, code: code.bytes[0], ListObject(self))
    if machineFormat == self.machineFormat(of: array) {
      try appendBytes(bytes, to: array)
    } else if machineFormat >= 18 {
      let names = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
      let text = try callMethod(arguments[3], "decode", [.object(string(names[machineFormat - 18]))])
      try forEach(text) { (character) throws(Raised) in array.list.append(try element(character, of: array)) }
    } else {
      let format = machineFormats[machineFormat]
      // Two codes (signs of bytes, byte orders) for each size.
      let size = [1, 2, 2, 4, 4, 8, 8, 4, 8][machineFormat / 2]
      if bytes.count % size != 0 { throw valueError("bytes length not a multiple of item size") }
      let module = try importModule("struct", level: 0, globals: builtins)
      let order = format.count == 2 ? String(format.prefix(1)) : "="
      let all = Value.object(string("\(order)\(bytes.count / size)\(format.suffix(1))"))
      let values = try call(try getAttribute(module, "unpack"), all, arguments[3])
      for value in values.tuple?.array ?? [] { array.list.append(try element(value, of: array)) }
    }
    return .object(array)
  }
}
