"""Calling the command line in this process, the way a shell would."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.cli.context import Doors
from app.cli.shell import run
from main import DOORS


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        assert list(document) == ["ok", "rows", "errors"]
        assert document["ok"] is (self.code == 0)
        for error in document["errors"]:
            assert list(error) == ["code", "message", "remedy", "ref"]
            assert error["message"]
        return document

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.document["rows"]
        return rows

    @property
    def errors(self) -> list[dict[str, str]]:
        errors: list[dict[str, str]] = self.document["errors"]
        return errors


@dataclass(frozen=True, slots=True)
class Shell:
    """Commands on one data folder, in English."""

    data: Path
    doors: Doors = DOORS

    def __call__(self, *arguments: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        whole = ["--data", str(self.data), "--lang", "en", *arguments]
        code = run(whole, self.doors, out=out, err=err)
        return Answer(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str) -> Answer:
        """The same with ``--json``; nothing else may be on stderr."""
        answer = self("--json", *arguments)
        assert answer.err == ""
        return answer
