"""Every programme's answer to one contribution, as a document and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from projects.matching import selectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.matching.selectors import Explanation


class NotCounted(ValueError):
    """No money was counted under this key, nor a receipt given with this number."""


def explained(contribution_ref: str, *, language: str) -> tuple[dict[str, Any], str, str]:
    """Return each step of each programme's calculation, in a language.

    Raises:
        NotCounted: the contribution is not known, or its money has not settled.
    """
    if not selectors.is_counted(contribution_ref):
        raise NotCounted(f"No settled money is known as {contribution_ref!r}.")
    with translation.override(language):
        lines = selectors.explanation(contribution_ref)
        text = "\n".join(_text(contribution_ref, lines))
    document = {
        "contribution": contribution_ref,
        "matches": [
            {
                "programme": line.programme_id,
                "minor": line.match.minor,
                "currency": line.match.currency,
                "state": line.state,
                "steps": list(line.steps),
                "reason": line.reason,
                "why": line.why,
            }
            for line in lines
        ],
    }
    return document, text, ""


def _text(contribution_ref: str, lines: tuple[Explanation, ...]) -> Iterator[str]:
    yield contribution_ref
    if not lines:
        yield _("No programme was there when the money arrived.")
    for line in lines:
        yield f"{line.programme_name} ({line.programme_id}): {line.why}"
        for step in line.steps:
            yield f"  {step}"
