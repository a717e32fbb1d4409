"""The ends of the parties' phones: some carriers tell a parcel's way only to who knows one."""

from __future__ import annotations

import json

from app.domain.address import Address
from app.services.workplace import Workplace

_END = 4


def phone_ends(work: Workplace, parties_sealed: str | None) -> tuple[str, ...]:
    """The last four digits of the receiver's phone and of the sender's, each where it is known.

    Personal data: for the carrier's eyes only. A platform's masked phone shows its end too.
    """
    if not parties_sealed:
        return ()
    parties = json.loads(work.sealer.unseal(parties_sealed))
    found = (_end(Address.from_dict(parties.get(side) or {})) for side in ("receiver", "sender"))
    return tuple(dict.fromkeys(end for end in found if end))


def _end(person: Address) -> str:
    end = person.phone.strip()[-_END:]
    return end if len(end) == _END and end.isascii() and end.isdigit() else ""
