/// How wide characters are among those of East Asia (`unicodedata.east_asian_width`), by runs: how many characters further the next run
/// begins, in hexadecimal, and its class; `S` stands for the narrow ones, "Na".
enum UnicodeWidths {
  private static let runs = """
    0N20S5fN22A1S2A1S2A2N1A1N1S1A2S1A5N1A5N1A4N6A1N9A1N6A2N5A4N4A1N1A3N1A2N2A1N1A2N3A4N1A1N1A1N2A1NfA1N1A1N7A1NaA2N3A1N5A\
    3N4A1N6A4N1A1N3A4N1A1N4A2N12A2N3A1N62A1N1A1N1A1N1A1N1A1N1A1N1A1N1A1N74A1NfA1N62A1N2A1N1A3N1A1N2A1N7A4N1A1N1A1N20A70N\
    21A11N1A7N7A11N1A7N37A1NeA40N1A1NcaeW60Neb0A1N2A4N1A2N2A2N2A3N1A4N8A1N1A2N1A1N5A1N2A1N35A1NaA1N1A4N24H1N2A1N56A1N1A1N\
    3A1N9A1N2A1NaA2N3A1N4A1N27A2N6A4N1AcN4AaNfA1N6AaN1eA2N18A1N1A1N12A1N18A1N1A2N3A2N2A1N3A1N1A1N3A1N4A1N2A4N2A1N1A1N1A6N\
    1A1N5A4N4A2NaA1N3A1N5A1NdA2N2A4N2A2N2A2N12A2N2A2NdA1N3A1NbA1N19A1N52A1N7W2NdW2NbeW4N3W1N2W1N6cA8aN1A61N4A24NcA10N2A4N\
    aA2N1A7N8A2N2A2N4A2N2A2N4A3N2A1N2A4N10A4N9A1NdW2N6A2N2A1N4A2N4W2N6A1N1A1N21A1N1A1N5WcNcA2N1A3N1A4N1A2N1A1NfW1N13W1NaA\
    2N1W1N8W2N11W2A1N4W2A8W1A5W1AdN1A1N4A2W1A7W2A1W1A4W1A2W1A2N5W1N4W2N1cW1N14A1NeW1N1W1N4W3N1W1N1eAaN15W3N18W1NeW1N26S8N\
    197S2N194W2N33W1N4W1A4N326W1aN1W59NcWd6N1aW10F1W3eN2W56N2W67N5W2bN1W5eN1W54NbW30N1W28A8W1b70N40W568dN3W37N499W1dN283W\
    2ba4N85cA1900W200N300A10WaN16W23N1W13N1W4N95F60H5eN3H6N2H6N2H6N2H3N3F7N1H7NeA1N6fe2W5NbW2NeW17f8N8W4d6N2aW9N22e7W4N1W\
    7N1W2N1W123NfW1N1dW3N2W1NeW4N8W18cN3d08W1NcaW1N30AbN5A1eN2A3aN6A1eW1A2WaA12N53W3NdW2cN4W9N7W2NeW6N9aW21NcW9N1W46N1W16N\
    cW2bN4W5NcW11N3W1N3W47N1W1N1WbbN2W3fNdW4N1W18N12W1N1aW2NdW1N56W55N30W46N6W1N3W3N2W3N4W4NbW2N7W9Ne3WcN4W1N11bW2fN1WaN1W\
    b9N70WdN3W9N7W2eN1W7N8WeN4W9N7W9N507WfffeN2WfffeNa0102Af0Nfe10AfffeN2AfffeN
    """

  /// Where each run begins, and its class.
  private static let table: [(start: UInt32, width: String)] = {
    var table: [(start: UInt32, width: String)] = []
    var position: UInt32 = 0
    var distance: UInt32 = 0
    for byte in runs.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): distance = distance * 16 + UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): distance = distance * 16 + UInt32(byte - UInt8(ascii: "a")) + 10
      default:
        position += distance
        distance = 0
        table.append((position, byte == UInt8(ascii: "S") ? "Na" : String(Unicode.Scalar(byte))))
      }
    }
    return table
  }()

  static func width(of codePoint: UInt32) -> String {
    var (low, high) = (0, table.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if table[middle].start <= codePoint { low = middle } else { high = middle }
    }
    return table[low].width
  }
}
