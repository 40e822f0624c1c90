"""The first page: what there is for whoever looks."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route
from starlette_admin.views import CustomView, Link

from bot.web.office.words import _

ABOUT = {
    "product": _("Names, descriptions, options, VAT; archive what is no longer sold."),
    "variant": _("Prices, costs, weights; what is on sale."),
    "imports": _("Many products at once, from CSV or Excel."),
    "stock": _("What lies where and what is promised."),
    "movement": _("Every piece that came or went, and why."),
    "warehouse": _("Where goods lie and parcels are picked up."),
    "supplier": _("Who you buy from."),
    "price": _("What suppliers ask, and who is the usual one."),
    "staff": _("Logins, roles, new passwords."),
    "shop": _("Fees, limits, haggling, bank, returns and more."),
    "audit": _("Who did what, when."),
}


class Home(CustomView):
    menu_label = _("Home")
    icon = "fa fa-house"
    path = "/"
    route_name = "index"
    add_to_menu = True

    def is_accessible(self, request: Request) -> bool:
        return True

    @route("")
    async def index(self, request: Request) -> Response:
        if self._admin is None:
            raise HTTPException(404)
        cards = [
            (view, ABOUT.get(getattr(view, "key", None) or view.__class__.__name__.lower(), ""))
            for view in self._admin._views
            if not isinstance(view, Link)
            and getattr(view, "add_to_menu", True)
            and view.is_accessible(request)
            if view is not self
        ]
        return self._admin._template_response(
            request, "office/home.html", {"title": "Chotdon", "cards": cards}
        )
