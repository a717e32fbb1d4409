"""``settings.toml`` in the data folder: what must be known before the database is open."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import quote, unquote

from app.domain.errors import UserError
from app.domain.text import T

DATABASE_PASSWORD = "database.password"  # noqa: S105 - the name in the secret store
DATA_KEY = "data-key"  # opens what is sealed in this folder's own database
SHARED_KEY = "data-key.shared"  # of the shared database that this computer has joined
RELAY_SECRET = "relay.secret"  # noqa: S105 - the name in the secret store


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """Empty values mean the default: SQLite in the data folder, the language of this computer's
    users (Chinese), the bench named after the computer."""

    database_url: str = ""  # without its password
    language: str = ""  # zh_CN or en
    bench: str = ""
    relay_listen: str = ""  # HOST:PORT where this computer takes pushes, "" for nowhere
    relay_forward: str = ""  # the address of another Packbench that works on them


def read_local(file: Path) -> LocalSettings:
    """The settings in ``file``; the defaults when it is not there.

    Raises: ``UserError`` (``settings_damaged``).
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return LocalSettings()
    except (OSError, ValueError) as error:
        raise UserError(
            "settings_damaged",
            T("The settings file {file} cannot be read.", file=file),
            T("Correct it or delete it; the accounts are in the database and stay."),
        ) from error
    known = {f.name for f in fields(LocalSettings)}
    return LocalSettings(**{k: v for k, v in content.items() if k in known and isinstance(v, str)})


def write_local(file: Path, settings: LocalSettings) -> None:
    """Replace ``file`` as a whole."""
    lines = [
        f"{f.name} = {_toml_text(getattr(settings, f.name))}\n"
        for f in fields(settings)
        if getattr(settings, f.name)
    ]
    temporary = file.with_suffix(".new")
    with temporary.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)


def _toml_text(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def split_password(url: str) -> tuple[str, str]:
    """``url`` without its password, and the password; the latter belongs into the secret store."""
    scheme, separator, rest = url.partition("://")
    userinfo, at, place = rest.rpartition("@")
    user, colon, password = userinfo.partition(":")
    if not (separator and at and colon):
        return url, ""
    return f"{scheme}://{user}@{place}", unquote(password)


def with_password(url: str, password: str) -> str:
    """The opposite of ``split_password``."""
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    if not (password and separator and at) or ":" in user:
        return url
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}"
