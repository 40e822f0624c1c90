"""A list over a SELECT: searched, sorted and filtered by its labelled columns. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, func, or_
from sqlalchemy.orm import Session
from starlette_admin.fields import BaseField, DateTimeField, EnumField, IntegerField, StringField
from starlette_admin.filters import FilterApplyContext, FilterGroup, FilterRegistry, FilterRule
from starlette_admin.filters.base import BaseFilter
from starlette_admin.filters.date import DateTimeBetweenFilter
from starlette_admin.filters.enum import InFilter
from starlette_admin.filters.numeric import GreaterThanOrEqualFilter, LessThanOrEqualFilter
from starlette_admin.filters.string import ContainsFilter

from core.catalogue.folding import fold

FARTHEST = 10**9
Sorts = Sequence[tuple[str, str]] | None


@dataclass(frozen=True)
class Table:
    """`columns`: what may be sorted and filtered by, under the fields' names. `id` tells rows apart."""

    query: Select[*tuple[Any, ...]]
    id: SQLColumnExpression[str]
    columns: Mapping[str, SQLColumnExpression[Any]]
    searched: Sequence[SQLColumnExpression[Any]] = ()
    folded: Sequence[SQLColumnExpression[Any]] = ()
    """Searched without diacritics, as these texts are kept."""

    def rows(
        self,
        session: Session,
        *,
        skip: int,
        limit: int,
        q: str | None,
        sorts: Sorts,
        filters: FilterGroup | None,
    ) -> Sequence[Row[Any]]:
        found = self._narrowed(q, filters)
        for name, direction in sorts or ():
            column = self.columns.get(name, self.id)
            found = found.order_by(column.desc() if direction == "desc" else column)
        found = found.order_by(self.id).offset(min(skip, FARTHEST)).limit(max(limit, 1))
        return session.execute(found).all()

    def count(self, session: Session, *, q: str | None, filters: FilterGroup | None) -> int:
        found = self._narrowed(q, filters)
        return session.scalar(found.with_only_columns(func.count(), maintain_column_froms=True)) or 0

    def one(self, session: Session, pk: str) -> Row[Any] | None:
        return session.execute(self.query.where(self.id == pk)).first()

    def _narrowed(self, q: str | None, filters: FilterGroup | None) -> Select[*tuple[Any, ...]]:
        found = self.query
        for word in (q or "").replace("\x00", "").split()[:8]:
            plain = fold(word)
            found = found.where(
                or_(
                    *(column.icontains(word[:100], autoescape=True) for column in self.searched),
                    *(column.contains(plain[:100], autoescape=True) for column in self.folded if plain),
                )
            )
        if filters is not None and not filters.is_empty():
            found = found.where(self._clause(filters))
        return found

    def _clause(self, group: FilterGroup) -> ColumnElement[bool]:
        parts = [
            self._clause(rule) if isinstance(rule, FilterGroup) else self._rule(rule) for rule in group.rules
        ]
        return or_(*parts) if group.logic == "or" else and_(*parts)

    def _rule(self, rule: FilterRule) -> ColumnElement[bool]:
        narrow = FILTERS[rule.filter]
        clause: ColumnElement[bool] = narrow.apply(
            FilterApplyContext(self.columns[rule.field], rule.field, rule.value, rule.value2)
        )
        return clause


class Contains(ContainsFilter):
    def apply(self, ctx: FilterApplyContext) -> Any:
        return ctx.query.icontains(ctx.value.replace("\x00", "")[:100], autoescape=True)


class OneOf(InFilter):
    def apply(self, ctx: FilterApplyContext) -> Any:
        values = ctx.value if isinstance(ctx.value, list) else [ctx.value]
        return ctx.query.in_([str(value).replace("\x00", "") for value in values])


class AtLeast(GreaterThanOrEqualFilter):
    def apply(self, ctx: FilterApplyContext) -> Any:
        return ctx.query >= _bounded(ctx.value)


class AtMost(LessThanOrEqualFilter):
    def apply(self, ctx: FilterApplyContext) -> Any:
        return ctx.query <= _bounded(ctx.value)


class Within(DateTimeBetweenFilter):
    def apply(self, ctx: FilterApplyContext) -> Any:
        return ctx.query.between(_moment(ctx.value), _moment(ctx.value2))


FILTERS: Mapping[str, BaseFilter] = {kind.name: kind() for kind in (Contains, OneOf, AtLeast, AtMost, Within)}


def registry() -> FilterRegistry:
    known = FilterRegistry()
    known.register(StringField, Contains)
    known.register(EnumField, OneOf)
    known.register(IntegerField, AtLeast, AtMost)
    known.register(DateTimeField, Within)
    known.register(BaseField)
    return known


def _bounded(value: float) -> int:
    return int(max(min(value, 10**15), -(10**15))) if value == value else 0


def _moment(value: datetime) -> datetime:
    """The library has turned what was typed into UTC and left the zone away."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
