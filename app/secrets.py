"""Where secrets live: the system's keyring, else files that only their owner can read.

The choice is made once per data folder and written down there (``store.json``): a keyring that is
locked today must not make Packbench start again with an empty file tomorrow.
"""

from __future__ import annotations

import hmac
import json
import os
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text
from app.ports import SecretStore
from app.settings.local import DATA_KEY, SHARED_KEY

_SERVICE = "packbench"
# Keyrings of the operating systems. Others drop secrets (null), refuse them (fail) or keep them in
# plain text, so what is not on this list is not used.
_SYSTEM_KEYRINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_NAME_OF_CHOICE = "store.json"
_TOKEN_CHARS = 24


def open_secrets(folder: Path, *, keyring_allowed: bool = True) -> SecretStore:
    """The store of the data folder whose secrets folder is ``folder``, chosen at the first call.

    Raises: ``RetryableError`` (``keyring_locked``) when the secrets are in a keyring that does not
    open, ``UserError`` when the folder is open to others or damaged.
    """
    _keep_private(folder)
    choice_file = folder / _NAME_OF_CHOICE
    choice = _read_choice(choice_file)
    if choice is None:
        choice = _choose(folder, choice_file, keyring_allowed=keyring_allowed)
    return _store_of(choice, folder)


class KeyringStore:
    """Secrets in the system's keyring, apart for every data folder (``installation``)."""

    def __init__(self, installation: str) -> None:
        self._service = f"{_SERVICE}:{installation}"

    @property
    def place(self) -> Text:
        return T("Secrets are in the keyring of this computer.")

    def get(self, name: str) -> str | None:
        import keyring

        with _KeyringErrors():
            return keyring.get_password(self._service, name)

    def set(self, name: str, value: str) -> None:
        import keyring

        with _KeyringErrors():
            keyring.set_password(self._service, name, value)

    def add(self, name: str, value: str) -> None:
        """Like ``set``, but what is there already stays."""
        if self.get(name) is None:
            self.set(name, value)

    def delete(self, name: str) -> None:
        import keyring

        with _KeyringErrors():
            if keyring.get_password(self._service, name) is not None:
                keyring.delete_password(self._service, name)


