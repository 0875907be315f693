"""What the web server loads."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from marketplace import mode

mode.select_settings()
application = get_wsgi_application()
