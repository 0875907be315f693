"""How the lists of the console are narrowed. A filter that means nothing is told and left out."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.console import wording
from payments.disputes.models import Dispute
from payments.models import Payment
from payments.payouts.models import Payout
from payments.reconciliation.kinds import Kind
from payments.reconciliation.models import QueuedException
from payments.refunds.models import Refund
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

LONGEST = 255


def search_field(label: _StrPromise) -> django_filters.CharFilter:
    widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return django_filters.CharFilter(
        method="search", max_length=LONGEST, label=label, widget=widget
    )


def day_field(label: _StrPromise, lookup: str) -> django_filters.DateFilter:
    """Return a filter by day, in UTC as the console shows times."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(method=lookup, label=label, widget=widget)


def beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def end(day: date) -> datetime:
    return datetime.combine(day, time.max, timezone.get_default_timezone())


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """A filter over a list by words, and by days of `moment`."""

    moment = ""

    def since_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(**{f"{self.moment}__gte": beginning(day)})

    def until_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(**{f"{self.moment}__lte": end(day)})

    def search(self, rows: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(self.named(words.strip()))

    def named(self, words: str) -> Q:
        """Return what these words may name."""
        raise NotImplementedError


class PaymentFilter(ListFilter):
    moment = "created_at"
    q = search_field(_("Reference or key"))
    state = django_filters.ChoiceFilter(
        choices=wording.COLUMN_CHOICES["payment"], label=_("State"), empty_label=_("All")
    )
    difference = django_filters.BooleanFilter(
        method="differing",
        label=_("Only what differs"),
        widget=forms.CheckboxInput,
    )
    since = day_field(_("Begun from"), "since_day")
    until = day_field(_("Begun until"), "until_day")

    class Meta:
        model = Payment
        fields = ()

    def differing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: ARG002, FBT001
        return rows.exclude(difference="") if value else rows

    def named(self, words: str) -> Q:
        keys = Q(page_key=words) | Q(intent_key=words) | Q(charge_key=words)
        keys |= Q(reference__startswith=words) | _is_id(words)
        for moved in (Refund, Dispute):
            keys |= Q(pk__in=_payments_of(moved, words))
        return keys


class EventFilter(ListFilter):
    moment = "received_at"
    q = search_field(_("Event, object or payment"))
    state = django_filters.ChoiceFilter(
        choices=wording.COLUMN_CHOICES["event"], label=_("State"), empty_label=_("All")
    )
    kind = django_filters.CharFilter(
        lookup_expr="istartswith", max_length=LONGEST, label=_("Kind begins with")
    )
    since = day_field(_("Received from"), "since_day")
    until = day_field(_("Received until"), "until_day")

    class Meta:
        model = InboxEvent
        fields = ()

    def named(self, words: str) -> Q:
        return Q(event_key=words) | Q(object_key=words) | Q(payment_key=words) | _is_id(words)


class ExceptionFilter(ListFilter):
    moment = "opened_at"
    q = search_field(_("Reference or key"))
    state = django_filters.ChoiceFilter(
        choices=[("all", _("All")), *wording.COLUMN_CHOICES["exception"]],
        method="in_state",
        label=_("State"),
        empty_label=None,
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"), empty_label=_("All"))
    since = day_field(_("Since"), "since_day")
    until = day_field(_("Until"), "until_day")

    class Meta:
        model = QueuedException
        fields = ()

    def __init__(self, asked: Mapping[str, str], *, queryset: QuerySet[Any]) -> None:
        """Show what is open where nothing else is asked for."""
        super().__init__({"state": "open", **dict(asked.items())}, queryset=queryset)

    def in_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows if value == "all" else rows.filter(state=value)

    def named(self, words: str) -> Q:
        return Q(provider_key=words) | Q(reference__startswith=words) | _is_id(words)


class PayoutFilter(ListFilter):
    moment = "created_at"
    q = search_field(_("Reference, owner or key"))
    state = django_filters.ChoiceFilter(
        choices=wording.COLUMN_CHOICES["payout"], label=_("State"), empty_label=_("All")
    )
    since = day_field(_("Asked for from"), "since_day")
    until = day_field(_("Asked for until"), "until_day")

    class Meta:
        model = Payout
        fields = ()

    def named(self, words: str) -> Q:
        keys = Q(provider_key=words) | Q(transfer_key=words) | Q(reversal_key=words)
        names = Q(reference__startswith=words) | Q(source_ref__startswith=words)
        return keys | names | Q(account__owner_ref__startswith=words) | _is_id(words)


def _is_id(words: str) -> Q:
    try:
        return Q(pk=UUID(words))
    except ValueError:
        return Q()


def _payments_of(moved: type[Refund | Dispute], key: str) -> QuerySet[Any]:
    return moved.objects.filter(provider_key=key).values("payment")
