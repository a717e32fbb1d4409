"""Pictures that shops put on the platform, kept by media id."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


def upload(shop: ShopState, body: Body) -> Body:
    """``basics/img/upload``: the bytes of one picture, as the file ``media`` of a form or bare.

    Raises:
        RefusalError: 40097, not what the query says, no picture, or too large a one.
    """
    query = body["query"]
    if query.get("upload_type") != "0" or query.get("resp_type") not in ("0", "1"):
        raise RefusalError(40097, "upload_type 0, resp_type 0 or 1")
    content = _content(body["content"], body["content_type"])
    if not content.startswith(_MARKS):
        raise RefusalError(40097, "not a picture")
    if len(content) > shop.quirks.picture_max_bytes:
        raise RefusalError(40097, "the picture is too large")
    media_id = f"MEDIA{next(shop.own_numbers):08d}"
    shop.pictures[media_id] = content
    if query["resp_type"] == "1":
        return {"pic_file": {"img_url": f"https://example.invalid/{media_id}.png"}}
    return {"pic_file": {"media_id": media_id}}


def _content(content: bytes, content_type: str) -> bytes:
    if not content_type.startswith("multipart/form-data"):
        return content
    form: Any = message_from_bytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + content,
        policy=HTTP,
    )
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "media":
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else b""
    raise RefusalError(40097, "the form has no file called media")


ENDPOINTS = (Endpoint("/channels/ec/basics/img/upload", upload, raw=True),)
