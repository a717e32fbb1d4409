"""The values of one label by the names that a design uses for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.labels import DrawnLabel, OwnArea
from printing.documents.content import LabelContent, grouped


@dataclass(frozen=True, slots=True)
class LabelValues:
    """``words``: every field of ``app.domain.label_designs.FIELDS``; empty when it has none."""

    content: LabelContent
    words: Mapping[str, str]
    own: OwnArea


def values_of(label: DrawnLabel, content: LabelContent) -> LabelValues:
    """What ``label`` says, ready to be put into texts."""
    mother = content.mother_number
    words = {
        "company": content.company,
        "hotline": content.hotline,
        "number": content.number,
        "grouped": grouped(content.number),
        "product": content.product,
        "route": content.route,
        "bag": content.bag,
        "qr": content.qr,
        "goods": content.goods or "日用品",
        "remark": content.remark,
        "printed": content.printed,
        "printed_short": content.printed[5:],
        "count": content.count,
        "marks": " ".join(content.marks),
        "cod": content.cod,
        "collect": content.collect,
        "payment": content.payment,
        "mother_number": mother,
        "mother_grouped": grouped(mother) if mother else "",
        "weight": content.weight,
        "mapping": content.mapping,
        "mapping_out": content.mapping_out,
        "team": content.team,
        "hint": content.hints[0] if content.hints else "",
        "hints": "  ".join(content.hints[:2]),
        "icons": " ".join(content.icons),
        "flags": " ".join(content.flags),
        "reprint": str(label.reprint_no) if label.reprint_no else "",
        "child": "child" if label.kind == "child" else "",
        "return_slip": "return_slip" if label.kind == "return_slip" else "",
    }
    return LabelValues(content, words, label.own)
