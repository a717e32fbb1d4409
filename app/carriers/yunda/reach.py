"""Whether Yunda serves an address (bm/queryRoute), asked before a number is taken."""

from __future__ import annotations

from app.carriers.reaching import unasked
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text, is_true
from app.carriers.yunda.answers import Answer
from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.domain.text import T

_INSIDE = ("response", "data", "list", "routes")
_SEGMENTS = ("one_code", "two_code", "three_code")


def read_reach(answer: Answer, query_id: int) -> ReachAnswer:
    """``close`` decides; a warned site, or an address without a first segment, is doubtful."""
    if not answer.success:
        return unasked(answer.problem)
    route = _route(answer, query_id)
    closed = as_text(route.get("close"))
    said = "，".join(
        text for n in ("one", "two") if (text := as_text(route.get(f"close_reason_{n}")))
    )
    if is_true(closed):
        stopped = T("Yunda does not go to this address at the moment.")
        return ReachAnswer(ReachVerdict.REFUSED, ReachOrigin.ONLINE, stopped, "close", said)
    warned = as_text(route.get("warning_close_code"))
    if warned not in {"", "0", "false"}:
        doubt = T("Yunda warns: the site for this address may close.")
        return ReachAnswer(ReachVerdict.DOUBTFUL, ReachOrigin.ONLINE, doubt, "warning", said)
    if not closed and not any(as_text(route.get(name)) for name in _SEGMENTS):
        silent = T("Yunda's answer does not say whether it goes to this address.")
        return ReachAnswer(ReachVerdict.UNKNOWN, ReachOrigin.ONLINE, silent, "no_answer")
    if not as_text(route.get("one_code")):
        vague = T("Yunda finds no sorting code for this address: is it complete?")
        return ReachAnswer(ReachVerdict.DOUBTFUL, ReachOrigin.ONLINE, vague, "no_route")
    return ReachAnswer(ReachVerdict.REACHED, ReachOrigin.ONLINE)


def _route(answer: Answer, query_id: int) -> JsonObject:
    """The element about our question; some answers wrap the elements once more."""
    whole = as_object(answer.data) or {}
    inner = next((as_objects(whole[key]) for key in _INSIDE if as_objects(whole.get(key))), None)
    for route in inner or as_objects(answer.data):
        if as_text(route.get("id")) in {str(query_id), ""}:
            return route
    return {}
