/// How Swift gives built-in types and modules their functions.
extension TypeObject {
  /// A method: the first parameter is `self`.
  func define(_ runtime: Runtime, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    let function = NativeFunction(runtime, name, signature, owner: self, body: body)
    attributes.setString(runtime.intern(name), .object(function))
  }

  func defineStatic(_ runtime: Runtime, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    let function = NativeFunction(runtime, name, signature, body: body)
    function.className = self.name
    attributes.setString(runtime.intern(name), .object(StaticMethodObject(runtime, .object(function))))
  }

  /// A class method: the first parameter is the class.
  func defineClassMethod(_ runtime: Runtime, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    let function = NativeFunction(runtime, name, signature, body: body)
    function.takesClass = true
    function.className = self.name
    attributes.setString(runtime.intern(name), .object(ClassMethodObject(runtime, .object(function))))
  }

  /// A computed attribute. In `set`, an undefined value means deletion.
  func defineProperty(
    _ runtime: Runtime, _ name: String, get: @escaping (Runtime, Value) throws(Raised) -> Value,
    set: ((Runtime, Value, Value) throws(Raised) -> Void)? = nil
  ) {
    let attribute = NativeAttribute(runtime, name, get: get, set: set)
    attribute.owner = self
    attributes.setString(runtime.intern(name), .object(attribute))
  }
}

extension ModuleObject {
  func define(_ runtime: Runtime, _ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    let function = NativeFunction(runtime, name, signature, body: body)
    function.moduleName = self.name
    set(runtime, name, .object(function))
  }
}
