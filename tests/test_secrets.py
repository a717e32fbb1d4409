"""Secrets: where they are, who can read them, and what happens when something is wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from app.domain.errors import RetryableError, UserError
from app.ports import Sealer, SecretStore
from app.secrets import FileStore, KeyringStore, Vault, open_secrets


class MemoryKeyring(KeyringBackend):
    """A keyring that can be locked."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]


@pytest.fixture
def system_keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """This computer has a keyring, and it is one of the systems' own."""
    backend = MemoryKeyring()
    monkeypatch.setattr(MemoryKeyring, "__module__", "keyring.backends.SecretService")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keyring, "get_password", backend.get_password)
    monkeypatch.setattr(keyring, "set_password", backend.set_password)
    monkeypatch.setattr(keyring, "delete_password", backend.delete_password)
    return backend


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


def _everything(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in folder.iterdir())


def test_without_a_keyring_files_are_used(folder: Path) -> None:
    store = open_secrets(folder)
    assert isinstance(store, FileStore)
    assert str(folder) in str(store.place)


def test_file_store_keeps_changes_and_forgets(folder: Path) -> None:
    store: SecretStore = open_secrets(folder)
    store.set("shop.main.app_secret", "五个字的密")
    assert open_secrets(folder).get("shop.main.app_secret") == "五个字的密"
    store.set("shop.main.app_secret", "new")
    assert store.get("shop.main.app_secret") == "new"
    store.delete("shop.main.app_secret")
    store.delete("shop.main.app_secret")
    assert store.get("shop.main.app_secret") is None


def test_files_are_encrypted_and_private(folder: Path) -> None:
    store = open_secrets(folder)
    store.set("carrier.sf.checkword", "plain-words")
    assert b"plain-words" not in _everything(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}


def test_no_temporary_file_stays(folder: Path) -> None:
    store = open_secrets(folder)
    store.set("a", "1")
    assert sorted(p.name for p in folder.iterdir()) == [
        "a.secret",
        "data-key.secret",
        "key",
        "store.json",
    ]


@pytest.mark.parametrize("name", ["a/b", "../escape", "店铺", "a b", "con:1"])
def test_any_name_is_a_file_of_this_folder(folder: Path, name: str) -> None:
    store = open_secrets(folder)
    store.set(name, "x")
    assert store.get(name) == "x"
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("victim", ["", "a.secret", "key"])
def test_secrets_open_to_others_are_refused_with_a_remedy(folder: Path, victim: str) -> None:
    store = open_secrets(folder)
    store.set("a", "1")
    (folder / victim).chmod(0o755 if not victim else 0o640)
    with pytest.raises(UserError) as caught:
        store.get("a")
    assert caught.value.code == "secrets_open_to_others"
    assert f"chmod -R go= {folder / victim}" in str(caught.value.remedy)


def test_exchanged_files_are_noticed(folder: Path) -> None:
    store = open_secrets(folder)
    store.set("a", "1")
    (folder / "a.secret").rename(folder / "b.secret")
    with pytest.raises(UserError, match="cannot be read"):
        store.get("b")


@pytest.mark.parametrize("victim", ["a.secret", "key"])
def test_damaged_files_are_said_without_their_content(folder: Path, victim: str) -> None:
    store = open_secrets(folder)
    store.set("a", "1")
    (folder / victim).write_bytes(b"rubbish")
    with pytest.raises(UserError) as caught:
        store.get("a")
    assert caught.value.code == "secrets_damaged"
    assert "rubbish" not in str(caught.value)


def test_lost_key_does_not_start_a_new_one(folder: Path) -> None:
    store = open_secrets(folder)
    store.set("a", "1")
    (folder / "key").unlink()
    with pytest.raises(UserError, match="cannot be read"):
        store.set("b", "2")


