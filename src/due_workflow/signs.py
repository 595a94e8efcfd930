"""The signs of the message `FR_DUE_Upload`: how a text is written in ISO-8859-1, and a name in capitals.

Nothing is ever written as "?". A character comes through, is replaced by a rule of this file, or is given back as one
that no rule writes. Text in, text out: nothing here knows a declaration, a field or a length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import category, combining, normalize

Written = tuple[str, str]
"""A text as the message has it, and the characters that no rule writes (not in it)."""

# What a character outside ISO-8859-1 is written as, where Unicode's own decomposition does not say it.
_INSTEAD = {
    **dict.fromkeys("‘’‚‛ʼʻʹʾʿˈ′‵‹›", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict(zip("ŁłĐđĦħŦŧıĸƒƏəƎǝƐɛƆɔƁɓƊɗƘƙƝɲƳƴ", "LlDdHhTtikfEeEeEeOoBbDdKkNnYy", strict=True)),
    "Œ": "OE",
    "œ": "oe",
    "Ŋ": "NG",
    "ŋ": "ng",
    "ẞ": "SS",
    "€": "EUR",
    "•": "·",
    "∕": "/",
    "⁄": "/",
}
_CAPITALS = {"Æ": "AE", "æ": "AE", "Ø": "O", "ø": "O", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "ß": "SS"}
_CAPITALS |= dict.fromkeys(',;()[]/_"«»·', " ") | dict.fromkeys("`´", "'")

PERSON = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ '.&-")
"""What a person's name is written in."""
TOWN = PERSON | frozenset("0123456789")
"""What a commune's name is written in."""
PLAIN = TOWN | frozenset("abcdefghijklmnopqrstuvwxyzéèêëâàäöôûüîïç°²!#$%()*+,/:;<=>?@")
"""What an employer's name and address are written in by the strictest client known."""
_READY = re.compile(r"[A-Z'.&-]+(?: [A-Z'.&-]+)*", re.ASCII)


def latin1(text: str) -> Written:
    """`text` in printable ISO-8859-1, its blanks folded.

    What is not of ISO-8859-1 is written as: typographic quotes and dashes, the plain ones; Œ, OE; €, EUR; the letters
    of other Latin alphabets, the letter without its mark; signs that Unicode itself decomposes (ﬁ, №, ™), their parts;
    what cannot be seen, nothing.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()), ""
    return _rewritten(normalize("NFC", text), _LATIN)


def person(text: str) -> Written:
    """`text` as persons' names are written: A to Z, blanks and ``' . & -``.

    Small letters and accents become plain capitals (Æ AE, ß SS, Ø O, Þ TH); brackets, commas, slashes and double quotes
    become blanks.
    """
    return (text, "") if _READY.fullmatch(text) else _within(PERSON, _CAPITAL, text)


def town(text: str) -> Written:
    """`text` as communes are written: as persons' names, and digits."""
    return (text, "") if _READY.fullmatch(text) else _within(TOWN, _CAPITAL, text)


def plain(text: str) -> Written:
    """`text` in the signs of `PLAIN`: other letters lose their accents, brackets and quotes become blanks."""
    return _within(PLAIN, _EMPLOYER, text)


def _within(signs: frozenset[str], rules: _Rules, text: str) -> Written:
    text, lost = latin1(text)
    written, more = _rewritten(text, rules)
    return written, lost + more + "".join(char for char in written if char not in signs)


def shown(char: str) -> str:
    """A character as staff can find it: itself where it shows, its number where it does not."""
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"


# ---- one character


class _Rules(dict[str, "str | None"]):
    """By character, what it is written as; None where no rule says it."""

    def __init__(self, rule: Callable[[str], str | None]) -> None:
        super().__init__()
        self.rule = rule

    def __missing__(self, char: str) -> str | None:
        found = self.rule(char)
        if len(self) < 4096:  # the letters of a few languages; hostile text must not fill the memory
            self[char] = found
        return found


def _rewritten(text: str, rules: _Rules) -> Written:
    found = [(char, rules[char]) for char in text]
    written = "".join(instead for _, instead in found if instead)
    return " ".join(written.split()), "".join(char for char, instead in found if instead is None)


def _latin(char: str) -> str | None:
    """`char` in printable ISO-8859-1."""
    if char in _INSTEAD:
        return _INSTEAD[char]
    if char.isspace():
        return " "
    if char <= "\xff" and char.isprintable():
        return char
    if category(char) == "Cf" or combining(char) or "\ufe00" <= char <= "\ufe0f":
        return ""  # not to be seen, or a mark whose letter stays
    parts = normalize("NFKD", char)
    return _joined(map(_latin, parts)) if parts != char else None


def _joined(parts: Iterable[str | None]) -> str | None:
    found = list(parts)
    return None if None in found else "".join(part for part in found if part)


def _bare(char: str) -> str:
    """One character of printable ISO-8859-1 without its accent."""
    return "".join(part for part in normalize("NFKD", char) if not combining(part))


def _capital(char: str) -> str | None:
    """One character of printable ISO-8859-1 as names are written."""
    found = _CAPITALS.get(char) or _bare(char).upper()
    return found if TOWN.issuperset(found) else None


def _employers(char: str) -> str | None:
    """One character of printable ISO-8859-1 in the signs of `PLAIN`."""
    if char in PLAIN:
        return char
    found = _CAPITALS.get(char) or _bare(char)
    found = found.lower() if char.islower() else found
    return found if PLAIN.issuperset(found) else None


_LATIN, _CAPITAL, _EMPLOYER = _Rules(_latin), _Rules(_capital), _Rules(_employers)


# ---- telephone numbers

_FRANCE = re.compile(r"(?:\+|00)(?:33|262|590|594|596)", re.ASCII)


def national(phone: str) -> str | None:
    """A telephone number as it is dialled in France, digits only; None where it is no number.

    +33 and the overseas +262, +590, +594 and +596 become the leading 0, another country's + becomes 00.
    """
    number, lost = latin1(phone)
    number = re.sub(r"[\s.()/_-]", "", number.replace("(0)", ""))
    found = _FRANCE.match(number)
    if found is not None:
        number = "0" + number[found.end() :].removeprefix("0")
    number = "00" + number[1:] if number.startswith("+") else number
    return number if not lost and re.fullmatch(r"\d{4,20}", number, re.ASCII) else None
