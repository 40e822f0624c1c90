"""How many of something a message asks for, and which numbers count no goods."""

from nlu.choices import Choices
from nlu.phrases import Mark
from nlu.wordlists import words

_BEHIND_A_NUMBER = frozenset(
    ["instead", "please", "pls", "then", "now", "thanks", "nha", "nhe", "thoi", "luon", "di", "a", "ah", "nhen", "em",
     "shop", "nua", "more", "and", "va"]
)  # fmt: skip

_FURTHER = (["more"], ["extra"], ["additional"])

_OF_A_HOUSE = frozenset(
    ["nha", "house", "room", "floor", "apartment", "apt", "flat", "unit", "villa", "building", "block", "phong", "tang",
     "lau", "can", "ngo", "hem", "kiet", "ngach", "duong", "pho", "ward", "phuong", "district", "quan", "q", "p",
     "address"]
)  # fmt: skip
_LEADING_TO_A_HOUSE = frozenset({"la", "is", ":", "so", "number", "no"})
_MAKING = frozenset({"make", "change", "swap", "switch", "turn"})
_INTO_OTHER = frozenset({"sang", "qua", "mau"})
_MEASURED = frozenset(
    [
        "dai",
        "cao",
        "rong",
        "ngang",
        "vong",
        "day",
        "co",
        "nang",
        "chan",
        "eo",
        "nguc",
        "mong",
        "duoc",
        "dung",
        "khoang",
    ]
)
"""Before a number of a body or a thing: `chân dài 26 phân`, `cỡ 15 ly`."""
_OBJECT = frozenset({"를", "을"})
_TOWARDS = frozenset({"로", "으로"})
_BECOMING = frozenset({"thanh"})
_BEFORE_A_COUNTER = frozenset(["한", "두", "세", "네"])
"""Korean numbers that never stand alone: a bare `네` is a yes."""


