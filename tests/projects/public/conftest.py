"""The provider that pages lead to: a real sandbox on a free port, state in memory."""

from tests.payments.conftest import provider, sandbox

__all__ = ["provider", "sandbox"]
