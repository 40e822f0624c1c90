"""One wish of a message, as its marks add up."""

from dataclasses import dataclass, field

from nlu.phrases import Mark


@dataclass
class Wish:
    marks: list[Mark] = field(default_factory=list)
    product: Mark | None = None
    pointer: Mark | None = None
    quantity: int | None = None
    options: list[Mark] = field(default_factory=list)
    own_product: bool = True
    each: bool = False
    removed: bool = False
    carried: bool = False
    """It is taken out only as one of a list: `bỏ chả, nem`."""
    kept: bool = False
    """It stays as it is."""
    further: bool = False
    """It comes beside what was named before it."""
    swapped: bool = False
    """What is said of it takes another's place: `đổi sang màu đen`."""
    article: bool = False
    """Its number is no more than `a`."""
    some: bool = False
    """It is said of so many of those that are there."""
    counted: bool = False
    """Its number stands with a word for pieces."""
    after_separator: bool = False
    """A separator stands between the last mark and what comes."""

    @property
    def names_something(self) -> bool:
        return self.product is not None or self.pointer is not None or bool(self.options)
