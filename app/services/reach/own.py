"""The merchant's own table of places: what a carrier serves there, whatever anybody else says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.companies import COMPANIES
from app.domain.errors import UserError
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.regions import Place, is_province, place
from app.domain.text import T
from app.services import records
from app.services.parcels import checking
from app.services.reach.places import columns, is_at, place_in
from app.services.workplace import Workplace
from app.settings import ReachConfig
from app.store.tables import accounts, reach_regions

VERDICTS = (ReachVerdict.REFUSED, ReachVerdict.DOUBTFUL, ReachVerdict.REACHED)


@dataclass(frozen=True, slots=True)
class OwnRegion:
    """One line of the own table. ``account``: for this account of the company only."""

    carrier: str
    where: Place
    verdict: ReachVerdict
    reason: str = ""
    account: str = ""

    @property
    def name(self) -> str:
        """How the line is called where changes are listed."""
        return " ".join(part for part in (self.carrier, self.where.words, self.account) if part)


def own_region(
    carrier: str,
    verdict: str,
    *,
    province: str = "",
    city: str = "",
    district: str = "",
    street: str = "",
    reason: str = "",
    account: str = "",
) -> OwnRegion:
    """A line as a person writes it. Raises ``UserError``: ``reach_carrier``, ``reach_region``."""
    code = company_code(carrier)
    where = place(province, city, district, street)
    if not where.province:
        raise UserError(
            "reach_region",
            T("The region has no province."),
            T("Name it from the province down: 西藏自治区 那曲市 安多县"),
            ref=carrier,
        )
    if not is_province(where.province):
        raise UserError(
            "reach_region",
            T("“{name}” is no province.", name=where.province),
            T("Name it from the province down: 西藏自治区 那曲市 安多县"),
            ref=carrier,
        )
    return OwnRegion(code, where, ReachVerdict(verdict), reason.strip()[:256], account.strip())


def company_code(carrier: str) -> str:
    """The code of a company as a person writes it. Raises ``UserError`` (``reach_carrier``)."""
    code = carrier.strip().lower()
    if code in {c.code for c in COMPANIES}:
        return code
    raise UserError(
        "reach_carrier",
        T("{carrier} is no carrier that is known here.", carrier=carrier),
        T("Take one of: {codes}", codes=", ".join(c.code for c in COMPANIES)),
        ref=carrier,
    )


def from_config(lines: Sequence[ReachConfig]) -> list[OwnRegion]:
    """The lines of a configuration file, which has checked them."""
    return [
        own_region(
            line.carrier,
            line.verdict,
            province=line.province,
            city=line.city,
            district=line.district,
            street=line.street,
            reason=line.reason,
            account=line.account,
        )
        for line in lines
    ]


def listed(tx: Connection) -> list[OwnRegion]:
    """The own table, by carrier and place."""
    rows = tx.execute(
        select(reach_regions)
        .where(reach_regions.c.origin == ReachOrigin.OWN)
        .order_by(
            reach_regions.c.carrier,
            reach_regions.c.province,
            reach_regions.c.city,
            reach_regions.c.district,
            reach_regions.c.street,
            reach_regions.c.account,
        )
    )
    return [from_row(r) for r in rows]


def shown(line: OwnRegion) -> dict[str, str]:
    """The keys of a ``[[reach]]`` table."""
    where = line.where
    return {
        "carrier": line.carrier,
        "account": line.account,
        "province": where.province,
        "city": where.city,
        "district": where.district,
        "street": where.street,
        "verdict": line.verdict,
        "reason": line.reason,
    }


def add(work: Workplace, region: OwnRegion) -> str:
    """Write one line, or another verdict and reason on the line that is there; its id."""
    with work.db.write() as tx:
        known = _same_line(tx, region)
        region_id = _write(tx, work, region, known)
        records.note(tx, work, "reach_own", detail={"region": region.name, "is": region.verdict})
    checking.recheck(work)
    work.changed("settings")
    return region_id


def must_be_theirs(work: Workplace, region: OwnRegion) -> None:
    """Raises ``UserError`` (``reach_account``): the line's account is none of its company."""
    if not region.account:
        return
    with work.db.read() as tx:
        company = tx.execute(
            select(accounts.c.company).where(accounts.c.name == region.account)
        ).scalar()
    if company != region.carrier:
        raise UserError(
            "reach_account",
            T(
                "“{account}” is no account with {carrier}.",
                account=region.account,
                carrier=region.carrier,
            ),
            T("See the names with: config show"),
            ref=region.account,
        )


def remove(work: Workplace, region_id: str) -> None:
    """Take a line out. Raises ``UserError`` (``no_such_region``)."""
    with work.db.write() as tx:
        gone = tx.execute(
            delete(reach_regions).where(
                reach_regions.c.id == region_id,
                # Learned lines may be forgotten by hand; the carrier's list is the carrier's.
                reach_regions.c.origin.in_([ReachOrigin.OWN, ReachOrigin.LEARNED]),
            )
        )
        if gone.rowcount != 1:
            raise UserError(
                "no_such_region",
                T("There is no line {id} in your own table.", id=region_id),
                T("List them with: reach list"),
                ref=region_id,
            )
        records.note(tx, work, "reach_removed", detail={"id": region_id})
    checking.recheck(work)
    work.changed("settings")


def replace_all(tx: Connection, work: Workplace, wanted: Sequence[OwnRegion]) -> dict[str, str]:
    """Make the own table exactly ``wanted``: the result (new, changed, same, off) by name."""
    results: dict[str, str] = {}
    kept: set[str] = set()
    for region in wanted:
        known = _same_line(tx, region)
        same = known is not None and (known.verdict, known.reason) == (
            region.verdict,
            region.reason,
        )
        results[region.name] = "same" if same else "changed" if known is not None else "new"
        kept.add(known.id if known is not None and same else _write(tx, work, region, known))
    for row in tx.execute(
        select(reach_regions).where(reach_regions.c.origin == ReachOrigin.OWN)
    ).all():
        if row.id not in kept:
            tx.execute(delete(reach_regions).where(reach_regions.c.id == row.id))
            results[from_row(row).name] = "off"
    return results


def from_row(row: Any) -> OwnRegion:
    """A stored line."""
    return OwnRegion(
        row.carrier,
        place_in(row),
        ReachVerdict(row.verdict),
        row.reason,
        row.account,
    )


def _same_line(tx: Connection, region: OwnRegion) -> Any | None:
    return tx.execute(
        select(reach_regions).where(
            reach_regions.c.origin == ReachOrigin.OWN,
            reach_regions.c.carrier == region.carrier,
            reach_regions.c.account == region.account,
            is_at(region.where),
        )
    ).one_or_none()


def _write(tx: Connection, work: Workplace, region: OwnRegion, known: Any | None) -> str:
    values = {"verdict": region.verdict, "reason": region.reason, "last_at": work.now()}
    if known is not None:
        tx.execute(update(reach_regions).where(reach_regions.c.id == known.id).values(**values))
        return str(known.id)
    region_id = work.key()
    tx.execute(
        insert(reach_regions).values(
            id=region_id,
            origin=ReachOrigin.OWN,
            carrier=region.carrier,
            account=region.account,
            first_at=work.now(),
            **columns(region.where),
            **values,
        )
    )
    return region_id
