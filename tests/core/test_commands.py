"""Every command with missing, wrong, huge and hostile input: clear lines, a failing exit code, no stack trace."""

import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from bot.cli import main
from bot.demo import shop_file_path
from bot.diagnosis import examine
from core.settings import Settings, load_settings
from integrations.sandbox.app import SandboxServer
from tests.small_shop import shop_content


@dataclass
class Ended:
    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def chotdon(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    for name in [name for name in os.environ if name.startswith("CHOTDON_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHOTDON_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CHOTDON_EMBEDDINGS", "lexical")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: str, **settings: str) -> Ended:
        for name, value in settings.items():
            monkeypatch.setenv(f"CHOTDON_{name}", value)
        monkeypatch.setattr(sys, "argv", ["chotdon", *arguments])
        load_settings.cache_clear()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return Ended(int(str(code)), said.out, said.err)

    yield run
    load_settings.cache_clear()
    root.handlers[:] = handlers
    root.setLevel(level)


def refused(ended: Ended, *words: str) -> None:
    assert ended.code != 0
    assert "Traceback" not in ended.out + ended.err
    for word in words:
        assert word in ended.err, ended.err


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(shop_content()), "utf-8")
    return path


def test_import_and_export(chotdon: Command, shop_file: Path, tmp_path: Path) -> None:
    assert "Would import: 1 warehouses, 2 products" in chotdon("import", str(shop_file), "--dry-run").out
    assert "Imported: 1 warehouses, 2 products" in chotdon("import", str(shop_file)).out
    refused(chotdon("import", str(shop_file)), "already has products")
    copy = tmp_path / "copy.json"
    assert chotdon("export", str(copy)).code == 0
    assert len(json.loads(copy.read_text("utf-8"))["products"]) == 2


def test_files_that_are_none(chotdon: Command, tmp_path: Path) -> None:
    binary, wrong, huge = tmp_path / "binary", tmp_path / "wrong.json", tmp_path / "huge.json"
    binary.write_bytes(bytes(range(256)))
    wrong.write_text(json.dumps({"shop": {"mood": 1}, "pets": []}))
    with huge.open("wb") as file:
        file.truncate(60 * 1024 * 1024)

    refused(chotdon("import", str(tmp_path / "missing.json")), "missing.json")
    refused(chotdon("import", str(tmp_path)), "not a file")
    refused(chotdon("import", "/dev/zero"), "not a file")
    refused(chotdon("import", str(binary)), "not JSON")
    refused(chotdon("import", str(huge)), "50 MB")
    refused(chotdon("import", str(wrong)), "unknown key 'mood'", "unknown key 'pets'")
    refused(chotdon("import"), "Missing argument")
    refused(chotdon("export", str(tmp_path)), str(tmp_path))
    refused(chotdon("export", str(tmp_path / "no" / "where")), "where")


def test_keys(chotdon: Command) -> None:
    key = chotdon("keys", "create", "till", "--scope", "orders,stock", "--scope", "read")
    assert key.code == 0
    assert key.out.startswith("ck_")
    refused(chotdon("keys", "create", "till", "--scope", "everything"), "everything", "products, stock")
    refused(chotdon("keys", "create", " ", "--scope", "all"), "name")
    refused(chotdon("keys", "create", "till"), "--scope")


