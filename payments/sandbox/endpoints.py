"""Webhook endpoints: where events go, and with which secret they are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from payments.sandbox import rules
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "webhook_endpoint"
CONFIGURED = "we_configured"  # The endpoint named on the command line.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OFFERED = frozenset({"url", "enabled_events", "description", "metadata", "expand"})


def create(world: World, params: Document) -> Document:
    """Add an endpoint; the answer is the only one that shows its secret.

    Raises:
        InvalidRequest: an address off this machine: the sandbox calls nobody else.
    """
    rules.check_offered(params, _OFFERED)
    rules.check_url(params["url"], param="url")
    if urlsplit(params["url"]).hostname not in LOOPBACK:
        raise InvalidRequest(message="The sandbox delivers to this machine only.", param="url")
    record = _endpoint(
        world,
        identifier=world.name("we"),
        url=params["url"],
        enabled=params["enabled_events"],
        secrets=[f"whsec_{world.token()}"],
    )
    record.document |= {
        "description": params.get("description"),
        "metadata": rules.metadata(params.get("metadata")),
    }
    world.store.save(record)
    return record.document | {"secret": record.notes["secrets"][0]}


def configure(world: World, *, url: str, secrets: list[str]) -> None:
    """Set the endpoint of the command line. Several secrets sign side by side."""
    world.store.save(
        _endpoint(world, identifier=CONFIGURED, url=url, enabled=["*"], secrets=secrets)
    )


def delete(world: World, record: Record) -> Document:
    """Remove an endpoint together with what it was still owed."""
    world.store.delete(record.id)
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM deliveries WHERE endpoint = ?", (record.id,))
    return {"id": record.id, "object": KIND, "deleted": True}


def _endpoint(
    world: World, *, identifier: str, url: str, enabled: list[str], secrets: list[str]
) -> Record:
    document: Document = {
        "id": identifier,
        "object": KIND,
        "api_version": None,
        "application": None,
        "created": world.now(),
        "description": None,
        "enabled_events": enabled,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }
    return Record(document, {"secrets": secrets})
