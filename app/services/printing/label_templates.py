"""Label templates of the shop, and which of them each account's labels are made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.errors import UserError
from app.domain.label_templates import STANDARD, LabelTemplate, StandardTemplate
from app.domain.text import T
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import shop_accounts


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template at one carrier; ``accounts`` are those whose labels are made with it."""

    shop: str
    carrier: str
    delivery_id: str
    template: LabelTemplate
    accounts: tuple[str, ...]


def listed(work: Workplace, shop_id: str) -> list[TemplateRow]:
    """The shop's own templates, and the standard one of every bound account. Waits on the network.

    Raises ``UserError`` or ``RetryableError``.
    """
    with work.db.read() as tx:
        accounts = _accounts(tx, shop_id)
    found = work.outside.shop(shop_id).label_templates().templates()
    rows: list[TemplateRow] = []
    for delivery_id in dict.fromkeys(a.delivery_id for a in accounts):
        carrier = next(a.carrier for a in accounts if a.delivery_id == delivery_id)
        standard = LabelTemplate(STANDARD, (), STANDARD)
        for template in (standard, *found.get(delivery_id, ())):
            using = [
                a.account_id
                for a in accounts
                if a.delivery_id == delivery_id
                and (a.template_id or STANDARD) == template.template_id
            ]
            rows.append(TemplateRow(shop_id, carrier, delivery_id, template, tuple(using)))
    return rows


def show(work: Workplace, shop_id: str, delivery_id: str, template_id: str) -> LabelTemplate:
    """One template as the shop has it now. Raises ``UserError`` or ``RetryableError``."""
    return work.outside.shop(shop_id).label_templates().template(delivery_id, template_id)


def standards(work: Workplace, shop_id: str) -> Mapping[str, StandardTemplate]:
    """The standard templates by delivery id. Raises ``UserError`` or ``RetryableError``."""
    return work.outside.shop(shop_id).label_templates().standards()


def save(work: Workplace, shop_id: str, delivery_id: str, template: LabelTemplate) -> str:
    """Make a template, or overwrite the one with its id or name. Returns its id."""
    template_id = work.outside.shop(shop_id).label_templates().save(delivery_id, template)
    with work.db.write() as tx:
        records.note(tx, work, "template", detail={"shop": shop_id, "template": template_id})
    return template_id


def delete(work: Workplace, shop_id: str, delivery_id: str, template_id: str) -> None:
    """Delete a template; accounts that used it go back to the standard one."""
    work.outside.shop(shop_id).label_templates().delete(delivery_id, template_id)
    with work.db.write() as tx:
        tx.execute(
            update(shop_accounts)
            .where(shop_accounts.c.shop_id == shop_id, shop_accounts.c.template_id == template_id)
            .values(template_id="")
        )
        records.note(tx, work, "template_gone", detail={"shop": shop_id, "template": template_id})
    work.changed("shops")


def choose(work: Workplace, shop_id: str, account_id: str, template_id: str) -> None:
    """Make the account's labels with this template (``single``: the standard one).

    Raises ``UserError`` (``no_such_account``, ``no_such_template``) or ``RetryableError``.
    """
    with work.db.read() as tx:
        account = next((a for a in _accounts(tx, shop_id) if a.account_id == account_id), None)
    if account is None:
        raise UserError(
            "no_such_account",
            T("The shop has no e-waybill account {account}.", account=account_id),
            T("See them with: waybill templates list"),
            ref=account_id,
        )
    if template_id != STANDARD:
        own = work.outside.shop(shop_id).label_templates().templates(account.delivery_id)
        if template_id not in {t.template_id for t in own.get(account.delivery_id, ())}:
            raise UserError(
                "no_such_template",
                T("There is no label template {template} at this carrier.", template=template_id),
                T("See them with: waybill templates list"),
                ref=template_id,
            )
    with work.db.write() as tx:
        tx.execute(
            update(shop_accounts)
            .where(shop_accounts.c.shop_id == shop_id, shop_accounts.c.account_id == account_id)
            .values(template_id="" if template_id == STANDARD else template_id)
        )
        detail = {"shop": shop_id, "account": account_id, "template": template_id}
        records.note(tx, work, "template_chosen", detail=detail)
    work.changed("shops")


def _accounts(tx: Connection, shop_id: str) -> Sequence[Any]:
    return tx.execute(
        select(shop_accounts)
        .where(shop_accounts.c.shop_id == shop_id, shop_accounts.c.bound)
        .order_by(shop_accounts.c.position)
    ).all()
