"""What argparse complains of, in the language of the user.

Its own sentences are English and cannot be given a catalogue; what is not known here stays as
argparse says it.
"""

from __future__ import annotations

import re

from app.domain.text import T, Text, verbatim

_OF_OPTION = re.compile(r"argument (?P<option>[^:]+): (?P<rest>.+)", re.DOTALL)


def usage_reason(message: str) -> Text:
    """``message`` of ``ArgumentParser.error`` as a sentence of ours."""
    if found := re.fullmatch(r"the following arguments are required: (.+)", message, re.DOTALL):
        return T("{names} is missing", names=found[1])
    if found := re.fullmatch(r"one of the arguments (.+) is required", message, re.DOTALL):
        return T("one of {names} is missing", names=found[1])
    if found := re.fullmatch(r"unrecognized arguments: (.+)", message, re.DOTALL):
        return T("{names} is not known here", names=found[1])
    if found := _OF_OPTION.fullmatch(message):
        return _of_option(found["option"], found["rest"]) or verbatim(message)
    return verbatim(message)


def _of_option(option: str, rest: str) -> Text | None:
    if re.fullmatch(r"expected (one|at least one) argument", rest):
        return T("{option} needs a value", option=option)
    if found := re.fullmatch(r"expected (\d+) arguments?", rest):
        return T("{option} needs {n} values", option=option, n=found[1])
    if found := re.fullmatch(r"not allowed with argument (.+)", rest):
        return T("{option} and {other} do not go together", option=option, other=found[1])
    if found := re.fullmatch(r"ignored explicit argument (.+)", rest):
        return T("{option} takes no value", option=option)
    if found := re.fullmatch(r"invalid \S+ value: '?(.*?)'?", rest):
        return T("“{value}” does not fit {option}", value=found[1], option=option)
    return None
