/// What a call passes: positional values, then the values of keyword arguments, side by side in memory that belongs to the
/// caller for the time of the call.
struct Arguments {
  let base: UnsafeMutablePointer<Value>
  /// How many are positional.
  let count: Int
  /// The names of the values after the positional ones. Interned.
  let keywordNames: [StringObject]

  @inline(__always)
  init(_ base: UnsafeMutablePointer<Value>, _ count: Int, keywordNames: [StringObject] = []) {
    self.base = base
    self.count = count
    self.keywordNames = keywordNames
  }

  /// A positional argument; `undefined` when the call did not give it.
  @inline(__always)
  subscript(_ index: Int) -> Value { index < count ? base[index] : .undefined }

  /// The call did not give the argument.
  @inline(__always)
  func isMissing(_ index: Int) -> Bool { index >= count || (base + index).holdsUndefined }

  /// The call did not give the argument, or gave None.
  @inline(__always)
  func isMissingOrNone(_ index: Int) -> Bool { isMissing(index) || (base + index).holdsNone }

  /// `self` of a method of a built-in type, which the call has checked. Uncounted: the call holds it.
  @inline(__always)
  func receiver<Class: Object>(_ type: Class.Type) -> Unmanaged<Class> {
    guard let held = base.uncountedObject else { fatalError("pya: a method without its object") }
    return held.as(type)
  }

  @inline(__always)
  var hasKeywords: Bool { !keywordNames.isEmpty }

  /// The positional arguments.
  var positional: [Value] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The keyword arguments, in call order.
  var keywords: [(name: StringObject, value: Value)] {
    keywordNames.enumerated().map { ($1, base[count + $0]) }
  }

  /// The value passed for a keyword; `undefined` when there is none.
  func keyword(_ name: StaticString) -> Value {
    for index in keywordNames.indices where keywordNames[index].hasText(name) { return base[count + index] }
    return .undefined
  }

  /// Without the first positional argument, which there must be: what a method passes on.
  @inline(__always)
  var dropFirst: Arguments { Arguments(base + 1, count - 1, keywordNames: keywordNames) }
}
