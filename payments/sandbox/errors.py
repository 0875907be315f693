"""Refusals in the form in which Stripe words them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refused call. What the call had written is undone unless `keeps_effects`."""

    status = 400
    kind = "invalid_request_error"
    keeps_effects = False

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param

    def document(self) -> dict[str, Any]:
        """Return the body of the answer."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code}"
        if self.param:
            error["param"] = self.param
        return {"error": error | self.extra()}

    def extra(self) -> dict[str, Any]:
        """Return what this kind of refusal says in addition."""
        return {}


class InvalidRequest(ApiError):
    """The call does not follow the contract or the rules."""


class NotAuthenticated(ApiError):
    status = 401


class NotAllowed(ApiError):
    status = 403


class NotFound(ApiError):
    status = 404

    def __init__(self, kind: str, identifier: str, *, param: str = "id") -> None:
        super().__init__(f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


class IdempotencyConflict(ApiError):
    """The key was used for something else."""

    kind = "idempotency_error"


class KeyInUse(IdempotencyConflict):
    """The first call with this key has not been answered yet."""

    status = 409


class CardRefused(ApiError):
    """The bank said no. The attempt stays on record."""

    status = 402
    kind = "card_error"
    keeps_effects = True

    def __init__(
        self, message: str, *, code: str, decline_code: str | None, intent: dict[str, Any]
    ) -> None:
        super().__init__(message, code=code)
        self.decline_code = decline_code
        self.intent = intent

    def extra(self) -> dict[str, Any]:
        declined = {"decline_code": self.decline_code} if self.decline_code else {}
        if self.intent["object"] == "setup_intent":
            return declined | {"setup_intent": self.intent}
        return declined | {"charge": self.intent["latest_charge"], "payment_intent": self.intent}
