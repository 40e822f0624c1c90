"""English words to their stems, as far as shops and customers need it: plurals, -ing, -ed, a few irregular ones."""

from functools import lru_cache

_IRREGULAR = {
    "bought": "buy", "sent": "send", "paid": "pay", "broke": "break", "broken": "break", "lost": "lose",
    "went": "go", "gone": "go", "came": "come", "left": "leave", "kept": "keep", "worn": "wear", "wore": "wear",
    "tore": "tear", "torn": "tear", "shrunk": "shrink", "shrank": "shrink", "sold": "sell", "fit": "fit",
    "children": "child", "kids": "kid", "puppies": "puppy", "kitties": "kitty", "chose": "choose", "chosen": "choose",
    "got": "get", "given": "give", "gave": "give", "took": "take", "taken": "take", "ate": "eat", "eaten": "eat",
    "delivery": "deliver", "deliveries": "deliver", "delivered": "deliver", "payment": "pay", "payments": "pay",
}  # fmt: skip
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    return _without_e(_without_tense(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and _VOWELS & set(base):
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if doubled else base
    return word


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
