"""The firms that pay us, on any page that promises: `{% load paying %}`."""

from __future__ import annotations

from django import template

from remittances import selectors, words

register = template.Library()


@register.simple_tag
def paying_providers() -> str:
    """Return the names of the firms that pay for a link, as a part of a sentence; blank if none."""
    return words.listed(selectors.paying_providers())
