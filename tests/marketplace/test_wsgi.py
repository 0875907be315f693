from __future__ import annotations

from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest

from marketplace.wsgi import application


@pytest.mark.promise("I4")
@pytest.mark.parametrize("charset", ["zlib", "rot13", "utf-7", "unicode_escape", "nonsense", ""])
def test_an_encoding_that_is_not_of_text_is_read_as_utf_8(charset: str) -> None:
    environ: dict[str, object] = {
        "PATH_INFO": "/healthz",
        "QUERY_STRING": "q=%C3%A9",
        "CONTENT_TYPE": f"text/plain; charset={charset}",
        "HTTP_HOST": "localhost",
        "wsgi.input": BytesIO(),
    }
    setup_testing_defaults(environ)
    answered: list[str] = []

    application(environ, lambda status, headers, error=None: answered.append(status))  # type: ignore[arg-type]  # noqa: ARG005

    assert answered == ["200 OK"]
