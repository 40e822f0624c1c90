"""What all pages share: reads are SELECTs, writes are use cases in one transaction, refusals stand in the form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Row
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.filters import FilterGroup, FilterRegistry
from starlette_admin.flash import flash
from starlette_admin.types import RowActionsDisplayType, RowActionsPosition
from starlette_admin.views import BaseModelView
from starlette_admin.widgets import PanelWidget, WidgetShorthand, normalize_widget

from bot.web.office.door import MONEY
from bot.web.office.tables import Sorts, Table, registry
from bot.web.office.words import gettext, problem_text, refusal_text
from core.actor import Actor, Role
from core.api.access import Desk
from core.errors import AppError, Conflict, Invalid, NotFound

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)
REFUSED = (
    AppError,
    ValidationError,
    DataError,
    IntegrityError,
    OperationalError,
    InterfaceError,
    PoolTimeout,
)


@dataclass(frozen=True)
class Deed:
    """Who does what is done now; `session` is in a transaction that ends with the request's answer."""

    session: Session
    actor: Actor
    now: datetime
    desk: Desk


def actor_of(request: Request) -> Actor:
    actor: Actor = request.state.staff.actor
    return actor


async def read(request: Request, work: Callable[[Session], T]) -> T:
    def look() -> T:
        with request.state.desk.db.read_transaction() as session:
            return work(session)

    try:
        return await run_in_threadpool(look)
    except REFUSED as error:
        refusal = as_refusal(error)
        raise HTTPException(refusal.status, refusal_text(refusal)) from error


async def do(request: Request, work: Callable[[Deed], T], *roles: Role) -> T:
    """In one transaction, or not at all. Raises one of `REFUSED`."""
    desk: Desk = request.state.desk

    def deed() -> T:
        actor = actor_of(request)
        actor.require_role(*(roles or MONEY), action="change this")
        with desk.db.transaction() as session:
            return work(Deed(session, actor, desk.clock(), desk))

    return await run_in_threadpool(deed)


def as_refusal(error: Exception) -> AppError:
    if isinstance(error, AppError):
        return error
    if isinstance(error, IntegrityError):
        return Conflict(
            "clash", "This clashes with something stored at the same moment. Nothing was changed."
        )
    if isinstance(error, (DataError, ValidationError)):
        return Invalid("value_invalid", "A value cannot be stored. Nothing was changed.")
    return Away(
        "database_unavailable", "The database does not answer just now. Nothing was changed. Try again."
    )


class Away(AppError):
    status = 503


