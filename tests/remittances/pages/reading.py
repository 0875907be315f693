"""Reading a page of prices as a person does."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol


class Answer(Protocol):
    """What came back."""

    @property
    def content(self) -> bytes: ...


KENYA_TO_UGANDA = "/en/send/ken/uga/"


def text(response: Answer) -> str:
    """Return the words of a page without its marks."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u2068", "").replace("\u2069", "")
    return re.sub(r"\s+", " ", words.replace("\xa0", " "))


def services(response: Answer) -> list[str]:
    """Return the words of each service's list item."""
    items = re.findall(r"<li(?: class=\"(?:best|apart)\")?>\s*<div class=\"name\">.*?</details>",
                       response.content.decode(), flags=re.DOTALL)  # fmt: skip
    plain = (re.sub(r"[\u2068\u2069]", "", re.sub(r"<[^>]+>", " ", item)) for item in items)
    return [re.sub(r"\s+", " ", unescape(item)).replace(" ,", ",").strip() for item in plain]
