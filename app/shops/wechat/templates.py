"""Label templates: what a platform label says in its lower part.

Source: WeChat Store, electronic waybill, ``template/config | get | getbyid | create | update |
delete``. Exactly eight options, the ids 0 to 7 once each; their order is that on the paper. Times
come as text or as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.label_templates import (
    STANDARD,
    LabelTemplate,
    StandardTemplate,
    TemplateOption,
    must_be_whole,
)
from app.net.limiter import Priority
from app.shops.wechat import errors, wire, wire_labels
from app.shops.wechat.client import NothingSent, Unclear, WechatClient, unreadable
from app.shops.wechat.errors import Answer
from app.shops.wechat.label_calls import BASE

CONFIG_PATH = f"{BASE}/template/config"
LIST_PATH = f"{BASE}/template/get"
ONE_PATH = f"{BASE}/template/getbyid"
CREATE_PATH = f"{BASE}/template/create"
UPDATE_PATH = f"{BASE}/template/update"
DELETE_PATH = f"{BASE}/template/delete"
_PX_PER_MM = 10


class WechatTemplates:
    """The templates of one shop."""

    def __init__(self, client: WechatClient) -> None:
        self._client = client

    def standards(self) -> Mapping[str, StandardTemplate]:
        answer = self._client.read(CONFIG_PATH, {})
        config = wire.read(wire_labels.StandardsAnswer, answer.data).config
        return {
            code: _standard(code, kinds[STANDARD])
            for code, kinds in config.items()
            if STANDARD in kinds
        }

    def templates(self, delivery_id: str = "") -> Mapping[str, Sequence[LabelTemplate]]:
        body = {"delivery_id": delivery_id} if delivery_id else {}
        answer = self._client.read(LIST_PATH, body)
        found = wire.read(wire_labels.TemplatesAnswer, answer.data).total_template
        return {
            carrier.delivery_id: tuple(
                _template(entry, is_default=entry.template_id == carrier.default_template_id)
                for entry in carrier.template_list
            )
            for carrier in found
        }

    def template(self, delivery_id: str, template_id: str) -> LabelTemplate:
        body = {"delivery_id": delivery_id, "template_id": template_id}
        answer = self._client.read(ONE_PATH, body, ref=template_id)
        return _template(
            wire.read(wire_labels.TemplateAnswer, answer.data, template_id).template_info
        )

    def save(self, delivery_id: str, template: LabelTemplate) -> str:
        """See ``TemplateDesk``. A template whose making got no answer is found by its name.

        Raises:
            UserError: also ``template_name`` and ``template_option``, before anything is sent.
            RetryableError: also when nobody knows whether it was saved; saving again is harmless.
        """
        must_be_whole(template)
        info = _info(template)
        if template.template_id:
            self._change(UPDATE_PATH, {"delivery_id": delivery_id, "info": info}, template.name)
            return template.template_id
        for known in self.templates(delivery_id).get(delivery_id, ()):
            if known.name == template.name:
                info["template_id"] = known.template_id
                self._change(UPDATE_PATH, {"delivery_id": delivery_id, "info": info}, template.name)
                return known.template_id
        answer = self._change(
            CREATE_PATH, {"delivery_id": delivery_id, "info": info}, template.name
        )
        return wire.read(wire_labels.TemplateCreated, answer.data, template.name).template_id

    def delete(self, delivery_id: str, template_id: str) -> None:
        body = {"delivery_id": delivery_id, "template_id": template_id}
        self._change(DELETE_PATH, body, template_id)

    def _change(self, path: str, body: Mapping[str, Any], ref: str) -> Answer:
        got = self._client.write(path, body, ref=ref, priority=Priority.READ)
        match got:
            case NothingSent(error):
                raise error
            case Unclear(reason):
                raise unreadable(reason, ref)
            case Answer(code=0):
                return got
            case Answer():
                raise errors.error(got, ref)


def _info(template: LabelTemplate) -> dict[str, Any]:
    info: dict[str, Any] = {
        "template_name": template.name,
        "template_desc": template.text,
        "template_type": STANDARD,
        "options": [
            {
                "option_id": option.option,
                "font_size": int(option.large),
                "is_bold": option.bold,
                "is_open": option.shown,
            }
            for option in template.options
        ],
        "is_default": template.is_default,
    }
    if template.template_id:
        info["template_id"] = template.template_id
    return info


def _template(entry: wire_labels.Template, *, is_default: bool = False) -> LabelTemplate:
    changed_s = entry.update_time or entry.create_time
    return LabelTemplate(
        name=entry.template_name,
        options=tuple(
            TemplateOption(o.option_id, shown=o.is_open, large=o.font_size == 1, bold=o.is_bold)
            for o in entry.options
        ),
        template_id=entry.template_id,
        is_default=entry.is_default or is_default,
        text=entry.template_desc,
        changed_at=datetime.fromtimestamp(changed_s, UTC) if changed_s > 0 else None,
    )


def _standard(code: str, entry: wire_labels.Standard) -> StandardTemplate:
    own = entry.custom_config
    return StandardTemplate(
        delivery_id=code,
        width_mm=entry.width,
        height_mm=entry.height,
        url=entry.url,
        own_width_mm=own.width / _PX_PER_MM,
        own_height_mm=own.height / _PX_PER_MM,
        own_top_mm=own.top / _PX_PER_MM,
        own_left_mm=own.left / _PX_PER_MM,
    )
