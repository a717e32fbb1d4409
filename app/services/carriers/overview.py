"""The direct accounts as a person looks after them: how they stand, today's calls, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ports import Capability
from app.services.carriers import calls, states
from app.services.carriers.calls import CallsToday
from app.services.carriers.states import AccountState
from app.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class AccountToday:
    """One account. ``to_bind``: it can be tied to the app, and nothing says that it is."""

    state: AccountState
    calls: CallsToday = field(default_factory=CallsToday)
    to_bind: bool = False


def listed(work: Workplace) -> list[AccountToday]:
    """Every active account in the order of the configuration; asks nobody."""
    counted = calls.today(work)
    return [
        AccountToday(state, counted.get(state.account, CallsToday()), _to_bind(work, state))
        for state in states.listed(work)
    ]


def _to_bind(work: Workplace, state: AccountState) -> bool:
    """An account that tells how many numbers are left is bound, whoever bound it."""
    answers = state.left is not None and state.trouble is None
    if state.bound_at is not None or answers:
        return False
    return Capability.BIND in states.capabilities(work, state.account)
