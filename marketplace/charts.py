"""Bars drawn as SVG, because the site's content policy refuses inline styles.

Parts are whole numbers (minor units of one currency); positions are hundredths of a per cent, so
nothing here is a float. A part that is there at all stays wide enough to be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from payments.splitting import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

WHOLE = 10_000
VISIBLE = 120  # The least width of a part that is not zero.
GAP_PX = 2


def widths(parts: Sequence[int]) -> list[int]:
    """Return each part's share of 10,000; what is not zero gets at least `VISIBLE`."""
    if not any(parts):
        return [0] * len(parts)
    shares = [max(share, VISIBLE) if part else 0 for part, share in _shares(parts)]
    excess = sum(shares) - WHOLE
    shares[shares.index(max(shares))] -= excess
    return shares


def _shares(parts: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(parts, largest_remainder(WHOLE, parts), strict=True))


def percent(share: int) -> str:
    """Return 1234 as "12.34%"."""
    return f"{share // 100}.{share % 100:02d}%"


def woven_bar(parts: Sequence[tuple[str, int]], *, label: str, thin: bool = False) -> SafeString:
    """Return the woven bar of named parts (own, match, owner, rest) with its spoken label."""
    drawn = [(name, amount) for name, amount in parts if amount > 0] or [("rest", 1)]
    x, pieces = 0, []
    for (name, _), share in zip(drawn, widths([amount for _, amount in drawn]), strict=True):
        pieces.append((percent(x), percent(share), name))
        x += share
    rects = format_html_join(
        "", '<rect x="{}" width="{}" height="100%" fill="url(#weave-{})"/>', pieces
    )
    gaps = format_html_join(
        "",
        '<rect class="gap" x="{}" width="{}" height="100%"/>',
        ((start, GAP_PX) for start, _, _ in pieces[1:]),
    )
    return format_html(
        '<svg class="bar{}" role="img" aria-label="{}">{}{}</svg>',
        " thin" if thin else "",
        label,
        rects,
        gaps,
    )


def cost_bar(*, fee: int, margin: int, scale: int, target: int, label: str) -> SafeString:
    """Return a cost as fee and exchange-rate margin on a scale, with a dashed target line.

    All four are minor units of one currency; `scale` is the full width, the dearest service.
    """
    at = [min(WHOLE, max(0, part) * WHOLE // max(1, scale)) for part in (fee, margin, target)]
    pieces = [(0, at[0], "fee"), (at[0], at[1], "margin")]
    rects = format_html_join(
        "",
        '<rect class="part" x="{}" y="6" width="{}" height="20" fill="url(#weave-{})"/>',
        ((percent(x), percent(width), name) for x, width, name in pieces if width),
    )
    return format_html(
        '<svg class="track" role="img" aria-label="{}">{}{}<line class="target" x1="{}" x2="{}"'
        ' y1="0" y2="100%"/></svg>',
        label,
        mark_safe('<line class="floor" x2="100%" y1="27" y2="27"/>'),
        rects,
        percent(at[2]),
        percent(at[2]),
    )
