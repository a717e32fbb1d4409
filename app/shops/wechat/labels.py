"""The e-waybill platform of WeChat Store as a source of numbers for one carrier account.

Source: WeChat Store, electronic waybill, ``/channels/ec/logistics/ewaybill/biz``. The key of a
booking makes it safe to ask again: a key that was used is answered with 10025019, never with a
second number. The real receiver stays with the platform; the order's hidden text is sent as it is.
"""

from __future__ import annotations

import logging

from app.domain.companies import company
from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Booking,
    Issued,
    IssuedNumber,
    NeverExisted,
    NotSent,
    Outcome,
    Problem,
    ProblemClass,
    Reconciled,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.net.limiter import Priority
from app.ports import Capability, Health, PlatformAccount
from app.shops.wechat import errors, wire
from app.shops.wechat.accounts import fetch_accounts
from app.shops.wechat.booking import (
    CARRIERS_WITH_BOXES,
    TEMPLATE,
    record_of,
    refusal_before_sending,
    request_of,
)
from app.shops.wechat.client import NothingSent, Unclear, WechatClient
from app.shops.wechat.codes import Reaction, meaning
from app.shops.wechat.errors import Answer

log = logging.getLogger(__name__)

BASE = "/channels/ec/logistics/ewaybill/biz"
CREATE_PATH = f"{BASE}/order/create"
GET_PATH = f"{BASE}/order/get"
CANCEL_PATH = f"{BASE}/order/cancel"
PRINT_INFO_PATH = f"{BASE}/print/get"
CARRIER_REFUSED, NOT_CANCELLED, NO_SUCH_LABEL = 10025005, 10025006, 10025010
UPDATE_CONFLICT, BUSY = 10025011, -1
CANCELLED = 2  # status of a label order
CHILD = 2  # waybill_type


