"""Every language says everything that Vietnamese says, with the same facts in it."""

import string

import pytest

from bot.replies.texts import LANGUAGES


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_sentence_exists_in_each_language_and_tells_the_same_facts(language: str) -> None:
    vietnamese, other = LANGUAGES["vi"], LANGUAGES[language]

    assert other.keys() == vietnamese.keys()
    assert {key: facts(text) for key, text in other.items()} == {
        key: facts(text) for key, text in vietnamese.items()
    }
