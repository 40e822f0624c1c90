"""Understand one customer message. Pure and offline; knows no product, shop or phrase but those given in."""

from nlu.lexicon import Lexicon
from nlu.models import (
    CartItem,
    Intent,
    ItemMention,
    NameMention,
    OptionWords,
    Parse,
    PhoneMention,
    ProductWords,
    TaxCodeMention,
    ValueWords,
    VariantWords,
)
from nlu.normalise import fold
from nlu.parse import Context, parse

__all__ = [
    "CartItem",
    "Context",
    "Intent",
    "ItemMention",
    "Lexicon",
    "NameMention",
    "OptionWords",
    "Parse",
    "PhoneMention",
    "ProductWords",
    "TaxCodeMention",
    "ValueWords",
    "VariantWords",
    "fold",
    "parse",
]
