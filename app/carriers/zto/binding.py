"""Tying an e-waybill account to the app: what ZTO answers about the site and the binding."""

from __future__ import annotations

from app.carriers.problems import problem
from app.carriers.wire_json import as_object, as_objects, as_text, first_text
from app.carriers.zto import errors
from app.carriers.zto.answers import Answer
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.ports import Health

_BOUND_ALREADY = ("已绑定", "重复绑定")
_SITE_NAMES = ("fullName", "orgName", "siteName", "name")


def read_site(answer: Answer, full_name: str) -> str | Problem:
    """``orgCode`` of the site called ``full_name``; of several only one of exactly this name."""
    if not answer.success:
        return answer.problem
    rows = as_objects(answer.result)
    inner = as_objects((as_object(answer.result) or {}).get("list"))
    sites = {
        as_text(row.get("orgCode")) or as_text(row.get("siteCode")): _site_name(row)
        for row in inner or rows
    }
    sites.pop("", None)
    exact = [code for code, name in sites.items() if name == full_name]
    if len(exact) == 1 or len(sites) == 1:
        return (exact or list(sites))[0]
    return problem(
        errors.CARRIER,
        ProblemClass.ACCOUNT,
        "site_name",
        message=T("ZTO knows no single site called “{name}”.", name=full_name),
        remedy=T("Ask the site for its code and enter it as site_code of the carrier account."),
    )


def _site_name(row: object) -> str:
    known = as_object(row) or {}
    return first_text(known, _SITE_NAMES)


def read_bound(answer: Answer) -> Health:
    """Bound now, or bound before: both will do."""
    if answer.success or any(words in answer.said for words in _BOUND_ALREADY):
        return Health(True, T("The e-waybill account is bound to the app."))
    return Health(False, answer.problem.message, answer.problem.remedy)


def no_site() -> Health:
    return Health(
        False,
        T("ZTO binds an account at its site, and the account names none."),
        T("Enter site_name or site_code of the carrier account."),
    )
