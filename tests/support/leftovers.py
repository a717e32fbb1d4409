"""What a test left behind: threads and windows."""

from __future__ import annotations

import sys
import threading
import time

GRACE_S = 5.0
# Threads of the tools that run the tests, and Python's stand-ins for threads started by Qt.
_FOREIGN = ("pytest_timeout", "Dummy-", "execnet", "ThreadPoolExecutor-asyncio")


def new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads that were not there before and do not end within a grace period."""
    deadline = time.monotonic() + GRACE_S
    left = []
    for thread in threading.enumerate():
        if thread in before or thread.name.startswith(_FOREIGN):
            continue
        thread.join(max(deadline - time.monotonic(), 0.0))
        if thread.is_alive():
            left.append(thread)
    return left


def close_windows() -> list[str]:
    """The names of the windows still shown; they are closed, so that only one test complains."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    shown = [w for w in widgets.QApplication.topLevelWidgets() if w.isVisible()]
    for window in shown:
        window.close()
        window.deleteLater()
    return [f"{type(w).__name__} {w.objectName()}".strip() for w in shown]
