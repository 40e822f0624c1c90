"""`chotdon eval`: figures of what the assistant understands."""

from typing import Annotated

import typer

eval_app = typer.Typer(no_args_is_help=True, help="Measure the assistant on its own test sets.")


@eval_app.callback()
def _group() -> None:
    """Keeps the sub-commands named while there is only one."""


@eval_app.command("nlu")
def evaluate_understanding(
    side: Annotated[
        str, typer.Option(help="test (held out), or dev (a part of the training lines)")
    ] = "test",
    failures: Annotated[int, typer.Option(help="How many failures to show.")] = 0,
) -> None:
    """Accuracy and F1 of understanding, by language and intent."""
    from nlu.training.evaluating import MEASURES, evaluate

    figures = evaluate("dev" if side == "dev" else "test")
    print(_row("", [f"{language:>6}" for language in figures]))
    for measure in MEASURES:
        print(_row(measure, [_share(f.score(measure).f1) for f in figures.values()]))
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
