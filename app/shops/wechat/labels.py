"""The e-waybill platform of WeChat Store as a source of numbers for one carrier account.

Source: WeChat Store, electronic waybill, ``/channels/ec/logistics/ewaybill/biz``. The key of a
booking makes it safe to ask again: a key that was used is answered with 10025019, never with a
second number. The real receiver stays with the platform; the order's hidden text is sent as it is.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.companies import company
from app.domain.errors import RetryableError, UserError
from app.domain.label_templates import STANDARD
from app.domain.text import T
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
from app.ports import Capability, Health
from app.shops.wechat import errors, wire, wire_labels
from app.shops.wechat.accounts import fetch_accounts
from app.shops.wechat.booking import (
    CARRIERS_WITH_BOXES,
    precheck_of,
    record_of,
    refusal_before_sending,
    request_of,
    template_of,
)
from app.shops.wechat.client import NothingSent, Unclear, unreadable
from app.shops.wechat.codes import Reaction, meaning
from app.shops.wechat.errors import Answer
from app.shops.wechat.label_boxes import MoreBoxes
from app.shops.wechat.label_calls import (
    BUSY,
    CANCEL_PATH,
    CANCELLED,
    CARRIER_REFUSED,
    CREATE_PATH,
    NO_SUCH_LABEL,
    NOT_CANCELLED,
    PRECHECK_PATH,
    TEMPLATE_CODES,
    UPDATE_CONFLICT,
)
from app.shops.wechat.label_words import (
    dead_key,
    joined,
    no_answer,
    no_template,
    problem_of,
    sentence,
    warnings_of,
)


class WechatLabels(MoreBoxes):
    """Numbers from the platform for one ``account``. No call repeats itself."""

    @property
    def code(self) -> str:
        return self._account.company

    @property
    def capabilities(self) -> frozenset[Capability]:
        can = {Capability.CREATE, Capability.RECONCILE, Capability.CANCEL, Capability.PRECHECK}
        if self._account.balance is not None:
            can.add(Capability.BALANCE)
        if self._account.delivery_id in CARRIERS_WITH_BOXES:
            can.add(Capability.MULTI_PARCEL)
        return frozenset(can)

    def precheck(self, booking: Booking) -> Problem | None:
        """What the platform itself would refuse; the carrier is not asked and nothing is booked.

        The id that it offers is not taken: our own key is what a lost answer is found by.

        Raises:
            UserError, RetryableError: it could not be asked.
        """
        refusal = refusal_before_sending(booking, self._account)
        if refusal is not None:
            return refusal
        body = precheck_of(booking, self._account)
        got = self._client.write(
            PRECHECK_PATH, body, ref=booking.parcel_id, priority=Priority.LABEL
        )
        match got:
            case NothingSent(error):
                raise error
            case Unclear(reason):
                raise unreadable(reason, booking.parcel_id)
            case Answer(code=0):
                return None
            case Answer(code=code) if code == CARRIER_REFUSED:
                return errors.carrier_problem(got)
            case Answer(code=code) if meaning(code).kind is ProblemClass.RATE:
                raise errors.error(got, booking.parcel_id)
            case Answer():
                return errors.problem(got)

    def create(self, booking: Booking) -> Outcome:
        """Ask for a number. ``booking.key`` must be a decimal number of at most 64 bits.

        When the account's own label template is gone, the standard one is taken, with a warning.
        """
        refusal = refusal_before_sending(booking, self._account)
        if refusal is not None:
            return Rejected(refusal)
        template = template_of(booking, self._account)
        outcome = self._create(booking, template)
        if (
            template == STANDARD
            or not isinstance(outcome, Rejected)
            or outcome.problem.code not in {str(code) for code in TEMPLATE_CODES}
        ):
            return outcome
        outcome = self._create(booking, STANDARD)  # refused before anything was booked
        if isinstance(outcome, Issued):
            return replace(outcome, warning=joined([no_template(), outcome.warning]))
        return outcome

    def _create(self, booking: Booking, template: str) -> Outcome:
        body = request_of(booking, self._account, template)
        got = self._client.write(CREATE_PATH, body, ref=booking.key, priority=Priority.LABEL)
        match got:
            case NothingSent(UserError() as error):
                return Rejected(problem_of(error))
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
            answer = self.look_up(booking.key)
            if answer.code == NO_SUCH_LABEL:
                return NeverExisted()
            order = wire.read(wire_labels.LabelOrderAnswer, answer.data, booking.key).order_info
        except (UserError, RetryableError) as error:
            return Unknown(sentence(error))
        if order.status == CANCELLED:
            return Rejected(dead_key(T("This number was cancelled at WeChat Store.")), answer.text)
        booked = {o.ec_order_id for o in order.ec_order_list} - {"", "0"}
        if booked and booked.isdisjoint(booking.order_ids):
            return Rejected(
                dead_key(T("WeChat Store has used this key for another order.")), answer.text
            )
        return self._issued(booking, order, answer)

    def _issued_now(self, booking: Booking, answer: Answer) -> Issued | Unknown:
        try:
            given = wire.read(wire_labels.CreateAnswer, answer.data, booking.key)
        except RetryableError as error:
            return Unknown(error.message, answer.text)
        return self._issued(booking, given, answer)

    def _issued(
        self, booking: Booking, given: wire_labels.CreateAnswer, answer: Answer
    ) -> Issued | Unknown:
        try:
            if not given.waybill_id:
                return Unknown(T("WeChat Store's answer holds no number."), answer.text)
            children = [entry.waybill_id for entry in given.boxes()]
            warnings = warnings_of(given)
            print_info = given.print_info or self.print_info(booking, "", warnings)
            others = {n: self.print_info(booking, n, warnings) for n in children}
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
            warning=joined(warnings),
            raw=answer.text,
        )

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
                return Voided(VoidResult.UNKNOWN, problem_of(error))
            case Unclear(reason):
                return Voided(VoidResult.UNKNOWN, no_answer(reason))
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
            found = self.look_up(key)
            if found.code == NO_SUCH_LABEL:
                return Voided(VoidResult.ALREADY_VOID)
            order = wire.read(wire_labels.LabelOrderAnswer, found.data, key).order_info
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