class Counting(Choices):
    def _quantity(self, i: int) -> Mark | None:
        piece = self._pieces[i]
        if (
            piece.word == "so luong"
            or self._keys[i : i + 2] == ["so", "luong"]
            or piece.key in ("qty", "quantity")
        ):
            at = i + (2 if piece.key == "so" else 1)
            at += at < len(self._keys) and self._keys[at] in (":", "la", "is", "of", "=")
            return self._number_mark(i, at, labelled=True)
        if piece.key == "x" and self._number_at(i + 1):
            return self._number_mark(i, i + 1, labelled=True)
        return self._number_mark(i, i, labelled=False)

    def _number_mark(self, start: int, at: int, *, labelled: bool) -> Mark | None:
        read = self._number_at(at)
        if read is None or self._is_the_one(at) or self._numbers_a_list(at):
            return None
        number, end = read
        if end < len(self._keys) and self._keys[max(0, at - 1)] == "half" and self._dozen(end):
            return Mark("quantity", start, end + 1, quantity=6, counted=True, text=self._keys[at])
        digits = self._keys[at].isdigit()
        counted = labelled or (digits and end < len(self._keys) and self._keys[end] == "x")
        end += counted and not labelled
        if self._dozen(end) and not self._pieces[end].masked and not self._starts_long_name(end):
            number, end, counted = number * words().dozens[self._keys[end]], end + 1, True
        if not counted and digits and self._is_measure(at, end):
            return None
        if self._is_counter(end):
            counted, end = True, end + 1
        if not counted and self._keys[at] in _BEFORE_A_COUNTER:
            return None
        if self._is_had(start, end) or self._is_given_up(start, end):
            return None
        counted = counted or (not self._keys[at].isascii() and len(self._keys[at]) > 1)
        counted = counted or (not digits and self._is_taken(start, end))
        beside = self._starts_name(end) or self._starts_value(end) or self._is_goods_itself(end)
        beside = beside or self._listed(end, "each") is not None
        beside = beside or bool(self._measure_keys(end) and not self._is_counter(end))
        beside = beside or bool(self._near(end + (self._keys[end : end + 1] == ["in"])))
        beside = beside or (self._keys[end : end + 1] in _FURTHER and self._starts_name(end + 1))
        plain = self._is_plain_count(at) if digits else self._is_answer(at, end)
        if not (counted or beside or plain):
            return None
        some = self._is_of_several(start, end)
        return Mark("quantity", start, end, quantity=number, counted=counted, some=some, text=self._keys[at])

    def _is_of_several(self, start: int, end: int) -> bool:
        """`하나는 검정으로`, `make one black`, `1 trong 2 cái`: the others stay as they are."""
        after = self._keys[end] if end < len(self._keys) else ""
        if after in ("는", "은", "만", "of", "trong", "thi"):
            return True
        if self._keys[max(0, start - 1) : start] == ["doi"] and after in _INTO_OTHER:
            return True
        return (
            start > 0
            and self._keys[start - 1] in _MAKING
            and self._starts_value(end + (after in ("to", "into")))
        )

    def _is_had(self, start: int, end: int) -> bool:
        """`có hai cái rồi`, `nhà còn 2 cây`, `already have two`: what somebody has and does not want."""
        before, after = self._keys[max(0, start - 2) : start], self._keys[end : end + 1]
        had = before[-1:] in (["co"], ["con"]) and (after == ["roi"] or before[:1] == ["nha"])
        still = before[-1:] in (["have"], ["got"], ["have", "got"]) and after in (
            ["already"],
            ["left"],
            ["here"],
            ["home"],
        )
        return had or still or before in (["already", "have"], ["still", "have"], ["already", "got"])

    def _numbers_a_list(self, at: int) -> bool:
        """`1) a notebook 2) a cap`."""
        piece = self._pieces[at]
        opened = "(" in self._text[max(0, piece.start - 2) : piece.start]
        return piece.digits() and self._text[piece.end : piece.end + 1] == ")" and not opened

    def _is_given_up(self, start: int, end: int) -> bool:
        """`3 instead of 2`, `from 2 to 3`, `2개 말고 3개`, `2 cái thành 3 cái`: the number left behind."""
        before, link = self._keys[max(0, start - 2) : start], self._keys[end : end + 1]
        other = self._number_at(end + 1)
        if before in (["instead", "of"], ["rather", "than"]) or before[-1:] == ["not"]:
            return any(mark.kind == "quantity" for mark in self.marks) or self._says_but(end)
        if other is None or not link:
            return False
        if link[0] in words().negators_after:
            return True
        counter = other[1] < len(self._keys) and self._keys[other[1]] in words().counters
        behind = other[1] + counter
        if link[0] in _OBJECT:
            return bool(set(self._keys[behind : behind + 1]) & _TOWARDS)
        led = link[0] in _BECOMING or (
            link[0] in ("to", "len", "sang", "qua") and before[-1:] in (["from"], ["tu"])
        )
        return led and not (self._starts_value(behind) or self._starts_name(behind))

    def _says_but(self, end: int) -> bool:
        """`not 2 but 3`, `not 2, 3`."""
        link = self._keys[end : end + 1]
        return bool(link) and link[0] in ("but", ",", "rather") and self._number_at(end + 1) is not None

    def _is_answer(self, at: int, end: int) -> bool:
        """`one pls`, `cho em hai nha`, `just two`: a number word that is all its clause asks for."""
        before = self._keys[at - 1] if at else "."
        after = self._keys[end] if end < len(self._keys) else "."
        led = (
            before in words().taking
            or before in words().yes
            or before in ("then", "so", "vay", "the", "thi", "those", "these", "last", "remaining", "other")
            or (at > 1 and self._keys[at - 2] in ("cho", "lay", "give"))
        )
        last = self.marks[-1] if self.marks else None
        goods = (
            last is not None and last.end == at and (last.kind in ("product", "option") or last.text == "-")
        )
        opens = led or not before[0].isalnum() or (goods and self._keys[at] != "one")
        closes = after in words().please or not after[0].isalnum()
        if after == "of":
            return True
        return opens and closes and self._keys[at] not in ("a", "an")

    def _is_the_one(self, at: int) -> bool:
        """`the big one`: no number, but the thing itself; `one white one black` counts twice."""
        before = self.marks[-1] if self.marks else None
        if self._keys[at] != "one" or before is None or before.kind != "option" or before.end != at:
            return False
        first = self.marks[-2] if len(self.marks) > 1 else None
        counted = first is not None and first.kind == "quantity" and first.end == before.start
        return not (counted and self._starts_value(at + 1))

    def _is_taken(self, start: int, end: int) -> bool:
        """`two of them`, `make it two`, `lấy hai thôi`: a number in words, said of goods."""
        if self._keys[end : end + 1] == ["of"] and set(self._keys[end + 1 : end + 2]) & words().of_them:
            return True
        pieces = self._pieces[max(0, start - 3) : start]
        before = f" {' '.join(piece.word for piece in pieces if not piece.masked)} "
        last = end >= len(self._keys) or not self._keys[end].isalpha() or self._keys[end] in _BEHIND_A_NUMBER
        return last and any(before.endswith(f" {phrase} ") for phrase in words().takers)

    def _is_plain_count(self, at: int) -> bool:
        """A number with nothing behind it: a small one, or the answer, or what somebody takes (`lấy 200`)."""
        if self._negated(at, at + 1) or self._is_before_a_name(at) or self._is_of_a_house(at):
            return False
        if at and self._keys[at - 1] in ("is", "are", "was"):
            return False  # `my phone is 16`
        if len(self._keys[at]) <= 2 or len(self._keys) == 1:
            return True
        led = at > 0 and self._keys[at - 1] in words().taking and self._keys[at - 1] != "for"
        return len(self._keys[at]) == 3 and led  # `for 750` is a price

    def _is_of_a_house(self, at: int) -> bool:
        """`số nhà là 27`, `room 12`, `ngõ 5`."""
        near = self._keys[max(0, at - 3) : at]
        before = [key for key in near if key not in _LEADING_TO_A_HOUSE]
        if not before or before[-1] not in _OF_A_HOUSE:
            return False
        return before[-1] != "nha" or "so" in near

    def _is_before_a_name(self, at: int) -> bool:
        """`18 Le Hong Phong`: a house and its street."""
        behind = self._pieces[at + 1 : at + 3]
        return len(behind) == 2 and all(piece.upper and len(piece.key) > 1 for piece in behind)

    def _is_measure(self, at: int, end: int) -> bool:
        """`55 kg`, `1m65`, `3 ngày`, `90%`, `33W`: a number of something else than goods."""
        after = self._keys[end] if end < len(self._keys) else ""
        touching = end < len(self._keys) and self._pieces[at].end == self._pieces[end].start
        if self._text[self._pieces[at].end : self._pieces[at].end + 2].strip()[:1] == "%":
            return True
        if after == "m" and not touching:
            return False
        if after == "l" and not touching and self._pieces[end].upper and ("l",) in self._lexicon.values:
            return False  # `2 L` of shirts
        if at and self._keys[at - 1] == "m" and self._pieces[at - 1].end == self._pieces[at].start:
            return True
        if self._starts_long_name(end):
            return False
        if after in words().counters:
            sized = at > 0 and self._keys[at - 1] in _MEASURED and after in ("ly", "li", "phan", "can")
            return sized or self._pieces[end].marked in ("cân", "phân")
        if after in words().measures or after in ("/", ":", "h"):
            return True
        return touching and after.isalpha() and after.isascii() and not self._goes_on_with_goods(end)

    def _starts_long_name(self, i: int) -> bool:
        """`1 day sac`: more than one word of a name, so that the first is no unit."""
        return any(
            phrase in self._lexicon.phrases
            for length in (4, 3, 2)
            if (phrase := self._phrase(i, length)) is not None
        )

    def _goes_on_with_goods(self, i: int) -> bool:
        return self._keys[i] == "x" or self._starts_name(i) or self._starts_value(i)
