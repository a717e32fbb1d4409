"""What a text is found by: tokens for an index that knows whole tokens only.

The index narrows, the text itself decides: who asks compares every hit with ``word in text``.
So a token may promise too much; it must never miss what the rules below promise.

* Chinese (and any other script than a-z and digits): every two neighbouring characters, so a part
  of two characters or more is found wherever it stands; one character finds the words that begin
  with it.
* Latin letters and digits: five or more in a row are found wherever they stand; four at the
  beginning or the end of a number or a word (the tail of a phone, of an order number, of a
  waybill); three or fewer at the beginning.

Tokens are made of a-z and 0-9 alone, whatever the text holds.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_GRAM = 4
# Not ASCII, no blank, no punctuation: Chinese, emoji, anything that a name may be written in.
_WIDE = (
    r"[^\x00-\xbf\s\u2000-\u206f\u3000-\u303f\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uff0f\uff1a-\uff20"
    r"\uff3b-\uff40\uff5b-\uff65]"
)
_STRETCH = re.compile(rf"(?:[a-z0-9]|{_WIDE})+")
_RUN = re.compile(rf"([a-z0-9]+)|({_WIDE}+)")


def tokens(text: str) -> set[str]:
    """Every token of a lower-case text whose words have blanks between them."""
    found: set[str] = set()
    for stretch in _STRETCH.findall(text):
        for latin, wide in _RUN.findall(stretch):
            if latin:
                found.update(_of_latin(latin))
            else:
                found.add(_first(wide[0]))
        if not stretch.isascii():
            found.update(_pairs(stretch))
    return found


def asked(word: str) -> list[tuple[str, ...]]:
    """What a lower-case word without blanks asks the index for: one token of every tuple.

    Empty when the index cannot tell (nothing but punctuation).
    """
    stretches = _STRETCH.findall(word)
    groups: list[tuple[str, ...]] = []
    for place, stretch in enumerate(stretches):
        whole = stretch.isascii()
        if not whole:
            groups += [(pair,) for pair in _pairs(stretch)]
        for latin, wide in _RUN.findall(stretch):
            if len(latin) > _GRAM:
                groups += [(gram,) for gram in _covering(latin)]
            elif wide and len(stretch) == 1:
                groups.append((_first(stretch),))
            elif latin and whole and stretch == word:
                groups.append(_short(latin))
            elif latin and whole:
                groups += _bounded(latin, word, first=not place, last=place + 1 == len(stretches))
    if not groups and stretches and stretches[0].isascii():
        groups.append(_short(stretches[0]))
    return list(dict.fromkeys(groups))


def of_shop(shop_id: str) -> str:
    """The token that every order of this shop has."""
    return f"o{shop_id.encode().hex()}"


def _of_latin(run: str) -> list[str]:
    found = [f"p{run[:n]}" for n in range(1, min(len(run), _GRAM) + 1)]
    if len(run) >= _GRAM:
        found.append(f"s{run[-_GRAM:]}")
    if len(run) > _GRAM:
        found += [f"g{run[i : i + _GRAM]}" for i in range(len(run) - _GRAM + 1)]
    return found


def _short(run: str) -> tuple[str, ...]:
    return (f"p{run}", f"s{run}") if len(run) == _GRAM else (f"p{run}",)


def _bounded(run: str, word: str, *, first: bool, last: bool) -> list[tuple[str, ...]]:
    """Of a short run beside punctuation: where the word goes on, the text's own run ends, too."""
    found: list[tuple[str, ...]] = []
    if not first or not word.startswith(run):
        found.append((f"p{run}",))
    if len(run) == _GRAM and (not last or not word.endswith(run)):
        found.append((f"s{run}",))
    return found


def _covering(run: str) -> list[str]:
    """Grams that cover the run, its end first: numbers begin alike and end apart."""
    starts = range(len(run) - _GRAM, -1, -_GRAM)
    return [f"g{run[i : i + _GRAM]}" for i in (*starts, 0)]


def _pairs(stretch: str) -> list[str]:
    """Neighbours of which one is no Latin letter and no digit."""
    return [_pair(a, b) for a, b in pairwise(stretch) if not (a.isascii() and b.isascii())]


@lru_cache(65536)
def _pair(first: str, second: str) -> str:
    return f"b{ord(first):x}x{ord(second):x}"


@lru_cache(8192)
def _first(char: str) -> str:
    return f"w{ord(char):x}"
