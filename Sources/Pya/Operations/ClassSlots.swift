/// `__slots__`: a class that says which attributes its instances may have.
///
/// The values lie in the instance's ordinary slots, under the same names and shapes as other attributes. What `__slots__`
/// changes is that nothing else can be stored (`TypeObject.hasNoInstanceDictionary`), and that each name is a descriptor on the class.
extension Runtime {
  /// Makes the member descriptors, and decides whether instances have a `__dict__`.
  func applySlots(to type: TypeObject, _ slots: Value) throws(Raised) {
    let names = try slotNames(slots)
    var givesDictionary = false
    var made: [StringObject] = []
    for name in names {
      if name.text == "__dict__" {
        givesDictionary = true
        continue
      }
      if name.text == "__weakref__" {
        defineWeakReferences(of: type)
        continue
      }
      if holdsVariableSize(type) {
        throw typeError("nonempty __slots__ not supported for subtype of '\(type.bases.first?.name ?? "object")'")
      }
      let mangled = intern(mangle(name, inClass: type.name))
      if made.contains(where: { $0 === mangled }) { continue }
      if type.attributes.getString(mangled) != nil {
        throw valueError("'\(name.text)' in __slots__ conflicts with class variable")
      }
      type.attributes.setString(mangled, .object(MemberDescriptor(self, name: mangled, owner: type)))
      made.append(mangled)
    }
    type.hasOwnLayout = !made.isEmpty
    if givesDictionary || type.bases.contains(where: { hasInstanceDictionary($0) }) { return }
    // Built-in kinds keep slot values in the very dictionary that programs then cannot see.
    let isEmpty = names.isEmpty && !type.bases.contains { $0.hasOnlySlots }
    type.hasNoInstanceDictionary = type.instanceKind == .instance || isEmpty
    type.hasOnlySlots = !type.hasNoInstanceDictionary
  }

  /// Whether instances have a `__dict__` of this class or its bases.
  func hasInstanceDictionary(_ base: TypeObject) -> Bool {
    if base.isHeap { return !base.hasNoInstanceDictionary && !base.hasOnlySlots }
    return base.instanceKind == .exception || base.instanceKind == .function || base.instanceKind == .module
  }

  private func holdsVariableSize(_ type: TypeObject) -> Bool {
    switch type.instanceKind {
    case .intInstance, .bigInt, .tuple, .bytes, .type: true
    default: false
    }
  }

  private func slotNames(_ slots: Value) throws(Raised) -> [StringObject] {
    if let single = slots.string { return [try checkedSlotName(.object(single))] }
    var names: [StringObject] = []
    for item in try array(slots) { names.append(try checkedSlotName(item)) }
    return names
  }

  private func checkedSlotName(_ item: Value) throws(Raised) -> StringObject {
    guard let name = item.string else {
      throw typeError("__slots__ items must be strings, not '\(typeName(item))'")
    }
    guard isIdentifier(name) else { throw typeError("__slots__ must be identifiers") }
    return intern(name)
  }

  private func isIdentifier(_ name: StringObject) -> Bool {
    guard let first = name.utf8.first else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    return isLetter(first)
      && name.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// `__name` inside a class is `_Class__name`.
  private func mangle(_ name: StringObject, inClass className: String) -> String {
    let text = name.text
    guard text.hasPrefix("__"), !text.hasSuffix("__"), !text.contains(".") else { return text }
    let stripped = className.drop { $0 == "_" }
    return stripped.isEmpty ? text : "_\(stripped)\(text)"
  }
}

/// `C.x` for a name in `__slots__`: reads and writes the slot of an instance.
final class MemberDescriptor: Object {
  let name: StringObject
  unowned(unsafe) let owner: TypeObject

  init(_ runtime: Runtime, name: StringObject, owner: TypeObject) {
    self.name = name
    self.owner = owner
    super.init(type: runtime.types.memberDescriptor, kind: .other)
  }

  override var isDescriptor: Bool { true }
  override var isDataDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined { return .object(self) }
    guard case .object(let object) = instance else {
      try check(runtime, instance)
      return .undefined
    }
    if object.kind == .instance {
      let holder = unsafeDowncast(object, to: Instance.self)
      if let index = holder.shape.index(of: name) {
        if let value = holder.slot(index).pointee.defined { return value }
      } else if let value = holder.slotValues?.getString(name) {
        return value
      }
    } else if let value = object.existingInstanceDictionary?.getString(name) {
      return value
    }
    try check(runtime, instance)
    throw runtime.missingAttribute(instance, name)
  }

  override func descriptorSet(_ runtime: Runtime, instance: Value, value: Value) throws(Raised) {
    try check(runtime, instance)
    guard case .object(let object) = instance else { return }
    guard object.kind == .instance else {
      let dictionary = object.instanceDictionary(runtime)
      if !value.isUndefined {
        dictionary?.setString(name, value)
      } else if dictionary?.removeString(name) == nil {
        throw missing(runtime, instance)
      }
      return
    }
    let holder = unsafeDowncast(object, to: Instance.self)
    if holder.dictionary != nil {
      if !value.isUndefined {
        holder.setSlotValue(name, value, runtime)
      } else if holder.slotValues?.removeString(name) == nil {
        throw missing(runtime, instance)
      }
    } else if let index = holder.shape.index(of: name) {
      if value.isUndefined, holder.slot(index).pointee.isUndefined { throw missing(runtime, instance) }
      let old = holder.slot(index).pointee
      holder.slot(index).pointee = value
      _ = consume old
    } else if value.isUndefined {
      throw missing(runtime, instance)
    } else {
      holder.append(name, value)
    }
  }

  private func check(_ runtime: Runtime, _ instance: Value) throws(Raised) {
    if runtime.isInstance(instance, of: owner) { return }
    throw runtime.typeError(
      "descriptor '\(name.text)' for '\(owner.name)' objects doesn't apply to a '\(runtime.typeName(instance))' object")
  }

  private func missing(_ runtime: Runtime, _ instance: Value) -> Raised { runtime.attributeError(name.text) }
}
