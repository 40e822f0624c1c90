"""The catalogue's words follow the catalogue, and are built anew only when a word changed."""

from pathlib import Path

from bot.bootstrap import Parts
from core.actor import Actor
from core.catalogue.editing import change_product, change_variant
from core.clock import utc_now
from core.settings import Settings
from tests.demo_shop import demo_parts

OWNER = Actor("staff", "owner-1", role="owner")


def _shop(folder: Path) -> Parts:
    return demo_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))


def test_a_new_price_leaves_the_words_as_they_are(tmp_path: Path) -> None:
    parts = _shop(tmp_path)
    before = parts.words.lexicon()
    with parts.db.transaction() as session:
        change_variant(session, sku="AT01-DEN-S", changes={"price": 151_000}, actor=OWNER, now=utc_now())

    assert parts.words.lexicon() is before
    parts.close()


def test_a_new_name_is_understood_at_the_next_message(tmp_path: Path) -> None:
    parts = _shop(tmp_path)
    before = parts.words.lexicon()
    with parts.db.transaction() as session:
        change_product(session, sku="AT01", changes={"aliases": ["zubrowka"]}, actor=OWNER, now=utc_now())

    assert "zubrowka" not in before.known
    assert "zubrowka" in parts.words.lexicon().known
    parts.close()
