extension Runtime {
  /// The types that the object model itself consists of, exceptions, and the functions about objects in general.
  func installObjectModel() {
    installObjectType()
    installTypeType()
    installMappingProxyType()
    installUnionType()
    installGenericAliasType()
    installPropertyType()
    installMethodWrapperTypes()
    installSuperType()
    installConstantTypes()
    installModuleType()
    installExceptionMethods()
    installExceptionGroupType()
    installTracebackType()
    installGeneralFunctions()
    installPrinting()
    installOpenFunction()
  }
}
