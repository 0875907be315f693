"""Of what is sent as proof, a plain picture or an idle document is kept and nothing else."""

from __future__ import annotations

import hashlib
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from remittances.entries import evidence
from remittances.entries.evidence import EvidenceRefused, Fault, clean
from tests.remittances.entries import made

GPS, LATITUDE = 0x8825, 2


def bomb() -> bytes:
    """Return a small PNG that says it is 30,000 by 30,000 dots."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    packed = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def located() -> bytes:
    exif = Image.Exif()
    exif[GPS] = {1: "N", LATITUDE: (52.0, 31.0, 12.0)}
    return made.picture("JPEG", exif=exif)


@pytest.mark.parametrize(("kind", "told"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_drawn_anew(kind: str, told: str) -> None:
    sent = made.picture(kind)

    kept = clean(sent, name="a.gif")

    assert kept.kind == told
    assert kept.original_sha256 == hashlib.sha256(sent).hexdigest()
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()
    assert Image.open(BytesIO(kept.content)).size == (40, 30)


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + b"z" * 50, b"<?php evil(); ?>"]
)
def test_nothing_behind_a_picture_is_kept(tail: bytes) -> None:
    for kind in ("PNG", "JPEG"):
        assert tail not in clean(made.picture(kind) + tail, name="x").content


def test_nothing_inside_a_picture_is_kept() -> None:
    commented = made.picture("JPEG", comment=b"<script>x</script>")

    assert b"<script>" in commented
    assert b"<script>" not in clean(commented, name="x").content


def test_the_place_where_a_picture_was_taken_is_taken_out() -> None:
    sent = located()
    assert Image.open(BytesIO(sent)).getexif().get_ifd(GPS)

    kept = Image.open(BytesIO(clean(sent, name="x").content))

    assert not dict(kept.getexif())


def test_an_idle_document_is_kept_as_it_is() -> None:
    sent = made.document(packed=b"BT (Fee 3.00 EUR) Tj ET")

    kept = clean(sent, name="list.pdf")

    assert (kept.kind, kept.content) == ("application/pdf", sent)
    assert kept.sha256 == kept.original_sha256


@pytest.mark.parametrize(
    "sent",
    [
        made.document(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"),
        made.document(b"<< /S /J#61vaScript >>"),
        made.document(b"<< /S /Launch /F (cmd.exe) >>"),
        made.document(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"),
        made.document(packed=b"<< /S /JavaScript /JS (x) >>"),
        made.document(b"<< /Encrypt 4 0 R >>"),
    ],
)
def test_a_document_that_could_do_something_is_refused(sent: bytes) -> None:
    with pytest.raises(EvidenceRefused) as refusal:
        clean(sent, name="x.pdf")
    assert refusal.value.fault is Fault.ACTS


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"x" * (evidence.MOST_BYTES + 1), Fault.TOO_LARGE),
        (b"<html><script>", Fault.UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", Fault.UNKNOWN),
        (b"GIF89a/*<script>", Fault.UNKNOWN),
        (b"MZ\x90\x00", Fault.UNKNOWN),
        (b"PK\x03\x04", Fault.UNKNOWN),
        (b"<html>" + made.document(), Fault.UNKNOWN),
        (made.picture()[:40], Fault.BROKEN),
        (b"\xff\xd8\xff<?php ?>", Fault.BROKEN),
        (b"\x89PNG\r\n\x1a\n<html>", Fault.BROKEN),
        (b"%PDF-1.7\nnothing", Fault.BROKEN),
        (bomb(), Fault.TOO_MANY_PIXELS),
        (made.document(packed=b"\0" * (51 * 1024 * 1024)), Fault.TOO_LARGE),
    ],
)
def test_anything_else_is_refused(sent: bytes, fault: Fault) -> None:
    with pytest.raises(EvidenceRefused) as refusal:
        clean(sent, name="proof.png")
    assert refusal.value.fault is fault


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", ".. .. etc passwd"),
        ("a\r\nb\x00.png", "a b .png"),
        ("invoice\u202egnp.exe", "invoice gnp.exe"),
        ("x" * 255, "x" * 100),
        ("", "file"),
        ("\x00", "file"),
        ("كشف الأسعار.png", "كشف الأسعار.png"),
    ],
)
def test_a_name_is_one_plain_line(name: str, shown: str) -> None:
    assert clean(made.picture(), name=name).name == shown


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
)
def test_no_bytes_do_worse_than_be_refused(tail: bytes, head: bytes) -> None:
    with suppress(EvidenceRefused):
        assert clean(head + tail, name="x").kind == "application/pdf"
