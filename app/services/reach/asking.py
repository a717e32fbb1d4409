"""Asking the carrier or the platform itself about a parcel; no number is used up."""

from __future__ import annotations

from app.domain.checks import Finding, FoundBy, Weight, finding
from app.domain.companies import company
from app.domain.fixes import Fix, fix_for
from app.domain.reach import ReachAnswer, ReachVerdict
from app.domain.text import T, Text
from app.domain.waybills import Booking, ProblemClass
from app.ports import AnswersReach, Capability, PlatformLabels, WaybillSource, has
from app.services.reach.recent import Answered


def carrier(source: WaybillSource, booking: Booking) -> Answered | None:
    """What the carrier says of the place; ``None`` where it cannot be asked. Waits on the network.

    An address that the platform masks cannot be asked about.
    """
    if booking.receiver.masked or not has(source, Capability.PRECHECK):
        return None
    if not isinstance(source, AnswersReach):
        return None
    return _answered(booking.carrier, source.reach(booking))


def platform(source: PlatformLabels, booking: Booking) -> Answered:
    """What the platform would refuse. Waits on the network.

    Raises ``UserError`` or ``RetryableError`` when it cannot be asked.
    """
    problem = source.precheck(booking)
    if problem is None:
        return Answered(())
    message = problem.message
    if problem.reference:
        message = T("{message} (rid {rid})", message=message, rid=problem.reference)
    return Answered((finding(Weight.REFUSED, FoundBy.PLATFORM, problem, message=message),))


def _answered(carrier: str, answer: ReachAnswer) -> Answered:
    name = company(carrier).name
    match answer.verdict:
        case ReachVerdict.REACHED:
            return Answered((), reached=True)
        case ReachVerdict.REFUSED:
            usual: Text = T("{carrier} does not deliver to this address.", carrier=name)
            remedy = T("Choose another carrier.")
            found = (Weight.REFUSED, ProblemClass.OUT_OF_RANGE, Fix.CHANGE_CARRIER)
        case ReachVerdict.DOUBTFUL:
            usual = T("{carrier} may not deliver to this address.", carrier=name)
            remedy = T("Look at the address and correct it if it is wrong.")
            found = (Weight.DOUBTFUL, ProblemClass.FIX_ADDRESS, Fix.EDIT_ADDRESS)
        case ReachVerdict.UNKNOWN:
            usual = T("{carrier} could not say whether it delivers there.", carrier=name)
            remedy = T("Try again later, or take the number: the carrier answers then.")
            found = (Weight.LATER, ProblemClass.OTHER, fix_for("later") or Fix.RETRY_LATER)
    weight, kind, fix = found
    reason = answer.reason or usual
    return Answered(
        (Finding(weight, FoundBy.ONLINE, kind, reason, remedy, fix, answer.code, answer.said),)
    )
