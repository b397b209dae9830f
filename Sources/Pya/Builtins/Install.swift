extension Runtime {
  /// Fills `builtins` and gives the built-in types their methods.
  func installBuiltins() {
    installExceptionTypes()
    installStringType()
    installBytesTypes()
    installTextFunctions()
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
  }
}
