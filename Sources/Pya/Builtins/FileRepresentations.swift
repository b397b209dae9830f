/// What file objects look like.
extension FileObject {
  final fileprivate func namePart(_ runtime: Runtime) throws(Raised) -> String {
    try shown("name", runtime)
  }

  /// An attribute, which may be that of the file below.
  final fileprivate func shown(_ attribute: String, _ runtime: Runtime) throws(Raised) -> String {
    guard let value = try runtime.getAttributeIfPresent(.object(self), runtime.intern(attribute)) else { return "" }
    return " \(attribute)=\(try runtime.repr(value).text)"
  }

  final func bufferedRepresentation(_ runtime: Runtime) throws(Raised) -> String {
    "<\(type.messageName)\(try namePart(runtime))>"
  }

  final func rawRepresentation(_ runtime: Runtime) throws(Raised) -> String {
    let closes = (self as? BinaryFileObject)?.closesDescriptor ?? true
    let name = try runtime.repr(name.defined ?? .none).text
    return "<_io.FileIO name=\(name) mode='\(mode)' closefd=\(closes ? "True" : "False")>"
  }
}

extension TextFileObject {
  func representation(_ runtime: Runtime) throws(Raised) -> String {
    "<\(type.messageName)\(try namePart(runtime))\(try shown("mode", runtime)) encoding='\(encoding)'>"
  }
}
