"""What a project still lacks before it can be sent for checking, in people's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from projects.catalogue.models import Project, ProjectText


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do, and the form field where it is done."""

    field: str
    text: str


def missing(project: Project) -> tuple[Missing, ...]:
    """List what the form's present version still asks for, in the order of the form."""
    text = project.texts.filter(language=project.language).first()
    return (*_missing_words(project, text), *_missing_money(project))


def _missing_words(project: Project, text: ProjectText | None) -> Iterator[Missing]:
    wanted: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("title", lambda: text.title if text else "", _("Give the project a title.")),
        ("summary", lambda: text.summary if text else "", _("Say in one sentence what it does.")),
        ("story", lambda: text.story if text else "", _("Tell the story of the project.")),
        (
            "what_will_change",
            lambda: text.what_will_change if text else "",
            _("Say what will be different when it is done."),
        ),
        ("place", lambda: project.place, _("Say in which town or village it is.")),
    )
    for field, value, words in wanted:
        if not value().strip():
            yield Missing(field, words)


def _missing_money(project: Project) -> Iterator[Missing]:
    lines = [Money(line.amount_minor, project.currency) for line in project.budget_lines.all()]
    if project.asked is None:
        yield Missing("asked", _("Say how much the project needs."))
    if not lines:
        yield Missing("lines", _("List at least one thing the money buys."))
    total = sum(lines, Money(0, project.currency))
    if project.asked is not None and lines and total != project.asked:
        yield Missing("lines", _sums_differ(total, project.asked))


def _sums_differ(total: Money, asked: Money) -> str:
    return _("The budget adds up to %(total)s, but the project asks for %(asked)s.") % {
        "total": f"{total.decimal} {total.currency}",
        "asked": f"{asked.decimal} {asked.currency}",
    }
