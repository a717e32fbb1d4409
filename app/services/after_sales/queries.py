"""Read-only rows of after-sales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.domain.after_sales import AfterSaleGoods
from app.domain.errors import UserError
from app.domain.text import T
from app.services.after_sales.returns import no_such
from app.services.workplace import Workplace
from app.store.tables import after_sales, order_lines, parcel_lines, parcels

_IDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list shows; an empty field asks for nothing."""

    shop: str = ""
    stage: str = ""
    kind: str = ""
    order: str = ""  # the shop's order id, or ours
    open_only: bool = False
    search: str = ""  # a part of an after-sale's, order's or returning waybill's number


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One after-sale. ``parcels`` are those of its order, ``exchange_parcels`` its own."""

    id: str
    shop: str
    order_id: str
    our_order: str
    kind: str
    stage: str
    status: str
    open: bool
    price_difference: bool
    amount_fen: int
    deadline_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    goods: tuple[AfterSaleGoods, ...]
    new_sku_code: str
    reason: str
    words: str
    media: tuple[str, ...]
    return_company: str
    return_number: str
    exchange_company: str
    exchange_number: str
    received_at: datetime | None
    received_note: str
    parcels: tuple[str, ...] = ()
    exchange_parcels: tuple[str, ...] = ()


def case_rows(
    work: Workplace, wanted: CaseFilter, *, limit: int = 100, offset: int = 0
) -> list[CaseRow]:
    """Matching cases: the open ones by their deadline first, then the others, the newest first."""
    query = (
        select(after_sales)
        .where(*_conditions(wanted))
        .order_by(
            after_sales.c.open.desc(),
            after_sales.c.deadline_at.is_(None),
            after_sales.c.deadline_at,
            after_sales.c.updated_at.desc(),
            after_sales.c.after_sale_id,
        )
        .limit(limit)
        .offset(offset)
    )
    with work.db.read() as tx:
        return _rows(tx, tx.execute(query).all())


def case_count(work: Workplace, wanted: CaseFilter) -> int:
    """How many cases match."""
    with work.db.read() as tx:
        return tx.execute(
            select(func.count()).select_from(after_sales).where(*_conditions(wanted))
        ).scalar_one()


def stage_counts(work: Workplace, shop_id: str = "") -> dict[str, int]:
    """How many cases there are in each stage."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(after_sales.c.stage, func.count())
            .where(*_conditions(CaseFilter(shop=shop_id)))
            .group_by(after_sales.c.stage)
        ).all()
    return {r.stage: r[1] for r in rows}


def case_row(work: Workplace, shop_id: str, after_sale_id: str) -> CaseRow:
    """One case. Raises ``UserError`` (``no_such_after_sale``)."""
    with work.db.read() as tx:
        found = tx.execute(
            select(after_sales).where(
                after_sales.c.shop_id == shop_id,
                after_sales.c.after_sale_id == after_sale_id,
                after_sales.c.raw.is_not(None),
            )
        ).all()
        rows = _rows(tx, found)
    if not rows:
        raise no_such(after_sale_id)
    return rows[0]


def find_shop(work: Workplace, after_sale_id: str, shop_id: str = "") -> str:
    """The shop of the case.

    Raises ``UserError``: ``no_such_after_sale``, ``which_shop`` (several have such an id).
    """
    query = select(after_sales.c.shop_id).where(after_sales.c.after_sale_id == after_sale_id)
    if shop_id:
        query = query.where(after_sales.c.shop_id == shop_id)
    with work.db.read() as tx:
        found = list(tx.execute(query).scalars())
    if not found:
        raise no_such(after_sale_id)
    if len(found) > 1:
        raise UserError(
            "which_shop",
            T("Several shops have an after-sale {id}.", id=after_sale_id),
            T("Name one with --shop: {shops}", shops=", ".join(sorted(found))),
            ref=after_sale_id,
        )
    return str(found[0])


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [after_sales.c.raw.is_not(None)]
    if wanted.shop:
        conditions.append(after_sales.c.shop_id == wanted.shop)
    if wanted.stage:
        conditions.append(after_sales.c.stage == wanted.stage)
    if wanted.kind:
        conditions.append(after_sales.c.kind == wanted.kind)
    if wanted.order:
        conditions.append(
            or_(
                after_sales.c.shop_order_id == wanted.order,
                after_sales.c.order_id == wanted.order,
            )
        )
    if wanted.open_only:
        conditions.append(after_sales.c.open)
    if wanted.search.strip():
        part = wanted.search.strip()
        conditions.append(
            or_(
                *(
                    column.contains(part, autoescape=True)
                    for column in (
                        after_sales.c.after_sale_id,
                        after_sales.c.shop_order_id,
                        after_sales.c.return_number,
                    )
                )
            )
        )
    return conditions


def _rows(tx: Connection, found: Sequence[Any]) -> list[CaseRow]:
    of_order: dict[str, list[str]] = defaultdict(list)
    own: dict[tuple[str, str], list[str]] = defaultdict(list)
    order_ids = sorted({r.order_id for r in found if r.order_id})
    for start in range(0, len(order_ids), _IDS_AT_ONCE):
        chunk = order_ids[start : start + _IDS_AT_ONCE]
        for row in tx.execute(
            select(order_lines.c.order_id, parcels.c.id, parcels.c.shop_id, parcels.c.after_sale_id)
            .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .where(order_lines.c.order_id.in_(chunk), parcels.c.state != "cancelled")
            .distinct()
            .order_by(parcels.c.id)
        ):
            if row.after_sale_id is None:
                of_order[row.order_id].append(row.id)
            else:
                own[row.shop_id, row.after_sale_id].append(row.id)
    return [
        CaseRow(
            id=r.after_sale_id,
            shop=r.shop_id,
            order_id=r.shop_order_id,
            our_order=r.order_id or "",
            kind=r.kind,
            stage=r.stage,
            status=r.status,
            open=r.open,
            price_difference=r.price_difference,
            amount_fen=r.amount_fen,
            deadline_at=r.deadline_at,
            created_at=r.created_at,
            updated_at=r.updated_at,
            goods=tuple(AfterSaleGoods(**g) for g in r.goods or ()),
            new_sku_code=r.new_sku_code,
            reason=r.reason_text or r.reason,
            words=r.buyer_words,
            media=tuple(r.media or ()),
            return_company=r.return_company,
            return_number=r.return_number,
            exchange_company=r.exchange_company,
            exchange_number=r.exchange_number,
            received_at=r.received_at,
            received_note=r.received_note,
            parcels=tuple(of_order[r.order_id or ""]),
            exchange_parcels=tuple(own[r.shop_id, r.after_sale_id]),
        )
        for r in found
    ]
