"""The carriers a shop takes: asked for once a day, never on the way of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.companies import company_of_wechat
from app.domain.errors import PackbenchError
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.ports import ReportRefused, Shop
from app.services.workplace import Workplace
from app.store.tables import settings

KEPT = timedelta(days=1)
_PAUSE = timedelta(hours=1)
# Taken for carriers that are not in the list; whether it is accepted, the shop decides.
OTHER = "OTHER"
NOT_KNOWN = "report_carrier"


def refresh_if_old(work: Workplace, shop: Shop) -> None:
    """Ask the shop for its carriers when that was not done for a day.

    An answer that cannot be had changes nothing: the old list, else none, is used, and the shop
    is asked again in an hour.
    """
    kept = _kept(work, shop.shop_id)
    now = work.now()
    if "at" in kept and now - datetime.fromisoformat(kept["at"]) < KEPT:
        return
    if "tried_at" in kept and now - datetime.fromisoformat(kept["tried_at"]) < _PAUSE:
        return
    try:
        found = {c.code: c.name for c in shop.companies()}
    except PackbenchError as error:
        work.log.info("carriers of shop %s could not be read: %s", shop.shop_id, error.code)
        found = {}
    value = {**kept, "tried_at": now.isoformat()}
    if found:
        value |= {"at": now.isoformat(), "companies": found}
    with work.db.write() as tx:
        key = _key(shop.shop_id)
        done = tx.execute(update(settings).where(settings.c.key == key).values(value=value))
        if done.rowcount == 0:
            tx.execute(insert(settings).values(key=key, value=value))


def _kept(work: Workplace, shop_id: str) -> dict[str, Any]:
    with work.db.read() as tx:
        kept = tx.execute(select(settings.c.value).where(settings.c.key == _key(shop_id))).scalar()
    return dict(kept or {})


def known(tx: Connection, work: Workplace, shop_id: str) -> Mapping[str, str] | None:
    """The shop's carriers by code; ``None`` when no fresh list could be had."""
    kept = tx.execute(select(settings.c.value).where(settings.c.key == _key(shop_id))).scalar()
    if not kept or "at" not in kept or work.now() - datetime.fromisoformat(kept["at"]) >= 2 * KEPT:
        return None
    found: dict[str, str] = kept["companies"]
    return found


def refusal(work: Workplace, shop_id: str, code: str, order_id: str) -> ReportRefused | None:
    """Why a report with this carrier must not be sent: the shop's list does not have it."""
    with work.db.read() as tx:
        listed = known(tx, work, shop_id)
    if listed is None or code in listed or code == OTHER:
        return None
    return ReportRefused(
        Problem(
            ProblemClass.ACCOUNT,
            NOT_KNOWN,
            "",
            T(
                "{carrier} is not in the shop's list of carriers.",
                carrier=company_of_wechat(code).name,
            ),
            T("Take the parcel back and give it a carrier of the list: parcels unship"),
            order_id,
        )
    )


def _key(shop_id: str) -> str:
    return f"companies:{shop_id}"
