extension Runtime {
  /// Fills `builtins` and gives the built-in types their methods.
  func installBuiltins() {
    installExceptionTypes()
    installStringType()
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
