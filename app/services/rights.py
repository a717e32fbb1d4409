"""Who may change how the shop is set up. Without a list of people everybody may."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.text import T, Text
from app.services.workplace import Workplace
from app.store.tables import users

PACKER = "packer"


def setup_refusal(work: Workplace) -> Text | None:
    """Why the person at this window may not change printers and labels; ``None``: he may.

    Somebody who is not in the list counts as a packer.
    """
    who = _who_instead(work)
    return T("You can look and test; {who} can change it.", who=who) if who else None


def approval_refusal(work: Workplace) -> Text | None:
    """Why the person at this window may not approve what was counted; ``None``: he may."""
    who = _who_instead(work)
    return T("You can count; {who} can approve it.", who=who) if who else None


def _who_instead(work: Workplace) -> str:
    """Who may do what this person may not, by name; "" when he may himself."""
    with work.db.read() as tx:
        people = tx.execute(select(users).where(users.c.active).order_by(users.c.name)).all()
    if not people or any(p.name == work.user and p.role != PACKER for p in people):
        return ""
    who = [p.display_name or p.name for p in people if p.role != PACKER]
    return ", ".join(who)
