"""Carriers that do not document what they do with an order id that they have seen before.

Whether a create may be repeated is then a matter of the contract, and a setting of the account.
Without that promise nothing is ever repeated: a second number costs more than a question.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers import sentences
from app.domain.waybills import (
    AskPerson,
    Issued,
    NotSent,
    Outcome,
    ProblemClass,
    Reconciled,
    Rejected,
    Unknown,
)

# Refusals of what the order says. They would have met the first create just the same.
_ABOUT_THE_ORDER = frozenset(
    {
        ProblemClass.FIX_ADDRESS,
        ProblemClass.PHONE,
        ProblemClass.OUT_OF_RANGE,
        ProblemClass.PROHIBITED,
        ProblemClass.PRODUCT_OR_VAS,
    }
)


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The carrier refuses an order id that it has an order for; ``issued`` where it says which."""

    issued: Issued | None = None
    raw: str = ""
    code: str = "repeated"


Written = Issued | Rejected | Unknown | NotSent | AlreadyThere


def first_time(carrier: str, outcome: Written) -> Outcome:
    """What a first create means. An order that is there already is possibly ours."""
    if isinstance(outcome, AlreadyThere):
        return Unknown(sentences.known_already(carrier), outcome.raw)
    return outcome


def once_more(carrier: str, outcome: Written) -> Reconciled:
    """What the same create means when it was repeated and the contract allows that.

    ``Issued`` may also mean that the first create never arrived and this one did; either way there
    is exactly one number. A refusal proves that there is none only if it is about the order itself.
    """
    if isinstance(outcome, AlreadyThere):
        return outcome.issued or AskPerson(sentences.number_not_told(carrier))
    if isinstance(outcome, NotSent):
        return Unknown(outcome.reason)
    if isinstance(outcome, Rejected) and outcome.problem.kind not in _ABOUT_THE_ORDER:
        return Unknown(outcome.problem.message, outcome.raw)
    return outcome
