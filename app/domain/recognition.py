"""What a scanned code is: the waybill number in it, and which carriers it may belong to.

The carriers publish no formats and their ranges overlap, so this only pre-selects: a number that
this program has taken itself is looked up first and wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Confidence(IntEnum):
    """How much a pattern says; higher is better."""

    WEAK = 1
    MEDIUM = 2
    STRONG = 3
    CERTAIN = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A carrier (our company code) that a number may belong to."""

    carrier: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ScannedWaybill:
    """A scanned code, taken apart.

    ``number`` is what a database would know. ``check_digit_ok`` is set for SF numbers only and is
    worth a warning at most: the rule was found by comparing numbers, SF has never published it.
    """

    number: str
    candidates: tuple[Candidate, ...] = ()
    check_digit_ok: bool | None = None
    package_code: str = ""  # JD: the number with its box suffix

    @property
    def carrier(self) -> str:
        """The best candidate; ``""`` when there is none or two are equally good."""
        best = [c for c in self.candidates if c.confidence == self.candidates[0].confidence]
        return best[0].carrier if len(best) == 1 else ""


@dataclass(frozen=True, slots=True)
class YundaBarcode:
    """The 18 digits on a Yunda label: the number, four of routing, one more."""

    number: str
    routing: str
    tail: str


_SF_QR = re.compile(r"K5'\s*:\s*'([A-Z0-9]+)'")
_JD = re.compile(r"(JD[A-Z0-9]{11,15})(-\d+-\d+-?)?")
_YUNDA_13 = re.compile(r"[1345][0-9]{12}")
_SF_PLAIN = re.compile(r"[0-9]{12}")

_PATTERNS: tuple[tuple[str, re.Pattern[str], Confidence], ...] = tuple(
    (code, re.compile(pattern, re.ASCII), confidence)
    for code, pattern, confidence in (
        ("sf", r"SF\d{13}", Confidence.CERTAIN),
        ("jt", r"JT\d{13}", Confidence.CERTAIN),
        ("yto", r"YT\d{13,16}", Confidence.CERTAIN),
        ("jd", r"JD[A-Z0-9]{11,15}", Confidence.CERTAIN),
        ("ems", r"[A-Z]{2}\d{9}CN", Confidence.CERTAIN),
        ("dbl", r"DPK\d{12}", Confidence.MEDIUM),
        ("sto", r"77\d{13}", Confidence.STRONG),
        ("zto", r"7[3568]\d{12}", Confidence.STRONG),
        ("yunda", r"31\d{13}", Confidence.MEDIUM),
        ("yunda", r"(4\d|31)\d{11}", Confidence.MEDIUM),
        ("yunda", r"[135]\d{12}", Confidence.WEAK),
        ("ems", r"(10|11|12|13|50|51|98|99)\d{11}", Confidence.WEAK),
        ("sto", r"(77|66|55|88|22|33|44|26|36|46|56|76)\d{11}", Confidence.WEAK),
        ("zto", r"(7[35]\d{10}|\d{3}7\d{8})", Confidence.WEAK),
    )
)


def normalise(scanned: str) -> str:
    """The waybill number in a scanned text: upper case, without what labels print around it.

    Takes the number out of SF's and Yunda's QR codes, cuts Yunda's sorter barcode to its number
    and JD's box suffix off. Anything else comes back cleaned but whole.
    """
    text = "".join(c for c in scanned if c.isprintable() and not c.isspace()).upper()
    if text.startswith("MMM="):
        found = _SF_QR.search(text)
        return found.group(1) if found else text
    text = text.removeprefix("*").removesuffix("*")
    left, slash, _ = text.partition("/")
    if slash and _YUNDA_13.fullmatch(left):
        return left
    barcode = split_yunda_barcode(text)
    if barcode is not None:
        return barcode.number
    package = _JD.fullmatch(text)
    return package.group(1) if package else text


def forms(scanned: str) -> list[str]:
    """How the number in a scanned text may stand in our books: as it is, and taken out of it.

    Wider than ``normalise``, for what is found in the books is no guess.
    """
    whole = "".join(c for c in scanned if c.isprintable() and not c.isspace()).upper()
    bare = whole.strip("*")
    left = bare.partition("/")[0]
    return list(dict.fromkeys(x for x in (whole, bare, normalise(scanned), left) if x))


def read_waybill(scanned: str) -> ScannedWaybill:
    """What ``scanned`` says, with every carrier it may belong to, best first. Never raises."""
    number = normalise(scanned)
    text = "".join(scanned.split()).upper().strip("*")
    package = _JD.fullmatch(text)
    candidates = sorted(_candidates(number).items(), key=lambda item: -item[1])
    looks_like_sf = any(code == "sf" for code, _ in candidates)
    return ScannedWaybill(
        number,
        tuple(Candidate(code, confidence) for code, confidence in candidates),
        is_sf_check_digit_right(number) if looks_like_sf else None,
        text if package and package.group(2) else "",
    )


def _candidates(number: str) -> dict[str, Confidence]:
    found: dict[str, Confidence] = {}
    for code, pattern, confidence in _PATTERNS:
        if pattern.fullmatch(number):
            found[code] = max(confidence, found.get(code, confidence))
    if _SF_PLAIN.fullmatch(number):
        right = is_sf_check_digit_right(number)
        found["sf"] = Confidence.STRONG if right else Confidence.WEAK
    return found


def split_yunda_barcode(scanned: str) -> YundaBarcode | None:
    """The parts of Yunda's 18-digit barcode, ``None`` for anything else."""
    if len(scanned) != 18 or not scanned.isascii() or not scanned.isdigit():
        return None
    number = scanned[:13]
    if not _YUNDA_13.fullmatch(number):
        return None
    return YundaBarcode(number, scanned[13:17], scanned[17:])


def sf_check_digit(number: str) -> int | None:
    """The last digit that an SF number ought to have, ``None`` for anything that is not one.

    The first three digits do not count. The others, without the last, are weighted 1, 3, 5 … from
    the right; tens and units of the products are added up to a full ten.
    """
    digits = number.removeprefix("SF")
    if len(digits) not in {12, 13} or not digits.isascii() or not digits.isdigit():
        return None
    products = [int(d) * (2 * i + 1) for i, d in enumerate(reversed(digits[3:-1]))]
    return (10 - sum(p // 10 + p % 10 for p in products) % 10) % 10


def is_sf_check_digit_right(number: str) -> bool:
    """Whether an SF number ends with the digit it ought to; false for other numbers."""
    expected = sf_check_digit(number)
    return expected is not None and number[-1] == str(expected)
