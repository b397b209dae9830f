import PyaSyntax

/// `receiver.name` in front of keywords or unpacked arguments: the function is found on the receiver's type, so that no bound method is made
/// of it. (`MethodCallNode` has such a cache too, which knows of the arguments as well.)
///
/// Remembered by the tokens that `MethodCallNode` uses, with what was found: a function, or that the attribute has to be got.
final class MethodLookup {
  private let attribute: AttributeNode
  private let receiver: ExpressionNode
  private var newest = Entry()
  private var other = Entry()
  private var owners = CacheOwners()

  private struct Entry {
    var token = 0
    var function: UnsafeMutableRawPointer?
    /// The receiver may have an attribute of its own under the name, in a dictionary.
    var asksInstance = false
  }

  /// Nil: it is no attribute that is called.
  init?(_ callee: ExpressionNode) {
    guard let attribute = callee as? AttributeNode else { return nil }
    self.attribute = attribute
    receiver = attribute.object
  }

  /// What to call, and what goes in front of the arguments (`undefined`: nothing).
  @inline(__always)
  func evaluate(_ frame: Frame) throws(Raised) -> (callee: Value, receiver: Value) {
    let value = try receiver.evaluate(frame)
    if let function = function(of: value, frame) {
      return (.object(Unmanaged<Object>.fromOpaque(function).takeUnretainedValue()), value)
    }
    return (try attribute.attribute(of: value, frame), .undefined)
  }

  @inline(__always)
  private func function(of value: Value, _ frame: Frame) -> UnsafeMutableRawPointer? {
    guard let held = value.uncounted, held.kind != .module, held.kind != .type else { return nil }
    let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
    if newest.token != token, other.token != token { return learn(value, frame.runtime) }
    let entry = newest.token == token ? newest : other
    return entry.asksInstance && frame.runtime.instanceHides(value, attribute.name) ? nil : entry.function
  }

  @inline(never)
  private func learn(_ value: Value, _ runtime: Runtime) -> UnsafeMutableRawPointer? {
    guard case .object(let object) = value, object.mayCacheMethods || object.kind != .instance else { return nil }
    var known: UnsafeMutableRawPointer?
    let type = object.type
    if type.special(.getattribute) == nil, case .object(let found)? = type.lookup(attribute.name),
      found.kind == .function || found.kind == .nativeFunction, found.isDescriptor,
      !runtime.instanceHides(value, attribute.name), owners.keep(found)
    {
      known = found.uncountedPointer
    }
    other = newest
    newest = Entry(token: object.cacheToken, function: known, asksInstance: known != nil && !object.mayCacheMethods)
    return known
  }
}