def test_staff(chotdon: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(login: str, role: str = "owner", password: str = "long-enough-1") -> Ended:  # noqa: S107
        return chotdon("staff", "add", login, "--role", role, "--password", password)

    assert add("ha").code == 0
    refused(add("ha"), "ha already")
    refused(add("Hà!"), "a-z")
    refused(add("minh", role="king"), "owner, manager")
    refused(add("minh", password="short"), "8 to 200")
    refused(add("minh", password="x" * 500), "8 to 200")
    with open(os.devnull) as no_terminal:
        monkeypatch.setattr("sys.stdin", no_terminal)
        refused(chotdon("staff", "add", "minh", "--role", "owner"), "--password")


def test_unknown_commands_and_options(chotdon: Command) -> None:
    refused(chotdon("sell"), "sell")
    refused(chotdon("serve", "--fast"), "--fast")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use(chotdon: Command, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused(chotdon(command, PORT=str(taken.getsockname()[1])), "in use", "CHOTDON_PORT")


def test_a_sandbox_port_in_use(chotdon: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
        free.close()
        busy = str(taken.getsockname()[1])
        refused(chotdon("sandbox", SANDBOX_PORT=busy), "CHOTDON_SANDBOX_PORT")
        refused(chotdon("demo", SANDBOX_PORT=busy, PORT=port), "CHOTDON_SANDBOX_PORT")


def test_a_data_folder_that_cannot_be(chotdon: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    refused(chotdon("export", "x.json", DATA_DIR=str(tmp_path / "file")), "file")
    refused(chotdon("export", "x.json", DATA_DIR="/proc/chotdon"), "/proc/chotdon")


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_database_that_does_not_answer(chotdon: Command, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])

    ended = chotdon(command, DATABASE_URL="postgresql://shop:hunter2@127.0.0.1:1/shop", PORT=port)

    refused(ended, "CHOTDON_DATABASE_URL")
    assert "hunter2" not in ended.err


def test_a_file_that_is_no_database(chotdon: Command, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database at all, but long enough to be read as one" * 100)

    refused(chotdon("export", "x.json", DATABASE_URL=f"sqlite:///{tmp_path}/x.db"), "not a database")


def test_a_database_of_a_newer_version(chotdon: Command, tmp_path: Path) -> None:
    import sqlite3

    assert chotdon("export", str(tmp_path / "x.json")).code == 0
    with sqlite3.connect(tmp_path / "data" / "chotdon.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    refused(chotdon("export", str(tmp_path / "x.json")), "newer")


def test_a_wrong_setting_stops_every_command(chotdon: Command) -> None:
    for command in (["serve"], ["worker"], ["doctor"], ["export", "x"], ["chat"], ["sandbox"], ["demo"]):
        refused(chotdon(*command, PORT="x"), "CHOTDON_PORT is 'x'")


def test_a_chat_with_nobody_there(chotdon: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _prompt: "xin chào")

    refused(chotdon("chat", "--url", "http://127.0.0.1:1"), "No Chotdon answers at http://127.0.0.1:1")
    refused(chotdon("chat", "--url", "::::"), "No Chotdon answers")


def test_a_chat_in_the_terminal(chotdon: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chotdon("import", str(shop_file_path())).code == 0
    said = iter(["cho mình 1 áo thun cotton đen size L", ""])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(said))

    ended = chotdon("chat")

    assert ended.code == 0
    assert "shop> Dạ" in ended.out


def test_the_doctor_finds_a_healthy_shop_healthy(chotdon: Command, shop_file: Path) -> None:
    with SandboxServer() as sandbox:
        places = {
            "GHN_BASE_URL": f"{sandbox.url}/ghn",
            "SINVOICE_BASE_URL": f"{sandbox.url}/sinvoice",
            "LLM_BASE_URL": sandbox.url,
            "LLM_MODEL": "played",
        }
        assert chotdon("import", str(shop_file)).code == 0
        ended = chotdon("doctor", **places)

    assert ended.code == 0, ended.out
    for what in ("database", "shop", "jobs", "Giao Hàng Nhanh", "Viettel S-Invoice", "knowledge", "brain"):
        assert what in ended.out
    assert "BAD" not in ended.out


def test_the_doctor_names_each_broken_connection(chotdon: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = "http://127.0.0.1:1"
    ended = chotdon(
        "doctor", DATABASE_URL="postgresql://shop:hunter2@127.0.0.1:1/shop", GHN_BASE_URL=nobody,
        SINVOICE_BASE_URL=nobody, LLM_BASE_URL=nobody, LLM_MODEL="m", CHROMA_URL=nobody, PROT="8000",
        ALLOW_RESET="1",
    )  # fmt: skip

    assert ended.code == 1
    bad = [
        line.split(":")[0].removeprefix("BAD  ") for line in ended.out.splitlines() if line.startswith("BAD")
    ]
    assert bad == [
        "CHOTDON_PROT", "database", "carrier", "e-invoice", "knowledge", "assistant's brain", "CHOTDON_ALLOW_RESET",
    ]  # fmt: skip
    assert "hunter2" not in ended.out + ended.err


def test_the_doctor_tells_of_a_refused_token(chotdon: Command, shop_file: Path) -> None:
    with SandboxServer() as sandbox:
        ended = chotdon(
            "doctor", GHN_BASE_URL=f"{sandbox.url}/ghn", GHN_TOKEN="wrong",
            SINVOICE_BASE_URL=f"{sandbox.url}/sinvoice", SINVOICE_PASSWORD="wrong",
        )  # fmt: skip

    assert ended.code == 1
    assert "BAD  carrier" in ended.out
    assert "CHOTDON_SINVOICE_PASSWORD" in ended.out


def test_the_doctor_sees_demo_secrets_at_live_services(tmp_path: Path) -> None:
    live = {
        "ghn_base_url": "https://online-gateway.ghn.vn",
        "sinvoice_base_url": "https://api-vinvoice.viettel.vn",
    }
    settings = Settings(_env_file=None, data_dir=tmp_path, **live)

    found = list(islice(examine(settings), 2))  # said before anything is called

    assert [(f.what, f.ok) for f in found] == [
        ("CHOTDON_GHN_WEBHOOK_SECRET", False),
        ("CHOTDON_SINVOICE_PASSWORD", False),
    ]
