"""The shop's answers to what buyers want back. Money moves only with the exact amount said again.

Source: WeChat Store, acceptapply, rejectapply, rejectexchangereship, uploadrefundcertificate; one
refund of an order a minute (10021059).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.domain.after_sales import AfterSaleCase, AfterSaleKind, AfterSaleStage
from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.ports import AfterSaleDesk, ReportOutcome, ReportRefused
from app.services.after_sales import approval, reasons
from app.services.after_sales.returns import received
from app.services.after_sales.steps import Answered, Step, take
from app.services.workplace import Workplace
from app.store.tables import audit

__all__ = ["accept_return", "received", "refund", "reject", "send_evidence"]

REFUND_GAP = timedelta(seconds=60)
LARGEST_FILE = 20_000_000
MOST_PICTURES = 20
_REFUND = "after_sale_refund"
_BACK = frozenset({AfterSaleKind.RETURN, AfterSaleKind.EXCHANGE})
_AGREED = frozenset(
    {AfterSaleStage.WAIT_BUYER, AfterSaleStage.RETURNED, AfterSaleStage.SHIP_EXCHANGE}
)
_REJECTABLE = frozenset(
    {AfterSaleStage.ASKED, AfterSaleStage.RETURNED, AfterSaleStage.SHIP_EXCHANGE}
)
_PAID = frozenset({AfterSaleStage.REFUNDED, AfterSaleStage.PLATFORM})


def accept_return(
    work: Workplace, shop_id: str, after_sale_id: str, address_id: str | None = None
) -> Answered:
    """Agree that the goods come back, to ``address_id`` or the shop's default return address.

    Raises ``UserError``: ``needs_approval``, ``shop_return_address``, ``no_such_address``, and see
    ``steps.take``.
    """
    chosen: list[str] = []

    def check(case: AfterSaleCase, our_id: str | None) -> Mapping[str, Any]:
        approval.check(work, after_sale_id, our_id, case.amount_fen)
        chosen.append(_return_address(work, shop_id, address_id, after_sale_id))
        return {"address": chosen[-1], "amount_fen": case.amount_fen}

    step = Step(
        "after_sale_accept_return",
        ready=lambda case: case.kind in _BACK and case.stage is AfterSaleStage.ASKED,
        over=lambda case: case.kind in _BACK and case.stage in _AGREED,
    )
    return take(
        work,
        shop_id,
        after_sale_id,
        step,
        lambda desk, case: desk.accept_return(after_sale_id, chosen[-1]),
        check=check,
    )


def refund(
    work: Workplace, shop_id: str, after_sale_id: str, *, confirm_fen: int | None
) -> Answered:
    """Pay back what the case asks for. ``confirm_fen`` is the amount, said again by a person.

    Raises:
        UserError: ``confirm_amount`` (missing, or not the amount the case has now),
            ``needs_approval``; see ``steps.take``.
        RetryableError: ``after_sale_wait``, another refund of the order was less than a minute ago.
    """

    def check(case: AfterSaleCase, our_id: str | None) -> Mapping[str, Any]:
        if confirm_fen != case.amount_fen:
            raise UserError(
                "confirm_amount",
                T(
                    "{yuan} yuan would be paid back; that amount was not confirmed.",
                    yuan=approval.yuan(case.amount_fen),
                ),
                T("Say exactly {yuan} to pay it.", yuan=approval.yuan(case.amount_fen)),
                ref=after_sale_id,
            )
        approval.check(work, after_sale_id, our_id, case.amount_fen)
        _one_a_minute(work, our_id, after_sale_id)
        return {"amount_fen": case.amount_fen}

    step = Step(
        _REFUND,
        ready=lambda case: (
            (case.kind, case.stage)
            in {
                (AfterSaleKind.REFUND, AfterSaleStage.ASKED),
                (AfterSaleKind.RETURN, AfterSaleStage.RETURNED),
            }
        ),
        over=lambda case: case.stage is AfterSaleStage.REFUNDED,
        landed=lambda case: case.stage is AfterSaleStage.PLATFORM,  # it is paying
    )
    return take(
        work,
        shop_id,
        after_sale_id,
        step,
        lambda desk, case: desk.refund(
            after_sale_id, returned=case.stage is AfterSaleStage.RETURNED
        ),
        check=check,
    )


def reject(
    work: Workplace,
    shop_id: str,
    after_sale_id: str,
    reason: int,
    words: str,
    evidence: Sequence[Path] = (),
) -> Answered:
    """Refuse what the buyer asks for, with one of the platform's reasons and the shop's words.

    Raises ``UserError``: ``no_such_reason``, ``evidence_wanted``, a file that cannot be used; see
    ``steps.take``.
    """
    reasons.must_be_known(work, shop_id, reason)
    pictures = _read(evidence)

    def call(desk: AfterSaleDesk, case: AfterSaleCase) -> ReportOutcome:
        media = [desk.upload(name, content) for name, content in pictures]
        looked_at = case.kind is AfterSaleKind.EXCHANGE and case.stage is not AfterSaleStage.ASKED
        tell = desk.reject_exchange if looked_at else desk.reject
        outcome = tell(after_sale_id, reason, words.strip(), media)
        if isinstance(outcome, ReportRefused) and case.buyer_has_goods and not media:
            return replace(outcome, problem=replace(outcome.problem, remedy=_PROOF))
        return outcome

    step = Step(
        "after_sale_reject",
        ready=lambda case: case.stage in _REJECTABLE,
        over=lambda case: case.stage is AfterSaleStage.NOTHING,
    )
    return take(
        work,
        shop_id,
        after_sale_id,
        step,
        call,
        check=lambda case, our_id: {"reason": reason, "pictures": len(pictures)},
    )


_PROOF = T("The buyer says the goods arrived: take another reason, or add pictures (--evidence).")


def send_evidence(
    work: Workplace, shop_id: str, after_sale_id: str, files: Sequence[Path], words: str = ""
) -> Answered:
    """Prove with pictures that a refund was made outside the platform.

    Raises ``UserError``: a file that cannot be used; see ``steps.take``.
    """
    pictures = _read(files)
    if not pictures:
        raise UserError(
            "no_picture",
            T("There is no picture to send."),
            T("Add a picture of the payment."),
            ref=after_sale_id,
        )

    def call(desk: AfterSaleDesk, case: AfterSaleCase) -> ReportOutcome:
        media = [desk.upload(name, content) for name, content in pictures]
        return desk.send_evidence(after_sale_id, media, words.strip())

    step = Step(
        "after_sale_evidence",
        ready=lambda case: case.stage is AfterSaleStage.PAY_OUTSIDE,
        over=lambda case: case.stage in _PAID,
    )
    return take(
        work,
        shop_id,
        after_sale_id,
        step,
        call,
        check=lambda case, our_id: {"pictures": len(pictures)},
    )


def _return_address(
    work: Workplace, shop_id: str, address_id: str | None, after_sale_id: str
) -> str:
    known = work.outside.shop(shop_id).after_sales.return_addresses()
    names = ", ".join(f"{a.address_id} {a.name} {a.place}" for a in known)
    if address_id is not None:
        if all(a.address_id != address_id for a in known):
            raise UserError(
                "no_such_address",
                T("The shop has no return address {id}.", id=address_id),
                T("Known are: {known}", known=names or "-"),
                ref=after_sale_id,
            )
        return address_id
    default = next((a for a in known if a.default), known[0] if len(known) == 1 else None)
    if default is None:
        raise UserError(
            "shop_return_address",
            T("The shop has no default return address."),
            T("Choose one: {known}", known=names)
            if known
            else T("Set one in the WeChat Store console, then accept again."),
            ref=after_sale_id,
        )
    return default.address_id


def _one_a_minute(work: Workplace, our_id: str | None, after_sale_id: str) -> None:
    """The platform takes one refund of an order a minute: the next one waits its turn."""
    if our_id is None:
        return
    with work.db.read() as tx:
        last_at = _last_refund_at(tx, our_id)
    if last_at is None:
        return
    left_s = (last_at + REFUND_GAP - work.now()).total_seconds()
    if left_s > 0:
        raise RetryableError(
            "after_sale_wait",
            T("Another refund of this order was less than a minute ago."),
            T("Do it again in {n} seconds.", n=int(left_s) + 1),
            ref=after_sale_id,
            retry_after_s=left_s,
        )


def _last_refund_at(tx: Connection, our_id: str) -> datetime | None:
    """When a refund of the order was last sent; one that never left does not count."""
    row = tx.execute(
        select(audit.c.at, audit.c.action)
        .where(
            audit.c.order_id == our_id,
            audit.c.action.in_([_REFUND, "after_sale_not_sent", "after_sale_refused"]),
        )
        .order_by(audit.c.id.desc())
        .limit(1)
    ).one_or_none()
    return row.at if row is not None and row.action == _REFUND else None


def _read(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    if len(files) > MOST_PICTURES:
        raise UserError(
            "too_many_pictures",
            T("At most {n} pictures can be sent.", n=MOST_PICTURES),
            T("Leave some out."),
        )
    found: list[tuple[str, bytes]] = []
    for file in files:
        try:
            if file.stat().st_size > LARGEST_FILE:
                raise UserError(
                    "picture_size",
                    T("“{name}” is too large.", name=file.name),
                    T("Make the picture smaller."),
                    ref=file.name,
                )
            found.append((file.name, file.read_bytes()))
        except OSError as error:
            raise UserError(
                "file_unreadable",
                T("“{name}” cannot be read.", name=file.name),
                T("Check the path and the right to read it."),
                ref=file.name,
            ) from error
    return found
