"""What a text is found by: tokens for an index that knows whole tokens only.

The index narrows, the text itself decides: who asks compares every hit with ``word in text``.
So a token may promise too much; it must never miss what the rules below promise.

* Chinese (and any other script than a-z and digits): every two and every three neighbouring
  characters, so a part of two characters or more is found wherever it stands; one character finds
  the words that begin with it. (Three are rarer than two: a whole title is found by a few of them,
  where the lists of its pairs are long.)
* Latin letters and digits: five or more in a row are found wherever they stand; four at the
  beginning or the end of a number or a word (the tail of a phone, of an order number, of a
  waybill); three or fewer at the beginning.

Tokens are made of a-z and 0-9 alone, whatever the text holds.
"""

from __future__ import annotations

import re
from functools import lru_cache

_GRAM = 4
_GRAMS_ASKED = 3
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
            found.update(_wide_grams(stretch, 2))
            found.update(_wide_grams(stretch, 3))
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
            groups += [(gram,) for gram in _covering_wide(stretch)]
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
    """Grams that cover the end of the run: numbers begin alike and end apart."""
    tail = run[-_GRAM * _GRAMS_ASKED :]
    starts = range(len(tail) - _GRAM, -1, -_GRAM)
    return [f"g{tail[i : i + _GRAM]}" for i in (*starts, 0)]


def _wide_grams(stretch: str, size: int) -> list[str]:
    """Neighbours of which one is no Latin letter and no digit."""
    grams = (stretch[i : i + size] for i in range(len(stretch) - size + 1))
    return [_wide_gram(gram) for gram in grams if not gram.isascii()]


def _covering_wide(stretch: str) -> list[str]:
    if len(stretch) < 3:
        return _wide_grams(stretch, 2)
    starts = dict.fromkeys((*range(0, len(stretch) - 2, 3), len(stretch) - 3))
    grams = [stretch[i : i + 3] for i in starts]
    return [_wide_gram(gram) for gram in grams if not gram.isascii()]


@lru_cache(131072)
def _wide_gram(gram: str) -> str:
    return "b" + "x".join(f"{ord(char):x}" for char in gram)


@lru_cache(8192)
def _first(char: str) -> str:
    return f"w{ord(char):x}"
