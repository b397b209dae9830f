/// The types that exist before any program runs. Their methods are added by Builtins/.
final class BuiltinTypes {
  let object, type: TypeObject
  let int, bool, float, complex, str, bytes, bytearray: TypeObject
  let list, tuple, dict, set, frozenset, range, slice: TypeObject
  let none, ellipsis, notImplemented: TypeObject
  let function, builtinFunction, method, methodDescriptor, wrapperDescriptor, methodWrapper, getSetDescriptor, module, cell, code, frame, traceback: TypeObject
  let property, staticMethod, classMethod, superType: TypeObject
  let generator, coroutine, asyncGenerator, asyncGeneratorStep, asyncGeneratorThrow: TypeObject
  let dictKeys, dictValues, dictItems, mappingProxy: TypeObject
  let unionType, genericAlias, memberDescriptor: TypeObject
  let baseException: TypeObject

  /// Every iterator type of the built-ins, by its Python name (`list_iterator`, `map`, ...), made on first mention.
  let iterators: IteratorTypes

  init(_ runtime: Runtime) {
    // `object` and `type` need each other, and both a dictionary, whose type is not there yet.
    type = TypeObject(runtime, metatype: nil, name: "type", bases: [], instanceKind: .type, isHeap: false)
    object = TypeObject(runtime, metatype: type, name: "object", bases: [], instanceKind: .instance, isHeap: false)
    type.type = type
    type.setBases([object], mro: [type, object])
    let (type, object) = (type, object)

    func make(_ name: String, _ kind: Kind = .other, base: TypeObject? = nil, isFinal: Bool = false) -> TypeObject {
      let made = TypeObject(
        runtime, metatype: type, name: name, bases: [base ?? object], instanceKind: kind, isHeap: false)
      made.isFinal = isFinal
      return made
    }
    dict = make("dict", .dict)
    int = make("int", .bigInt)
    bool = make("bool", .bigInt, base: int, isFinal: true)
    float = make("float", .floatInstance)
    complex = make("complex", .complex)
    str = make("str", .string)
    bytes = make("bytes", .bytes)
    bytearray = make("bytearray", .byteArray)
    list = make("list", .list)
    tuple = make("tuple", .tuple)
    set = make("set", .set)
    frozenset = make("frozenset", .set)
    range = make("range", .range, isFinal: true)
    slice = make("slice", .slice, isFinal: true)
    none = make("NoneType", isFinal: true)
    ellipsis = make("ellipsis", isFinal: true)
    notImplemented = make("NotImplementedType", isFinal: true)
    function = make("function", .function, isFinal: true)
    builtinFunction = make("builtin_function_or_method", .nativeFunction, isFinal: true)
    method = make("method", .boundMethod, isFinal: true)
    methodDescriptor = make("method_descriptor", .nativeFunction, isFinal: true)
    wrapperDescriptor = make("wrapper_descriptor", .nativeFunction, isFinal: true)
    methodWrapper = make("method-wrapper", .nativeFunction, isFinal: true)
    getSetDescriptor = make("getset_descriptor", isFinal: true)
    module = make("module", .module)
    cell = make("cell", .cell, isFinal: true)
    code = make("code", .code, isFinal: true)
    frame = make("frame", isFinal: true)
    traceback = make("traceback", isFinal: true)
    property = make("property", .property)
    staticMethod = make("staticmethod", .staticMethod)
    classMethod = make("classmethod", .classMethod)
    superType = make("super", .superProxy)
    generator = make("generator", .generator, isFinal: true)
    coroutine = make("coroutine", .coroutine, isFinal: true)
    asyncGenerator = make("async_generator", .asyncGenerator, isFinal: true)
    asyncGeneratorStep = make("async_generator_asend", isFinal: true)
    asyncGeneratorThrow = make("async_generator_athrow", isFinal: true)
    dictKeys = make("dict_keys", .dictView, isFinal: true)
    dictValues = make("dict_values", .dictView, isFinal: true)
    dictItems = make("dict_items", .dictView, isFinal: true)
    genericAlias = make("GenericAlias")
    genericAlias.moduleName = "types"
    genericAlias.messageName = "types.GenericAlias"
    mappingProxy = make("mappingproxy", isFinal: true)
    unionType = make("UnionType", isFinal: true)
    unionType.moduleName = "types"
    unionType.messageName = "types.UnionType"
    memberDescriptor = make("member_descriptor", isFinal: true)
    baseException = make("BaseException", .exception)
    iterators = IteratorTypes(runtime, metatype: type, object: object)
  }
}

/// Iterator types, made when first asked for.
final class IteratorTypes {
  private unowned let runtime: Runtime
  private let metatype: TypeObject
  private let object: TypeObject
  private var types: [String: TypeObject] = [:]
  /// Gives a new type what all iterators have. Set by Builtins/.
  var prepare: ((TypeObject) -> Void)?

  // Those that loops make all the time, without a search by name.
  private(set) lazy var list = self["list_iterator"]
  private(set) lazy var tuple = self["tuple_iterator"]
  private(set) lazy var range = self["range_iterator"]
  private(set) lazy var longRange = self["longrange_iterator"]
  private(set) lazy var dictKeys = self["dict_keyiterator"]
  private(set) lazy var dictValues = self["dict_valueiterator"]
  private(set) lazy var dictItems = self["dict_itemiterator"]
  private(set) lazy var set = self["set_iterator"]
  private(set) lazy var asciiString = self["str_ascii_iterator"]
  private(set) lazy var string = self["str_iterator"]
  private(set) lazy var foreign = self["iterator"]
  private(set) lazy var enumerate = self["enumerate"]
  private(set) lazy var zip = self["zip"]
  private(set) lazy var map = self["map"]
  private(set) lazy var filter = self["filter"]
  private(set) lazy var reversed = self["reversed"]
  private(set) lazy var reversedList = self["list_reverseiterator"]
  private(set) lazy var bytes = self["bytes_iterator"]
  private(set) lazy var byteArray = self["bytearray_iterator"]
  private(set) lazy var deque = ofCollections("_deque_iterator")
  private(set) lazy var reversedDeque = ofCollections("_deque_reverse_iterator")

  private func ofCollections(_ name: String) -> TypeObject {
    let type = self[name]
    type.moduleName = "collections"
    type.messageName = "collections.\(name)"
    return type
  }

  /// Those made so far.
  var all: [TypeObject] { Array(types.values) }

  init(_ runtime: Runtime, metatype: TypeObject, object: TypeObject) {
    self.runtime = runtime
    self.metatype = metatype
    self.object = object
  }

  subscript(_ name: String) -> TypeObject {
    if let type = types[name] { return type }
    let type = TypeObject(runtime, metatype: metatype, name: name, bases: [object], instanceKind: .iterator, isHeap: false)
    types[name] = type
    prepare?(type)
    return type
  }
}
