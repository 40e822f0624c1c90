"""A message as a row of marks: quantities, products, options, pointers, and the small words that order them."""

from nlu.lexicon import MAX_PHRASE, NONE, Hits, Skus, ValueKey, split
from nlu.phrases import MAX_MARKS, Mark, Phrases
from nlu.wordlists import common_words, words

_BEHIND_A_NUMBER = frozenset(
    ["instead", "please", "pls", "then", "now", "thanks", "nha", "nhe", "thoi", "luon", "di", "a", "ah", "nhen", "em",
     "shop", "nua", "more", "and", "va"]
)  # fmt: skip


class Reader(Phrases):
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
            or self._longer(self._product(i), self._option(i))
            or self._other_of_the_same(i)
            or self._quantity(i)
            or self._detail(i)
            or self._small_word(i)
        )

    @staticmethod
    def _longer(product: Mark | None, option: Mark | None) -> Mark | None:
        if product is None or option is None:
            return product or option
        return option if option.end > product.end else product

    def _product(self, i: int) -> Mark | None:
        joined = self._joined(i)
        for length in range(MAX_PHRASE, 0, -1):
            phrase = self._phrase(i, length)
            if phrase is None:
                continue
            hits = self._lexicon.phrases.get(phrase)
            if hits is not None and not self._is_too_short(phrase, hits, i):
                return None if self._longer_inside(i, length) else self._product_mark(i, i + length, hits)
            if joined is not None and joined[0] == length:
                return self._product_mark(i, i + length, joined[1])
        return None

    def _longer_inside(self, i: int, length: int) -> bool:
        """A longer name that begins within this one: `cục [sạc dự phòng]` names no `cục sạc`."""
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
        everyday = phrase[0] in words().heads or phrase[0] in words().counters or phrase[0] in common_words()
        if everyday and not (piece.marked and hits.full) and not self._among_goods(i):
            return True
        return len(phrase[0]) < 2 or (value and not hits.full) or (piece.mended and len(phrase[0]) < 5)

    def _among_goods(self, i: int) -> bool:
        """Right behind a number, or before an option's value."""
        before = self.marks[-1] if self.marks else None
        counted = before is not None and before.kind == "quantity" and before.end == i
        return (counted or self._starts_value(i + 1)) and not self._before_number(i)

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
            if not narrowed.all or self._keys[end].isdigit() or len(narrowed.all) == len(hits.all):
                break
            if phrase in self._lexicon.values and self._option_at(end) is not None:
                break
            hits, end = narrowed, end + 1
        mended = any(piece.mended for piece in self._pieces[start:end])
        return Mark(
            "product", start, end, hits=hits, negated=self._negated(start, end), mended=mended,
            text=" ".join(self._keys[start:end]),
        )  # fmt: skip

    def _detail(self, i: int) -> Mark | None:
        """Two or more words of one product's name, in any order, that make up half of it or narrow what was named."""
        found: Skus = NONE
        end = i
        if self._keys[i] in common_words():
            return None
        while end < len(self._pieces):
            phrase = self._phrase(end, 1)
            having = self._lexicon.having_word.get(phrase[0], NONE) if phrase else NONE
            narrowed = (found & having) if end > i else having
            if not narrowed:
                break
            found, end = narrowed, end + 1
        if end - i < 2 or len(found) > 20:
            return None
        near = frozenset(s for s in found if 2 * (end - i) >= self._lexicon.shortest[s])
        before = self._last_product(i)
        if before is not None and before.hits.all & found:
            hits = Hits(
                *(skus & found for skus in (before.hits.full, before.hits.part, before.hits.category))
            )
            return Mark("product", i, end, hits=hits, text="+")
        return (
            Mark("product", i, end, hits=Hits(part=near), text=" ".join(self._keys[i:end])) if near else None
        )

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
            negated=self._negated(start, mark.end),
            text=mark.text,
        )

    def _option_at(self, i: int) -> Mark | None:
        for length in range(5, 0, -1):
            phrase = self._phrase(i, length)
            keys = self._lexicon.values.get(phrase) if phrase else None
            if phrase is None or not keys:
                continue
            if length > 1 and self._is_count_and_size(i, length, keys):
                continue
            if length == 1 and not self._plausible_value(i):
                continue
            return Mark("option", i, i + length, keys=keys, text=" ".join(phrase))
        return self._value_by_number(i)

    def _value_by_number(self, i: int) -> Mark | None:
        """Asked which one, people name a value by its number alone: `15` for `iPhone 15`."""
        if self._awaiting != "variant" or not self._pieces[i].digits() or self._counted(i):
            return None
        keys = {key for key in self._focus if self._keys[i] in split(key[1])}
        if self._pieces[i].masked or len(keys) != 1:
            return None
        return Mark("option", i, i + 1, keys=frozenset(keys), text=self._keys[i])

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

    def _plausible_value(self, i: int) -> bool:
        """A lone letter, number or everyday word is an option only beside a product, an option, or `màu`."""
        piece = self._pieces[i]
        if piece.mended and len(piece.key) < 5:
            return False
        forms = self._lexicon.marked.get(piece.key, frozenset())
        sure = piece.marked and piece.marked in forms
        doubtful = len(piece.key) == 1 or piece.digits() or piece.key in words().doubtful_values
        if sure or not doubtful or self._awaiting == "variant":
            return True
        if i and self._keys[i - 1] in words().value_words:
            return True
        if (
            self._focus & self._lexicon.values[(piece.key,)]
            and not self._counted(i)
            and (piece.upper or piece.digits())
        ):
            return True
        if piece.digits() and self._counted(i):
            return False
        before = self.marks[-1] if self.marks else None
        if before is not None and before.end >= i - 1 and before.kind in ("product", "option"):
            return True
        quantity = before is not None and before.kind == "quantity" and before.end == i
        return (
            (quantity or piece.key not in ("den", "do")) and not piece.digits() and self._leads_to_option(i)
        )

    def _counted(self, i: int) -> bool:
        follows = self._keys[i + 1] if i + 1 < len(self._keys) else ""
        return follows in words().counters or follows in ("x", "k") or follows in words().measures

    def _leads_to_option(self, i: int) -> bool:
        """What follows is a size or the like: `2 den L`, `s trang`."""
        following = self._keys[i + 1 : i + 3]
        if not following:
            return bool(self.marks) and self.marks[-1].kind in ("quantity", "separator")
        return following[0] in words().size_words or (
            (following[0],) in self._lexicon.values or tuple(following) in self._lexicon.values
        )

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
        if read is None:
            return None
        number, end = read
        digits = self._keys[at].isdigit()
        counted = labelled or (digits and end < len(self._keys) and self._keys[end] == "x")
        end += counted and not labelled
        if end < len(self._keys) and self._keys[end] in words().dozens and not self._pieces[end].masked:
            number, end, counted = number * words().dozens[self._keys[end]], end + 1, True
        if not counted and digits and self._is_measure(at, end):
            return None
        if self._is_counter(end):
            counted, end = True, end + 1
        counted = counted or (not self._keys[at].isascii() and len(self._keys[at]) > 1)
        counted = counted or (not digits and self._is_taken(start, end))
        beside = self._starts_name(end) or self._starts_value(end) or self._is_goods_itself(end)
        if not (counted or beside or (digits and len(self._keys[at]) <= 3)):
            return None
        return Mark("quantity", start, end, quantity=number)

    def _is_taken(self, start: int, end: int) -> bool:
        """`two of them`, `make it two`, `lấy hai thôi`: a number in words, said of goods."""
        if self._keys[end : end + 1] == ["of"] and set(self._keys[end + 1 : end + 2]) & words().of_them:
            return True
        pieces = self._pieces[max(0, start - 3) : start]
        before = f" {' '.join(piece.word for piece in pieces if not piece.masked)} "
        last = end >= len(self._keys) or not self._keys[end].isalpha() or self._keys[end] in _BEHIND_A_NUMBER
        return last and any(before.endswith(f" {phrase} ") for phrase in words().takers)

    def _is_measure(self, at: int, end: int) -> bool:
        """`55 kg`, `1m65`, `3 ngày`: a number of something else than goods."""
        after = self._keys[end] if end < len(self._keys) else ""
        touching = end < len(self._keys) and self._pieces[at].end == self._pieces[end].start
        if after == "m" and not touching:
            return False
        if at and self._keys[at - 1] == "m" and self._pieces[at - 1].end == self._pieces[at].start:
            return True
        return (
            (after in words().measures and after not in words().counters)
            or after in ("/", ":")
            or after == "h"
        )

    def _each(self, i: int) -> Mark | None:
        return self._listed(i, "each")

    def _pointer(self, i: int) -> Mark | None:
        this = self._listed(i, "pointer") or self._ordinal(i)
        return None if this is None or self._starts_full_name(i) else this

    def _ordinal(self, i: int) -> Mark | None:
        """`cái thứ hai`, `the second one`, `두번째`; never a bare `thứ hai`, which is a day."""
        first_few = self._first_few(i)
        if first_few is not None:
            return first_few
        ordinals = words().ordinals
        at = i
        if self._keys[i] in words().counters or self._keys[i] in ("mau", "loai", "san", "so", "the"):
            at = i + 2 if self._keys[i : i + 2] == ["san", "pham"] else i + 1
            if self._keys[i] == "the" and at < len(self._keys) and self._begins_value(at):
                return None
            if at < len(self._keys) and self._keys[at] in ("thu", "so"):
                at += 1
            elif self._keys[i] != "the" and not self._is_end_word(at):
                return None
        elif self._keys[i].isascii() and self._keys[i] not in ("first", "second", "third", "last", "fourth"):
            return None
        for length in (2, 1):
            text = " ".join(self._keys[at : at + length])
            if (
                at + length <= len(self._keys)
                and text in ordinals
                and not any(p.masked for p in self._pieces[i : at + length])
            ):
                return Mark("pointer", i, at + length, index=ordinals[text], text=text)
        joined = "".join(self._keys[i : i + 2])
        if i + 2 <= len(self._keys) and not joined.isascii() and joined in ordinals:
            return Mark("pointer", i, i + 2, index=ordinals[joined], text=joined)
        return None

    def _begins_value(self, i: int) -> bool:
        """`the 2 metre one` is no second one."""
        mark = self._option_at(i)
        return mark is not None and mark.end > i + 1

    def _first_few(self, i: int) -> Mark | None:
        """`2 cái đầu`, `the first two`."""
        before = self.marks[-1] if self.marks else None
        if self._keys[i] == "dau" and before is not None and before.kind == "quantity" and before.end == i:
            end = i + 2 if self._keys[i + 1 : i + 2] == ["tien"] else i + 1
            return Mark("pointer", i, end, index=1, quantity=before.quantity)
        number = self._number_at(i + 1) if self._keys[i] == "first" else None
        if number is not None and number[0] > 1 and not self._is_counter(number[1]):
            return Mark("pointer", i, number[1], index=1, quantity=number[0])
        return None

    def _is_end_word(self, i: int) -> bool:
        return i < len(self._keys) and self._keys[i] in ("dau", "cuoi")

    def _small_word(self, i: int) -> Mark | None:
        correction = self._listed(i, "correction")
        if correction is not None:
            return correction
        key, word = self._keys[i], self._pieces[i].word
        if (key in words().separators and not word.endswith("*")) or key in (",", ";", "\n", "+", "&", "."):
            return Mark("separator", i, i + 1, text=key)
        return None
