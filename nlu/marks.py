"""A message as a row of marks: quantities, products, options, pointers, and the small words that order them."""

from dataclasses import replace

from nlu.lexicon import MAX_PHRASE, NONE, Hits
from nlu.likeness import alike_names
from nlu.measuring import MANY
from nlu.phrases import MAX_MARKS, SMALL, VESSELS, Mark
from nlu.pointing import Pointing
from nlu.tokens import marked_key
from nlu.values import split
from nlu.wordlists import common_words, words

LONG_NUMBER = 3
"""Shorter numbers before a name count goods."""
_BETWEEN = frozenset({"but", "then"})
"""Words behind which another thing is named, beside those of a choice."""


_INTO = frozenset({"vao", "vo", "trong", "may", "lo", "tu", "ngan", "cop", "vali", "balo"})
_LEADING_TO_GOODS = frozenset(
    ["the", "a", "your", "any", "this", "that", "these", "those", "my", "some", "sell", "buy", "want", "need", "order",
     "get", "take", "with", "for"]
)  # fmt: skip


class Reader(Pointing):
    def read(self) -> list[Mark]:
        i = 0
        while i < len(self._pieces) and len(self.marks) < MAX_MARKS:
            mark = None if self._pieces[i].masked else self._mark(i)
            if mark is not None:
                self.marks.append(mark)
            i = mark.end if mark is not None else i + 1
        return self.marks

    def _mark(self, i: int) -> Mark | None:
        return (
            self._each(i)
            or self._pointer(i)
            or self._longer(self._without_value(self._product(i)), self._option(i))
            or self._other_of_the_same(i)
            or self._quantity(i)
            or self._small_word(i)
        )

    def _longer(self, product: Mark | None, option: Mark | None) -> Mark | None:
        if product is None or option is None:
            return product or option
        if option.end == product.end and not product.hits.full and not self._begins_with_goods(option):
            return option
        return option if option.end > product.end else product

    def _without_value(self, product: Mark | None) -> Mark | None:
        """`son [hồng đất]`: the words of a value that goes on behind what looks like a name are that value's."""
        if product is None:
            return product
        for at in range(product.start + 1, product.end):
            if tuple(self._keys[product.start : at]) not in self._lexicon.phrases:
                continue
            for length in range(2, 5):
                phrase = self._phrase(at, length) if at + length > product.end else None
                keys = self._lexicon.values.get(phrase) if phrase else None
                if keys and any(self._lexicon.match(sku, keys) for sku in list(product.hits.all)[:MANY]):
                    return replace(product, end=at)
        return self._before_its_value(product)

    def _before_its_value(self, product: Mark) -> Mark:
        """`gối [cao]`, of a `gối cao su` that comes high and low: half a name, or a whole one and its value."""
        last = self._keys[product.end - 1]
        shorter = self._lexicon.phrases.get(tuple(self._keys[product.start : product.end - 1]))
        if product.hits.full or shorter is None or not shorter.full & product.hits.part:
            return product
        keys = self._lexicon.everyday_parts.get(last, frozenset()) | self._lexicon.value_parts.get(
            last, frozenset()
        )
        if not any(self._lexicon.match(sku, keys) for sku in list(shorter.full)[:MANY]):
            return product
        return replace(product, end=product.end - 1, hits=shorter)

    def _begins_with_goods(self, option: Mark) -> bool:
        """`kẻ ngang` may be a part of a name; behind a product that comes so, it is how that one is wished."""
        before = next((mark for mark in reversed(self.marks) if mark.kind == "product"), None)
        own = self._talked_of()
        return not ((option.keys | option.near) & own) or (before is None and not self._focus)

    def _product(self, i: int) -> Mark | None:
        """A name or the beginning of one; else the product that the words from here on are likest to."""
        named = self._number_before_name(i) or self._named(i)
        like = self._like(i)
        if named is not None and named.hits.full:
            further = like is not None and like.hits.full and like.end > named.end
            return like if like is not None and further and like.hits.all <= named.hits.all else named
        if named is None or (like is not None and like.end > named.end):
            return like or self._called_one(i) or self._head_behind_value(i)
        return named

    def _called_one(self, i: int) -> Mark | None:
        """`the rice one`: by a word that only one product has in its name, of those talked of before all others."""
        if (
            i + 1 >= len(self._keys)
            or self._keys[i + 1] != "one"
            or self._phrase(i, 1) in self._lexicon.values
        ):
            return None
        led = {"the", "that", "this"} & set(self._keys[max(0, i - 2) : i])
        having = (
            self._lexicon.having_word.get(self._keys[i], NONE) if led and len(self._keys[i]) > 2 else NONE
        )
        meant = having & self._in_hand or having
        return self._product_mark(i, i + 1, Hits(part=meant)) if len(meant) == 1 else None

    def _head_behind_value(self, i: int) -> Mark | None:
        """`a black cap`, `the 6 mm mat`: the one thing that comes so and has this word in its name."""
        before = self.marks[-1] if self.marks else None
        key = self._keys[i]
        if before is None or before.kind != "option" or before.end != i or not key.isalpha() or len(key) < 3:
            return None
        if key in words().en_words | words().vi_words | words().numbers.keys() or self._pieces[i].marked:
            return None
        having = self._lexicon.having_word.get(key, NONE)
        keys = before.keys | before.near
        meant = [sku for sku in having if self._lexicon.match(sku, keys)] if len(having) <= MANY else []
        return self._product_mark(i, i + 1, Hits(part=frozenset(meant))) if len(meant) == 1 else None

    def _number_before_name(self, i: int) -> Mark | None:
        """`the 20000 power bank`: the number that stands in its name, said before it."""
        key, behind = self._keys[i], i + 1
        if not key.isdigit() or len(key) < LONG_NUMBER:
            return None
        having = self._lexicon.having_word.get(key, NONE)
        unit = self._keys[behind] if behind < len(self._keys) else ""
        behind += bool(having) and (unit in words().units or self._phrase(i, 2) in self._lexicon.phrases)
        named = self._named(behind) if having and behind < len(self._keys) else None
        hits = named.hits if named is not None else Hits()
        narrowed = Hits(*(skus & having for skus in (hits.full, hits.part, hits.category)))
        if named is None or not narrowed.all:
            alike = [skus for skus in (having,) if named is not None and self._same_head(named, skus)]
            narrowed = Hits(part=alike[0]) if alike else narrowed
        return replace(named, start=i, hits=narrowed) if named is not None and narrowed.all else None

    def _same_head(self, named: Mark, skus: frozenset[str]) -> bool:
        """`power bank` names one of two in full; the other has all of its words too."""
        head = self._keys[named.start : named.end]
        return all(skus & self._lexicon.having_word.get(word, NONE) for word in head)

    def _like(self, i: int) -> Mark | None:
        if self._keys[i].isdigit() or (
            self._keys[i] in common_words() and self._keys[i] not in words().heads
        ):
            return None
        end = min(i + MAX_PHRASE, len(self._keys))
        keys = [self._name_word(at) for at in range(i, end)]
        like = self._lexicon.names.likest(keys, 0)
        if like is None or not self._is_telling(i, i + like.end):
            return None
        before = self._last_product(i)
        if before is not None and before.hits.all & like.skus:
            hits = Hits(
                *(skus & like.skus for skus in (before.hits.full, before.hits.part, before.hits.category))
            )
            return Mark("product", i, i + like.end, hits=hits, text="+")
        hits = Hits(full=like.skus) if like.whole else Hits(part=like.skus)
        return self._product_mark(i, i + like.end, hits)

    def _name_word(self, i: int) -> str | None:
        """None where a name cannot go on: a covered place, a comma, an option's value that stands in no name."""
        phrase = self._phrase(i, 1)
        if (
            phrase is None
            or not phrase[0].isalnum()
            or phrase[0] in words().separators | words().either | _BETWEEN
        ):
            return None
        value = phrase in self._lexicon.values and phrase[0] not in self._lexicon.having_word
        return None if value else phrase[0]

    def _is_telling(self, start: int, end: int) -> bool:
        """Not made of everyday words alone, such as any talk may bring together."""
        return any(
            key not in common_words() or piece.marked in self._lexicon.marked.get(key, ())
            for key, piece in zip(self._keys[start:end], self._pieces[start:end], strict=True)
        )

    def _named(self, i: int) -> Mark | None:
        joined = self._joined(i)
        for length in range(MAX_PHRASE, 0, -1):
            phrase = self._phrase(i, length)
            if phrase is None:
                continue
            hits = None if self._cuts_a_measure(i + length) else self._hits(phrase, i)
            hits = None if hits is not None and self._is_talk(i, length, hits) else hits
            if hits is not None and not self._is_too_short(phrase, hits, i):
                return None if self._longer_inside(i, length) else self._product_mark(i, i + length, hits)
            if joined is not None and joined[0] == length:
                return self._product_mark(i, i + length, joined[1])
        return None

    def _is_talk(self, i: int, length: int, hits: Hits) -> bool:
        """`dat cho mình 1 cái` names no `dây dắt chó`: talk without marks, that only ends a name."""
        if hits.full or hits.category or length < 2 or self._among_goods(i, hits):
            return False
        pieces, phrase = self._pieces[i : i + length], tuple(self._keys[i : i + length])
        if any(piece.marked for piece in pieces) or not all(key in words().vi_words for key in phrase):
            return False
        names = [split(name) for sku in list(hits.part)[:MANY] for name in self._lexicon.products[sku].names]
        heads = {one[0] for name in names if name for one in (name, *alike_names(name))}
        return phrase[0] not in heads

    def _cuts_a_measure(self, end: int) -> bool:
        """`rèm 1m5` is no `REM1`."""
        if not self._keys[end - 1].isdigit() or end >= len(self._keys) or not self._adjacent(end - 1):
            return False
        return self._keys[end] in words().units

    def _longer_inside(self, i: int, length: int) -> bool:
        """A longer name that begins within this one: `cục [sạc dự phòng]` names no `cục sạc`, `thỏi [son dưỡng]` no
        `thỏi son`.
        """
        if self._keys[i] in words().counters and self._phrase(i + 1, length) in self._lexicon.phrases:
            return True
        return any(
            self._phrase(start, size) in self._lexicon.phrases
            for start in range(i + 1, i + length)
            for size in range(MAX_PHRASE, length, -1)
        )

    def _is_too_short(self, phrase: tuple[str, ...], hits: Hits, i: int) -> bool:
        if len(phrase) > 1:
            return False
        value = phrase in self._lexicon.values
        piece = self._pieces[i]
        if phrase[0] in words().counters and not hits.full and self._counts_others(i, hits):
            return True
        everyday = phrase[0] in words().heads or phrase[0] in words().counters or phrase[0] in common_words()
        if everyday and piece.marked and not self._is_written_so(piece.marked, hits):
            return True
        if everyday and not (piece.marked and hits.full) and not self._among_goods(i, hits):
            return True
        if (
            not phrase[0].isascii()
            and len(phrase[0]) == 2
            and not hits.full
            and not self._among_goods(i, hits)
        ):
            return True
        return len(phrase[0]) < 2 or (value and not hits.full) or (piece.mended and len(phrase[0]) < 5)

    def _counts_others(self, i: int, hits: Hits) -> bool:
        """`the 3 bags`, said of nuts that are talked of, are no `drip bags`."""
        before = self.marks[-1] if self.marks else None
        counted = before is not None and before.kind == "quantity" and before.end == i
        return counted and bool(self._in_hand) and not hits.all & self._in_hand

    def _is_written_so(self, marked: str, hits: Hits) -> bool:
        """`đen` is no `đèn`, though both are `den`."""
        names = (name for sku in list(hits.all)[:MANY] for name in self._lexicon.products[sku].names)
        return any(marked in map(marked_key, name.split()) for name in names)

    def _among_goods(self, i: int, hits: Hits) -> bool:
        """Right behind a number, before one of its own values, or picked out of what is in hand: `bỏ bình đi`."""
        if self._picked_of_those_in_hand(i, hits):
            return True
        before = self.marks[-1] if self.marks else None
        at = i - 1 if i and self._keys[i - 1] == "of" else i
        counted = before is not None and before.kind == "quantity" and before.end == at
        if before is not None and counted:
            counted = self._keys[before.start] not in words().dozens
        if not self._keys[i].isascii():
            counted = counted or self._number_at(i + 1) is not None
        told = counted or self._is_english_goods(i, hits)
        return self._before_own_value(i, hits) or (told and not self._before_number(i))

    def _picked_of_those_in_hand(self, i: int, hits: Hits) -> bool:
        before = self.marks[-1] if self.marks and self.marks[-1].end == i else None
        removed = before is not None and before.kind == "removal"
        counted = i > 0 and self._keys[i - 1] in ("cai", "con", "chiec", "em")
        taken = self._keys[i + 1 : i + 2] == ["lay"] and self._number_at(i + 2) is not None
        return len(hits.all & self._in_hand) == 1 and (removed or counted or taken)

    def _is_english_goods(self, i: int, hits: Hits) -> bool:
        """`the cap`, `a beige cap`, `caps`: said of goods, where the Vietnamese word would count them."""
        if self._keys[i] not in VESSELS or not hits.full or self._keys[i + 1 : i + 2] == ["of"]:
            return False
        before = self.marks[-1] if self.marks else None
        if before is not None and before.kind == "option" and before.end == i:
            return any(self._lexicon.match(sku, before.keys | before.near) for sku in hits.full)
        led = i > 0 and self._keys[i - 1] in _LEADING_TO_GOODS
        return led or len(self._pieces) == 1 or self._pieces[i].word == f"{self._keys[i]}s"

    def _before_own_value(self, i: int, hits: Hits) -> bool:
        at = i + 1
        if at < len(self._keys) and self._keys[at] in words().value_words:
            at += 1
        measured = self._measure_keys(at)
        if measured and any(self._lexicon.match(sku, measured) for sku in list(hits.all)[:MANY]):
            return True
        for length in (3, 2, 1):
            phrase = self._phrase(at, length)
            keys = self._lexicon.values.get(phrase) if phrase else None
            if (
                phrase
                and keys
                and (
                    length > 1
                    or phrase[0] not in words().doubtful_values
                    or self._pieces[at].marked
                    or self._number_at(at + 1) is not None
                    or (self._pieces[i].marked and self._ends_clause(at + 1))
                )
            ):
                return any(self._lexicon.match(sku, keys) for sku in list(hits.all)[:MANY])
        return False

    def _before_number(self, i: int) -> bool:
        return i + 1 < len(self._keys) and self._keys[i + 1].isdigit()

    def _joined(self, i: int) -> tuple[int, Hits] | None:
        """A name without its spaces, or parted elsewhere than the catalogue parts it."""
        for length in (4, 3, 2, 1):
            phrase = self._phrase(i, length)
            if phrase is None or (length > 1 and phrase[0].isascii()):
                continue
            name = self._lexicon.joined.get("".join(phrase))
            if name is not None:
                return length, self._lexicon.phrases[name]
        return None

    def _product_mark(self, start: int, end: int, hits: Hits) -> Mark:
        """Words right behind that only some of these products have narrow the choice."""
        while end < len(self._pieces) and len(hits.all) > 1:
            phrase = self._phrase(end, 1)
            having = self._lexicon.having_word.get(phrase[0], NONE) if phrase else NONE
            narrowed = Hits(*(skus & having for skus in (hits.full, hits.part, hits.category)))
            if not narrowed.all or len(narrowed.all) == len(hits.all):
                break
            if self._keys[end].isdigit() and len(self._keys[end]) < 3:
                break
            if self._keys[end] in common_words() and not self._pieces[end].marked:
                break
            if phrase in self._lexicon.values and self._option_at(end) is not None:
                break
            hits, end = narrowed, end + 1
        end = self._said_as_well(end, hits)
        mended = any(piece.mended for piece in self._pieces[start:end])
        return Mark(
            "product", start, end, hits=hits, negated=self._negated(start, end), mended=mended,
            text=" ".join(self._keys[start:end]),
        )  # fmt: skip

    def _said_as_well(self, end: int, hits: Hits) -> int:
        """One more word that stands in another name of the same product: `loa bluetooth mini`."""
        phrase = self._phrase(end, 1)
        own = bool(phrase) and hits.all <= self._lexicon.having_word.get(phrase[0], NONE) if phrase else False
        if not own or phrase is None or phrase[0] in common_words() or phrase[0].isdigit():
            return end
        return end if phrase in self._lexicon.values or self._starts_long_name(end) else end + 1

    def _other_of_the_same(self, i: int) -> Mark | None:
        """`sạc dự phòng 10000 hay 20000`: the other one, called by what tells it apart from the first."""
        before = next((mark for mark in reversed(self.marks[-3:]) if mark.kind == "product"), None)
        if before is None or not before.end < i <= before.end + 2 or len(self._keys[i]) < 2:
            return None
        between = set(self._keys[before.end : i])
        if not between <= words().separators | words().either | {",", "/"}:
            return None
        having = self._lexicon.having_word.get(self._keys[i], NONE) - before.hits.all
        head = self._keys[before.start : before.end]
        for left_out in range(len(head)):
            alike = having
            for word in (*head[:left_out], *head[left_out + 1 :]):
                alike = alike & self._lexicon.having_word.get(word, NONE)
            if alike and len(head) > 1:
                return Mark("product", i, i + 1, hits=Hits(part=alike), text=self._keys[i])
        return None

    def _last_product(self, i: int) -> Mark | None:
        """The product named just before, with nothing but options between."""
        for mark in reversed(self.marks[-4:]):
            if mark.kind == "product":
                return mark if i - mark.end <= 4 and len(mark.hits.all) > 1 else None
            if mark.kind != "option":
                return None
        return None

    def _small_word(self, i: int) -> Mark | None:
        for kind in SMALL:
            said = self._listed(i, kind)
            english = self._keys[i] == "them" and self._keys[max(0, i - 1)] == "of"
            if said is not None and not english and not (kind == "removal" and self._puts_into(i)):
                return said
        key, word = self._keys[i], self._pieces[i].word
        if (key in words().separators and not word.endswith("*")) or key in (",", ";", "\n", "+", "&", "."):
            return Mark("separator", i, i + 1, text=key)
        return None

    def _puts_into(self, i: int) -> bool:
        """`bỏ vô lò`, `bỏ máy rửa chén`, where the shop sells no such thing."""
        after = self._keys[i + 1] if i + 1 < len(self._keys) else ""
        return self._keys[i] == "bo" and after in _INTO and not self._starts_name(i + 1)
