"""Foreign words as Koreans write them: `아라비카` is arabica. Compared by their consonants; vowels vary too much."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_FIRST, _LAST = 0xAC00, 0xD7A3
_VOWELS, _FINALS = 21, 28
_INITIAL = "KKNTTLMPPSS-CCCKTP-"
"""By Unicode's order of initial consonants; `-` is none or an h."""
_FINAL = "-KKKNNNTLLLLLLLLMPPTTNTTKTPT"
_ANY = "aeiouy"
_VOWEL = (
    "a", "ae", "a", "ae", "oeua", "ae", "oe", "e", "o", "oua", "oae", "oe", "o", "uo", "uo", "ue", "ui", "u", _ANY,
    "ui", "iey",
)  # fmt: skip
"""By Unicode's order of vowels: the Latin letters that each may stand for."""
_LATIN = (
    ("ph", "P"), ("ch", "C"), ("sh", "S"), ("th", "S"), ("ck", "K"), ("ng", "N"), ("qu", "K"), ("ce", "S"), ("ci", "S"),
    ("x", "KS"), ("c", "K"), ("k", "K"), ("q", "K"), ("g", "K"), ("b", "P"), ("p", "P"), ("f", "P"), ("v", "P"),
    ("d", "T"), ("t", "T"), ("l", "L"), ("r", "L"), ("m", "M"), ("n", "N"), ("s", "S"), ("z", "C"), ("j", "C"),
)  # fmt: skip
_PARTS = re.compile("|".join(letters for letters, _ in _LATIN))
_SOUND = dict(_LATIN)
LEAST_SYLLABLES = 3
LEAST_CONSONANTS = 3
LEAST_LETTERS = 5


def index_by_sound(listed: Iterable[str]) -> Mapping[str, str]:
    """From consonants to the one Latin word that has them; what two words share stands for neither."""
    found: dict[str, set[str]] = defaultdict(set)
    for word in listed:
        if word.isascii() and word.isalpha() and len(word) >= LEAST_LETTERS:
            for sound in _sounds_of_latin(word):
                found[sound].add(word)
    return {
        sound: next(iter(words))
        for sound, words in found.items()
        if len(words) == 1 and len(sound) >= LEAST_CONSONANTS
    }


def latin_for(text: str, by_sound: Mapping[str, str]) -> tuple[str, int] | None:
    """The Latin word that this Hangul begins with, and how many syllables of it; a particle may stand behind."""
    for end in range(len(text), LEAST_SYLLABLES - 1, -1):
        sound = _sound_of_hangul(text[:end])
        word = by_sound.get(sound)
        if word is not None and _is_as_long(text[:end], word, sound):
            return word, end
    return None


def _is_as_long(text: str, word: str, sound: str) -> bool:
    """Few consonants prove little: then each vowel has to agree too, so that `휴대폰` is no headphone."""
    groups = re.findall("[aeiouy]+", word)
    vowels = [_VOWEL[(ord(syllable) - _FIRST) // _FINALS % _VOWELS] for syllable in text]
    if len(sound) > LEAST_CONSONANTS:
        # `ㅡ` stands between consonants that no vowel parts.
        return abs(sum(vowel != _ANY for vowel in vowels) - len(groups)) <= 1
    return len(vowels) == len(groups) and all(g[0] in v for g, v in zip(groups, vowels, strict=True))


def _sound_of_hangul(text: str) -> str:
    sounds = []
    for syllable in text:
        if not _FIRST <= ord(syllable) <= _LAST:
            return ""
        rest, final = divmod(ord(syllable) - _FIRST, _FINALS)
        sounds.append(_INITIAL[rest // _VOWELS] + _FINAL[final])
    return _once("".join(sounds).replace("-", ""))


def _sounds_of_latin(word: str) -> set[str]:
    """With and without each `r` that no vowel follows, which Korean leaves out: `cardigan` is `카디건`."""
    return {
        _once("".join(_SOUND[part] for part in _PARTS.findall(said)))
        for said in (word, re.sub(r"r(?=[^aeiouy]|e?$)", "", word))
    }


def _once(sounds: str) -> str:
    return re.sub(r"(.)\1+", r"\1", sounds)
