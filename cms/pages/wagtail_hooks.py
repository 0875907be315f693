"""The editors' interface in our colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@hooks.register("insert_global_admin_css")  # type: ignore[untyped-decorator]
def our_colours() -> SafeString:
    """Load the dyes of the site into the editors' interface."""
    return format_html('<link rel="stylesheet" href="{}">', static("editing/colours.css"))
