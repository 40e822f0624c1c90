"""Every sentence that a customer may be told, by key and language. Facts come in as arguments, never from here."""

from bot.replies import en, ko, vi

LANGUAGES = {"vi": vi.TEXTS, "en": en.TEXTS, "ko": ko.TEXTS}


def say(language: str, key: str, **facts: object) -> str:
    """The sentence in the customer's language; Vietnamese when there is none."""
    texts = LANGUAGES.get(language, vi.TEXTS)
    return texts.get(key, vi.TEXTS[key]).format(**facts)
