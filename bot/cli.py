"""`chotdon`: serve, worker, demo, chat, import, export, keys, staff, sandbox, doctor, eval."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.eval_cli import eval_app
from core.errors import AppError
from core.settings import Settings, SettingsError, load_settings
from core.telemetry import configure_logging

if TYPE_CHECKING:
    from bot.bootstrap import Parts

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Chotdon: sells in chat, and runs the order desk."
)
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts.")
app.add_typer(keys_app, name="keys")
app.add_typer(staff_app, name="staff")
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Refusals become one clear line and exit code 2, never a stack trace."""
    try:
        app()
    except (AppError, SettingsError) as error:
        _complain(str(error))
        for problem in error.data.get("problems", []) if isinstance(error, AppError) else []:
            _complain(f"  {problem['place']}: {problem['problem']}")
        raise SystemExit(2) from None
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or ''}".strip(": "))
        raise SystemExit(2) from None


@app.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only answer; jobs run elsewhere.")] = False,
) -> None:
    """Serve the shop; the worker runs inside unless --no-worker."""
    settings = _settings()
    _serve(settings, with_worker=not no_worker, is_demo=False)


@app.command()
def worker() -> None:
    """Work jobs off, until told to stop."""
    import signal
    import threading

    from bot.bootstrap import build_worker

    parts = _parts()
    runner = build_worker(parts)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    runner.start()
    print("The worker runs. Ctrl-C ends it.")
    ended.wait()
    runner.stop()


@app.command()
def demo() -> None:
    """The demo shop with chat, desk and sandboxes: what `make run` starts."""
    from bot.demo_server import run_demo

    run_demo(_settings())


@app.command()
def chat(
    url: Annotated[str, typer.Option(help="A running server; empty: the shop of this data folder.")] = "",
) -> None:
    """Talk to the assistant as a customer, in the terminal."""
    from bot.terminal import run_chat

    run_chat(url, _parts)


@app.command("import")
def import_shop_file(
    file: Path, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check.")] = False
) -> None:
    """Load a shop file into an empty shop, all or nothing."""
    from bot.shop_setup import import_file

    parts = _parts()
    import_file(parts, file, dry_run=True)
    counts = import_file(parts, file, dry_run=dry_run)
    print(
        ("Would import: " if dry_run else "Imported: ")
        + ", ".join(f"{n} {what}" for what, n in counts.items())
    )


@app.command("export")
def export_shop_file(file: Path) -> None:
    """Write the shop as a shop file."""
    from core.shop_file.exporting import export_shop

    parts = _parts()
    with parts.db.read_transaction() as session:
        content = export_shop(session, now=parts.clock())
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    print(f"Exported to {file}")


@keys_app.command("create")
def create_api_key(
    name: str, scope: Annotated[list[str], typer.Option(help="May be given several times.")]
) -> None:
    """Make an API key and print it, this once."""
    from core.api.auth import create_key

    parts = _parts()
    scopes = [part.strip() for item in scope for part in item.split(",") if part.strip()]
    with parts.db.transaction() as session:
        key = create_key(session, name=name, scopes=scopes, now=parts.clock())
    print(key)


@staff_app.command("add")
def add_staff_account(
    login: str,
    role: Annotated[str, typer.Option(help="owner, manager, sales, warehouse or accountant")],
    name: Annotated[str, typer.Option(help="Shown to colleagues")] = "",
    password: Annotated[str, typer.Option(help="Asked for when left out")] = "",
) -> None:
    """Add a member of staff."""
    from bot.staff.accounts import add_staff

    parts = _parts()
    secret = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with parts.db.transaction() as session:
        add_staff(session, login=login, name=name or login, role=role, password=secret, now=parts.clock())
    print(f"{login} may log in at /desk as {role}.")


@app.command()
def sandbox() -> None:
    """Play the outside services on CHOTDON_SANDBOX_PORT."""
    from bot.demo_server import sandbox_options
    from integrations.sandbox.app import run_sandbox

    settings = _settings()
    print(f"Sandboxes of GHN and S-Invoice: http://127.0.0.1:{settings.sandbox_port}/")
    run_sandbox(
        "127.0.0.1", settings.sandbox_port, settings.data_dir / "sandbox", options=sandbox_options(settings)
    )


@app.command()
def doctor() -> None:
    """Check the settings and each connection, and say what to mend. Exit code 1 when something is wrong."""
    from bot.diagnosis import examine

    healthy = True
    for finding in examine(_parts()):
        healthy = healthy and finding.ok
        print(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.detail}")
    raise SystemExit(0 if healthy else 1)


def _settings() -> Settings:
    settings = load_settings()
    configure_logging(settings.log_level)
    return settings


def _parts() -> "Parts":
    from bot.bootstrap import build_parts

    return build_parts(_settings())


def _serve(settings: Settings, *, with_worker: bool, is_demo: bool) -> None:
    import uvicorn

    from bot.app import create_app
    from bot.bootstrap import build_parts

    application = create_app(build_parts(settings), with_worker=with_worker, is_demo=is_demo)
    uvicorn.run(application, host=settings.host, port=settings.port, log_config=None, access_log=False)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)
