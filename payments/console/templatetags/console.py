"""Words of the console in templates: `{% load console %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext

from payments.console import wording
from payments.payouts import causes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """Draw a state as a tag."""
    tone, label = wording.tone(kind, value), wording.label(kind, value)
    return format_html('<span class="tag {}">{}</span>', tone, label)


@register.filter
def account_kind(value: str) -> str:
    return str(wording.ACCOUNTS.get(value, value))


@register.filter
def entry_kind(value: str) -> str:
    return str(wording.ENTRIES.get(value, value))


@register.filter
def step(value: str) -> str:
    return str(wording.STEPS.get(value, value))


@register.filter
def difference(value: str) -> str:
    return str(wording.DIFFERENCES.get(value, value))


@register.filter
def waiting_for(value: str) -> str:
    return str(wording.WAITING.get(value, value))


@register.filter
def payout_cause(value: str) -> str:
    return str(causes.sentence(value))


@register.filter
def age(value: timedelta) -> str:
    """Write for how long something has been waiting, in whole days or hours."""
    hours = int(value.total_seconds()) // 3600
    if hours < 1:
        return gettext("less than an hour")
    if hours < 48:  # noqa: PLR2004  Two days are told in days.
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


@register.filter
def named(key: str, names: Mapping[str, str]) -> str:
    """Write who did something: a person's name, or the word for one who is none."""
    return names.get(key, key)
