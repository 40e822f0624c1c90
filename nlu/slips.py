"""Words typed wrong: the known word that is one slip away, found by look-ups, whatever the number of words."""

import re
from collections import defaultdict
from collections.abc import Iterable

MIN_LENGTH = 4
_NG = re.compile(r"^(n?g)(?=[eiy])")
"""`nge` is `nghe`: the h that Vietnamese writes before e and i."""


class Slips:
    """One letter wrong, missing, too many, or two neighbours swapped; the first letter is taken to be right."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._words = frozenset(word for word in vocabulary if len(word) >= MIN_LENGTH - 1)
        shortened: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= MIN_LENGTH and word.isascii():
                for short in _shortened(word):
                    shortened[short].append(word)
        self._shortened = dict(shortened)

    def mend(self, word: str) -> str | None:
        """The one known word that was meant; None when there is none or a choice of several."""
        telex = _untelex(word)
        if telex != word and telex in self._words:
            return telex
        spelt = _NG.sub(r"\1h", word)
        if spelt != word and spelt in self._words:
            return spelt
        if len(word) < MIN_LENGTH:
            return None
        near = {
            known
            for short in (word, *_shortened(word))
            for known in (*self._shortened.get(short, ()), short)
            if known in self._words and known[0] == word[0] and _one_slip(word, known)
        }
        return near.pop() if len(near) == 1 else None


def _shortened(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _untelex(word: str) -> str:
    """What a telex keyboard leaves when it was off: doubled vowels, `dd`, `w`, a tone letter at the end."""
    plain = word[:-1] if word[-1] in "sfrxj" else word
    for double, single in (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("w", "")):
        plain = plain.replace(double, single)
    return plain


def _one_slip(a: str, b: str) -> bool:
    if a == b or abs(len(a) - len(b)) > 1:
        return a == b
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]]
        return len(wrong) == 1 or (swapped and a[wrong[1]] == b[wrong[0]])
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
