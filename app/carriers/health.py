"""What a connection test says, the same with every carrier."""

from __future__ import annotations

from app.carriers import sentences
from app.carriers.problems import problem
from app.domain.fees import NumbersLeft
from app.domain.text import Text
from app.domain.waybills import Problem, ProblemClass
from app.ports import Health

_OF_THE_ACCOUNT = frozenset({ProblemClass.AUTH, ProblemClass.ACCOUNT, ProblemClass.RATE})


def accepted(carrier: str | Text) -> Health:
    return Health(True, sentences.accepts(carrier))


def refused(found: Problem) -> Health:
    return Health(False, found.message, found.remedy)


def of_count(carrier: str, counted: NumbersLeft) -> Health:
    """The test was a question for the numbers left; an account without any is not healthy."""
    if counted.problem is not None:
        return refused(counted.problem)
    if counted.left is None:
        return accepted(carrier)
    if counted.left == 0:
        none = problem(carrier, ProblemClass.BALANCE, "balance")
        return Health(False, none.message, none.remedy, balance=0)
    return Health(True, sentences.accepts_with(carrier, counted.left), balance=counted.left)


def of_probe(carrier: str, found: Problem | None, *, unclear: bool) -> Health:
    """The test was about nobody's number: any answer proves the keys, but ``unclear`` ones and
    what the account itself is refused for.
    """
    if found is not None and (unclear or found.kind in _OF_THE_ACCOUNT):
        return refused(found)
    return accepted(carrier)
