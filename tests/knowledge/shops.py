"""The invented shops of `data/` as passages and cases."""

import json
from pathlib import Path

from knowledge import Passage
from knowledge.evaluation import Case

DATA = Path(__file__).parent / "data"
SHOPS = ("clothing", "pets")


def passages(shop: str) -> list[Passage]:
    raw = json.loads((DATA / f"shop_{shop}.json").read_text(encoding="utf-8"))
    found: list[Passage] = []
    for kind, entries in (("faq", raw["faqs"]), ("policy", raw.get("policies", []))):
        for entry in entries:
            for language in ("vi", "en", "ko"):
                if language in entry:
                    title, text = entry[language]
                    source = entry.get("source", f"FAQ {raw['shop']}")
                    found.append(
                        Passage(
                            f"{entry['id']}:{language}",
                            kind,
                            title,
                            text,
                            language,
                            source,
                            group=entry["id"],
                        )
                    )
    return found


def cases(part: str, shop: str) -> list[Case]:
    raw = json.loads((DATA / f"queries_{part}.json").read_text(encoding="utf-8"))
    return [
        Case(item["query"], "vi" if item["form"] == "vi_plain" else item["form"], item["group"], item["form"])
        for item in raw
        if item["shop"] == shop
    ]
