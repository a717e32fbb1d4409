"""Who may accept an after-sale up to which amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.domain.errors import UserError
from app.domain.text import T
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import settings, users

KEY = "approval"
PACKER, LEAD, OWNER = "packer", "lead", "owner"


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest amount in fen that a role may accept; ``None``: any. The owner's is any."""

    packer_fen: int | None = 0
    lead_fen: int | None = None

    def of_role(self, role: str) -> int | None:
        """An unknown role may what a packer may."""
        return {OWNER: None, LEAD: self.lead_fen}.get(role, self.packer_fen)


def limits(work: Workplace) -> Limits:
    """The rule in force."""
    with work.db.read() as tx:
        return _limits(tx)


def limit_for(work: Workplace) -> int | None:
    """What whoever works here may accept, in fen; ``None``: any amount.

    While nobody is entered as a user there is nobody to ask, and everybody may.
    """
    with work.db.read() as tx:
        return _limit_for(tx, work.user)


def set_limits(work: Workplace, wanted: Limits) -> bool:
    """Change the rule; returns whether it differs. It is written into the audit trail."""
    with work.db.write() as tx:
        changed = store(tx, wanted)
        if changed:
            detail = {"packer_fen": wanted.packer_fen, "lead_fen": wanted.lead_fen}
            records.note(tx, work, "approval_rule", detail=detail)
    work.changed("settings")
    return changed


def store(tx: Connection, wanted: Limits) -> bool:
    """Write the rule in the caller's transaction; returns whether it differs."""
    if _stored(tx) is not None and _limits(tx) == wanted:
        return False
    tx.execute(delete(settings).where(settings.c.key == KEY))
    value = {"packer_fen": wanted.packer_fen, "lead_fen": wanted.lead_fen}
    tx.execute(insert(settings).values(key=KEY, value=value))
    return True


def check(work: Workplace, after_sale_id: str, our_id: str | None, amount_fen: int) -> None:
    """Let the amount pass, or write down that it was asked for and say who may.

    Raises ``UserError`` (``needs_approval``).
    """
    with work.db.read() as tx:
        limit = _limit_for(tx, work.user)
        if limit is None or amount_fen <= limit:
            return
        may = _who_may(tx, amount_fen)
    with work.db.write() as tx:
        records.note(
            tx,
            work,
            "needs_approval",
            order_id=our_id,
            detail={"after_sale": after_sale_id, "amount_fen": amount_fen, "limit_fen": limit},
        )
    raise UserError(
        "needs_approval",
        T("{yuan} yuan is more than you may accept.", yuan=yuan(amount_fen)),
        T("Ask someone who may: {names}", names=", ".join(may) or OWNER),
        ref=after_sale_id,
    )


def yuan(fen: int) -> str:
    """``1230`` as ``12.30``."""
    return f"{fen // 100}.{fen % 100:02d}"


def _stored(tx: Connection) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = tx.execute(
        select(settings.c.value).where(settings.c.key == KEY)
    ).scalar()
    return found


def _limits(tx: Connection) -> Limits:
    stored = _stored(tx)
    if stored is None:
        return Limits()
    return Limits(stored.get("packer_fen", 0), stored.get("lead_fen"))


def _limit_for(tx: Connection, user: str) -> int | None:
    if tx.execute(select(users.c.name).where(users.c.active)).first() is None:
        return None
    role = tx.execute(select(users.c.role).where(users.c.name == user, users.c.active)).scalar()
    return _limits(tx).of_role(role or PACKER)


def _who_may(tx: Connection, amount_fen: int) -> list[str]:
    rule = _limits(tx)
    rows = tx.execute(select(users).where(users.c.active).order_by(users.c.name)).all()
    return [
        r.display_name or r.name
        for r in rows
        if (limit := rule.of_role(r.role)) is None or amount_fen <= limit
    ]
