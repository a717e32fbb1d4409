"""SF's own finished label: COM_RECE_CLOUD_PRINT_WAYBILLS, then the file behind its address.

The answer's ``token`` opens the file, it is not the file; both expire within a day, so the bytes
are fetched at once and kept by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.carriers import health
from app.carriers.calling import Call
from app.carriers.problems import problem
from app.carriers.sf import errors
from app.carriers.sf.answers import Answer
from app.carriers.sf.settings import SfSettings
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.net.transport import Response
from app.ports import Health, LabelFile, LabelPage

CLOUD_PRINT = "COM_RECE_CLOUD_PRINT_WAYBILLS"
_FILE = "label_file"  # its name in the log: the address holds the number
_VERSION = "2.0"
_TEMPLATES = {"76x130": "76130", "100x150": "150", "100x180": "180", "100x210": "210"}
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_TAIL = 1024  # a PDF ends with its mark, give or take some blanks


@dataclass(frozen=True, slots=True)
class CloudFile:
    """Where SF has put a label. ``token`` is the only thing that opens it."""

    url: str = field(repr=False)
    token: str = field(repr=False)


def template_of(settings: SfSettings, media: str) -> str | Problem:
    """``templateCode`` for the paper; SF's codes end with the app's 顾客编码."""
    if settings.cloud_template:
        return settings.cloud_template
    size = _TEMPLATES.get(media)
    if size is None:
        return problem(
            errors.CARRIER,
            ProblemClass.OTHER,
            "label_media",
            message=T("SF has no label for paper of {media} mm.", media=media),
            remedy=T("Use paper of {sizes} mm.", sizes=", ".join(_TEMPLATES)),
        )
    return f"fm_{size}_standard_{settings.partner_id}"


def print_data(settings: SfSettings, template: str, page: LabelPage) -> JsonObject:
    """``msgData`` for one label. Source: SF 丰桥, 云打印面单 2.0."""
    document: JsonObject = {"masterWaybillNo": page.mother or page.number}
    if page.kind == "return_slip":
        document["backWaybillNo"] = page.number
    elif page.number != document["masterWaybillNo"]:
        document["branchWaybillNo"] = page.number
    if page.kind != "return_slip" and page.box_count > 1:
        document |= {"seq": str(page.box_no), "sum": str(page.box_count)}
    data: JsonObject = {
        "templateCode": template,
        "version": _VERSION,
        "fileType": "pdf",
        "sync": True,
        "documents": [document],
    }
    if settings.cloud_custom_template:
        data["customTemplateCode"] = settings.cloud_custom_template
    return data


def read_file(answer: Answer, settings: SfSettings, number: str) -> CloudFile | Problem:
    """The one file for ``number``."""
    if not answer.success:
        return errors.cloud_problem(answer.code, answer.said, answer.reference)
    files = as_objects((as_object(answer.data) or {}).get("files"))
    named = [f for f in files if as_text(f.get("waybillNo")) == number]
    wanted = named or [f for f in files if not as_text(f.get("waybillNo"))]
    if not wanted and len(files) == 1:
        wanted = files  # one label was asked for: a child's may be filed under its mother
    if len(wanted) != 1:
        return _useless("no_file" if not wanted else "many_files")
    url, token = as_text(wanted[0].get("url")), as_text(wanted[0].get("token"))
    secure = url.startswith("https://")
    plain = url.startswith("http://") and settings.base_url.startswith("http://")
    return CloudFile(url, token) if token and (secure or plain) else _useless("no_file")


def read_probe(answer: Answer) -> Health:
    """Nobody's label was asked for: only a word about the template or the app says anything."""
    refused = errors.cloud_problem(answer.code, answer.said, answer.reference)
    if not answer.success and refused.kind is ProblemClass.PRODUCT_OR_VAS:
        return health.refused(refused)
    return health.accepted(errors.CARRIER)


def file_call(found: CloudFile) -> Call:
    """Fetches the file itself."""
    return Call(_FILE, found.url, {"X-Auth-token": found.token}, b"", "GET")


def read_pdf(response: Response, number: str) -> LabelFile | Problem:
    """The whole file, or why it is none."""
    body = response.body
    if response.status != 200:
        return _useless(f"HTTP {response.status}")
    if not body.startswith(_PDF) or _PDF_END not in body[-_TAIL:]:
        return _useless("no_pdf")
    return LabelFile(number, body)


def _useless(code: str) -> Problem:
    return problem(
        errors.CARRIER,
        ProblemClass.OTHER,
        code,
        message=T("SF's label file could not be fetched ({code}).", code=code),
        remedy=T("Try again in a minute."),
    )
