/// Encodings of one byte per character that agree with ASCII in the lower half: what the upper half means.
final class CharacterTable: Sendable {
  let name: String
  /// The code points of 0x80 to 0xFF; U+FFFE where a byte means nothing.
  private let upper: [UInt32]
  /// The way back: for the upper bytes of the code points the number of a page from 1 on, and the pages with a byte for each lower one; 0 where
  /// there is none.
  private let pages: [UInt8]
  private let bytes: [UInt8]

  private init(_ name: String, _ text: String) {
    self.name = name
    let stated = text.unicodeScalars.map(\.value)
    upper = Array(0x80..<UInt32(0x100 - stated.count)) + stated
    var pages = [UInt8](repeating: 0, count: 256)
    var bytes = [UInt8](repeating: 0, count: 256)
    // Of several bytes of one meaning the last, as a table that is filled from the start would have it.
    for (index, codePoint) in upper.enumerated() where codePoint != 0xFFFE {
      if pages[Int(codePoint >> 8)] == 0 {
        pages[Int(codePoint >> 8)] = UInt8(bytes.count >> 8)
        bytes += repeatElement(0, count: 256)
      }
      bytes[Int(pages[Int(codePoint >> 8)]) << 8 | Int(codePoint & 0xFF)] = UInt8(0x80 + index)
    }
    (self.pages, self.bytes) = (pages, bytes)
  }

  func codePoint(of byte: UInt8) -> UInt32? {
    if byte < 0x80 { return UInt32(byte) }
    let index = Int(byte) - 0x80
    return index < upper.count && upper[index] != 0xFFFE ? upper[index] : nil
  }

  func byte(of codePoint: UInt32) -> UInt8? {
    if codePoint < 0x80 { return UInt8(truncatingIfNeeded: codePoint) }
    if codePoint > 0xFFFF { return nil }
    let byte = bytes[Int(pages[Int(codePoint >> 8)]) << 8 | Int(codePoint & 0xFF)]
    return byte == 0 ? nil : byte
  }

  /// By a name in lower case with hyphens.
  static func named(_ name: String) -> CharacterTable? {
    var key = name.replacingHyphens
    for prefix in ["windows", "ibm"] where key.hasPrefix(prefix) { key = "cp" + key.dropFirst(prefix.count) }
    if !key.isEmpty, key.allSatisfy(\.isNumber) { key = "cp" + key }
    guard let index = places[aliases[key] ?? key] else { return nil }
    let (name, text) = index < texts.count ? texts[index] : CharacterTables.texts[index - texts.count]
    return CharacterTable(name, text)
  }

  private static let aliases = [
    "latin2": "iso88592", "latin3": "iso88593", "latin4": "iso88594", "latin5": "iso88599", "latin6": "iso885910", "latin7": "iso885913",
    "latin8": "iso885914", "latin9": "iso885915", "latin10": "iso885916", "l2": "iso88592", "l3": "iso88593", "l4": "iso88594",
    "l5": "iso88599", "l6": "iso885910", "l7": "iso885913", "l8": "iso885914", "l9": "iso885915", "l10": "iso885916",
    "cyrillic": "iso88595", "arabic": "iso88596", "greek": "iso88597", "greek8": "iso88597", "hebrew": "iso88598", "thai": "iso885911",
    "macintosh": "macroman", "maccentraleurope": "maclatin2",
  ]

  /// Where the text of each stands, those of `CharacterTables` last: a table is made when it is named.
  private static let places: [String: Int] = {
    var result: [String: Int] = [:]
    for (index, name) in (texts.map(\.0) + CharacterTables.texts.map(\.0)).enumerated() {
      result[name.replacingHyphens] = index
    }
    return result
  }()

  private static let texts: [(String, String)] = [
    (
      "cp1252",
        "€\u{FFFE}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFE}Ž\u{FFFE}\u{FFFE}‘’“”•–—˜™š›œ\u{FFFE}žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿À"
          + "ÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
    ),
    (
      "cp1250",
        "€\u{FFFE}‚\u{FFFE}„…†‡\u{FFFE}‰Š‹ŚŤŽŹ\u{FFFE}‘’“”•–—\u{FFFE}™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔ"
          + "ÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"
    ),
    (
      "cp1251",
        "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{FFFE}™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬ"
          + "ЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
    ),
    (
      "cp1253",
        "€\u{FFFE}‚ƒ„…†‡\u{FFFE}‰\u{FFFE}‹\u{FFFE}\u{FFFE}\u{FFFE}\u{FFFE}\u{FFFE}‘’“”•–—\u{FFFE}™\u{FFFE}›\u{FFFE}"
          + "\u{FFFE}\u{FFFE}\u{FFFE}\u{A0}΅Ά£¤¥¦§¨©\u{FFFE}«¬\u{AD}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\u{FFFE}ΣΤΥΦΧΨΩΪΫάέ"
          + "ήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\u{FFFE}"
    ),
    (
      "cp1254",
        "€\u{FFFE}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFE}\u{FFFE}\u{FFFE}\u{FFFE}‘’“”•–—˜™š›œ\u{FFFE}\u{FFFE}Ÿ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²"
          + "³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ"
    ),
    (
      "cp1257",
        "€\u{FFFE}‚\u{FFFE}„…†‡\u{FFFE}‰\u{FFFE}‹\u{FFFE}¨ˇ¸\u{FFFE}‘’“”•–—\u{FFFE}™\u{FFFE}›\u{FFFE}¯˛\u{FFFE}\u{A0}"
          + "\u{FFFE}¢£¤\u{FFFE}¦§Ø©Ŗ«¬\u{AD}®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśū"
          + "üżž˙"
    ),
    (
      "cp437",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φ"
          + "ε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}"
    ),
    (
      "cp850",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ"
          + "¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}"
    ),
    (
      "cp852",
        "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝ"
          + "ţ´\u{AD}˝˛ˇ˘§÷¸°¨˙űŘř■\u{A0}"
    ),
    (
      "cp866",
        "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэ"
          + "юяЁёЄєЇїЎў°∙·√№¤■\u{A0}"
    ),
    (
      "iso8859-2",
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\u{90}\u{91}"
          + "\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ"
          + "°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"
    ),
    (
      "iso8859-5",
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\u{90}\u{91}"
          + "\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\u{A0}ЁЂЃЄЅІЇЈЉЊЋЌ\u{AD}ЎЏ"
          + "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя№ёђѓєѕіїјљњћќ§ўџ"
    ),
    (
      "iso8859-7",
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\u{90}\u{91}"
          + "\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\u{A0}‘’£€₯¦§¨©ͺ«¬\u{AD}"
          + "\u{FFFE}―°±²³΄΅Ά·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\u{FFFE}ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\u{FFFE}"
    ),
    (
      "iso8859-9",
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\u{90}\u{91}"
          + "\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯"
          + "°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ"
    ),
    (
      "iso8859-15",
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\u{90}\u{91}"
          + "\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\u{A0}¡¢£€¥Š§š©ª«¬\u{AD}®¯"
          + "°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
    ),
    (
      "koi8-r",
        "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u{A0}⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХ"
          + "ИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
    ),
    (
      "mac-roman",
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›\u{FB01}"
          + "\u{FB02}‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"
    ),
  ]
}

extension String {
  fileprivate var replacingHyphens: String { String(filter { $0 != "-" }) }
}
