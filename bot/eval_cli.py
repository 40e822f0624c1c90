"""`chotdon eval`: the assistant judged by the shop's own measures."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from nlu.training.utterances import Side

eval_app = typer.Typer(no_args_is_help=True, help="Measure the assistant.")


@eval_app.callback()
def _group() -> None:
    """Measure the assistant."""


@eval_app.command()
def dialogues(
    files: Annotated[list[Path], typer.Argument(help="YAML files of dialogues, or folders of them.")],
    runs: Annotated[int, typer.Option(min=1, max=100, help="Play each so many times.")] = 1,
    brain: Annotated[
        Literal["builtin", "model"], typer.Option(help="model: the one in CHOTDON_LLM_*.")
    ] = "builtin",
    language: Annotated[list[str] | None, typer.Option(help="Only these languages.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds.")] = None,
    floor: Annotated[
        float | None, typer.Option(min=0, max=100, help="Exit code 1 under this percentage.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write everything to this file.")] = None,
    transcripts: Annotated[
        Path | None, typer.Option(help="Write each dialogue as text into this folder.")
    ] = None,
) -> None:
    """Play scripted customers against fresh shops and judge what the shops then hold and what was said.

    Exit code 1 when money, stock or another customer's data went wrong anywhere, or when fewer than --floor
    percent of the dialogues pass in all their runs.
    """
    from bot.evaluation import reporting
    from bot.evaluation.loading import load_cases
    from bot.evaluation.running import Judged, chosen, run_cases, settings_for
    from core.settings import load_settings
    from core.telemetry import configure_logging

    configure_logging("error")
    settings = settings_for(load_settings(), brain)
    cases = chosen(load_cases(files), languages=language or [], kinds=kind or [])

    def tell(item: Judged) -> None:
        if sys.stderr.isatty():
            typer.echo("." if item.always else "F", nl=False, err=True)

    judged = run_cases(cases, settings, runs=runs, tell=tell)
    for line in reporting.lines(judged, with_transcripts=transcripts is None):
        typer.echo(line)
    if transcripts is not None:
        reporting.write_transcripts(judged, transcripts)
    if json_out is not None:
        json_out.write_text(
            json.dumps(reporting.as_json(judged, brain=brain), ensure_ascii=False, indent=1), "utf-8"
        )
    below = floor is not None and reporting.pass_k(judged) * 100 < floor
    raise SystemExit(1 if below or reporting.grave(judged) else 0)


@eval_app.command()
def knowledge(
    part: Annotated[
        Literal["tuning", "held_out", "fresh", "all"], typer.Option(help="Which questions.")
    ] = "all",
    embeddings: Annotated[
        Literal["auto", "lexical"], typer.Option(help="lexical: letters and words alone.")
    ] = "auto",
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
) -> None:
    """Ask the packaged shops their packaged questions: recall, how often the assistant would answer by itself, and
    how often wrongly. `tuning` shaped the word lists and weights, `held_out` did not, `fresh` was written last."""
    from bot.bootstrap import embedder_of
    from core.settings import load_settings
    from knowledge.evaluation import PARTS, as_json, ask_all, reports, table

    embedder = embedder_of(load_settings().model_copy(update={"embeddings": embeddings}))
    parts = PARTS if part == "all" else (part,)
    found = {name: reports(ask_all(embedder, name)) for name in parts}
    for name, figures in found.items():
        typer.echo(f"{name} ({embedder.name})\n{table(figures)}")
    if json_out is not None:
        json_out.write_text(as_json(found), "utf-8")


@eval_app.command("nlu")
def evaluate_understanding(
    side: Annotated[
        str, typer.Option(help="test (held out), or dev (a part of the training lines)")
    ] = "test",
    failures: Annotated[int, typer.Option(help="How many failures to show.")] = 0,
) -> None:
    """Accuracy and F1 of understanding, by language and intent."""
    from nlu.training.evaluating import MEASURES, address_parts, evaluate

    lines: Side = "dev" if side == "dev" else "test"
    figures = evaluate(lines)
    print(_row("", [f"{language:>6}" for language in figures]))
    for measure in MEASURES:
        print(_row(measure, [_share(f.score(measure).f1) for f in figures.values()]))
    print(
        "\nAddress parts: " + ", ".join(f"{part} {share:.3f}" for part, share in address_parts(lines).items())
    )
    print("\nF1 by intent")
    for name in sorted({name for f in figures.values() for name in f.intents}):
        print(
            _row(name, [_share(f.intents[name].f1 if name in f.intents else None) for f in figures.values()])
        )
    for language, found in figures.items():
        for measure, text, told in found.failures[:failures]:
            print(f"{language} {measure}: {text!r}: {told}")


def _row(name: str, cells: list[str]) -> str:
    return f"{name:18}" + " ".join(cells)


def _share(value: float | None) -> str:
    return "     –" if value is None else f"{value:6.3f}"
