"""What can go wrong with a step that writes, in words at the top of the page. Nothing was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence, the status of the page that says it, and whether the details are at fault."""

    words: Promise | str
    status: int = CONFLICT
    is_in_details: bool = False


UNREACHABLE = Problem(
    _(
        "The payment page cannot be reached just now. Nothing was taken."
        " Your details and your match are kept; try again in a moment."
    ),
    status=OK,
)
REFUSED = Problem(
    _(
        "The payment page did not accept these details. Nothing was taken."
        " Check the e-mail address."
    ),
    status=UNPROCESSABLE,
    is_in_details=True,
)