class WechatLabels:
    """Numbers from the platform for one ``account``. No call repeats itself."""

    def __init__(self, client: WechatClient, account: PlatformAccount) -> None:
        self._client = client
        self._account = account

    @property
    def code(self) -> str:
        return self._account.company

    @property
    def capabilities(self) -> frozenset[Capability]:
        can = {Capability.CREATE, Capability.RECONCILE, Capability.CANCEL}
        if self._account.balance is not None:
            can.add(Capability.BALANCE)
        if self._account.delivery_id in CARRIERS_WITH_BOXES:
            can.add(Capability.MULTI_PARCEL)
        return frozenset(can)

    def create(self, booking: Booking) -> Outcome:
        """Ask for a number. ``booking.key`` must be a decimal number of at most 64 bits."""
        refusal = refusal_before_sending(booking, self._account)
        if refusal is not None:
            return Rejected(refusal)
        body = request_of(booking, self._account)
        got = self._client.write(CREATE_PATH, body, ref=booking.key, priority=Priority.LABEL)
        match got:
            case NothingSent(UserError() as error):
                return Rejected(_problem_of(error))
            case NothingSent(error):
                return NotSent(error.message)
            case Unclear(reason):
                return Unknown(reason)
            case Answer():
                return self._outcome(booking, got)

    def _outcome(self, booking: Booking, answer: Answer) -> Outcome:
        if answer.code == 0:
            return self._issued_now(booking, answer)
        if answer.code == CARRIER_REFUSED:
            return Rejected(errors.carrier_problem(answer), answer.text)
        known = meaning(answer.code)
        if answer.code == BUSY:
            return Unknown(known.message, answer.text)
        match known.reaction:
            case Reaction.LATER:
                return NotSent(known.message)
            case Reaction.UNSURE:
                return self._settled(booking, answer)
            case _:
                return Rejected(errors.problem(answer), answer.text)

    def _settled(self, booking: Booking, answer: Answer) -> Outcome:
        """Ask what became of a booking whose answer leaves that open (10025019 and the like).

        After a refusal of the carrier the platform may know the key and still have no waybill: the
        key is spent then, and nothing happened.
        """
        found = self._found(booking)
        if not isinstance(found, NeverExisted):
            return found
        if answer.code == UPDATE_CONFLICT:
            return NotSent(meaning(answer.code).message)
        return Rejected(errors.problem(answer), answer.text)

    def reconcile(self, booking: Booking) -> Reconciled:
        """What became of ``booking``; ``Unknown`` while the platform cannot be asked."""
        return self._found(booking)

    def _found(self, booking: Booking) -> Issued | Rejected | Unknown | NeverExisted:
        try:
            answer = self._look_up(booking.key)
            if answer.code == NO_SUCH_LABEL:
                return NeverExisted()
            order = wire.read(wire.LabelOrderAnswer, answer.data, booking.key).order_info
        except (UserError, RetryableError) as error:
            return Unknown(_sentence(error))
        if order.status == CANCELLED:
            return Rejected(_dead_key(T("This number was cancelled at WeChat Store.")), answer.text)
        booked = {o.ec_order_id for o in order.ec_order_list} - {"", "0"}
        if booked and booked.isdisjoint(booking.order_ids):
            return Rejected(
                _dead_key(T("WeChat Store has used this key for another order.")), answer.text
            )
        return self._issued(booking, order, answer)

    def _look_up(self, key: str) -> Answer:
        return self._client.read(
            GET_PATH,
            {"ewaybill_order_id": key},
            ref=key,
            accept=frozenset({NO_SUCH_LABEL}),
            priority=Priority.LABEL,
        )

    def _issued_now(self, booking: Booking, answer: Answer) -> Issued | Unknown:
        try:
            given = wire.read(wire.CreateAnswer, answer.data, booking.key)
        except RetryableError as error:
            return Unknown(error.message, answer.text)
        return self._issued(booking, given, answer)

    def _issued(
        self, booking: Booking, given: wire.CreateAnswer, answer: Answer
    ) -> Issued | Unknown:
        try:
            if not given.waybill_id:
                return Unknown(T("WeChat Store's answer holds no number."), answer.text)
            children = [
                entry.waybill_id
                for entry in given.waybill_id_list
                if entry.waybill_type == CHILD and entry.waybill_id
            ]
            warnings = [T("WeChat Store warns: {said}", said=r.risk_msg) for r in given.risks()]
            print_info = given.print_info or self._print_info(booking.key, "", warnings)
            others = {n: self._print_info(booking.key, n, warnings) for n in children}
        except RetryableError as error:
            # The number exists and can be asked for again; without its picture it is of no use.
            return Unknown(error.message, answer.text)
        if len(children) != booking.box_count - 1:
            warnings.append(
                T(
                    "The carrier gave {n} numbers for {boxes} boxes.",
                    n=len(children) + 1,
                    boxes=booking.box_count,
                )
            )
        record = record_of(booking, self._account)
        return Issued(
            numbers=(
                IssuedNumber(given.waybill_id),
                *(IssuedNumber(number, "child") for number in children),
            ),
            template="platform",
            label={"delivery_id": record["delivery_id"], PRINT_INFO_BY_NUMBER: others},
            print_info=print_info,
            warning=warnings[0] if warnings else None,
            raw=answer.text,
        )

    def _print_info(self, key: str, child: str, warnings: list[Text]) -> str:
        """What the print component needs; "" with a warning when the platform refuses to give it.

        Raises:
            RetryableError: it could not be asked for now.
        """
        body = {"ewaybill_order_id": key, "template_id": TEMPLATE}
        if child:
            body["sub_waybill_id"] = child
        try:
            answer = self._client.read(PRINT_INFO_PATH, body, ref=key, priority=Priority.LABEL)
        except UserError as error:
            warnings.insert(0, error.message)
            return ""
        return wire.read(wire.PrintInfoAnswer, answer.data, key).print_info

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Give ``number`` back. Asking again is harmless: a cancelled one is found cancelled."""
        body = {
            "ewaybill_order_id": booking.key,
            "delivery_id": str(record_of(booking, self._account)["delivery_id"]),
            "waybill_id": number,
        }
        got = self._client.write(CANCEL_PATH, body, ref=booking.key, priority=Priority.LABEL)
        match got:
            case NothingSent(error):
                return Voided(VoidResult.UNKNOWN, _problem_of(error))
            case Unclear(reason):
                return Voided(VoidResult.UNKNOWN, _no_answer(reason))
            case Answer(code=0):
                return Voided(VoidResult.VOIDED)
            case Answer(code=code) if code == NO_SUCH_LABEL:
                return Voided(VoidResult.ALREADY_VOID)
            case Answer(code=code) if code == NOT_CANCELLED:
                return self._not_voided(booking.key, got)
            case Answer():
                return Voided(VoidResult.UNKNOWN, errors.problem(got))

    def _not_voided(self, key: str, answer: Answer) -> Voided:
        """A refused cancelling: dead already, or moving."""
        said = str(answer.data.get("delivery_error_msg") or "")
        problem = errors.problem(answer)
        problem = Problem(
            problem.kind, problem.code, said, problem.message, problem.remedy, problem.reference
        )
        try:
            found = self._look_up(key)
            if found.code == NO_SUCH_LABEL:
                return Voided(VoidResult.ALREADY_VOID)
            order = wire.read(wire.LabelOrderAnswer, found.data, key).order_info
        except (UserError, RetryableError):
            return Voided(VoidResult.UNKNOWN, problem)
        if order.status == CANCELLED:
            return Voided(VoidResult.ALREADY_VOID)
        return Voided(VoidResult.TOO_LATE, problem)

    def check(self) -> Health:
        """Whether the account is bound, and the labels left where the carrier counts them."""
        account, name = self._account, company(self._account.company).name
        try:
            found = fetch_accounts(
                self._client, delivery_id=account.delivery_id, account_id=account.account_id
            )
        except (UserError, RetryableError) as error:
            return Health(False, error.message, error.remedy)
        now = next((a for a in found if a.account_id == account.account_id), None)
        if now is None or not now.bound:
            return Health(
                False,
                T("The account with {carrier} is not bound.", carrier=name),
                T("Bind it in the WeChat Store console."),
            )
        if now.balance is None:
            return Health(True, T("The account with {carrier} is bound.", carrier=name))
        if now.balance <= 0:
            return Health(
                False,
                T("The account with {carrier} has no labels left.", carrier=name),
                T("Top up the account at the carrier's branch."),
                now.balance,
            )
        return Health(
            True,
            T("The account with {carrier} has {n} labels left.", carrier=name, n=now.balance),
            None,
            now.balance,
        )


def _dead_key(message: Text) -> Problem:
    remedy = T("Ask for a number again; the program takes a new key.")
    return Problem(ProblemClass.DUPLICATE, "key_spent", "", message, remedy)


def _no_answer(reason: Text) -> Problem:
    remedy = T("Nothing to do: the program tries again by itself.")
    return Problem(ProblemClass.OTHER, "no_answer", "", reason, remedy)


def _problem_of(error: PackbenchError) -> Problem:
    kind = ProblemClass.AUTH if isinstance(error, UserError) else ProblemClass.OTHER
    return Problem(kind, error.code, "", error.message, error.remedy)


def _sentence(error: PackbenchError) -> Text:
    """What happened and what to do, as one text for a place that holds only one."""
    if isinstance(error, RetryableError):
        return error.message
    return T("{message} {remedy}", message=error.message, remedy=error.remedy)
