"""A throw-away PostgreSQL on loopback, for whoever wants the tests on it.

python -m tests.support.postgres tests/services tests/store     (arguments of pytest)
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.support.warehouse import POSTGRES_ENV

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def postgres_programs() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, of the newest version installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for place in _PLACES:
        pattern = Path(place)
        root = Path(pattern.anchor)
        found += sorted(root.glob(str(pattern.relative_to(root))))
    usable = [f for f in found if (f / "initdb").exists() and (f / "pg_ctl").exists()]
    return usable[-1] if usable else None


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A server with an empty cluster in ``folder``; its URL for SQLAlchemy.

    It refuses to run as root: root hands the folder to the user ``postgres``.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("initdb")
    cluster = folder / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    port = _free_port()
    initdb = [*prefix, str(programs / "initdb"), "-D", str(cluster), "-U", "packbench"]
    _run([*initdb, "--auth=trust", "--encoding=UTF8", "--no-sync"], folder)
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(cluster), "-w"]
    _run([*control, "-o", settings, "-l", str(folder / "log"), "start"], folder)
    try:
        yield f"postgresql+psycopg://packbench@127.0.0.1:{port}/postgres"
    finally:
        _run([*control, "-m", "immediate", "stop"], folder)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """An empty database on ``server`` (a URL), dropped at the end; its URL with the password."""
    name = f"packbench_{uuid.uuid4().hex[:12]}"
    url = make_url(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def main(arguments: list[str]) -> int:
    """Run pytest with ``arguments`` against a server of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres_server(Path(folder) / "server") as url:
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.run(command, env={**os.environ, POSTGRES_ENV: url}).returncode


def _run(command: list[str], folder: Path) -> None:
    # Output goes to a file: the server inherits it and would keep a pipe open for ever.
    with (folder / "commands.log").open("ab") as log:
        subprocess.run(
            command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=True
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
