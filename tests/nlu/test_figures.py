"""What is promised of unseen phrasings; `chotdon eval nlu` tells the whole."""

import pytest

from nlu.training.evaluating import Figures, address_parts, evaluate
from nlu.training.utterances import LANGUAGES, Side, templates

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("figures")]
SEEN: tuple[Side, ...] = ("train", "dev")


@pytest.fixture(scope="module")
def figures() -> dict[str, Figures]:
    return evaluate("test", renderings=1)


@pytest.mark.parametrize(
    ("measure", "floor"),
    [
        ("top intent", 0.9),
        ("items", 0.92),
        ("phone", 0.98),
        ("address", 0.93),
        ("order code", 0.99),
        ("email", 0.99),
        ("language", 0.96),
    ],
)
def test_held_out_lines_reach_their_floors(figures: dict[str, Figures], measure: str, floor: float) -> None:
    reached = {language: found.score(measure).f1 or 0.0 for language, found in figures.items()}

    assert min(reached.values()) >= floor, reached


def test_address_parts_of_held_out_patterns() -> None:
    shares = address_parts("test")

    assert min(shares["ward"], shares["district"], shares["province"], shares["street"]) >= 0.93
    assert shares["wrong"] <= 0.01


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrasing_stands_on_both_sides(language: str) -> None:
    def bare(text: str) -> str:
        return "".join(c for c in text.lower() if c.isalnum())

    tested = {bare(template.text) for template in templates("test", language)}
    learned = {bare(template.text) for side in SEEN for template in templates(side, language)}

    assert not tested & learned
