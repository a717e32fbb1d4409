"""What a test expects in the log; everything else at WARNING or above fails it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Expectation:
    logger: str
    pattern: re.Pattern[str]
    required: bool
    seen: int = 0

    def covers(self, record: logging.LogRecord) -> bool:
        own = record.name == self.logger or record.name.startswith(f"{self.logger}.")
        return own and self.pattern.search(record.getMessage()) is not None


@dataclass(slots=True)
class ExpectedLogs:
    """Log lines at WARNING or above that belong to the test."""

    expectations: list[_Expectation] = field(default_factory=list)

    def allow(self, logger: str, pattern: str = "") -> None:
        """Lines of ``logger`` (and below it) that match the regular expression may come."""
        self.expectations.append(_Expectation(logger, re.compile(pattern), required=False))

    def require(self, logger: str, pattern: str = "") -> None:
        """Like ``allow``, and the test fails when no such line came."""
        self.expectations.append(_Expectation(logger, re.compile(pattern), required=True))

    def complaints(self, records: list[logging.LogRecord]) -> list[str]:
        """What is wrong with ``records``: unexpected lines and required ones that are missing."""
        wrong = []
        for record in records:
            covering = [e for e in self.expectations if e.covers(record)]
            for expectation in covering:
                expectation.seen += 1
            if not covering:
                line = f"{record.levelname} {record.name}: {record.getMessage()}"
                wrong.append(f"unexpected log line: {line}")
        wrong += [
            f"missing log line: {e.logger}: {e.pattern.pattern}"
            for e in self.expectations
            if e.required and not e.seen
        ]
        return wrong


class Collector(logging.Handler):
    """Keeps every record at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
