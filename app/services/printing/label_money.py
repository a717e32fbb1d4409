"""The money on a label: cash on delivery as it was booked, and who pays the carrier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from app.services.workplace import Workplace
from app.store.tables import accounts, waybill_requests

_COLLECT = "到付"
# What each carrier's account says when the receiver pays the freight: setting and its value.
_RECEIVER_PAYS = {
    "sf": ("pay_method", "2"),
    "jt": ("pay_method", "CC_CASH"),
    "kuaidi100": ("pay_method", "CONSIGNEE"),
}
_THIRD_PAYS = {"sf": ("pay_method", "3"), "kuaidi100": ("pay_method", "THIRDPARTY")}


def cod_fen(tx: Connection, work: Workplace, waybill: Any) -> int:
    """What the courier collects for the shop, in fen, as the number was booked.

    The booking of a parcel's first box holds for all its boxes; the money is on that one only.
    """
    if waybill.request_id is None or waybill.kind != "mother":
        return 0
    sealed = tx.execute(
        select(waybill_requests.c.booking_sealed).where(waybill_requests.c.id == waybill.request_id)
    ).scalar()
    if not sealed:
        return 0
    booking = json.loads(json.loads(work.sealer.unseal(sealed))["booking"])
    return int(booking.get("cod_fen") or 0)


def payment(tx: Connection, waybill: Any) -> str:
    """Who pays the freight, by the account the number comes from: ``到付``, with what if known.

    Empty: as the carrier's template says for the sender.
    """
    row = tx.execute(
        select(accounts.c.carrier, accounts.c.settings).where(accounts.c.name == waybill.account)
    ).one_or_none()
    return payment_words(row.carrier, row.settings) if row is not None else ""


def payment_words(carrier: str, settings: Mapping[str, Any]) -> str:
    """The same from the settings of an account of ``carrier``."""
    collect = settings.get("freight_collect_fen")
    if isinstance(collect, int) and collect > 0:
        return f"{_COLLECT} ￥{collect // 100}.{collect % 100:02d}"
    if _says(settings, _RECEIVER_PAYS.get(carrier)):
        return _COLLECT
    return "第三方付" if _says(settings, _THIRD_PAYS.get(carrier)) else ""


def _says(settings: Mapping[str, Any], wanted: tuple[str, str] | None) -> bool:
    return wanted is not None and str(settings.get(wanted[0], "")) == wanted[1]
