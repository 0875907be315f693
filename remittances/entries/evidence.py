"""Proof of a price: a picture is drawn anew, a document is looked through, anything else refused.

A picture that is drawn anew carries nothing along: no place where it was taken, no script behind
its last byte. A PDF cannot be drawn anew here, so one that could do something by itself is refused;
and whatever is kept is given back only as a download.
"""

from __future__ import annotations

import hashlib
import re
import warnings
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_NAME = 100
_MOST_UNPACKED = 50 * 1024 * 1024
_PNG, _JPEG, _PDF = "image/png", "image/jpeg", "application/pdf"
_ACTING = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|Encrypt)"
    rb"(?![A-Za-z0-9_.-])"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Fault(StrEnum):
    """Why a file is no evidence; faces translate these words."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    ACTS = "acts"


class EvidenceRefused(ValueError):
    """The file cannot be kept as evidence; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"The file is no evidence: {fault}.")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Clean:
    """A file as it may be kept, with the sums of it and of what was sent."""

    content: bytes
    kind: str
    name: str
    original_sha256: str

    @property
    def sha256(self) -> str:
        """Return the sum of what is kept."""
        return hashlib.sha256(self.content).hexdigest()


def clean(content: bytes, *, name: str) -> Clean:
    """Return a file as it may be kept, known by its bytes and not by its name.

    Raises:
        EvidenceRefused: It is empty, too large, of another kind, broken, or could do something.
    """
    if not content:
        raise EvidenceRefused(Fault.EMPTY)
    if len(content) > MOST_BYTES:
        raise EvidenceRefused(Fault.TOO_LARGE)
    if content.startswith(b"%PDF-"):
        kept, kind = _document(content), _PDF
    elif content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        kept, kind = _picture(content)
    else:
        raise EvidenceRefused(Fault.UNKNOWN)
    if len(kept) > MOST_BYTES:
        raise EvidenceRefused(Fault.TOO_LARGE)
    return Clean(kept, kind, _name(name), hashlib.sha256(content).hexdigest())


def _name(name: str) -> str:
    """Return a name that can be shown: one line, no folders, no signs that turn it round."""
    return " ".join(_UNPRINTABLE.sub(" ", name).split())[-LONGEST_NAME:].strip() or "file"


def _picture(content: bytes) -> tuple[bytes, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise EvidenceRefused(Fault.TOO_MANY_PIXELS)
                return _drawn_anew(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise EvidenceRefused(Fault.TOO_MANY_PIXELS) from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning) as broken:
        if isinstance(broken, EvidenceRefused):
            raise
        raise EvidenceRefused(Fault.BROKEN) from broken


def _drawn_anew(picture: Image.Image) -> tuple[bytes, str]:
    is_png = picture.format == "PNG"
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGBA" if is_png and "A" in upright.getbands() else "RGB")
    out = BytesIO()
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    if is_png:
        fresh.save(out, "PNG", optimize=False)
        return out.getvalue(), _PNG
    fresh.save(out, "JPEG", quality=85)
    return out.getvalue(), _JPEG


def _document(content: bytes) -> bytes:
    if b"%%EOF" not in content[-1024:] or b"obj" not in content:
        raise EvidenceRefused(Fault.BROKEN)
    left = _MOST_UNPACKED
    parts = [content]
    for found in _STREAM.finditer(content):
        unpacked = _unpacked(found[1], left)
        left -= len(unpacked)
        if left <= 0:
            raise EvidenceRefused(Fault.TOO_LARGE)
        parts.append(unpacked)
    for part in parts:
        if _ACTING.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), part)):
            raise EvidenceRefused(Fault.ACTS)
    return content


def _unpacked(packed: bytes, most: int) -> bytes:
    """Return what a compressed part holds, at most so much; nothing where it is not compressed."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""
