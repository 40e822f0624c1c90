"""Understand one customer message. Pure and offline; knows no product, shop or phrase but those given in."""

from nlu.describing import describe
from nlu.lexicon import Lexicon
from nlu.models import (
    CartItem,
    DateMention,
    Intent,
    ItemMention,
    Mention,
    NameMention,
    OptionWords,
    Parse,
    PhoneMention,
    ProductWords,
    TaxCodeMention,
    ValueWords,
    VariantWords,
)
from nlu.name_words import may_be_name
from nlu.names import without_small_words
from nlu.normalise import fold
from nlu.parse import Context, parse
from nlu.scene import Talked
from nlu.values import values_measured

__all__ = [
    "CartItem",
    "Context",
    "DateMention",
    "Intent",
    "ItemMention",
    "Lexicon",
    "Mention",
    "NameMention",
    "OptionWords",
    "Parse",
    "PhoneMention",
    "ProductWords",
    "Talked",
    "TaxCodeMention",
    "ValueWords",
    "VariantWords",
    "describe",
    "fold",
    "may_be_name",
    "parse",
    "values_measured",
    "without_small_words",
]
