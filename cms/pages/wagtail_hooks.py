"""The editors' interface in our colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from remittances.desk.access import may_work

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class PricesMenuItem(MenuItem):  # type: ignore[misc]
    """The way to the desk of prices, for those who may work there."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_work(request.user)


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def prices() -> PricesMenuItem:
    """Lead from the editors' interface to files of prices, names and entries."""
    return PricesMenuItem(
        _("Prices of transfers"), reverse_lazy("prices:home"), icon_name="table", order=600
    )


@hooks.register("insert_global_admin_css")  # type: ignore[untyped-decorator]
def our_colours() -> SafeString:
    """Load the dyes of the site into the editors' interface."""
    return format_html('<link rel="stylesheet" href="{}">', static("editing/colours.css"))
