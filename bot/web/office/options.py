"""The options of a product (colour, size, …) step by step, from its menu; each step says which version it saw."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product as combinations
from math import prod
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette_admin.actions import row_action

from bot.web.office.base import Deed, OfficeView, checked, seen_version
from bot.web.office.fields import lines, typed, whole
from bot.web.office.words import _, gettext
from core.api.products import MissingVariantsIn, OptionIn, OptionValueChangeIn, OptionValueIn
from core.catalogue import options as use
from core.errors import Invalid


def read_options(text: str | None) -> list[dict[str, Any]]:
    """`Màu: Đen, Trắng`, one a line."""
    found = []
    for line in lines(text):
        name, colon, values = line.partition(":")
        own = list(dict.fromkeys(value.strip() for value in values.split(",") if value.strip()))
        if not name.strip() or not colon or not own:
            raise Invalid(
                "options_invalid", "Write one option a line: Colour: black, white.", {"line": line[:60]}
            )
        found.append({"name": name.strip(), "values": own})
    return found


def options_text(options: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"{option['name']}: {', '.join(option['values'])}" for option in options)


def combinations_of(options: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Every combination of values, by option; one empty one without options."""
    if prod(len(option["values"]) for option in options) > use.MAX_VARIANTS:
        raise Invalid("too_many_variants", f"A product has at most {use.MAX_VARIANTS} variants.", {})
    names = [option["name"] for option in options]
    for values in combinations(*(option["values"] for option in options)):
        yield dict(zip(names, values, strict=True))


def keep_stock_form() -> Markup:
    return Markup('<form><label class="form-check mt-3"><input type="checkbox" class="form-check-input" '
                  'name="keep_stock" value="1"> {}</label></form>').format(
        gettext("Also while pieces are on hand: they stay counted.")
    )  # fmt: skip


class OptionSteps(OfficeView):
    @row_action(
        "add_option", _("Add an option"), _("A new option, and its value for all variants that there are."),
        form=lambda _request, row: _form(row, _text("name", _("Option, for instance Colour")),
                                         _text("name_en", _("In English"), required=False),
                                         _text("value", _("Value of today's variants")),
                                         _text("value_en", _("Value in English"), required=False)),
        submit_btn_text=_("Add"), icon_class="fa fa-list", exclude_from_list=True,
    )  # fmt: skip
    async def add_option(self, request: Request, pk: Any) -> None:
        await self._step(request, pk, lambda edit, form: use.add_option(
            edit, **checked(OptionIn, _given(form, "name", "name_en", "value", "value_en")).model_dump()))  # fmt: skip

    @row_action(
        "add_value", _("Add a value"), _("Then make the variants that are missing."),
        form=lambda _request, row: _form(row, _pick("option", _("Option"), _names(row)),
                                         _text("value", _("New value")),
                                         _text("value_en", _("Value in English"), required=False)),
        submit_btn_text=_("Add"), icon_class="fa fa-plus", exclude_from_list=True,
    )  # fmt: skip
    async def add_value(self, request: Request, pk: Any) -> None:
        await self._step(request, pk, lambda edit, form: use.add_value(
            edit, **checked(OptionValueIn, _given(form, "option", "value", "value_en")).model_dump()))  # fmt: skip

    @row_action(
        "make_missing", _("Make missing variants"), _("One for each combination of values that has none yet."),
        form=lambda _request, row: _form(row, _text("price", _("Price"), required=False),
                                         _text("cost", _("Cost"), required=False)),
        submit_btn_text=_("Make"), icon_class="fa fa-layer-group", exclude_from_list=True,
    )  # fmt: skip
    async def make_missing(self, request: Request, pk: Any) -> None:
        def work(edit: use.Edit, form: FormData) -> None:
            given = checked(MissingVariantsIn, {name: whole(typed(form, name)) for name in ("price", "cost")})
            use.make_missing_variants(edit, pricing=use.Pricing(given.price, given.cost))

        await self._step(request, pk, work)

    @row_action(
        "rename_value", _("Rename a value"), _("In every variant too; orders keep the words they were placed with."),
        form=lambda _request, row: _form(row, _pick("place", _("Value"), _values(row)),
                                         _text("new_value", _("New name"))),
        submit_btn_text=_("Rename"), icon_class="fa fa-pen", exclude_from_list=True,
    )  # fmt: skip
    async def rename_value(self, request: Request, pk: Any) -> None:
        await self._step(request, pk, lambda edit, form: use.rename_value(edit, **checked(
            OptionValueChangeIn, {**_place(form), **_given(form, "new_value")}).model_dump()))  # fmt: skip

    @row_action(
        "remove_value", _("Remove a value"),
        _("With its variants. Refused when one of them was ever stocked, ordered or put into a cart."),
        form=lambda _request, row: _form(row, _pick("place", _("Value"), _values(row))),
        submit_btn_text=_("Remove"), icon_class="fa fa-trash", exclude_from_list=True,
    )  # fmt: skip
    async def remove_value(self, request: Request, pk: Any) -> None:
        await self._step(request, pk, lambda edit, form: use.remove_value(edit, **_place(form)))

    @row_action(
        "remove_option", _("Remove an option"), _("Refused where two variants would be the same without it."),
        form=lambda _request, row: _form(row, _pick("option", _("Option"), _names(row))),
        submit_btn_text=_("Remove"), icon_class="fa fa-trash", exclude_from_list=True,
    )  # fmt: skip
    async def remove_option(self, request: Request, pk: Any) -> None:
        await self._step(request, pk, lambda edit, form: use.remove_option(edit, name=typed(form, "option")))

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        if name in ("add_value", "make_missing", "rename_value", "remove_value", "remove_option"):
            return bool(obj.options) and self.can_edit(request)
        return await super().is_row_action_allowed_for_obj(request, name, obj)

    async def _step(self, request: Request, pk: Any, work: Callable[[use.Edit, FormData], object]) -> None:
        form = await request.form()

        def step(deed: Deed, row: Any) -> None:
            version = seen_version({"version": form.get("version")})
            work(use.Edit(deed.session, row.sku, deed.actor, deed.now, version), form)

        await self.act(request, pk, step)


def _given(form: FormData, *names: str) -> dict[str, str]:
    return {name: typed(form, name).strip() for name in names}


def _place(form: FormData) -> dict[str, str]:
    option, _tab, value = typed(form, "place").partition("\t")
    return {"option": option, "value": value}


def _names(row: Any) -> list[tuple[str, str]]:
    return [(option["name"], option["name"]) for option in row.options]


def _values(row: Any) -> list[tuple[str, str]]:
    return [
        (f"{option['name']}\t{value}", f"{option['name']}: {value}")
        for option in row.options
        for value in option["values"]
    ]


def _form(row: Any, *inputs: Markup) -> Markup:
    return Markup('<form class="mt-3"><input type="hidden" name="version" value="{}">{}</form>').format(
        row.version, Markup("").join(inputs)
    )


def _text(name: str, label: str, *, required: bool = True) -> Markup:
    return Markup(
        '<label class="form-label mt-2">{}<input class="form-control" name="{}" maxlength="300"{}></label>'
    ).format(label, name, Markup(" required") if required else "")


def _pick(name: str, label: str, choices: Sequence[tuple[str, str]]) -> Markup:
    options = Markup("").join(Markup('<option value="{}">{}</option>').format(*choice) for choice in choices)
    return Markup(
        '<label class="form-label mt-2">{}<select class="form-select" name="{}">{}</select></label>'
    ).format(label, name, options)
