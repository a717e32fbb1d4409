"""What stands on one label, read out of a carrier's own data and checked for completeness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.labels import DrawnLabel
from app.domain.privacy import mask_address_text, mask_name, mask_phone
from app.domain.text import T, Text

CHINA_TIME = timezone(timedelta(hours=8))

# The order of SF's printFlag: 1 = show as it is, 0 = hidden.
_SF_FLAGS = (
    "sender.name",
    "sender.phone",
    "sender.company",
    "sender.address",
    "weight",
    "receiver.name",
    "receiver.phone",
    "receiver.company",
    "receiver.address",
)
# SF's printIcon; the last place is reserved.
_SF_ICONS = ("重货", "蟹类", "生鲜", "易碎", "医药", "Z标", "酒标", "")
ZTO_SERVICE_LINK = "https://q.zto.com/c/idx?channel=ydy"


@dataclass(frozen=True, slots=True)
class LabelContent:
    """One label in the words that are printed on it, whatever the carrier."""

    company: str
    hotline: str
    number: str
    product: str
    route: str  # the largest line
    bag: str  # where parcels are put together (集包地)
    qr: str  # empty: SF sent none for this child
    sender: Address
    receiver: Address
    goods: str
    remark: str
    printed: str  # "2026-03-18 14:22"
    count: str  # "第 1/2 包"
    marks: tuple[str, ...]  # printed white on black: 重打 1, 子件 2/3, 签回单
    hints: tuple[str, ...] = ()  # small words beside the route
    icons: tuple[str, ...] = ()  # 易碎, 生鲜 …
    cod: str = ""  # "代收货款 ￥100.00"
    collect: str = ""  # "到付 ￥12.00": the freight that the receiver pays
    payment: str = ""
    mother_number: str = ""
    weight: str = ""
    mapping: str = ""  # SF codingMapping
    mapping_out: str = ""
    team: str = ""
    flags: tuple[str, ...] = ()  # SF: XB, A, B


def content_of(label: DrawnLabel) -> LabelContent:
    """What ``label`` says, by its carrier's data.

    Raises:
        UserError: ``label_incomplete``, the carrier's data cannot be sorted by; or
            ``template_unknown``.
    """
    reader = _READERS.get(label.template)
    if reader is None:
        raise UserError(
            "template_unknown",
            T("There is no label template {template}.", template=label.template),
            T("Choose one of sf, zto, yunda or plain."),
            ref=label.number,
        )
    if not label.number:
        raise _incomplete(
            label, T("The parcel has no waybill number."), T("Get a waybill number first.")
        )
    return reader(label)


def _incomplete(label: DrawnLabel, message: Text, remedy: Text) -> UserError:
    return UserError("label_incomplete", message, remedy, ref=label.number)


def _said(route: Mapping[str, Any], key: str) -> str:
    """A value of the carrier's data as text; what is absent or null is empty."""
    value = route.get(key)
    return "" if value is None else " ".join(str(value).split())


def _plain(label: DrawnLabel) -> LabelContent:
    route, extra = label.route, label.extra
    if "mark" in route and not _said(route, "mark"):
        raise _incomplete(
            label,
            T(
                "{carrier} gave no sorting code for this address, the label cannot be sorted.",
                carrier=_said(route, "company"),
            ),
            T("Check the address, then fetch the sorting code again."),
        )
    region = " ".join(p for p in (label.receiver.city, label.receiver.district) if p)
    return LabelContent(
        company=_said(route, "company") or extra.get("company", "") or "快递包裹",
        hotline=extra.get("hotline", ""),
        number=label.number,
        product=extra.get("product", ""),
        route=_said(route, "mark") or region or label.receiver.province,
        bag=_said(route, "bagAddr"),
        qr=_said(route, "qrcode") or label.number,
        sender=label.sender,
        receiver=label.receiver,
        goods=label.goods,
        remark=extra.get("remark", ""),
        printed=printed_time(label.printed_at),
        count=f"第 {label.box_no}/{label.box_count} 包",
        marks=_marks(label),
        cod=cod_words(label.cod_fen),
        collect=_collect(extra.get("payment", "")),
        payment="" if _collect(extra.get("payment", "")) else extra.get("payment", ""),
        mother_number=label.mother_number if label.mother_number != label.number else "",
        weight=weight_words(label.weight_g),
    )


def _zto(label: DrawnLabel) -> LabelContent:
    """ZTO ``bigMarkInfo``: ``mark`` and ``bagAddr``."""
    mark = _said(label.route, "mark")
    if not mark:
        raise _incomplete(
            label,
            T("ZTO gave no sorting code for this address, the label cannot be sorted."),
            T("Check the address, then fetch the sorting code again."),
        )
    base = _plain(label)
    return replace(
        base,
        company="中通快递",
        hotline="95311",
        product=base.product or "标快",
        route=mark,
        qr=_said(label.route, "qrcode") or ZTO_SERVICE_LINK,
    )


