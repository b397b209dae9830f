/// `string`: constants, `capwords` and `Template`. (`Formatter` is left out: `str.format` is built in.)
extension Library {
  static let stringSource = #"""
    __all__ = ["ascii_letters", "ascii_lowercase", "ascii_uppercase", "capwords", "digits", "hexdigits", "octdigits",
               "printable", "punctuation", "whitespace", "Template"]

    whitespace = ' \t\n\r\v\f'
    ascii_lowercase = 'abcdefghijklmnopqrstuvwxyz'
    ascii_uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    ascii_letters = ascii_lowercase + ascii_uppercase
    digits = '0123456789'
    hexdigits = digits + 'abcdef' + 'ABCDEF'
    octdigits = '01234567'
    punctuation = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
    printable = digits + ascii_letters + punctuation + whitespace

    _name_start = ascii_letters + '_'
    _name_part = _name_start + digits


    def capwords(s, sep=None):
        """Split the argument into words, capitalize them and join them again."""
        return (sep or ' ').join(map(str.capitalize, s.split(sep)))


    class Template:
        """Text with placeholders: `$name`, `${name}`, and `$$` for the sign itself."""

        delimiter = '$'

        def __init__(self, template):
            self.template = template

        def _parts(self):
            """Yield literal text as (None, text) and placeholders as (name, text, position behind the sign).

            The name of an invalid placeholder is empty."""
            template = self.template
            sign = self.delimiter
            position = 0
            while True:
                found = template.find(sign, position)
                if found < 0:
                    yield None, template[position:], 0
                    return
                yield None, template[position:found], 0
                start = found + len(sign)
                position = start
                if template.startswith(sign, start):
                    position += len(sign)
                    yield None, sign, 0
                    continue
                is_braced = template.startswith('{', start)
                first = end = start + 1 if is_braced else start
                if end < len(template) and template[end] in _name_start:
                    while end < len(template) and template[end] in _name_part:
                        end += 1
                name = template[first:end]
                if is_braced:
                    if not name or not template.startswith('}', end):
                        name = ''
                    else:
                        end += 1
                if name:
                    position = end
                yield name, template[found:position], start

        def _invalid(self, position):
            lines = self.template[:position].splitlines(keepends=True)
            if not lines:
                column = 1
                line = 1
            else:
                column = position - len(''.join(lines[:-1]))
                line = len(lines)
            raise ValueError('Invalid placeholder in string: line %d, col %d' % (line, column))

        def substitute(self, mapping={}, /, **kws):
            result = []
            for name, text, position in self._parts():
                if name is None:
                    result.append(text)
                elif not name:
                    self._invalid(position)
                else:
                    result.append(str(kws[name] if name in kws else mapping[name]))
            return ''.join(result)

        def safe_substitute(self, mapping={}, /, **kws):
            result = []
            for name, text, position in self._parts():
                if name:
                    try:
                        text = str(kws[name] if name in kws else mapping[name])
                    except KeyError:
                        pass
                result.append(text)
            return ''.join(result)

        def is_valid(self):
            return all(name is None or name for name, text, position in self._parts())

        def get_identifiers(self):
            names = []
            for name, text, position in self._parts():
                if name and name not in names:
                    names.append(name)
            return names

    """#
}
