"""The merchant's price tables: kept, replaced by a configuration, and used for an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.companies import COMPANIES
from app.domain.days import china_day
from app.domain.errors import UserError
from app.domain.prices import Fee, PriceTable, as_record, estimate, from_record, in_force
from app.domain.text import T
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import accounts, price_tables, shop_accounts


def read_tables(tx: Connection) -> list[PriceTable]:
    """All tables, in their order."""
    rows = tx.execute(select(price_tables).order_by(price_tables.c.position, price_tables.c.name))
    return [from_record(r.name, r.account, r.record) for r in rows]


def listed(work: Workplace) -> list[PriceTable]:
    """All tables, in their order."""
    with work.db.read() as tx:
        return read_tables(tx)


def replace_all(tx: Connection, wanted: Sequence[PriceTable]) -> dict[str, str]:
    """Make the tables exactly ``wanted``: the result (new, changed, same, off) by name."""
    known = {r.name: r for r in tx.execute(select(price_tables))}
    results: dict[str, str] = {}
    for position, table in enumerate(wanted):
        results[table.name] = _write(tx, table, position)
    gone = [name for name in known if name not in results]
    if gone:
        tx.execute(delete(price_tables).where(price_tables.c.name.in_(gone)))
    return results | dict.fromkeys(gone, "off")


def keep(work: Workplace, table: PriceTable) -> str:
    """Keep one table beside the others, in place of one with its name: new, changed or same."""
    with work.db.write() as tx:
        last = tx.execute(select(func.max(price_tables.c.position))).scalar()
        result = _write(tx, table, 0 if last is None else last + 1)
        if result != "same":
            records.note(tx, work, "prices", detail={"table": table.name, "result": result})
    work.changed("settings")
    return result


def _write(tx: Connection, table: PriceTable, position: int) -> str:
    values = {"account": table.account, "record": as_record(table)}
    known = tx.execute(select(price_tables).where(price_tables.c.name == table.name)).one_or_none()
    if known is None:
        tx.execute(insert(price_tables).values(name=table.name, position=position, **values))
        return "new"
    if (known.account, known.record) == (table.account, values["record"]):
        return "same"
    tx.execute(update(price_tables).where(price_tables.c.name == table.name).values(**values))
    return "changed"


@dataclass(frozen=True, slots=True)
class Priced:
    """An estimate and the table it comes from."""

    table: str
    fee: Fee


@dataclass(frozen=True, slots=True)
class Estimator:
    """The tables in force on one day, read once for many parcels."""

    tables: Sequence[PriceTable]
    day: date

    def estimate(
        self,
        account: str,
        company: str,
        place: tuple[str, str],
        weight_g: int,
        *,
        weighed: bool,
        boxes: int = 1,
    ) -> Priced | None:
        """The fee to ``place`` (province, city); ``None``: no table says, or no weight is known.

        The packing is added to a weight that nobody measured.
        """
        if weight_g <= 0:
            return None
        table = in_force(self.tables, account, company, self.day)
        if table is None:
            return None
        whole = weight_g if weighed else weight_g + table.packaging_g
        fee = estimate(table, *place, -(-whole // max(1, boxes)))
        if fee is None:
            return None
        return Priced(table.name, Fee(fee.fen * max(1, boxes), fee.zone, whole))


def read_estimator(tx: Connection, now: datetime) -> Estimator:
    return Estimator(read_tables(tx), china_day(now))


def must_be_an_account(work: Workplace, account: str) -> None:
    """Raises ``UserError`` (``price_account``): neither an account nor a company code."""
    with work.db.read() as tx:
        ours = tx.execute(select(accounts.c.name)).scalars().all()
        bound = tx.execute(select(shop_accounts.c.account_id)).scalars().all()
    companies = [c.code for c in COMPANIES]
    if account in {*ours, *bound, *companies}:
        return
    raise UserError(
        "price_account",
        T("“{account}” is neither an account nor a company code.", account=account),
        T("Take one of: {codes}", codes=", ".join(dict.fromkeys([*ours, *companies]))),
        ref=account,
    )