def test_one_who_starts_while_we_look_for_the_key_is_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def before(look: Callable[..., object]) -> Callable[..., object]:
        """``look``, with another one's first secret written just before its second answer."""

        def looked(path: Path, *args: object) -> object:
            if folder in (path, path.parent):
                looks.append(path.name)
                if len(looks) == 2:
                    FileStore(folder).set("theirs", "1")
            return look(path, *args)

        return looked

    mine = FileStore(folder)
    monkeypatch.setattr(Path, "exists", before(Path.exists))
    monkeypatch.setattr(Path, "glob", before(Path.glob))
    mine.set("mine", "2")
    assert (mine.get("theirs"), mine.get("mine")) == ("1", "2")


def test_two_starting_at_once_agree_on_the_keys(folder: Path) -> None:
    start = threading.Barrier(8)
    sealed: list[str] = []

    def begin() -> None:
        start.wait()
        sealed.append(Vault(open_secrets(folder)).seal("好运路 1 号"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    vault = Vault(open_secrets(folder))
    assert [vault.unseal(s) for s in sealed] == ["好运路 1 号"] * 8


def test_system_keyring_is_used_where_there_is_one(
    folder: Path, system_keyring: MemoryKeyring
) -> None:
    store = open_secrets(folder)
    assert isinstance(store, KeyringStore)
    store.set("a", "s3cret")
    assert open_secrets(folder).get("a") == "s3cret"
    assert b"s3cret" not in _everything(folder)
    store.delete("a")
    store.delete("a")
    assert store.get("a") is None
    assert "keyring" in str(store.place)


def test_two_data_folders_share_no_secret(tmp_path: Path, system_keyring: MemoryKeyring) -> None:
    one, other = open_secrets(tmp_path / "1"), open_secrets(tmp_path / "2")
    one.set("a", "1")
    assert other.get("a") is None


def test_locked_keyring_is_said_and_not_replaced_by_a_file(
    folder: Path, system_keyring: MemoryKeyring
) -> None:
    open_secrets(folder).set("a", "1")
    system_keyring.locked = True
    with pytest.raises(RetryableError) as caught:
        open_secrets(folder).get("a")
    assert caught.value.code == "keyring_locked"


def test_keyring_locked_at_the_first_start_means_files(
    folder: Path, system_keyring: MemoryKeyring
) -> None:
    system_keyring.locked = True
    assert isinstance(open_secrets(folder), FileStore)


def test_keyring_can_be_declined(folder: Path, system_keyring: MemoryKeyring) -> None:
    assert isinstance(open_secrets(folder, keyring_allowed=False), FileStore)
    assert isinstance(open_secrets(folder), FileStore)


def test_plain_text_keyring_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = MemoryKeyring()
    monkeypatch.setattr(MemoryKeyring, "__module__", "keyrings.alt.file")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    assert isinstance(open_secrets(folder), FileStore)
    assert backend.kept == {}


def test_chain_with_a_plain_text_keyring_is_not_used(
    folder: Path, system_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain:
        __module__ = "keyrings.alt.file"

    chain = ModuleType("chain")
    chain.backends = [system_keyring, Plain()]  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert isinstance(open_secrets(folder), FileStore)


def test_damaged_choice_is_said(folder: Path) -> None:
    open_secrets(folder)
    (folder / "store.json").write_text(json.dumps({"store": "elsewhere"}), encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        open_secrets(folder)


def test_sealed_text_shows_nothing_and_comes_back(folder: Path) -> None:
    vault: Sealer = Vault(open_secrets(folder))
    sealed = vault.seal("王小明 好运路 1 号")
    assert "王" not in sealed
    assert sealed.isascii()
    assert Vault(open_secrets(folder)).unseal(sealed) == "王小明 好运路 1 号"


def test_text_sealed_elsewhere_is_refused_with_a_remedy(tmp_path: Path) -> None:
    sealed = Vault(open_secrets(tmp_path / "1")).seal("x")
    with pytest.raises(UserError) as caught:
        Vault(open_secrets(tmp_path / "2")).unseal(sealed)
    assert caught.value.code == "sealed_unreadable"
