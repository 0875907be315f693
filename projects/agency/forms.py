"""What an officer writes about a project. It may be left incomplete; sending it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payments.currencies import OFFERED
from projects.agency.fields import money_input, read, written
from projects.catalogue.countries import country_name
from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector
from projects.catalogue.services import DraftLine, ProjectDraft
from projects.typed_text import LineField, TextField

if TYPE_CHECKING:
    from payments.money import Money
    from projects.catalogue.models import Organisation

KINDS = (Project.Kind.SOCIAL, Project.Kind.MSME)
FIRST_ROWS = 6
MORE_ROWS = 4
MOST_ROWS = 40
AFTER_BUDGET = ("internal_notes",)


class ProjectForm(forms.Form):
    title = LineField(
        label=_("Title"),
        help_text=_(
            "What it is and where, for example: Solar dryers for mango growers in Makueni."
        ),
        max_length=120,
        error_messages={"required": _("Give the project a title.")},
    )
    summary = TextField(
        label=_("In one sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    story = TextField(
        label=_("The story"),
        help_text=_(
            "Who is behind it, what is wrong today, what they will do."
            " Leave an empty line between paragraphs."
        ),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    what_will_change = TextField(
        label=_("What will be different"),
        help_text=_("With numbers that can be counted afterwards."),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Language you write in"), choices=settings.LANGUAGES)
    owner_name = LineField(
        label=_("Who runs it"),
        help_text=_("The full name of the business, school, clinic or association."),
        max_length=160,
        error_messages={"required": _("Enter the name of the organisation that runs it.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, kind.label) for kind in KINDS])
    sector = forms.ChoiceField(label=_("Sector"), choices=Sector.choices)
    country = forms.ChoiceField(label=_("Country"))
    place = LineField(
        label=_("Town or village"), help_text=_("With its region."), max_length=120, required=False
    )
    beneficiaries = forms.IntegerField(
        label=_("How many people it serves"),
        min_value=1,
        max_value=100_000_000,
        required=False,
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in OFFERED])
    asked = TextField(
        label=_("What it costs in all"),
        help_text=_("The lines of the budget have to add up to this."),
        max_length=60,
        required=False,
        widget=money_input(),
    )
    internal_notes = TextField(
        label=_("Notes for your agency"),
        help_text=_("Nobody outside your agency sees them."),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: object, agency: Organisation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        language = get_language() or "en"
        country = self.fields["country"]
        country.choices = [  # type: ignore[attr-defined]
            (code, country_name(code, language)) for code in agency.territories
        ]

    def before_budget(self) -> list[forms.BoundField]:
        """Return the visible fields up to the sum that the budget has to reach."""
        return [field for field in self.visible_fields() if field.name not in AFTER_BUDGET]

    def after_budget(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in AFTER_BUDGET]

    def clean(self) -> dict[str, Any]:
        """Read the amount in the currency chosen; an empty one is simply not known yet."""
        cleaned = super().clean() or {}
        typed, currency = cleaned.get("asked", ""), cleaned.get("currency")
        cleaned["asked"] = None
        if typed.strip() and currency:
            try:
                cleaned["asked"] = read(typed, currency=currency)
            except forms.ValidationError as error:
                self.add_error("asked", error)
        return cleaned


class LineForm(forms.Form):
    """One row of the budget; a row left empty does not count."""

    item = LineField(label=_("What it buys"), max_length=160, required=False)
    amount = TextField(label=_("Cost"), max_length=60, required=False, widget=money_input())

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a row that was begun."""
        cleaned = super().clean() or {}
        item, typed = cleaned.get("item", "").strip(), cleaned.get("amount", "").strip()
        cleaned["amount"] = None
        if item and not typed:
            self.add_error("amount", _("Say what this costs."))
        elif typed and not item and "item" not in self.errors:
            self.add_error("item", _("Say what this buys."))
        elif typed:
            try:
                cleaned["amount"] = read(typed, currency=self.currency)
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return cleaned

    def line(self) -> DraftLine | None:
        amount: Money | None = self.cleaned_data.get("amount")
        return None if amount is None else DraftLine(self.cleaned_data["item"].strip(), amount)


LineFormSet = forms.formset_factory(
    LineForm, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


def rows(lines: list[dict[str, str]], *, least: int) -> list[dict[str, str]]:
    """Return the rows with empty ones after them, so that a page without script has room."""
    return lines + [{}] * (min(least, MOST_ROWS) - len(lines))


def initial(project: Project) -> tuple[dict[str, object], list[dict[str, str]]]:
    """Return a saved project as its form shows it: the fields, and the rows of the budget."""
    text = project.texts.get(language=project.language)
    fields: dict[str, object] = {
        "title": text.title,
        "summary": text.summary,
        "story": text.story,
        "what_will_change": text.what_will_change,
        "language": project.language,
        "owner_name": project.organisation.name,
        "kind": project.kind,
        "sector": project.sector,
        "country": project.country,
        "place": project.place,
        "beneficiaries": project.beneficiaries,
        "currency": project.currency,
        "asked": written(project.asked),
        "internal_notes": project.internal_notes,
        "version": project.version,
    }
    lines = [
        {"item": line.item, "amount": written(line.amount)} for line in project.budget_lines.all()
    ]
    return fields, lines


def draft(form: ProjectForm, lines: forms.BaseFormSet[LineForm]) -> ProjectDraft:
    """Return what valid forms say, as the service takes it."""
    given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    found = tuple(line for row in lines if (line := row.line()))
    return ProjectDraft(lines=found, **given)


class WithdrawForm(forms.Form):
    reason = TextField(
        label=_("Why"),
        help_text=_("It is kept in the project's history."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the project is taken back.")},
    )
