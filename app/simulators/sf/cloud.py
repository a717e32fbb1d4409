"""The simulated cloud print of SF: labels as PDF behind addresses that open with a token."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.simulators.exchange import Request, Response
from app.simulators.ground import Clock
from app.simulators.sf.paper import label_pdf
from app.simulators.sf.records import SfAccount, SfOrder, SfRefusalError

FILE_PATH = "/print-file"
FILE_LIFE_S = 24 * 3600
MOST_DOCUMENTS = 20
_SIZES = {"76130": (76, 130), "150": (100, 150), "180": (100, 180), "210": (100, 210)}
_DOCUMENT_FIELDS = frozenset(
    {"masterWaybillNo", "branchWaybillNo", "backWaybillNo", "seq", "sum", "isPrintLogo"}
    | {"remark", "customData"}
)


@dataclass(frozen=True, slots=True)
class _File:
    token: str
    content: bytes
    made_at_s: float


class CloudPrint:
    """``print`` is guarded by its owner; files may be fetched from any thread."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._files: dict[str, _File] = {}

    def print(
        self,
        account: SfAccount,
        msg: Any,
        find: Callable[[str], SfOrder | None],
        origin: str,
    ) -> dict[str, Any]:
        """``obj`` of COM_RECE_CLOUD_PRINT_WAYBILLS; ``find`` by number, ``origin`` of the files.

        Raises:
            SfRefusalError: words without a code, as here only.
        """
        size = _size(account, msg)
        documents = msg.get("documents")
        if not isinstance(documents, list) or not documents:
            raise SfRefusalError("", "documents不能为空")
        if len(documents) > MOST_DOCUMENTS:
            raise SfRefusalError("", "documents超过20个")
        files = []
        for position, document in enumerate(documents, start=1):
            number = self._number(account, document, find)
            note = f"{document.get('seq', '1')}/{document.get('sum', '1')}"
            name = f"{self._chance.getrandbits(64):016X}.pdf"
            token = f"AUTH_tkv12_{self._chance.getrandbits(96):024x}"
            content = label_pdf(size, number, note)
            self._files[name] = _File(token, content, self._clock())
            files.append(
                {
                    "areaNo": 1,
                    "documentSize": 0,
                    "pageCount": 0,
                    "pageNo": 1,
                    "seqNo": position,
                    "token": token,
                    "url": f"{origin}{FILE_PATH}/{name}",
                    "waybillNo": number,
                }
            )
        return {
            "clientCode": account.partner_id,
            "fileType": "pdf",
            "files": files,
            "templateCode": msg["templateCode"],
        }

    def handle(self, request: Request) -> Response:
        """One file, for whoever has its token."""
        file = self._files.get(request.path.rpartition("/")[2])
        if file is None or self._clock() - file.made_at_s > FILE_LIFE_S:
            return Response.of_text("NoSuchKey", status=404)
        if request.headers.get("x-auth-token") != file.token:
            return Response.of_text("AccessDenied", status=401)
        return Response(200, file.content, "application/pdf")

    def _number(
        self, account: SfAccount, document: Any, find: Callable[[str], SfOrder | None]
    ) -> str:
        if not isinstance(document, dict) or set(document) - _DOCUMENT_FIELDS:
            raise SfRefusalError("", "documents格式错误")
        mother = document.get("masterWaybillNo")
        order = find(mother) if isinstance(mother, str) else None
        if order is None or order.mother != mother or order.partner_id != account.partner_id:
            raise SfRefusalError("", f"运单号{mother}不存在")
        child, slip = document.get("branchWaybillNo"), document.get("backWaybillNo")
        if child is not None and child not in order.children:
            raise SfRefusalError("", f"子单号{child}不存在")
        if slip is not None and slip != order.return_slip:
            raise SfRefusalError("", f"签回单号{slip}不存在")
        for name in ("seq", "sum"):
            if name in document and not str(document[name]).isdigit():
                raise SfRefusalError("", f"{name}格式错误")
        return str(slip or child or mother)


def _size(account: SfAccount, msg: Any) -> tuple[int, int]:
    if not isinstance(msg, dict) or msg.get("version") != "2.0":
        raise SfRefusalError("", "version不能为空")
    if msg.get("fileType") != "pdf" or msg.get("sync") is not True:
        raise SfRefusalError("", "fileType不支持")
    code = str(msg.get("templateCode") or "")
    for size, paper in _SIZES.items():
        if code == f"fm_{size}_standard_{account.partner_id}":
            return paper
    said = f"templateCode:{code} is not matched the clientCode:{account.partner_id}"
    raise SfRefusalError("", said)
