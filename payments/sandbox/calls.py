"""A request that follows the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, on what, with typed parameters. Arguments stand as `{}` in the template."""

    verb: str
    template: str
    arguments: tuple[str, ...]
    params: dict[str, Any]

    @property
    def operation(self) -> tuple[str, str]:
        return self.verb, self.template

    @property
    def path(self) -> str:
        return self.template.replace("{}", "%s") % self.arguments

    @property
    def expand(self) -> list[str]:
        paths: list[str] = self.params.get("expand", [])
        return paths
