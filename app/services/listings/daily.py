"""The shop's goods once a day, beside the orders and after them; single changes within a minute."""

from __future__ import annotations

from contextlib import suppress

from app.domain.errors import PackbenchError, RetryableError
from app.jobs import Cancelled, CancelToken
from app.services.listings import pulling
from app.services.workplace import Workplace

FIRST_LOOK_S = 60.0  # whoever opens the program wants orders first
LOOK_EVERY_S = 60.0
AFTER_FAILURE_S = 600.0
NEEDS_A_PERSON_S = 3600.0


def keep_fresh(work: Workplace, shop_id: str, cancel: CancelToken) -> None:
    """Fetch the shop's goods whenever they are a day old, until cancelled; a failure waits."""
    unreadable: set[str] = set()
    with suppress(Cancelled):
        cancel.wait(FIRST_LOOK_S)
        while True:
            cancel.wait(_look(work, shop_id, unreadable, cancel))


def _look(work: Workplace, shop_id: str, unreadable: set[str], cancel: CancelToken) -> float:
    """Fetch them if it is time, else what changed; how long to wait for the next look, in s."""
    try:
        if pulling.due(work, shop_id):
            unreadable.clear()
            found = pulling.pull(work, shop_id, cancel=cancel)
            work.log.info("goods of %s: %d products", shop_id, found.products)
        else:
            pulling.refresh_changed(work, shop_id, unreadable, cancel)
    except PackbenchError as error:
        work.log.info("goods of %s not fetched: %s", shop_id, error.code)
        return AFTER_FAILURE_S if isinstance(error, RetryableError) else NEEDS_A_PERSON_S
    return LOOK_EVERY_S
