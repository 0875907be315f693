"""What every page may write: `{% load weft %}`.

Filters: money, money_short, number, percent, day, moment, country (all isolate their text from
the direction around it); money_text, money_short_text, percent_text for attributes and titles.
Tags: icon, woven_bar, cost_bar, cloth, cloth_hero, art, control.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from marketplace import charts, cloth, icons
from payments import figures
from projects.catalogue.countries import country_name

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.template import Context

    from payments.figures import Number
    from payments.money import Money

register = template.Library()

SCENES = frozenset(
    {
        "solar_dryer",
        "school_roof",
        "loom",
        "well",
        "clinic",
        "bakery",
        "fishing_boat",
        "library",
        "greenhouse",
        "bus",
        "coffee",
        "workshop",
    }
)


def _language() -> str:
    return translation.get_language() or "en"


def _isolated(text: str) -> SafeString:
    return format_html('<bdi class="num">{}</bdi>', text)


@register.filter
def money(amount: Money) -> SafeString:
    """Write an amount with all its decimals: €1,234.00."""
    return _isolated(figures.money_text(amount, language=_language()))


@register.filter
def money_short(amount: Money) -> SafeString:
    """Write an amount without decimals when they are zero: €1,234."""
    return _isolated(figures.money_text(amount, language=_language(), short=True))


@register.filter
def money_text(amount: Money) -> str:
    """Write an amount as plain text, for attributes and titles."""
    return figures.isolated(figures.money_text(amount, language=_language()))


@register.filter
def money_short_text(amount: Money) -> str:
    """Write a short amount as plain text, for attributes and titles."""
    return figures.isolated(figures.money_text(amount, language=_language(), short=True))


@register.filter
def number(value: Number, decimals: int | None = None) -> SafeString:
    """Write a number with the separators of the page's language."""
    return _isolated(figures.number_text(value, language=_language(), decimals=decimals))


@register.filter
def percent(value: Number, decimals: int = 0) -> SafeString:
    """Write 68 as "68%": the value is in per cent, not a share of one."""
    return _isolated(figures.percent_text(value, language=_language(), decimals=decimals))


@register.filter
def percent_text(value: Number, decimals: int = 0) -> str:
    """Write a percentage as plain text, for attributes and titles."""
    return figures.isolated(figures.percent_text(value, language=_language(), decimals=decimals))


@register.filter
def day(value: date, style: str = "long") -> SafeString:
    """Write a day: 24 November 2026. A moment is taken in the current time zone."""
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    text = figures.day_text(on, language=_language(), style=style)
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), text)


@register.filter
def moment_text(value: datetime) -> str:
    """Write a moment for plain text, as `moment` does for a page."""
    here = timezone.localtime(value)
    return figures.isolated(figures.moment_text(here, language=_language()))


@register.filter
def moment(value: datetime) -> SafeString:
    """Write a day with its time."""
    here = timezone.localtime(value)
    text = figures.moment_text(here, language=_language())
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), text)


@register.filter
def country(code: str) -> str:
    """Write the name of the country with this three-letter code."""
    return country_name(code, _language())


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the words beside it say what it means.

    Raises:
        icons.NoSuchIcon: if the sprite has no symbol of that name.
    """
    return format_html(
        '<svg class="i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("icons.svg"),
        icons.known(name),
    )


def _minor(part: Money | int | None) -> int:
    if part is None:
        return 0
    return part if isinstance(part, int) else part.minor


@register.simple_tag
def woven_bar(  # noqa: PLR0913  The four parts of money, and how they are said and sized.
    own: Money | int | None,
    match: Money | int | Sequence[Money] | None,
    owner: Money | int | None,
    rest: Money | int | None,
    label: str,
    *,
    thin: bool = False,
) -> SafeString:
    """Draw the woven bar: giver, match, owner and what is still needed, all in one currency.

    A match that comes from several pots is drawn as so many pieces.
    """
    pots = match if isinstance(match, Sequence) else [match]
    parts = [("own", own), *(("match", pot) for pot in pots), ("owner", owner), ("rest", rest)]
    return charts.woven_bar([(name, _minor(part)) for name, part in parts], label=label, thin=thin)


@register.simple_tag
def cost_bar(
    *,
    fee: Money | int,
    margin: Money | int,
    scale: Money | int,
    target: Money | int,
    label: str,
) -> SafeString:
    """Draw what a transfer costs: fee and exchange-rate margin against the target."""
    return charts.cost_bar(
        fee=_minor(fee),
        margin=_minor(margin),
        scale=_minor(scale),
        target=_minor(target),
        label=label,
    )


@register.simple_tag(name="cloth")
def cloth_strip(seed: object) -> SafeString:
    """Draw the strip of cloth that edges a picture."""
    return mark_safe(cloth.strip(str(seed)))  # noqa: S308  Drawn from numbers, quotes no text.


@register.simple_tag
def cloth_hero(seed: object, *, small: bool = False) -> SafeString:
    """Draw the great cloth, or its strip for narrow screens."""
    drawn = cloth.hero_small(str(seed)) if small else cloth.hero(str(seed))
    return mark_safe(drawn)  # noqa: S308  Drawn from numbers, quotes no text.


@register.simple_tag(takes_context=True)
def art(context: Context, scene: str, seed: object) -> SafeString:
    """Draw a project's scene; a cloth stands in where there is none or data is scarce."""
    request = getattr(context, "request", None)  # Still there in an include with `only`.
    if scene in SCENES and not getattr(request, "lowdata", False):
        return mark_safe(render_to_string(f"art/{scene}.html").strip())  # noqa: S308  Ours.
    return mark_safe(cloth.panel(str(seed)))  # noqa: S308  Drawn from numbers, quotes no text.


@register.filter
def field_kind(field: BoundField) -> str:
    """Return how the field is laid out: "group" of choices, one "check" box, or "plain"."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


@register.simple_tag
def control(field: BoundField, extra: str = "") -> SafeString:
    """Draw a form field's input in the site's look, keeping the attributes of its widget."""
    own = field.field.widget.attrs.get("class", "")
    classes = " ".join(filter(None, ("in", own, extra)))
    return field.as_widget(attrs={"class": classes})
