"""The guard lets honest talk pass: the built-in brain's always, a model's own words nearly always."""

import pytest

from tests.safety.conftest import Desk, play, said
from tests.safety.honest import HONEST
from tests.safety.scenes import SCENES
from tests.safety.written_last import LAST_HONEST

pytestmark = pytest.mark.slow


def test_honest_replies_of_a_model_are_said_as_they_are(desk: Desk) -> None:
    changed = []
    told_honestly = [*HONEST, *LAST_HONEST]
    for scene_name, text in told_honestly:
        scene = SCENES[scene_name]
        told = said(play(desk.guarded, desk.model, scene.before, scene.last, scene.calls, text))
        if told != text:
            changed.append((scene_name, text, told))

    assert len(told_honestly) >= 150
    assert len(changed) <= len(told_honestly) * 0.05, "\n".join(f"{s}: {t}\n    → {u}" for s, t, u in changed)
