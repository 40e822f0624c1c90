"""The pages themselves: starlette-admin over our use cases. Nothing of the library reaches the database."""

import logging
import re
from pathlib import Path

from jinja2.ext import Extension
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette_admin import BaseAdmin, I18nConfig, TimezoneConfig
from starlette_admin.theme import ClassMap, DefaultTheme, TablerSettings
from starlette_admin.views import Link

from bot.staff.refusals import staff_refusal
from bot.web.office.door import nonce, plain_page
from bot.web.office.home import Home
from bot.web.office.imports import Imports
from bot.web.office.login_cookies import LoginCookies
from bot.web.office.pictures import Pictures
from bot.web.office.prices import Prices
from bot.web.office.products import Products
from bot.web.office.records import AuditLog, Levels, Movements
from bot.web.office.shop import Shop, ShopStart
from bot.web.office.staff import Staff
from bot.web.office.suppliers import Suppliers
from bot.web.office.variants import Variants
from bot.web.office.warehouses import Warehouses
from bot.web.office.words import LANGUAGE_COOKIE, _, speak_vietnamese

OWN_NAMES = {"vi": "Tiếng Việt", "en": "English"}
TEMPLATES = Path(__file__).parent / "templates"
_GOES = 'onchange="window.location = this.value"'
_OWN_CODE = re.compile(r"<(script|style)\b")


def build_site() -> ASGIApp:
    # At its lower levels the library logs whole forms, passwords among them.
    logging.getLogger("starlette_admin").setLevel(logging.WARNING)
    speak_vietnamese()
    office = Office(
        title="Chotdon",
        base_url="",
        templates_dir=str(TEMPLATES),
        index_view=Home(),
        favicon_url="/static/icon.svg",
        theme=Theme(TablerSettings(base="gray", primary="teal", radius=1.5)),
        i18n_config=I18nConfig("vi", LANGUAGE_COOKIE, None, ["vi", "en"]),
        timezone_config=TimezoneConfig("Asia/Ho_Chi_Minh", None, use_user_locale_timezone=False),
    )
    office.templates.env.add_extension(NonceInTemplates)
    office.templates.env.globals.update(nonce=nonce.get, get_locale_display_name=OWN_NAMES.__getitem__)
    for view in (
        Products, Variants, Imports, Levels, Movements, Warehouses, Suppliers, Prices, Staff, Shop, ShopStart,
        AuditLog, Pictures,
    ):  # fmt: skip
        office.add_view(view)
    office.add_view(Link(_("Order desk"), "fa fa-arrow-left", url="/desk"))
    app = Starlette()
    office.mount_to(app)
    office.app.add_exception_handler(Exception, _broken)
    return app


def _broken(_request: Request, _error: Exception) -> Response:
    return plain_page(staff_refusal("internal_error", {}), 500)


class Office(BaseAdmin):
    """The library signs its cookies with a key that each process would make up; ours hang on the login instead."""

    def _ensure_secret_key(self) -> None:
        self.secret_key = ""

    def _init_flash(self) -> None:
        self.middlewares.append(Middleware(LoginCookies, tell=self._render_error))

    def _init_csrf(self) -> None:
        pass


class Classes(ClassMap):
    classes = {"list.table": "table table-vcenter card-table office-list"}


class Theme(DefaultTheme):
    def get_class_map(self) -> ClassMap:
        return Classes()


class NonceInTemplates(Extension):
    """Marks the scripts and styles that stand in templates, before anything is printed into them."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        marked = _OWN_CODE.sub(r'<\1 nonce="{{ nonce() }}"', source)
        return marked.replace(_GOES, "data-office-goes")  # office.js does it
