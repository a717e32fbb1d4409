"""Which carriers a buyer or the shop asks for, or refuses, in the words of a note.

A note is free text, so this reads only what is plain: ``发顺丰``, ``不要中通和圆通``, ``除了韵达``.
What it cannot read for sure (``不要发顺丰以外``, ``顺丰？``) is a mention: it decides nothing, and
whoever looks at the parcel is told to read the note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.address import clean_text

NAMES: Mapping[str, tuple[str, ...]] = {
    "sf": ("顺丰速运", "顺丰快递", "顺丰", "顺风快递", "顺风", "sf express", "shunfeng", "sf"),
    "zto": ("中通快递", "中通速递", "中通", "zto express", "zhongtong", "zto"),
    "yunda": ("韵达快递", "韵达快运", "韵达", "运达", "yunda"),
    "yto": ("圆通快递", "圆通速递", "圆通", "园通", "yto"),
    "sto": ("申通快递", "申通", "sto express", "shentong"),
    "jt": ("极兔速递", "极兔快递", "极兔", "j&t"),
    "jd": ("京东快递", "京东物流", "京东"),
    "ems": ("邮政快递", "邮政ems", "中国邮政", "邮政", "邮局", "ems"),
}
"""What people call the companies, by our code."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Company codes, in the order of the note. ``mentioned``: named, but to what end is unclear."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted or self.mentioned)


NOTHING = Wishes()

_CODES = {name: code for code, names in NAMES.items() for name in names}
# The longest name first; Latin ones not inside other words or numbers (``SF1538402911264``).
_NAME = re.compile(
    "|".join(
        rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name)
        for name in sorted(_CODES, key=len, reverse=True)
    )
)
# Words that begin like a company and are none: a post code, a shop on another platform.
_NO_COMPANY = re.compile(r"邮政编码|邮政储蓄|京东(?=买|商城|店|白条|上|自营|平台|超市|价)")
_MARK = "\x01"  # stands for a company in the text; the codes are kept beside it
_COMPANIES = rf"{_MARK}(?:(?:和|跟|与|或者|或|及|以及|还有|、|/|\+|&|,|，| )*{_MARK})*"
_SEND = r"(?:请|要|给|帮|我|用|走|寄|发|使用|选|选择|派|送|快递|物流|的|是|叫|再|任何|\s)*"
# Refusals first: ``不要发顺丰`` also holds ``发顺丰``.
_UNCLEAR = (
    # Everything but … is refused, or a double negation.
    rf"(?:不|别|勿|拒).{{0,6}}{_COMPANIES}(?:以外|之外|除外)",
    rf"(?:除了|除|除非).{{0,3}}{_COMPANIES}.{{0,6}}(?:不|别|勿|拒|没|都行不)",
    rf"(?:不是|并非|不会|没说|没有)不?{_SEND}{_COMPANIES}",
    rf"(?:不|别|勿)[^{_MARK},，。;；]{{0,3}}(?:不|别|勿){_SEND}{_COMPANIES}",
    rf"{_COMPANIES}[^{_MARK},，。;；!！]{{0,6}}(?:吗|么|嘛|呢|\?|？)",
    rf"{_COMPANIES}(?:快递)?(?:还是|行不|可以不|能不能|能发|可不可以|怎么|多久|几天)",
    rf"{_COMPANIES}[^{_MARK},，。;；!！]{{0,6}}(?:就|才|再){_SEND}{_COMPANIES}",
    rf"(?:如果|要是|假如|万一|若|是不是|能不能|可不可以|可以不可以|还是|默认|一般|上次|之前|以前)"
    rf"[^,，。;；!！\n]{{0,6}}{_COMPANIES}",
)
_REFUSED = (
    rf"(?:不要|不用|不能|不可|不想|不喜欢|不接受|不支持|不收|不走|不发|不寄|不选|别(?!的|忘)|勿|莫|拒收|拒绝|拒|"
    rf"千万不|绝不|禁止|讨厌|避开|除了|除){_SEND}{_COMPANIES}",
    rf"{_COMPANIES}(?:快递)?(?:的|都|也|全|就)*(?:除外|以外|之外|"
    rf"不要(?! ?[{_MARK}发用走寄选别再])|不行|(?:别|勿|不)[发寄](?![别其])|"
    rf"不收|不到|不送|不派|不能到|到不了|送不到|不通|拒收|太慢|太差)",
)
_WANTED = (
    rf"(?:只要|只发|只能|只收|就要|就发|必须|务必|一定|最好|优先|尽量|麻烦|要求|指定|请|要|发|走|用|寄|"
    rf"选|改|换|想){_SEND}{_COMPANIES}",
    rf"{_COMPANIES}(?:快递)?(?:发货|寄出|包邮|优先|谢谢|到付|就好|就行|最好|配送|发|寄|送)",
)