class FileStore:
    """Secrets in one encrypted file each, mode 0600, with the key in another file beside them.

    This keeps them from other accounts of the computer and from whoever gets a copy of the
    database; it does not keep them from somebody who can read the whole folder. Safe to use from
    several threads and processes: a file is only ever replaced as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> Text:
        return T(
            "Secrets are in files that only your account can read: {folder}", folder=self._folder
        )

    def get(self, name: str) -> str | None:
        from cryptography.fernet import InvalidToken

        file = self._file(name)
        if not file.exists():
            return None
        _refuse_open_to_others(self._folder)
        _refuse_open_to_others(file)
        try:
            kept = json.loads(self._cipher().decrypt(file.read_bytes()))
        except (InvalidToken, ValueError) as error:
            raise _damaged(file) from error
        if kept["name"] != name:  # somebody exchanged the files
            raise _damaged(file)
        return str(kept["value"])

    def set(self, name: str, value: str) -> None:
        _replace(self._file(name), self._closed(name, value))

    def add(self, name: str, value: str) -> None:
        """Like ``set``, but what is there already stays, also when two processes add at once."""
        _write_new(self._file(name), self._closed(name, value))

    def _closed(self, name: str, value: str) -> bytes:
        _keep_private(self._folder)
        return bytes(self._cipher().encrypt(json.dumps({"name": name, "value": value}).encode()))

    def delete(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.secret"

    def _cipher(self) -> Any:
        from cryptography.fernet import Fernet

        key_file = self._folder / "key"
        # In this order: who starts beside us writes the key before the first secret, so a secret
        # seen here has its key by the time we look for it, unless that key was lost.
        in_use = any(self._folder.glob("*.secret"))
        if not key_file.exists():
            if in_use:
                raise _damaged(key_file)  # a new key would not open what is there
            _write_new(key_file, Fernet.generate_key())
        _refuse_open_to_others(key_file)
        try:
            return Fernet(key_file.read_bytes())
        except ValueError as error:
            raise _damaged(key_file) from error


class Vault:
    """``app.ports.Sealer``: encrypts personal data for the database.

    The key is made at the first use and stays in the secret store, so a copy of the database alone
    shows nobody's address. ``shared``: the database is one that several computers use, and the key
    is the one that this computer got when it joined, if it joined. Safe to use from any thread.
    """

    def __init__(self, store: SecretStore, *, shared: bool = False) -> None:
        self._store = store
        self._shared = shared
        self._cipher: Any = None
        self._hash_key: bytes | None = None

    def seal(self, clear: str) -> str:
        return str(self._fernet().encrypt(clear.encode()).decode("ascii"))

    def unseal(self, sealed: str) -> str:
        """Raises ``UserError`` (``sealed_unreadable``) when the key does not fit."""
        from cryptography.fernet import InvalidToken

        try:
            return str(self._fernet().decrypt(sealed.encode()).decode())
        except InvalidToken as error:
            raise UserError(
                "sealed_unreadable",
                T("Addresses in this database were encrypted with another key."),
                T("Use the data folder that belongs to this database, with its secrets."),
            ) from error

    def token(self, word: str) -> str:
        key = self._hash_key
        if key is None:
            key = self._hash_key = b"search:" + self._key().encode()
        return hmac.new(key, word.encode(), "sha256").hexdigest()[:_TOKEN_CHARS]

    def _fernet(self) -> Any:
        if self._cipher is None:
            from cryptography.fernet import Fernet

            self._cipher = Fernet(self._key())
        return self._cipher

    def _key(self) -> str:
        key = (self._shared and self._store.get(SHARED_KEY)) or self._store.get(DATA_KEY)
        if not key:
            key = _new_key()
            self._store.set(DATA_KEY, key)
        return key


def _choose(folder: Path, choice_file: Path, *, keyring_allowed: bool) -> dict[str, str]:
    """Decide, make the data key, then write the decision down: the first of two processes wins."""
    kind = "keyring" if keyring_allowed and _keyring_works() else "file"
    mine = {"store": kind, "id": uuid.uuid4().hex}
    store = _store_of(mine, folder)
    store.add(DATA_KEY, _new_key())
    _write_new(choice_file, json.dumps(mine).encode())
    choice = _read_choice(choice_file)
    if choice is None:
        raise _damaged(choice_file)
    if isinstance(store, KeyringStore) and choice != mine:
        store.delete(DATA_KEY)
    return choice


def _store_of(choice: dict[str, str], folder: Path) -> KeyringStore | FileStore:
    return KeyringStore(choice["id"]) if choice["store"] == "keyring" else FileStore(folder)


def _new_key() -> str:
    from cryptography.fernet import Fernet

    return str(Fernet.generate_key().decode("ascii"))


def _keyring_works() -> bool:
    """Whether this computer has a keyring of its system that opens now."""
    import keyring
    from keyring.errors import KeyringError

    backend = keyring.get_keyring()
    parts = getattr(backend, "backends", [backend])  # the chainer asks several in turn
    if not parts or not all(type(p).__module__ in _SYSTEM_KEYRINGS for p in parts):
        return False
    try:
        keyring.get_password(f"{_SERVICE}:probe", "probe")
    except (KeyringError, RuntimeError, OSError):
        return False
    return True


class _KeyringErrors:
    """Turns what a keyring raises into a sentence with a remedy."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from keyring.errors import KeyringError

        if isinstance(error, KeyringError | RuntimeError | OSError):
            raise RetryableError(
                "keyring_locked",
                T("The keyring of this computer does not open."),
                T("Log in to the desktop or unlock the keyring, then try again."),
            ) from error


def _read_choice(file: Path) -> dict[str, str] | None:
    try:
        choice = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(file) from error
    if not isinstance(choice, dict) or choice.get("store") not in {"keyring", "file"}:
        raise _damaged(file)
    return {"store": str(choice["store"]), "id": str(choice.get("id", ""))}


def _keep_private(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    _refuse_open_to_others(folder)


def _refuse_open_to_others(path: Path) -> None:
    """Windows keeps the user's folders from others by itself; elsewhere the mode says it."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UserError(
            "secrets_open_to_others",
            T("Other accounts of this computer can read the secrets in {path}.", path=path),
            T("Take that right away: chmod -R go= {path}", path=path),
        )


def _damaged(file: Path) -> PackbenchError:
    return UserError(
        "secrets_damaged",
        T("The secrets file {path} cannot be read.", path=file),
        T("Put the file back from a copy, or delete the folder and run config apply again."),
    )


def _write_temporary(target: Path, content: bytes) -> Path:
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _replace(target: Path, content: bytes) -> None:
    _write_temporary(target, content).replace(target)
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """A file's name survives a power cut only when its folder is written, too."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_new(target: Path, content: bytes) -> None:
    """Write ``target`` unless it is there already: the first of several writers wins."""
    temporary = _write_temporary(target, content)
    try:
        os.link(temporary, target)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not target.exists():
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
        _settle(target.parent)
