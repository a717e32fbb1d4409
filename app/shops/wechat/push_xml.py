"""The platform's XML messages, read without anything XML can do to a reader.

No document type, no entities, no external anything: the first sign of one ends the reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from app.ports import PushRefusedError

_DEEPEST = 8


class _Refused(Exception):  # noqa: N818 - leaves the parser's callbacks, never this module
    """The document uses what the platform never does."""


class _Tree:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = [("", self.root, [])]

    def start(self, name: str, _attributes: object) -> None:
        if len(self._open) > _DEEPEST:
            raise _Refused
        self._open.append((name, {}, []))

    def text(self, data: str) -> None:
        self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, inside, texts = self._open.pop()
        value: object = inside or "".join(texts)
        self._open[-1][1].setdefault(name, value)


def _refuse(*_anything: object) -> int:
    raise _Refused


def read_xml(body: bytes) -> Mapping[str, Any]:
    """What stands inside ``<xml>``: texts, and mappings where elements stand in elements.

    Raises ``PushRefusedError`` (not forged).
    """
    tree = _Tree()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _Refused) as error:
        raise PushRefusedError("the XML cannot be read", forged=False) from error
    found = tree.root.get("xml")
    if not isinstance(found, dict):
        raise PushRefusedError("the XML is no message", forged=False)
    return found
