"""Why an after-sale is refused: the platform's own list, and the shop's sentences to go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.after_sales import RejectReason
from app.domain.errors import UserError
from app.domain.text import T
from app.services.workplace import Workplace
from app.store.tables import reason_templates, settings

REJECT = "reject"
LONGEST = 200
KEPT_FOR = timedelta(hours=24)
_SEEDED = "reason_templates_seeded"
# What shops say most, in the shop's own language: it is theirs to change.
_BUILT_IN: tuple[tuple[str, int | None], ...] = (
    ("包裹已经发出，收到后可以再申请退货退款。", 4),
    ("已和您商量好不退款，麻烦撤销申请。", 6),
    ("商品没有质量问题，请补充照片后再申请。", None),
    ("寄回的商品用过了，影响再次销售。", None),
    ("寄回的商品和申请的不一样。", None),
    ("还没收到寄回的商品，请核对运单号。", None),
    ("已过七天无理由退货的时间。", None),
    ("定制商品不支持无理由退货。", None),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of the shop's. ``shop`` is "" when every shop uses it."""

    id: str
    text: str
    reason: int | None
    shop: str


def templates(work: Workplace, shop_id: str = "") -> list[Template]:
    """The sentences for one shop (those of every shop included); all of them without a name."""
    _seed(work)
    query = select(reason_templates).where(reason_templates.c.kind == REJECT)
    if shop_id:
        query = query.where(reason_templates.c.shop_id.in_(["", shop_id]))
    with work.db.read() as tx:
        rows = tx.execute(query.order_by(reason_templates.c.position, reason_templates.c.id)).all()
    return [Template(r.id, r.text, r.reason, r.shop_id) for r in rows]


def add(work: Workplace, text: str, *, reason: int | None = None, shop_id: str = "") -> Template:
    """A new sentence at the end of the list. Raises ``UserError`` (``bad_reason_text``)."""
    _seed(work)
    clean = _checked(text)
    with work.db.write() as tx:
        template = Template(work.key(), clean, reason, shop_id)
        _insert(tx, template, _next_position(tx))
    work.changed("settings")
    return template


def change(work: Workplace, template_id: str, text: str, *, reason: int | None = None) -> Template:
    """Other words for a sentence. Raises ``UserError``: ``no_such_template``, bad text."""
    clean = _checked(text)
    with work.db.write() as tx:
        row = tx.execute(
            select(reason_templates).where(reason_templates.c.id == template_id)
        ).one_or_none()
        if row is None:
            raise _no_such(template_id)
        kept = row.reason if reason is None else reason
        tx.execute(
            update(reason_templates)
            .where(reason_templates.c.id == template_id)
            .values(text=clean, reason=kept)
        )
    work.changed("settings")
    return Template(template_id, clean, kept, row.shop_id)


def remove(work: Workplace, template_id: str) -> None:
    """Take a sentence off the list. Raises ``UserError`` (``no_such_template``)."""
    with work.db.write() as tx:
        gone = tx.execute(delete(reason_templates).where(reason_templates.c.id == template_id))
        if gone.rowcount == 0:
            raise _no_such(template_id)
    work.changed("settings")


def platform(work: Workplace, shop_id: str) -> Sequence[RejectReason]:
    """The platform's reasons, asked for once a day.

    Raises what the shop raises when they are not known yet; an old list is better than none.
    """
    key = f"reject_reasons:{shop_id}"
    with work.db.read() as tx:
        kept = tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
    if kept is not None and work.now() - datetime.fromisoformat(kept["at"]) < KEPT_FOR:
        return [RejectReason(int(c), t, int(s)) for c, t, s in kept["reasons"]]
    found = work.outside.shop(shop_id).after_sales.reject_reasons()
    value = {"at": work.now().isoformat(), "reasons": [[r.code, r.text, r.scene] for r in found]}
    with work.db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == key))
        tx.execute(insert(settings).values(key=key, value=value))
    return found


def must_be_known(work: Workplace, shop_id: str, reason: int) -> None:
    """Raises ``UserError`` (``no_such_reason``) for one that the platform does not list."""
    known = platform(work, shop_id)
    if all(r.code != reason for r in known):
        raise UserError(
            "no_such_reason",
            T("WeChat Store has no reason {reason} for a rejection.", reason=reason),
            T("Known are: {known}", known=", ".join(f"{r.code} {r.text}" for r in known)),
            ref=str(reason),
        )


def _seed(work: Workplace) -> None:
    """Put the built-in sentences in, once per database: removed ones do not come back."""
    with work.db.read() as tx:
        done = tx.execute(select(settings.c.key).where(settings.c.key == _SEEDED)).first()
    if done is not None:
        return
    with work.db.write() as tx:
        if tx.execute(select(settings.c.key).where(settings.c.key == _SEEDED)).first() is not None:
            return
        tx.execute(insert(settings).values(key=_SEEDED, value=True))
        for position, (text, reason) in enumerate(_BUILT_IN):
            _insert(tx, Template(work.key(), text, reason, ""), position)


def _insert(tx: Connection, template: Template, position: int) -> None:
    tx.execute(
        insert(reason_templates).values(
            id=template.id,
            shop_id=template.shop,
            kind=REJECT,
            text=template.text,
            reason=template.reason,
            position=position,
        )
    )


def _next_position(tx: Connection) -> int:
    last = tx.execute(select(func.max(reason_templates.c.position))).scalar()
    return int(last or 0) + 1


def _checked(text: str) -> str:
    clean = " ".join(text.split())
    if not 0 < len(clean) <= LONGEST:
        raise UserError(
            "bad_reason_text",
            T("A reason needs words, at most {n} characters.", n=LONGEST),
            T("Write it shorter, or write something."),
        )
    return clean


def _no_such(template_id: str) -> UserError:
    return UserError(
        "no_such_template",
        T("There is no sentence {id}.", id=template_id),
        T("List them with: aftersales reasons list"),
        ref=template_id,
    )
