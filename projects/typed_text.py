"""Text as people type it: kept in one spelling of its letters, and always fit to be stored."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def refuse_half_characters(value: str) -> None:
    """Refuse code points that are no characters and that no database stores.

    Raises:
        forms.ValidationError: There is one.
    """
    if _HALF_A_CHARACTER.search(value):
        raise forms.ValidationError(_("This contains characters that cannot be stored."))


_TURNS_THE_TEXT = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def refuse_direction_marks(value: str) -> None:
    """Refuse marks that turn the direction of text, with which a name can look like another.

    Raises:
        forms.ValidationError: There is one (Unicode UAX #9, section 2).
    """
    if _TURNS_THE_TEXT.search(value):
        raise forms.ValidationError(
            _("This contains invisible marks that turn the direction of text. Type it again.")
        )


class TextField(forms.CharField):
    """A line or a text. Its length is counted in the spelling that is kept (NFC).

    Composing can make a text longer, so it comes before the validators. What is too long as typed
    is left as it is and refused: composing a long run of accents takes the square of its length.
    """

    def __init__(self, *, max_length: int, **options: Any) -> None:  # noqa: ANN401  Django's own.
        super().__init__(max_length=max_length, **options)
        self.longest = max_length
        self.validators.append(refuse_half_characters)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Set no limit in the browser, which would cut what is pasted without a word."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs

    def to_python(self, value: object) -> str:
        """Return the text in one spelling, unless it is too long already."""
        text = str(super().to_python(value))
        return unicodedata.normalize("NFC", text) if len(text) <= self.longest else text


class LineField(TextField):
    """A text on one line: every run of white space is one space."""

    def to_python(self, value: object) -> str:
        """Return the text on one line."""
        return " ".join(super().to_python(value).split())


class EmailField(forms.EmailField):
    """An e-mail address that can be stored."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  Django's own.
        super().__init__(**options)
        self.validators.append(refuse_half_characters)