def read_wishes(note: str) -> Wishes:
    """What one note says about carriers."""
    text = _NO_COMPANY.sub("…", clean_text(note).lower())
    if not text or _NAME.search(text) is None:
        return NOTHING
    codes: list[str] = []

    def mark(found: re.Match[str]) -> str:
        codes.append(_CODES[found[0]])
        return _MARK

    marked = _NAME.sub(mark, text)
    told: dict[int, str] = {}
    for what, patterns in (("unclear", _UNCLEAR), ("no", _REFUSED), ("yes", _WANTED)):
        for pattern in patterns:
            for found in re.finditer(pattern, marked):
                first = marked.count(_MARK, 0, found.start())
                doubtful = what == "yes" and _negated(marked[: found.start()])
                for n in range(first, first + found[0].count(_MARK)):
                    told.setdefault(n, "unclear" if doubtful else what)
    if len(told) < len(codes) and re.fullmatch(
        rf"[\s,，。.!！~]*{_COMPANIES}[\s,，。.!！~]*", marked
    ):
        told = {n: told.get(n, "yes") for n in range(len(codes))}  # a note that is only a name
    return _summed((code, told.get(n, "unclear")) for n, code in enumerate(codes))


def _negated(before: str) -> bool:
    """Whether a refusing word stands in the same part of the sentence."""
    clause = re.split(rf"[{_MARK},，。;；!！ ]", before)[-1]
    return re.search(r"[不别勿莫拒没]", clause) is not None


def joined(shop: Wishes, buyer: Wishes) -> Wishes:
    """Both notes of an order together: what the shop wrote goes before what the buyer wrote."""
    settled = {*shop.wanted, *shop.unwanted}
    unwanted = (*shop.unwanted, *(c for c in buyer.unwanted if c not in settled))
    wanted = shop.wanted or tuple(c for c in buyer.wanted if c not in settled)
    mentioned = (*shop.mentioned, *buyer.mentioned)
    plain = {*wanted, *unwanted}
    return Wishes(
        tuple(dict.fromkeys(wanted)),
        tuple(dict.fromkeys(unwanted)),
        tuple(dict.fromkeys(c for c in mentioned if c not in plain)),
    )


def wishes_of(notes: Iterable[str]) -> Wishes:
    """What several notes of one hand say together; a contradiction is a mention."""
    read = [read_wishes(note) for note in notes]
    told = [(c, "yes") for w in read for c in w.wanted]
    told += [(c, "no") for w in read for c in w.unwanted]
    told += [(c, "unclear") for w in read for c in w.mentioned]
    return _summed(told)


def _summed(told: Iterable[tuple[str, str]]) -> Wishes:
    said: dict[str, set[str]] = {}
    for code, what in told:
        said.setdefault(code, set()).add(what)
    return Wishes(
        tuple(c for c, what in said.items() if what == {"yes"}),
        tuple(c for c, what in said.items() if what == {"no"}),
        tuple(c for c, what in said.items() if len(what) > 1 or what == {"unclear"}),
    )
