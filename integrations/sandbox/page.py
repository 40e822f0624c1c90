"""The sandbox's own page: what the played providers hold, with buttons for what happens outside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True)
class Button:
    """A form that posts `fields` to `action`, a path below the sandbox's root."""

    label: str
    action: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    link: str = ""
    """Where the first cell leads, if anywhere."""


@dataclass(frozen=True)
class Section:
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    note: str = ""
    buttons: tuple[Button, ...] = field(default=())


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2733 }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8dee6; vertical-align: top }
form { display: inline } button { font: inherit; padding: .15rem .6rem; margin: 0 .25rem .25rem 0 }
.note { color: #51606f }
"""


def render_page(sections: Sequence[Section]) -> str:
    body = "".join(_section(section) for section in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chotdon sandbox</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>Chotdon sandbox</h1>"
        '<p class="note">Outside services, played. Nothing here leaves this machine. '
        "Reload to see what changed.</p>"
        f"{body}</body></html>"
    )


def _section(section: Section) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in (*section.columns, ""))
    rows = "".join(_row(row) for row in section.rows)
    if not rows:
        rows = f'<tr><td class="note" colspan="{len(section.columns) + 1}">Nothing yet.</td></tr>'
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    buttons = "".join(_button(button) for button in section.buttons)
    return (
        f"<h2>{escape(section.title)}</h2>{note}{buttons}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(row: Row) -> str:
    cells = [escape(cell) for cell in row.cells]
    if row.link and cells:
        cells[0] = f'<a href="{escape(row.link)}">{cells[0]}</a>'
    columns = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr>{columns}<td>{''.join(_button(button) for button in row.buttons)}</td></tr>"


def _button(button: Button) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in button.fields
    )
    return (
        f'<form method="post" action="{escape(button.action)}">{hidden}'
        f"<button>{escape(button.label)}</button></form>"
    )
