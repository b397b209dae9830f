// Placeholder: owned by the containers work.
final class SetObject: Object {
  var count: Int { 0 }
  init(type: TypeObject) { super.init(type: type, kind: .set) }
}
