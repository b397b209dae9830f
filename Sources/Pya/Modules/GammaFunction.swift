#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `gamma` and `lgamma` by Lanczos' approximation, with CPython's coefficients: the C libraries' differ in the last digits.
enum GammaFunction {
  enum Result {
    case number(Double), outOfDomain, tooLarge
  }

  private static let g = 6.024680040776729583740234375
  private static let gMinusHalf = 5.524680040776729583740234375

  private static let numerators: [Double] = [
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
  ]
  private static let denominators: [Double] = [
    0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
  ]

  static func gamma(_ x: Double) -> Result {
    if !x.isFinite { return x.isNaN || x > 0 ? .number(x) : .outOfDomain }
    if x == 0 { return .outOfDomain }
    if x == x.rounded(.down) {
      if x < 0 { return .outOfDomain }
      if x <= 23 { return .number((1..<max(Int(x), 2)).reduce(1.0) { $0 * Double($1) }) }
    }
    let size = x.magnitude
    if size < 1e-20 { return checked(1 / x) }
    if size > 200 { return x < 0 ? .number(0 / sineOfPi(x)) : .tooLarge }
    let y = size + gMinusHalf
    var z: Double
    if size > gMinusHalf {
      let q = y - size
      z = q - gMinusHalf
    } else {
      let q = y - gMinusHalf
      z = q - size
    }
    z = z * g / y
    var result: Double
    if x < 0 {
      result = -Double.pi / sineOfPi(size) / size * exp(y) / lanczosSum(size)
      result -= z * result
      if size < 140 {
        result /= pow(y, size - 0.5)
      } else {
        let root = pow(y, size / 2 - 0.25)
        result /= root
        result /= root
      }
    } else {
      result = lanczosSum(size) / exp(y)
      result += z * result
      if size < 140 {
        result *= pow(y, size - 0.5)
      } else {
        let root = pow(y, size / 2 - 0.25)
        result *= root
        result *= root
      }
    }
    return checked(result)
  }

  /// The logarithm of the absolute value of gamma.
  static func logarithm(_ x: Double) -> Result {
    if !x.isFinite { return .number(x.isNaN ? x : .infinity) }
    if x == x.rounded(.down), x <= 2 { return x <= 0 ? .outOfDomain : .number(0) }
    let size = x.magnitude
    if size < 1e-20 { return .number(-log(size)) }
    var result = log(lanczosSum(size)) - g
    result += (size - 0.5) * (log(size + g - 0.5) - 1)
    if x < 0 {
      result = 1.144729885849400174143427351353058711647 - log(sineOfPi(size).magnitude) - log(size) - result
    }
    return checked(result)
  }

  private static func checked(_ result: Double) -> Result { result.isInfinite ? .tooLarge : .number(result) }

  private static func lanczosSum(_ x: Double) -> Double {
    var (numerator, denominator) = (0.0, 0.0)
    if x < 5 {
      for index in numerators.indices.reversed() {
        numerator = numerator * x + numerators[index]
        denominator = denominator * x + denominators[index]
      }
    } else {
      for index in numerators.indices {
        numerator = numerator / x + numerators[index]
        denominator = denominator / x + denominators[index]
      }
    }
    return numerator / denominator
  }

  /// sin(pi * x), without the error that multiplying by pi makes for large x.
  private static func sineOfPi(_ x: Double) -> Double {
    let y = fmod(x.magnitude, 2)
    let result: Double
    switch Int((2 * y).rounded(.toNearestOrAwayFromZero)) {
    case 0: result = sin(.pi * y)
    case 1: result = cos(.pi * (y - 0.5))
    case 2: result = sin(.pi * (1 - y))
    case 3: result = -cos(.pi * (y - 1.5))
    default: result = sin(.pi * (y - 2))
    }
    return copysign(1, x) * result
  }
}
