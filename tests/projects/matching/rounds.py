"""The least that a document must say for each kind of round."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.make.rules import Document

PRORATA: Document = {"allocation": "prorata_close", "rate": [1, 1]}
SHARE: Document = {"allocation": "share_close"}
QUADRATIC: Document = {"allocation": "quadratic_close"}
RANKED: Document = {"allocation": "ranked_close", "rate": [1, 1]}
JOINT: Document = {
    "allocation": "prorata_close",
    "layers": [
        {"id": "federal", "rate": [1, 1], "pot": 1},
        {"id": "local", "rate": [2, 1], "pot": 1},
    ],
}
