"""Options in a message: values in full, in part, by their measure, by being the big one or the small one."""

from itertools import takewhile

from nlu.lexicon import MAX_PHRASE, NONE
from nlu.measuring import MANY, NO_KEYS, Measuring
from nlu.phrases import Mark
from nlu.values import ValueKey
from nlu.wordlists import words

_OF_DEGREE = frozenset(
    [
        "bao",
        "may",
        "hon",
        "nhat",
        "qua",
        "lam",
        "the",
        "khong",
        "ko",
        "k",
        "hong",
        "hok",
        "nhu",
        "vay",
        "co",
        "la",
    ]
)
"""Behind an adjective: it is asked about or praised, and picks nothing out."""
_ENGLISH_SIZES = frozenset(
    [
        "small",
        "smaller",
        "smallest",
        "little",
        "medium",
        "big",
        "bigger",
        "biggest",
        "large",
        "larger",
        "largest",
    ]
)
"""They stand before what they are said of, as Vietnamese ones never do."""
_OF_A_KIND = frozenset({"짜리", "들이", "입", "개입", "매입", "장입", "봉입", "포입", "병입"})
A_FEW = 3


class Choices(Measuring):
    def _option(self, i: int) -> Mark | None:
        mark = self._option_at(i)
        if mark is None:
            return None
        start = i
        while (
            start > 0 and self._keys[start - 1] in words().value_words and not self._pieces[start - 1].masked
        ):
            start -= 1
        floor = self.marks[-1].end if self.marks else 0
        return Mark(
            "option",
            max(start, floor),
            mark.end,
            keys=mark.keys,
            near=mark.near,
            negated=self._negated(start, mark.end),
            text=mark.text,
        )

    def _option_at(self, i: int) -> Mark | None:
        measured = self._measured(i)
        if measured is not None:
            return measured
        for length in range(5, 0, -1):
            phrase = self._phrase(i, length) or self._behind_value_word(i, length)
            keys = self._lexicon.values.get(phrase) if phrase else None
            if phrase is None or not keys:
                continue
            if length > 1 and (
                self._is_count_and_size(i, length, keys) or self._only_counts(i, phrase, keys)
            ):
                continue
            if length == 1 and not self._plausible_value(i, keys):
                continue
            near = self._near(i) if length == 1 else NO_KEYS
            return Mark("option", i, i + length, keys=keys, near=near, text=" ".join(phrase))
        return self._in_part(i)

    def _only_counts(self, i: int, phrase: tuple[str, ...], keys: frozenset[ValueKey]) -> bool:
        """`1 đôi` counts, but of what is sold by the pair and by five pairs."""
        counts = len(phrase) == 2 and phrase[0].isdigit() and phrase[1] in words().counters
        return counts and not keys & self._talked_of() and not self._is_of_goods_behind(i + 2, keys)

    def _behind_value_word(self, i: int, length: int) -> tuple[str, ...] | None:
        """`cỡ to` is that, even where the catalogue writes `có` in a name."""
        own = self._pieces[i]
        led = length > 1 and own.key in words().value_words and not own.masked and not own.word.endswith("*")
        rest = self._phrase(i + 1, length - 1) if led else None
        return (own.key, *rest) if rest else None

    def _is_count_and_size(self, i: int, length: int, keys: frozenset[ValueKey]) -> bool:
        """`2 m`: two of size M, unless the goods beside it are sold by the metre."""
        if not (self._keys[i].isdigit() and self._keys[i + 1] in words().size_values) or self._adjacent(i):
            return False
        named = [mark.hits.all for mark in self.marks[-1:] if mark.kind == "product"]
        named += [
            hits.all
            for size in range(MAX_PHRASE, 0, -1)
            if (phrase := self._phrase(i + length, size)) and (hits := self._lexicon.phrases.get(phrase))
        ][:1]
        if (self._keys[i + 1],) not in self._lexicon.values and self._focus & keys:
            return False
        having = [self._lexicon.having_value.get(key, NONE) for key in keys]
        return not any(skus & own for skus in named for own in having)

    def _kind_end(self, i: int) -> int | None:
        """`엽서 10장짜리`, `10장 세트 2개`, `a 10 pack`: a number that says which, where another one counts."""
        if not self._pieces[i].digits() or not self._keys[i + 1 : i + 2]:
            return None
        if self._keys[i + 1] == "pack" and self._keys[i] != "1":
            return i + 2
        at = i + 1 + (self._keys[i + 1] in words().counters)
        if self._keys[at : at + 1] and self._keys[at] in _OF_A_KIND:
            return at + 1
        packed = at > i + 1 and at < len(self._keys) and self._keys[at] in words().counters
        return at + 1 if packed and self._number_at(at + 1) is not None else None

    def _of_name_behind(self, i: int) -> Mark | None:
        """`24색 물감`: the number of a value, with a word of its own, before the goods that come so."""
        if not self._pieces[i].digits() or len(self._keys[i]) < 2 or i + 2 >= len(self._keys):
            return None
        unit = self._keys[i + 1]
        keys = self._lexicon.value_parts.get(self._keys[i], NO_KEYS)
        if not keys or not unit.isalpha() or unit in words().counters | words().measures | words().separators:
            return None
        if not self._adjacent(i) or not self._is_of_goods_behind(i + 2, keys):
            return None
        return Mark("option", i, i + 2, near=keys, text=self._keys[i])

    def _of_counted_goods(self, i: int) -> Mark | None:
        """`10 postcards x 3`: the number behind counts, so the one before says which."""
        keys = self._lexicon.value_parts.get(self._keys[i], NO_KEYS) if self._pieces[i].digits() else NO_KEYS
        for length in range(MAX_PHRASE, 0, -1) if keys else ():
            phrase = self._phrase(i + 1, length)
            hits = self._lexicon.phrases.get(phrase) if phrase else None
            if hits is None:
                continue
            at = i + 1 + length
            at += at < len(self._keys) and self._keys[at] in words().counters
            counted = self._keys[at : at + 1] == ["x"] and self._number_at(at + 1) is not None
            own = any(self._lexicon.match(sku, keys) for sku in list(hits.all)[:MANY])
            return Mark("option", i, i + 1, near=keys, text=self._keys[i]) if counted and own else None
        return None

    def _in_part(self, i: int) -> Mark | None:
        """A word or number of a value's name, where a product that has it is talked of."""
        near = self._near(i)
        kind_end = self._kind_end(i)
        if kind_end is not None:
            parts = self._lexicon.value_parts.get(self._keys[i], NO_KEYS)
            own = parts & self._talked_of() or (
                parts if self._is_of_goods_behind(kind_end, parts) else NO_KEYS
            )
            if own:
                return Mark("option", i, kind_end, near=own, text=self._keys[i])
        behind = self._of_name_behind(i) or self._of_counted_goods(i)
        if behind is not None:
            return behind
        end, unit = i + 1, self._keys[i + 1] if i + 1 < len(self._keys) else ""
        if near and self._pieces[i].digits() and unit in words().units:
            # `230g`, of cans that come as `screw valve 230 g`
            near = frozenset(key for key in near if f"{self._keys[i]} {unit}" in key[1])
            return Mark("option", i, end + 1, near=near, text=f"{self._keys[i]} {unit}") if near else None
        if not near or not self._plausible_value(i, near):
            return None
        return Mark("option", i, end, near=near, text=self._keys[i])

    def _near(self, i: int) -> frozenset[ValueKey]:
        phrase = self._phrase(i, 1)
        if phrase and phrase[0].isdigit() and len(phrase[0]) == 1:
            return NO_KEYS  # it counts, unless a word of kinds says otherwise
        keys = self._lexicon.value_parts.get(phrase[0], NO_KEYS) if phrase else NO_KEYS
        if phrase and not keys and self._tells_which(i):
            keys = self._lexicon.everyday_parts.get(phrase[0], NO_KEYS)
        if not keys or keys & self._talked_of():
            return keys & self._talked_of()
        # `a green planner`, of one that comes in moss green
        led = not self._pieces[i].digits() and self._is_of_goods_behind(
            i + 1 + self._starts_value(i + 1), keys
        )
        return keys if led else NO_KEYS

    def _tells_which(self, i: int) -> bool:
        """`gối thấp`, `loại cao`; `gối cao bao nhiêu` asks how high."""
        after = self._keys[i + 1] if i + 1 < len(self._keys) else ""
        unclear = self._keys[i] in words().idle | words().en_words and not self._pieces[i].marked
        if after in _OF_DEGREE or unclear:
            return False
        behind = bool(self.marks) and self.marks[-1].end == i and self.marks[-1].kind in ("product", "option")
        behind = behind or self._is_counted_of_named(i)
        led = i > 0 and self._keys[i - 1] in words().value_words
        return behind or led or (self._awaiting == "variant" and i < A_FEW)

    def _is_counted_of_named(self, i: int) -> bool:
        """`gối 1 gấu 1 thỏ`, written with its marks."""
        counted = bool(self.marks) and self.marks[-1].end == i and self.marks[-1].kind == "quantity"
        return counted and bool(self._pieces[i].marked) and any(m.kind == "product" for m in self.marks)

    def _plausible_value(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """A lone letter, number or everyday word is an option only beside a product, an option, or `màu`."""
        piece = self._pieces[i]
        extreme = all(name == "*" for name, _ in keys)
        if self._leads_goods(i, keys) or self._is_picked_out(i, keys):
            return True
        if not piece.marked and piece.key in words().removals and self._starts_name(i + 1):
            return False  # `bo can cau di` takes it out, whatever comes with beef.
        if (piece.mended and len(piece.key) < 5) or self._is_to_be(i) or (extreme and not self._picks_out(i)):
            return False
        forms = self._lexicon.marked.get(piece.key, frozenset())
        sure = piece.marked and piece.marked in forms
        doubtful = len(piece.key) == 1 or piece.digits() or piece.key in words().doubtful_values
        if sure or not doubtful:
            return True
        sized = any(name == "*" for name, _ in keys)
        if keys & self._talked_of() and (extreme or (sized and self._picks_out(i))):
            return True
        return self._answers(i) or self._is_lone_letter(i, keys) or self._is_beside_goods(i, keys)

    def _leads_goods(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """`a small pot`, `a big bottle of shampoo`: what is named behind comes so."""
        at = i + 1
        at += at < len(self._keys) and self._keys[at] in words().counters
        at += self._keys[at : at + 1] == ["of"]
        stands_before = self._keys[i] in _ENGLISH_SIZES or "\uac00" <= self._keys[i] <= "\ud7a3"
        return stands_before and self._is_of_goods_behind(at, keys)

    def _is_picked_out(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """`không lấy cái cam nữa`, `bỏ con đen`: one of what is talked of, called by how it comes."""
        led = self._keys[max(0, i - 1) : i] in (["cai"], ["con"], ["chiec"])
        return led and bool(self._focus & keys) and self._number_at(max(0, i - 2)) is None

    def _is_to_be(self, i: int) -> bool:
        """The English verb and no beige."""
        piece = self._pieces[i]
        return (
            piece.key == "be"
            and not piece.marked
            and bool(words().before_be & set(self._keys[max(0, i - 5) : i]))
        )

    def _answers(self, i: int) -> bool:
        """Asked which variant, or behind `màu`, `size`."""
        if self._awaiting == "variant":
            return not (self._pieces[i].digits() and self._counted(i))
        return i > 0 and self._keys[i - 1] in words().value_words

    def _is_beside_goods(self, i: int, keys: frozenset[ValueKey]) -> bool:
        piece, counted = self._pieces[i], self._counted(i)
        if self._focus & keys and not counted and self._tells_apart(i, keys):
            return True
        own = self._focus | self._talked_of()
        if piece.digits() and self._counts_behind(i) and self._talked_of() & keys:
            return True
        if piece.digits() and counted:
            return False
        if self._goes_on_with_list(i, keys):
            return True
        before = self.marks[-1] if self.marks else None
        if before is not None and before.kind == "quantity" and before.end == i and own & keys:
            listed = self._number_at(i + 1) is not None and self._starts_value(i + 2)
            ends = self._ends_clause(i + 1) and self._talked_of() & keys
            return bool(
                listed or ends or (before.counted and piece.key != "do") or piece.key not in ("den", "do")
            )
        if before is not None and before.end >= i - 1 and before.kind in ("product", "option"):
            return True
        if piece.upper and own & keys and self._number_at(i + 1) is not None:
            return True
        quantity = before is not None and before.kind == "quantity" and before.end == i
        return (
            (quantity or piece.key not in ("den", "do")) and not piece.digits() and self._leads_to_option(i)
        )

    def _goes_on_with_list(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """`xám 3 cái, trắng 2 cái`, `size 20 và 24 mỗi size 1`: the next value of goods that were named."""
        before = [mark for mark in self.marks[-5:] if mark.kind != "quantity"]
        if len(before) < 2 or before[-1].kind != "separator" or self.marks[-1].end != i:
            return False
        own = keys & self._talked_of()
        earlier = takewhile(lambda mark: mark.kind == "option", reversed(before[:-1]))
        if not {name for mark in earlier for name in mark.option_names} & {name for name, _ in own}:
            return False
        goes_on = self._listed(i + 1, "each") is not None or self._ends_clause(i + 1)
        if self._pieces[i].digits():
            goes_on = goes_on or self._starts_value(i + 1) or self._keys[i + 1] == "cho"
            return len(self._keys[i]) > 1 and goes_on
        return goes_on or self._number_at(i + 1) is not None

    def _ends_clause(self, i: int) -> bool:
        after = self._keys[i] if i < len(self._keys) else "."
        return not after[0].isalnum() or after in words().please or after in words().separators

    def _is_lone_letter(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """`two dresses, S and L`, `a pen with F nib`: a letter that says how the goods named before it come."""
        piece = self._pieces[i]
        if len(piece.key) > 1 or not piece.key.isalpha() or not self._talked_of() & keys:
            return False
        named = any(mark.kind == "product" for mark in self.marks)
        after = self._keys[i + 1] if i + 1 < len(self._keys) else ","
        listed = bool(self.marks) and self.marks[-1].kind == "separator" and self.marks[-1].end == i
        return named and (piece.upper or (listed and not after[0].isalnum()))

    def _picks_out(self, i: int) -> bool:
        """`chai nhỏ`, `the big one`, and no `nhỏ hơn`, `cho nhỏ em`."""
        before = self._keys[i - 1] if i else ""
        after = self._keys[i + 1] if i + 1 < len(self._keys) else ""
        if after in ("hon", "than", "er", "qua", "lam", "ghe"):
            return False  # `mau lớn quá` praises.
        led = before in words().counters or before in words().value_words or before == "the"
        behind = bool(self.marks) and self.marks[-1].end == i and self.marks[-1].kind in ("product", "option")
        return led or behind or after in ("one", "ones", "size") or self._awaiting == "variant"

    def _tells_apart(self, i: int, keys: frozenset[ValueKey]) -> bool:
        """`M`, `39`, `the big one`: what has no other sense where such a product is talked of."""
        return self._pieces[i].upper or self._pieces[i].digits() or any(name == "*" for name, _ in keys)

    def _counted(self, i: int) -> bool:
        follows = self._keys[i + 1] if i + 1 < len(self._keys) else ""
        if i + 1 < len(self._keys) and self._asks_what_is_left(i + 1):
            return False
        return follows in words().counters or follows in ("x", "k") or follows in words().measures

    def _counts_behind(self, i: int) -> bool:
        """`shoes 42 x1`, `운동화 42 한 켤레`: the number that counts stands behind this one."""
        at = i + 1 + (self._keys[i + 1 : i + 2] == ["x"])
        read = self._number_at(at)
        if read is None or not any(mark.kind == "product" for mark in self.marks):
            return False
        return at > i + 1 or (read[1] < len(self._keys) and self._keys[read[1]] in words().counters)

    def _leads_to_option(self, i: int) -> bool:
        """What follows is a size or the like: `2 den L`, `s trang`."""
        following = self._keys[i + 1 : i + 3]
        if not following:
            return bool(self.marks) and self.marks[-1].kind in ("quantity", "separator")
        return following[0] in words().size_words or (
            (following[0],) in self._lexicon.values or tuple(following) in self._lexicon.values
        )
