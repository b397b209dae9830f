/// What file objects look like.
extension FileObject {
  final fileprivate func namePart(_ runtime: Runtime) throws(Raised) -> String {
    try name.defined.map { (name) throws(Raised) in " name=\(try runtime.repr(name).text)" } ?? ""
  }

  final func bufferedRepresentation(_ runtime: Runtime) throws(Raised) -> String {
    "<\(type.moduleName).\(type.name)\(try namePart(runtime))>"
  }

  final func rawRepresentation(_ runtime: Runtime) throws(Raised) -> String {
    let closes = (self as? BinaryFileObject)?.closesDescriptor ?? true
    let name = try runtime.repr(name.defined ?? .none).text
    return "<_io.FileIO name=\(name) mode='\(mode)' closefd=\(closes ? "True" : "False")>"
  }
}

extension TextFileObject {
  func representation(_ runtime: Runtime) throws(Raised) -> String {
    "<_io.TextIOWrapper\(try namePart(runtime))\(mode.isEmpty ? "" : " mode='\(mode)'") encoding='\(encoding)'>"
  }
}
