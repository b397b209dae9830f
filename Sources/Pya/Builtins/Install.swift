extension Runtime {
  /// Fills `builtins` and gives the built-in types their methods.
  func installBuiltins() {
    installExceptionTypes()
    installObjectModel()
    installStringType()
    installBytesTypes()
    installTextFunctions()
    for type in [types.int, types.bool, types.float, types.complex] { addBuiltin(type) }
    installIntType()
    installBoolType()
    installFloatType()
    installComplexType()
    installNumberFunctions()
    installListType()
    installTupleType()
    installDictType()
    installSetTypes()
    installRangeType()
    installSliceType()
    installIterationFunctions()
    installFunctionType()
    installMethodType()
    installNativeFunctionTypes()
    installCodeType()
    installCellType()
    installGeneratorType()
    installCoroutineType()
    installAsyncGeneratorTypes()
    installAsyncFunctions()
    installImportFunction()
    installDynamicCode()
  }
}
