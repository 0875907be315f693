"""What the web server loads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from marketplace import mode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

mode.select_settings()
CHARSET = re.compile(r"charset\s*=\s*[^;]*", re.IGNORECASE)
site = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request as UTF-8: some of the encodings it may claim are not of text at all."""
    claimed = environ.get("CONTENT_TYPE", "")
    environ["CONTENT_TYPE"] = CHARSET.sub("charset=utf-8", claimed)
    return site(environ, start_response)
