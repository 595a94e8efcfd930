"""What is told of a portal's words, without the secrets that were told to the portal: it may say them back.

A secret is known however it is folded, spaced out or cut, in any case. Whoever shortens a text does it after this.
"""

from __future__ import annotations

from collections.abc import Iterable

from due_workflow.identifiers import NAME_MASK

_PART = 8
"""So many signs of a secret in a row are a part of it."""
_SHORT = 5
"""What has fewer signs is a secret only where it is a word."""
_HEAD = 3
"""So many first signs of a secret at the end of a text are one that was cut."""
_LONGEST = 20_000


def hidden(text: str, secrets: Iterable[str]) -> str:
    """`text` (of its first 20,000 signs) with every secret, and every longer part of one, masked.

    A secret of a few signs is masked where it is a word: elsewhere it says nothing, and would mask everything.
    """
    text = text[:_LONGEST]
    at = [place for place, sign in enumerate(text) if not _blank(sign)]
    plain = "".join(_small(text[place]) for place in at)
    found = bytearray(len(text))
    for secret in secrets:
        whole = "".join(_small(sign) for sign in secret if not _blank(sign))
        if len(whole) < _SHORT:
            _word(text, secret.strip(), found)
            continue
        size = min(len(whole), _PART)
        parts = {whole[i : i + size] for i in range(len(whole) - size + 1)}
        for start in range(len(plain) - size + 1):
            if plain[start : start + size] in parts:
                _mark(found, at[start], at[start + size - 1])
        ended = plain.rstrip("…")
        for length in range(min(size - 1, len(ended)), _HEAD - 1, -1):
            if ended.endswith(whole[:length]):
                _mark(found, at[len(ended) - length], at[len(ended) - 1])
                break
    return _masked(text, found)


def _blank(sign: str) -> bool:
    """What may stand between a secret's signs: blanks, what is not to be seen, and the sign that joins lines here."""
    return sign == "|" or sign.isspace() or not sign.isprintable()


def _small(sign: str) -> str:
    low = sign.lower()
    return low if len(low) == 1 else sign


def _word(text: str, secret: str, found: bytearray) -> None:
    start = 0
    for word in text.split(" "):
        if secret and secret.lower() in (word.lower(), word.strip(".,:;()'\"").lower()):
            _mark(found, start, start + len(word) - 1)
        start += len(word) + 1


def _mark(found: bytearray, first: int, last: int) -> None:
    found[first : last + 1] = b"\1" * (last + 1 - first)


def _masked(text: str, found: bytearray) -> str:
    told, start = "", 0
    while start < len(text):
        end = start
        while end < len(text) and found[end] == found[start]:
            end += 1
        told += NAME_MASK if found[start] else text[start:end]
        start = end
    return told