def _yunda(label: DrawnLabel) -> LabelContent:
    """The field map of Yunda's ``pdf_info``."""
    said = label.route
    route = " ".join(p for p in (_said(said, "position"), _said(said, "position_no")) if p)
    if not _said(said, "position") or not _said(said, "position_no"):
        raise _incomplete(
            label,
            T("Yunda gave no sorting code for this address, the label cannot be sorted."),
            T("Check the address, then get the label data again."),
        )
    hidden = label.receiver
    if name := _said(said, "privacy_receiver_name"):
        hidden = replace(hidden, name=name)
    phone = _said(said, "privacy_receiver_mobile") or _said(said, "privacy_receiver_phone")
    if phone:
        hidden = replace(hidden, phone=phone)
    base = _plain(label)
    hints = tuple(h for h in (_said(said, "innerProvinceName"), _said(said, "tp_status")) if h)
    return replace(
        base,
        company="韵达快递",
        hotline="95546",
        product=base.product or "标快",
        route=route,
        bag=_said(said, "package_wdjc").removeprefix("集包地：").removeprefix("集包地:"),
        qr=_said(said, "qrcode") or f"{label.number}/{route}",
        receiver=hidden,
        hints=hints,
        count=f"第 {label.box_no}/{label.box_count} 个",
    )


def _sf(label: DrawnLabel) -> LabelContent:
    """SF 丰桥 ``routeLabelData``; a child's stands under the mother's ``children``."""
    said = _sf_route_of(label)
    route = _said(said, "destRouteLabel")
    if "-" not in route:
        raise _incomplete(
            label,
            T("SF could not resolve the address: the route label has only one part."),
            T("Add street and house number, then book again."),
        )
    # The QR code carries a check over its parts: the mother's is wrong on any other box.
    own_data = _said(said, "waybillNo") in {"", label.number}
    qr = str(said.get("twoDimensionCode") or "") if own_data else ""
    if not qr and label.kind == "mother":
        raise _incomplete(
            label,
            T("SF gave no QR code for this number."),
            T("Fetch the label data again, then print."),
        )
    base = _plain(label)
    flags = _said(said, "printFlag")
    xb = ("XB",) if _said(said, "xbFlag") == "1" else ()
    ab = (_said(said, "abFlag"),) if _said(said, "abFlag") else ()
    icons = [
        name for name, on in zip(_SF_ICONS, _said(said, "printIcon"), strict=False) if on == "1"
    ]
    product = _said(said, "proCode") or base.product
    name = _said(said, "proName")
    return replace(
        base,
        company="顺丰速运",
        hotline="95338",
        product=product,
        route=route,
        bag="",
        qr=qr,
        sender=_as_flagged(label.sender, "sender", flags),
        receiver=_as_flagged(label.receiver, "receiver", flags),
        weight="" if _hidden(flags, "weight") else base.weight,
        payment=base.payment or ("" if base.collect else "寄付月结"),
        hints=(name,) if name and name != product else (),
        icons=tuple(i for i in icons if i),
        mapping=_said(said, "codingMapping"),
        mapping_out=_said(said, "codingMappingOut"),
        team=_said(said, "destTeamCode"),
        flags=(*xb, *ab),
    )


def _sf_route_of(label: DrawnLabel) -> Mapping[str, Any]:
    children = label.route.get("children")
    own = children.get(label.number) if isinstance(children, Mapping) else None
    return own if isinstance(own, Mapping) else label.route


def _hidden(flags: str, place: str) -> bool:
    """Whether SF's printFlag forbids to show ``place``; without a flag ours is enough."""
    at = _SF_FLAGS.index(place)
    return at < len(flags) and flags[at] == "0"


def _as_flagged(person: Address, who: str, flags: str) -> Address:
    """``person`` with everything hidden that printFlag says 0 for; what is masked stays so."""
    if _hidden(flags, f"{who}.name"):
        person = replace(person, name=mask_name(person.name))
    if _hidden(flags, f"{who}.phone"):
        person = replace(person, phone=mask_phone(person.phone), extension="")
    if _hidden(flags, f"{who}.company"):
        person = replace(person, company=mask_name(person.company))
    if _hidden(flags, f"{who}.address"):
        person = replace(
            person,
            street=mask_address_text(person.street),
            address=mask_address_text(person.address),
        )
    return person


def _marks(label: DrawnLabel) -> tuple[str, ...]:
    marks = []
    if label.reprint_no:
        marks.append(f"重打 {label.reprint_no}")
    if label.kind == "return_slip":
        marks.append("签回单")
    elif label.box_count > 1 or label.kind == "child":
        kind = "母件" if label.kind == "mother" else "子件"
        marks.append(f"{kind} {label.box_no}/{label.box_count}")
    return tuple(marks)


def printed_time(at: datetime) -> str:
    """``2026-03-18 14:22`` in China's time."""
    return at.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


def cod_words(cod_fen: int) -> str:
    return f"代收货款 ￥{cod_fen // 100}.{cod_fen % 100:02d}" if cod_fen else ""


def _collect(payment: str) -> str:
    return payment if payment.startswith("到付") else ""


def weight_words(weight_g: int) -> str:
    return f"{weight_g / 1000:.2f} kg" if weight_g else ""


def grouped(number: str) -> str:
    """A waybill number for eyes: ``SF 1538 4029 1766 8``."""
    letters = len(number) - len(number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    digits = number[letters:]
    parts = [digits[i : i + 4] for i in range(0, len(digits), 4)]
    return " ".join([*([number[:letters]] if letters else []), *parts])


_READERS = {"sf": _sf, "zto": _zto, "yunda": _yunda, "plain": _plain}
TEMPLATES = tuple(_READERS)