def seen_version(data: Mapping[str, Any]) -> int:
    """A form without it was not made by us."""
    version = str(data.get("version") or "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise Invalid("csrf_token_wrong", "The page is out of date. Reload it and try again.")
    return int(version)


def checked(schema: type[ModelT], values: Mapping[str, Any]) -> ModelT:
    """By the same schema as the API, so that both take and refuse the same."""
    return schema.model_validate(dict(values))


class OfficeView(BaseModelView):
    """Read-only unless `writable`; nothing is ever deleted by the library."""

    pk_attr = "id"
    table: ClassVar[Table]
    roles: ClassVar[tuple[Role, ...]] = MONEY
    writable: ClassVar[bool] = False
    creatable: ClassVar[bool] = True
    places: ClassVar[Mapping[str, str]] = {}
    """Code of a refusal → the field that it is about."""
    exporters = ()
    importers = ()
    actions = ()
    column_visibility = False
    search_highlight = False
    page_size = 25
    page_size_options = (25, 50, 100)
    detail_template = "office/detail.html"
    row_actions_position = RowActionsPosition.AFTER_COLUMNS
    row_actions_display_type = RowActionsDisplayType.KEBAB
    row_actions: Sequence[str] | None = ("edit",)

    def __init__(self) -> None:
        self.searchable_fields = list(self.table.columns)
        self.sortable_fields = list(self.table.columns)
        super().__init__()

    def is_accessible(self, request: Request) -> bool:
        return actor_of(request).role in self.roles

    def can_create(self, request: Request) -> bool:
        return self.writable and self.creatable and actor_of(request).role in MONEY

    def can_edit(self, request: Request) -> bool:
        return self.writable and actor_of(request).role in MONEY

    def can_delete(self, request: Request) -> bool:
        return False

    def can_export(self, request: Request) -> bool:
        return False

    def can_import(self, request: Request) -> bool:
        return False

    def get_filter_registry(self) -> FilterRegistry:
        return registry()

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sorts = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        return await read(
            request,
            lambda s: self.table.rows(s, skip=skip, limit=limit, q=q, sorts=sorts, filters=filters),
        )

    async def count(self, request: Request, q: str | None = None, filters: FilterGroup | None = None) -> int:
        return await read(request, lambda s: self.table.count(s, q=q, filters=filters))

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        return await read(request, lambda s: self.row(s, str(pk)))

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        found = [await self.find_by_pk(request, pk) for pk in pks[:100]]
        return [row for row in found if row is not None]

    def row(self, session: Session, pk: str) -> Any:
        return self.table.one(session, pk.replace("\x00", "")[:100])

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        """Make what the form describes by its use case; returns the id."""
        raise NotImplementedError

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        """Change `row`, as it stands in this transaction, by its use case."""
        raise NotImplementedError

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        pk = await self._write(request, lambda deed: self.add(deed, data))
        return await self.find_by_pk(request, pk)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        def work(deed: Deed) -> None:
            self.change(deed, self.known(deed.session, str(pk)), data)

        await self._write(request, work)
        return await self.find_by_pk(request, pk)

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        raise HTTPException(403)

    def known(self, session: Session, pk: str) -> Any:
        row = self.row(session, pk)
        if row is None:
            raise NotFound("gone", "This is not there any more.")
        return row

    async def act(self, request: Request, pk: Any, work: Callable[[Deed, Any], object]) -> None:
        """A step of one row, from its menu."""
        try:
            await do(request, lambda deed: work(deed, self.known(deed.session, str(pk))))
        except ValidationError as error:
            raise ActionFailed(problem_text(error.errors()[0])) from error
        except REFUSED as error:
            raise ActionFailed(refusal_text(as_refusal(error))) from error
        flash(request, gettext("Saved."), "success")

    def title(self, request: Request) -> str:
        return f"{self.menu_label} · Chotdon"

    async def is_row_action_allowed(self, request: Request, name: str) -> bool:
        if name in ("view", "edit", "delete"):
            return await super().is_row_action_allowed(request, name)
        return self.can_edit(request)

    async def _write(self, request: Request, work: Callable[[Deed], T]) -> T:
        try:
            return await do(request, work)
        except ValidationError as error:
            raise self._form_error(request, fields_refused(error)) from error
        except REFUSED as error:
            refusal = as_refusal(error)
            text = refusal_text(refusal)
            place = self.places.get(refusal.code)
            shown = {f.name for f in self.get_fields_list(request)}
            if place in shown:
                raise self._form_error(request, {place: text}) from error
            flash(request, text, "error")
            raise FormValidationError({"": text}) from error

    def _form_error(self, request: Request, errors: Mapping[str, str]) -> FormValidationError:
        shown = {f.name: f for f in self.get_fields_list(request)}
        elsewhere = [f"{name}: {text}" for name, text in errors.items() if name not in shown]
        named = [f"{shown[name].label}: {text}" for name, text in errors.items() if name in shown]
        flash(request, gettext("Not saved.") + " " + " · ".join([*named, *elsewhere])[:1000], "error")
        return FormValidationError({str(name): text for name, text in errors.items()})


def panel(title: str, *names: WidgetShorthand) -> PanelWidget:
    return PanelWidget(title, [normalize_widget(name) for name in names])


def fields_refused(error: ValidationError) -> dict[str, str]:
    """By field; of what lies inside one, the first is told."""
    found: dict[str, str] = {}
    for item in error.errors():
        place = item["loc"]
        listed = any(isinstance(part, int) for part in place)
        name = str(place[0]) if listed else ".".join(str(part) for part in place)
        found.setdefault(name, problem_text(item))
    return found
