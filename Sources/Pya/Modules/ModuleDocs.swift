/// `__doc__` of the modules written in Swift: CPython's own words where they are one sentence, else what the module is for.
enum ModuleDocs {
  static let texts: [String: String] = [
    "array": "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, "
      + "floating-point\nnumbers.",
    "asyncio": "The asyncio package, tracking PEP 3156.",
    "atexit": "allow programmer to define multiple exit functions to be executed\nupon normal program termination.",
    "binascii": "Conversion between binary data and ASCII",
    "bisect": "Bisection algorithms.",
    "builtins": "Built-in functions, types, exceptions, and other objects.",
    "cmath": "This module provides access to mathematical functions for complex\nnumbers.",
    "collections": "This module implements specialized container datatypes providing\nalternatives to Python's general purpose "
      + "built-in containers, dict,\nlist, set, and tuple.",
    "datetime": "Fast implementation of the datetime type.",
    "decimal": "Decimal fixed-point and floating-point arithmetic.",
    "functools": "functools.py - Tools for working with functions and callable objects\n",
    "gc": "This module provides access to the garbage collector for reference cycles.",
    "hashlib": "hashlib module - A common interface to many hash functions.",
    "heapq": "Heap queue algorithm (a.k.a. priority queue).",
    "io": "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.",
    "itertools": "Functional tools for creating and using iterators.",
    "json": "JSON (JavaScript Object Notation) <https://json.org> is a lightweight data\ninterchange format.",
    "math": "This module provides access to the mathematical functions\ndefined by the C standard.",
    "operator": "Operator interface.",
    "os": "OS routines: files, directories, processes and the environment.",
    "os.path": "Common operations on Posix pathnames.",
    "random": "Random variable generators.",
    "re": "Support for regular expressions (RE).",
    "struct": "Functions to convert between Python values and C structs.",
    "sys": "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact "
      + "strongly with the interpreter.",
    "time": "This module provides various functions to manipulate time values.",
    "unicodedata": "This module provides access to the Unicode Character Database.",
  ]
}
