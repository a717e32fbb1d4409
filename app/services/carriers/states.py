"""How each carrier account of the configuration stands, as it was last heard.

Listing asks nobody. An account is asked again when it was not asked for ten minutes, or when a
person wants to know now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T, Text
from app.domain.waybills import Problem
from app.ports import Capability, Health
from app.ports.carriers import Binds, CountsNumbers, has
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import account_states, accounts

FRESH = timedelta(minutes=10)
"""How old a count of numbers may be before an account is asked again."""

LOW_NUMBERS = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the last question to an account ended with."""

    code: str
    message: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """One account. ``left`` is ``None`` where nobody counts, or nobody has answered yet."""

    account: str
    carrier: str  # whose platform is called
    company: str  # who carries; "" gives no numbers
    left: int | None
    asked_at: datetime | None  # aware UTC; None: never asked
    trouble: Trouble | None
    bound_at: datetime | None

    @property
    def low(self) -> bool:
        return self.left is not None and self.left < LOW_NUMBERS


def listed(work: Workplace) -> list[AccountState]:
    """Every active account in the order of the configuration; asks nobody."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                accounts.c.name,
                accounts.c.carrier,
                accounts.c.company,
                account_states.c.numbers_left,
                account_states.c.asked_at,
                account_states.c.problem,
                account_states.c.bound_at,
            )
            .outerjoin(account_states, account_states.c.account == accounts.c.name)
            .where(accounts.c.active)
            .order_by(accounts.c.position)
        ).all()
    return [_state(row) for row in rows]


def capabilities(work: Workplace, account: str) -> frozenset[Capability]:
    """What the account can do by its settings; asks nobody. Nothing while its keys are missing."""
    try:
        source = work.outside.carrier(account)
    except PackbenchError:
        return frozenset()
    return frozenset(c for c in source.capabilities if has(source, c))


def check(work: Workplace, account: str) -> Health:
    """Ask the carrier whether the account works; books nothing. Waits on the network.

    Raises ``UserError`` for an unknown account or a missing secret.
    """
    health = work.outside.carrier(account).check()
    trouble = None if health.ok else Trouble("check", health.message, health.remedy)
    _remember(work, account, trouble, left=health.balance)
    return health


def refresh(work: Workplace, account: str, *, older_than: timedelta = timedelta(0)) -> bool:
    """Ask for the numbers left when that was not done for so long. Whether they are known now.

    Waits on the network. An account that counts no numbers is not asked.
    """
    known = next((state for state in listed(work) if state.account == account), None)
    if known is not None and known.asked_at and work.now() - known.asked_at < older_than:
        return known.trouble is None
    try:
        source = work.outside.carrier(account)
    except PackbenchError as error:
        _remember(work, account, Trouble(error.code, error.message, error.remedy))
        return False
    if not (has(source, Capability.BALANCE) and isinstance(source, CountsNumbers)):
        _remember(work, account, known.trouble if known else None)
        return True
    counted = source.numbers_left()
    _remember(work, account, _trouble_of(counted.problem), left=counted.left)
    return counted.problem is None


def bind(work: Workplace, account: str) -> Health:
    """Tie the e-waybill account to the app. Binding twice does no harm. Waits on the network.

    Raises ``UserError``: ``cannot_bind``, an unknown account or a missing secret.
    """
    source = work.outside.carrier(account)
    if not (has(source, Capability.BIND) and isinstance(source, Binds)):
        raise UserError(
            "cannot_bind",
            T("The carrier account {name} needs no binding.", name=account),
            T("Test it with: carriers check {name}", name=account),
            ref=account,
        )
    health = source.bind()
    trouble = None if health.ok else Trouble("bind", health.message, health.remedy)
    _remember(work, account, trouble, bound=health.ok)
    return health


def note_refusal(
    work: Workplace, account: str, code: str, message: Text, remedy: Text | None, *, empty: bool
) -> None:
    """An account refused numbers as a whole; ``empty``: it has none left."""
    trouble = Trouble(code, message, remedy)
    _remember(work, account, trouble, left=0 if empty else None, asked=False)


def _trouble_of(problem: Problem | None) -> Trouble | None:
    return None if problem is None else Trouble(problem.code, problem.message, problem.remedy)


def _remember(
    work: Workplace,
    account: str,
    trouble: Trouble | None,
    *,
    left: int | None = None,
    asked: bool = True,
    bound: bool = False,
) -> None:
    """Keep what was heard; a count that did not come leaves the last one standing."""
    values: dict[str, Any] = {"problem": _trouble_json(trouble)}
    values |= {"asked_at": work.now()} if asked else {}
    values |= {"numbers_left": left} if left is not None else {}
    values |= {"bound_at": work.now()} if bound else {}
    with work.db.write() as tx:
        write(tx, account, values)
    work.changed("shops")


def write(tx: Connection, account: str, values: Mapping[str, Any]) -> None:
    """Write columns of an account's row in the caller's transaction; the others stay."""
    changed = update(account_states).where(account_states.c.account == account).values(**values)
    if tx.execute(changed).rowcount:
        return
    if not insert_if_new(tx, insert(account_states).values(account=account, **values)):
        tx.execute(changed)


def _trouble_json(trouble: Trouble | None) -> dict[str, str] | None:
    if trouble is None:
        return None
    found = {"code": trouble.code, "message": trouble.message.as_json()}
    return found | ({"remedy": trouble.remedy.as_json()} if trouble.remedy is not None else {})


def _state(row: Any) -> AccountState:
    return AccountState(
        account=row.name,
        carrier=row.carrier,
        company=row.company,
        left=row.numbers_left,
        asked_at=row.asked_at,
        trouble=_trouble_from(row.problem),
        bound_at=row.bound_at,
    )


def _trouble_from(stored: Any) -> Trouble | None:
    if not stored:
        return None
    remedy = stored.get("remedy")
    return Trouble(
        str(stored.get("code", "")),
        Text.from_json(str(stored.get("message", ""))),
        Text.from_json(str(remedy)) if remedy else None,
    )
