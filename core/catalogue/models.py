"""Products and their variants. Stock, price and order lines hang on the variant."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id
from core.money import Dong

VatClass = Literal["not_subject", "zero", "five", "ten_reducible", "ten_excluded"]
VAT_CLASSES: tuple[VatClass, ...] = ("not_subject", "zero", "five", "ten_reducible", "ten_excluded")


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        CheckConstraint(
            "vat_class IN ('not_subject', 'zero', 'five', 'ten_reducible', 'ten_excluded')", name="vat_class"
        ),
        Index("ix_products_category", "status", "category", "category_en"),
        Index("ix_products_mark", "status", "updated_at", "version"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    category_en: Mapped[str] = mapped_column(default="")
    brand: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    description_en: Mapped[str] = mapped_column(default="")
    vat_class: Mapped[str] = mapped_column(default="ten_reducible")
    aliases: Mapped[list[str]] = mapped_column(default=list)
    specifications: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"name", "value"}]"""
    size_chart: Mapped[str] = mapped_column(default="")
    size_chart_en: Mapped[str] = mapped_column(default="")
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"name", "name_en", "values", "values_en"}], at most three."""
    images: Mapped[list[str]] = mapped_column(default=list)
    related: Mapped[list[str]] = mapped_column(default=list)
    """SKUs that the shop likes to offer along with it."""
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    variants: Mapped[list["Variant"]] = relationship(
        back_populates="product", lazy="raise", order_by="Variant.position", cascade="all, delete-orphan"
    )


class Variant(Base):
    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("cost IS NULL OR cost >= 0", name="cost"),
        CheckConstraint("weight_g >= 0", name="weight_g"),
        Index("ix_variants_product_id", "product_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    sku: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    option_values: Mapped[dict[str, str]] = mapped_column(default=dict)
    option_values_en: Mapped[dict[str, str]] = mapped_column(default=dict)
    price: Mapped[Dong]
    """VAT included."""
    cost: Mapped[Dong | None]
    weight_g: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    product: Mapped[Product] = relationship(back_populates="variants", lazy="raise")


class ProductSearch(Base):
    """What a product is found by, written by indexing.py only, and never updated: the databases' own indexes follow
    rows that come and go. `…_plain` is folded; `…_words` is what is indexed: no word twice."""

    __tablename__ = "product_search"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    on_sale: Mapped[bool]
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), unique=True)
    name_words: Mapped[str]
    """Names, category, brand, options in all languages, and SKUs."""
    told_words: Mapped[str]
    """Description and specifications."""
    named: Mapped[str]
    named_plain: Mapped[str]
    told: Mapped[str]
    told_plain: Mapped[str]


class SearchSlip(Base):
    """A word of some product's name under each form with one letter missing, and under itself."""

    __tablename__ = "search_slips"

    slip: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


class Media(Base):
    """A file that was uploaded for a product. The pictures' order is that of `Product.images`."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("kind IN ('picture', 'video')", name="kind"),
        UniqueConstraint("product_id", "sha256"),
        Index("ix_media_sha256", "sha256"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    kind: Mapped[str]
    sha256: Mapped[str]
    """Of the file as it is kept, which names it."""
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer, default=0)
    height: Mapped[int] = mapped_column(Integer, default=0)
    alt: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
