/// What a pickler has written or an unpickler has read, by the number it can be asked for again.
///
/// A pickler also asks the other way: the table finds an object's number by its address, which stays the object's own because
/// the memo holds it.
final class PickleMemo: Object {
  /// By number; `undefined` for numbers that were left out.
  let entries: ListObject
  /// Addresses and numbers in turn; an address of 0 is a free place.
  private var table: UnsafeMutablePointer<UInt>?
  private var mask = 0
  private var keyCount = 0

  init(type: TypeObject) {
    entries = ListObject(type.runtime)
    super.init(type: type, kind: .other)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(entries) }

  deinit { table?.relinquish() }

  var count: Int { entries.count }

  func removeAll() {
    entries.removeAll()
    table?.relinquish()
    table = nil
    mask = 0
    keyCount = 0
  }

  // MARK: Writing

  /// The number of the object at this address, or -1.
  @inline(__always)
  func number(of address: UInt) -> Int {
    guard let table else { return -1 }
    var place = Int(truncatingIfNeeded: (address >> 4) &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while true {
      let key = table[place &* 2]
      if key == address { return Int(bitPattern: table[place &* 2 &+ 1]) }
      if key == 0 { return -1 }
      place = (place &+ 1) & mask
    }
  }

  /// Gives the value the next number. With address 0 nobody will ask for it.
  func add(_ value: Value, address: UInt) {
    let number = entries.count
    entries.append(value)
    if address == 0 { return }
    if keyCount &* 2 >= mask { growTable() }
    insert(address, number)
    keyCount += 1
  }

  private func insert(_ address: UInt, _ number: Int) {
    guard let table else { return }
    var place = Int(truncatingIfNeeded: (address >> 4) &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while table[place &* 2] != 0 { place = (place &+ 1) & mask }
    table[place &* 2] = address
    table[place &* 2 &+ 1] = UInt(bitPattern: number)
  }

  private func growTable() {
    let (old, oldMask) = (table, mask)
    let size = old == nil ? 64 : (mask + 1) * 4
    let made = UnsafeMutablePointer<UInt>.obtain(size * 2)
    made.initialize(repeating: 0, count: size * 2)
    table = made
    mask = size - 1
    guard let old else { return }
    for place in 0...oldMask where old[place * 2] != 0 { insert(old[place * 2], Int(bitPattern: old[place * 2 + 1])) }
    old.relinquish()
  }

  // MARK: Reading

  /// The largest number that is believed before so many values were read.
  private static let leap = 1 << 20

  /// False: the number is beyond belief.
  func set(_ value: Value, at number: Int) -> Bool {
    if number < entries.count {
      entries[number] = value
      return true
    }
    guard number - entries.count < PickleMemo.leap else { return false }
    while entries.count < number { entries.append(.undefined) }
    entries.append(value)
    return true
  }

  @inline(__always)
  func value(at number: Int) -> Value? { number >= 0 && number < entries.count ? entries[number].defined : nil }
}
