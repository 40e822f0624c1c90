"""`chotdon`: serve, worker, demo, chat, import, export, keys, staff, eval, sandbox, doctor."""

import json
import logging
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.eval_cli import eval_app
from core.errors import AppError, Invalid
from core.settings import Settings, SettingsError, load_settings
from core.telemetry import configure_logging

if TYPE_CHECKING:
    from bot.bootstrap import Parts

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Chotdon: sells in chat, and runs the order desk.",
)
keys_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="API keys.")
staff_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Staff accounts.")
app.add_typer(keys_app, name="keys")
app.add_typer(staff_app, name="staff")
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Refusals become clear lines and exit code 2, never a stack trace; a bug shows its own at debug level."""
    try:
        app()
    except (AppError, SettingsError) as error:
        _complain(str(error))
        for problem in error.data.get("problems", []) if isinstance(error, AppError) else []:
            _complain(f"  {problem['place']}: {problem['problem']}")
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or ''}".strip(": "))
    except KeyboardInterrupt:
        _complain("Interrupted.")
        raise SystemExit(130) from None
    except Exception as error:
        from bot.diagnosis import in_words

        logging.getLogger(__name__).debug("the command failed", exc_info=error)
        _complain(in_words(error))
    else:
        return
    raise SystemExit(2)


@app.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only answer; jobs run elsewhere.")] = False,
) -> None:
    """Serve the shop; the worker runs inside unless --no-worker."""
    from bot.app import create_app
    from bot.bootstrap import build_parts
    from bot.listening import listen_on, serve_until_told

    settings = _settings()
    with listen_on(settings.host, settings.port, setting="CHOTDON_PORT") as listening:
        application = create_app(build_parts(settings), with_worker=not no_worker)
        serve_until_told(application, listening)


@app.command()
def worker() -> None:
    """Work jobs off, until told to stop."""
    import signal
    import threading

    from bot.bootstrap import build_worker

    ended = threading.Event()
    with _parts() as parts:
        runner = build_worker(parts)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        runner.start()
        print("The worker runs. Ctrl-C ends it.", flush=True)
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
    from bot.terminal import in_process, over_http, run_chat

    if url:
        run_chat(over_http(url))
    else:
        with _parts() as parts:
            run_chat(in_process(parts))


@app.command("import")
def import_file(
    what: Annotated[
        str, typer.Argument(help="A shop file; or products, stock, customers, orders before FILE.")
    ],
    file: Annotated[Path | None, typer.Argument(help="CSV or XLSX.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check.")] = False,
    change_existing: Annotated[
        bool, typer.Option("--change-existing", help="Of products: change the SKUs that the shop has.")
    ] = False,
) -> None:
    """Load a shop file into an empty shop, or a table into a shop that runs: all or nothing."""
    with _parts() as parts:
        if file is None and change_existing:
            raise Invalid(
                "change_existing_unfit",
                "A shop file goes into an empty shop: --change-existing is for `chotdon import products FILE`.",
                {},
            )
        if file is None:
            from bot.shop_setup import import_file as import_shop_file

            counts = import_shop_file(parts, Path(what), dry_run=dry_run)
        else:
            from bot.tables_cli import import_table

            counts = import_table(parts, what, file, dry_run=dry_run, change_existing=change_existing)
    print(
        ("Would import: " if dry_run else "Imported: ")
        + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items())
    )


@app.command("export")
def export_file(
    what: Annotated[
        str, typer.Argument(help="A shop file; or products, stock, customers, orders before FILE.")
    ],
    file: Annotated[Path | None, typer.Argument(help="Ending in .csv or .xlsx.")] = None,
) -> None:
    """Write the shop as a shop file, or one table of it."""
    from core.shop_file.exporting import export_shop

    if file is not None:
        from bot.tables_cli import export_rows

        with _parts() as parts:
            count = export_rows(parts, what, file)
        print(f"Exported {count} rows to {file}")
        return
    file = Path(what)
    with _parts() as parts, parts.db.read_transaction() as session:
        content = export_shop(session, now=parts.clock())
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    print(f"Exported to {file}")


@keys_app.command("create")
def create_api_key(
    name: str, scope: Annotated[list[str], typer.Option(help="May be given several times.")]
) -> None:
    """Make an API key and print it, this once."""
    from core.api.auth import create_key

    scopes = [part.strip() for item in scope for part in item.split(",") if part.strip()]
    with _parts() as parts, parts.db.transaction() as session:
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

    if not password and not sys.stdin.isatty():
        raise Invalid("password_missing", "Give --password, or run this in a terminal to be asked.", {})
    secret = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with _parts() as parts, parts.db.transaction() as session:
        add_staff(session, login=login, name=name or login, role=role, password=secret, now=parts.clock())
    print(f"{login} may log in at /desk as {role}.")


@app.command()
def sandbox() -> None:
    """Play the outside services on CHOTDON_SANDBOX_PORT."""
    from bot.demo_server import sandbox_options, shop_bank
    from bot.listening import listen_on
    from integrations.sandbox.app import run_sandbox

    settings = _settings()
    with listen_on("127.0.0.1", settings.sandbox_port, setting="CHOTDON_SANDBOX_PORT") as listening:
        with _parts() as parts:
            bank = shop_bank(parts.db)
        print(f"Sandboxes of GHN, S-Invoice and SePay: http://127.0.0.1:{settings.sandbox_port}/", flush=True)
        run_sandbox(listening, settings.data_dir, options=sandbox_options(settings, bank))


@app.command()
def doctor() -> None:
    """Check the settings and each connection, and say what to mend. Exit code 1 when something is wrong."""
    from bot.diagnosis import examine

    healthy = True
    for finding in examine(_settings()):
        healthy = healthy and finding.ok
        print(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.detail}")
    raise SystemExit(0 if healthy else 1)


def _settings() -> Settings:
    settings = load_settings()
    configure_logging(settings.log_level)
    return settings


def _parts() -> "closing[Parts]":
    from bot.bootstrap import build_parts

    return closing(build_parts(_settings()))


def _complain(text: str) -> None:
    print(text, file=sys.stderr)
