/// Finds characters by their Unicode name, for `\N{NAME}`.
public enum CharacterNames {
  /// The character with a name or alias, in any case.
  ///
  /// Searches all of Unicode: programs that name characters name few, and a table would cost every other program its
  /// start.
  public static func scalar(named name: String) -> Unicode.Scalar? {
    let wanted = name.uppercased()
    if let alias = controlAliases[wanted] { return Unicode.Scalar(alias) }
    for range in [UInt32(0x20)...0xD7FF, 0xE000...0x323AF, 0xE0000...0xE01FF] {
      for value in range {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let properties = scalar.properties
        if properties.name == wanted || properties.nameAlias == wanted { return scalar }
      }
    }
    return nil
  }

  /// Names of characters that have none but these.
  private static let controlAliases: [String: UInt32] = [
    "NULL": 0x00, "NUL": 0x00, "START OF HEADING": 0x01, "SOH": 0x01, "START OF TEXT": 0x02, "STX": 0x02,
    "END OF TEXT": 0x03, "ETX": 0x03, "END OF TRANSMISSION": 0x04, "EOT": 0x04, "ENQUIRY": 0x05, "ENQ": 0x05,
    "ACKNOWLEDGE": 0x06, "ACK": 0x06, "ALERT": 0x07, "BEL": 0x07, "BACKSPACE": 0x08, "BS": 0x08,
    "CHARACTER TABULATION": 0x09, "HORIZONTAL TABULATION": 0x09, "HT": 0x09, "TAB": 0x09,
    "LINE FEED": 0x0A, "NEW LINE": 0x0A, "END OF LINE": 0x0A, "LF": 0x0A, "NL": 0x0A, "EOL": 0x0A,
    "LINE TABULATION": 0x0B, "VERTICAL TABULATION": 0x0B, "VT": 0x0B, "FORM FEED": 0x0C, "FF": 0x0C,
    "CARRIAGE RETURN": 0x0D, "CR": 0x0D, "SHIFT OUT": 0x0E, "SO": 0x0E, "SHIFT IN": 0x0F, "SI": 0x0F,
    "DATA LINK ESCAPE": 0x10, "DLE": 0x10, "CANCEL": 0x18, "CAN": 0x18, "SUBSTITUTE": 0x1A, "SUB": 0x1A,
    "ESCAPE": 0x1B, "ESC": 0x1B, "SPACE": 0x20, "SP": 0x20, "DELETE": 0x7F, "DEL": 0x7F, "NEXT LINE": 0x85,
    "NEL": 0x85, "NBSP": 0xA0, "SHY": 0xAD, "ZWSP": 0x200B, "ZWNJ": 0x200C, "ZWJ": 0x200D, "LRM": 0x200E,
    "RLM": 0x200F, "WJ": 0x2060, "BOM": 0xFEFF, "BYTE ORDER MARK": 0xFEFF, "ZWNBSP": 0xFEFF,
  ]
}
