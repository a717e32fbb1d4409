"""A throw-away PostgreSQL on loopback: one for each process of pytest that asks for it.

Tests that are about PostgreSQL take the fixture ``server`` of tests/conftest.py. To run others on
one too, those of the services for example:

python -m tests.support.postgres tests/services tests/store     (arguments of pytest)
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

POSTGRES_ENV = "PACKBENCH_TEST_POSTGRES"
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


class Server:
    """A cluster in ``folder`` and its server, which can be killed and started again.

    It refuses to run as root: root hands the folder to the user ``postgres``.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """``durable``: it waits for its disk.

        Raises ``FileNotFoundError`` when PostgreSQL is not installed.
        """
        programs = postgres_programs()
        if programs is None:
            raise FileNotFoundError("initdb")
        self._folder = folder
        self._cluster = folder / "cluster"
        folder.mkdir(parents=True, exist_ok=True)
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            self._prefix = ["runuser", "-u", "postgres", "--"]
        self._programs = programs
        self._fsync = "on" if durable else "off"
        self._port = _free_port()
        initdb = [str(programs / "initdb"), "-D", str(self._cluster), "-U", "packbench"]
        self._run([*initdb, "--auth=trust", "--encoding=UTF8", "--no-sync"])

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://packbench@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Returns when it takes connections."""
        settings = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        settings += f" -c fsync={self._fsync}"
        log = str(self._folder / "log")
        self._run([*self._control, "-o", settings, "-l", log, "start"])

    def stop(self, how: str = "immediate") -> None:
        """``immediate`` is what a crash is like; ``fast`` says goodbye to everybody."""
        self._run([*self._control, "-m", how, "stop"])

    @property
    def _control(self) -> list[str]:
        return [str(self._programs / "pg_ctl"), "-D", str(self._cluster), "-w"]

    def _run(self, command: list[str]) -> None:
        # Output goes to a file: the server inherits it and would keep a pipe open for ever.
        with (self._folder / "commands.log").open("ab") as log:
            subprocess.run(
                [*self._prefix, *command],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                check=True,
            )


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A server of its own in a temporary folder, stopped at the end."""
    # Not below pytest's own folders: the user postgres may not look into them.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server", durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """An empty database on ``server`` (a URL), dropped at the end; its URL with the password."""
    name = f"packbench_{uuid.uuid4().hex[:12]}"
    url = make_url(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()  # the server may be restarted meanwhile
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def copy_database(source: str, target: str) -> None:
    """Make the database ``target`` anew as a copy of ``source``, with which nobody works."""
    old, new = make_url(source), make_url(target)
    admin = create_engine(old.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{new.database}"'))
        connection.execute(text(f'CREATE DATABASE "{new.database}" TEMPLATE "{old.database}"'))
    admin.dispose()


def main(arguments: list[str]) -> int:
    """Run pytest with ``arguments`` against a server of its own, which a ``kill`` stops too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with running_server() as server:
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, env={**os.environ, POSTGRES_ENV: server.url}).returncode


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
