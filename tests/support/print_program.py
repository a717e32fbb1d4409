"""A program that prints one wave and waits for its printer and for answers, as the window does.

    python -m tests.support.print_program DATA WAVE PRINTER

Every step is a line of JSON on stdout. Ends with 0 when every label is out, else with 4.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.bootstrap import open_services
from app.jobs import Step
from app.services.printing.printing import RunControl, print_wave

LOOK_S = 0.05


def main(data: str, wave: str, printer: str) -> int:
    services = open_services(Path(data), user="printing", keyring_allowed=False)
    control = RunControl(hold=True, look_s=LOOK_S)

    def tell(step: Step) -> None:
        asked = control.holding if step.result in {"asked", "held"} else None
        number = asked.waybill if asked else ""
        sys.stdout.write(json.dumps({"result": step.result, "waybill": number}) + "\n")
        sys.stdout.flush()

    try:
        rows = print_wave(services.work, wave, printer=printer, progress=tell, control=control)
    finally:
        services.close()
    return 0 if all(row.ok for row in rows) else 4


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
