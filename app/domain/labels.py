"""What is printed on one label, decided once and kept; how it looks is printing's business."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.address import Address
from app.domain.label_designs import LabelDesign, OwnField
from app.domain.papers import PackingSlip, PickList, PickRow, Sheet, SlipRow, TestPage

__all__ = [
    "DrawnLabel",
    "FileLabel",
    "Label",
    "OwnArea",
    "PackingSlip",
    "Paper",
    "PickList",
    "PickRow",
    "PlatformLabel",
    "SlipRow",
    "TestPage",
]


@dataclass(frozen=True, slots=True)
class OwnArea:
    """The merchant's own corner of the label."""

    lines: tuple[str, ...] = ()  # "龙井 特级 罐 ×2"
    wave: str = ""
    position: str = ""  # "12/64": place in the wave
    bin: str = ""
    note: str = ""
    codes: tuple[str, ...] = ()  # "TEA-001 ×2": one a line of goods
    merchant_note: str = ""

    def only(self, fields: Container[OwnField]) -> OwnArea:
        """What of it is ticked."""
        wave, goods = OwnField.WAVE in fields, OwnField.GOODS in fields
        return OwnArea(
            lines=self.lines if goods else (),
            wave=self.wave if wave else "",
            position=self.position if wave else "",
            bin=self.bin if OwnField.BIN in fields else "",
            note=self.note if OwnField.BUYER_NOTE in fields else "",
            codes=self.codes if OwnField.SKU_CODES in fields else (),
            merchant_note=self.merchant_note if OwnField.MERCHANT_NOTE in fields else "",
        )


@dataclass(frozen=True, slots=True)
class DrawnLabel:
    """A label that we draw. Both parties are already masked as the privacy setting says.

    ``route`` is the carrier's own label data (SF ``routeLabelData``, ZTO ``bigMarkInfo``, the field
    map of Yunda's ``pdf_info``), unchanged; ``template`` names the layout that knows its keys.
    """

    template: str  # sf, zto, yunda, plain
    number: str
    route: Mapping[str, Any]
    sender: Address
    receiver: Address
    goods: str  # 品名 line
    own: OwnArea
    printed_at: datetime
    weight_g: int = 0
    box_no: int = 1
    box_count: int = 1
    mother_number: str = ""
    cod_fen: int = 0
    reprint_no: int = 0  # 0 = first print
    kind: str = "mother"
    extra: Mapping[str, str] = field(default_factory=dict)
    design: LabelDesign | None = None  # None: the standard one of its template and paper


@dataclass(frozen=True, slots=True)
class PlatformLabel:
    """A label that only the platform's print component can draw."""

    number: str
    print_info: str = field(repr=False)
    task_id: str = ""  # our print job's key
    number_in_batch: int = 1
    batch_size: int = 1
    own: OwnArea = field(default_factory=OwnArea)


@dataclass(frozen=True, slots=True)
class FileLabel:
    """A label that the carrier has drawn itself: these bytes are printed as they are."""

    number: str
    content: bytes = field(repr=False)  # a whole PDF
    media: str = ""  # the paper it was asked for, in mm: 76x130


Label = DrawnLabel | PlatformLabel | FileLabel


Paper = Label | Sheet
"""Whatever a printer is given."""
