# The image of every Weft process: web, worker and scheduler differ by their command.
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /srv/weft
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode

FROM python:3.11-slim-bookworm
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --home-dir /srv/weft --shell /usr/sbin/nologin weft
WORKDIR /srv/weft
COPY --from=build /srv/weft/.venv .venv
COPY manage.py pyproject.toml LICENSE ./
COPY payments payments
COPY remittances remittances
COPY projects projects
COPY cms cms
COPY marketplace marketplace
ENV PATH=/srv/weft/.venv/bin:$PATH PYTHONUNBUFFERED=1
RUN mkdir -p var && chown weft:weft var && pybabel compile --directory marketplace/locale --domain django
ENV WEFT_MODE=production
USER weft
EXPOSE 8000
CMD ["gunicorn", "marketplace.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
