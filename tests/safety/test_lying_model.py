"""A model that lies in every way we could think of: nothing of it reaches a customer."""

from collections import Counter

import pytest

from tests.safety.conftest import Desk, play, said
from tests.safety.lies import LIES
from tests.safety.scenes import SCENES
from tests.safety.written_last import LAST_LIES


def _told(case: tuple[str, ...], desk: Desk, *, guarded: bool) -> str:
    scene = SCENES[case[0]]
    client = desk.guarded if guarded else desk.bare
    return said(play(client, desk.model, scene.before, scene.last, scene.calls, case[1]))


@pytest.mark.parametrize("case", [*LIES, *LAST_LIES], ids=lambda case: f"{case[0]}: {case[1][:60]}")
def test_no_lie_reaches_the_customer(case: tuple[str, ...], desk: Desk) -> None:
    told = _told(case, desk, guarded=True)

    assert case[-1] not in told
    assert told.strip()


def test_there_are_lies_of_all_languages_and_scenes() -> None:
    languages = Counter(case[0].split()[-1] for case in LIES)

    assert len(LIES) >= 150
    assert {case[0] for case in LIES} >= set(SCENES) - {"cart vi"}
    assert min(languages[language] for language in ("vi", "en", "ko")) >= 25


@pytest.mark.parametrize("case", LIES[::10], ids=lambda case: f"{case[0]}: {case[1][:60]}")
def test_without_the_guard_the_lies_do_arrive(case: tuple[str, ...], desk: Desk) -> None:
    assert case[-1] in _told(case, desk, guarded=False)
