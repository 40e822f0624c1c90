"""Dialogues written for these tests, played against real shops with the built-in brain."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.evaluation.cases import Case
from bot.evaluation.customer import Played, play
from bot.evaluation.loading import load_cases
from bot.evaluation.stage import Stages
from core.settings import Settings
from tests.bot.conftest import ScriptedModel

Write = Callable[[str], Case]


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    with Stages(Settings(_env_file=None, embeddings="lexical")) as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """One dialogue from its YAML."""

    def read(text: str) -> Case:
        file = tmp_path / "own.yaml"
        file.write_text(text, "utf-8")
        return load_cases([file])[0]

    return read


@pytest.fixture
def played(write: Write, stages: Stages) -> Callable[[str], Played]:
    def run(text: str) -> Played:
        case = write(text)
        return play(stages.of(case), case, 0)

    return run


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    server = ScriptedModel()
    yield server
    server.stop()
