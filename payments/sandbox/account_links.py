"""Account links: the short way to the hosted page on which an owner gives bank details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import accounts, rules
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "sandbox.account_link"
_SECONDS = 300  # Stripe says "a few minutes".
_OFFERED = frozenset(
    {"account", "collection_options", "expand", "refresh_url", "return_url", "type"}
)


def create(world: World, params: Document) -> Document:
    """Return a link to the hosted page of an account, good for one visit to its end.

    Raises:
        InvalidRequest: another kind of link, or an address to which no browser can be sent.
    """
    rules.check_offered(params, _OFFERED)
    rules.check_required(params, "refresh_url", "return_url")
    for name in ("refresh_url", "return_url"):
        rules.check_url(params[name], param=name)
    if params["type"] != "account_onboarding":
        raise InvalidRequest(message="The sandbox offers account_onboarding only.", param="type")
    account = world.store.get(accounts.KIND, params["account"], param="account")
    account.notes["linked"] = True
    world.store.save(account)
    link = Record(
        {"id": world.name("link"), "object": KIND, "expires_at": world.now() + _SECONDS},
        {
            "account": account.id,
            "refresh_url": params["refresh_url"],
            "return_url": params["return_url"],
            "done": False,
        },
    )
    world.store.save(link)
    return {
        "object": "account_link",
        "created": world.now(),
        "expires_at": link.document["expires_at"],
        "url": address(world, link.id),
    }


def address(world: World, identifier: str) -> str:
    return f"{world.base_url}/c/onboard/{identifier}"


def is_over(world: World, link: Record) -> bool:
    """Say whether a link leads nowhere any more: it ran out, or its page was completed."""
    return bool(link.notes["done"]) or world.now() >= link.document["expires_at"]
