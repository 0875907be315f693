"""Stripe's form encoding: brackets in names make mappings and lists."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Tree: TypeAlias = "dict[str, Tree | str]"

_MAX_FIELDS = 2_000
_PART = re.compile(r"\[([^\[\]]*)\]")


class FormNotUnderstood(ValueError):
    """A body that is no form, or names one field as two different things."""


def decode(body: str) -> dict[str, Value]:
    """Return the nested data of a bracketed form: `a[b][0]=c` is `{"a": {"b": ["c"]}}`.

    Raises:
        FormNotUnderstood: broken brackets, or one name used as value and as mapping.
    """
    root: Tree = {}
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as problem:
        raise FormNotUnderstood(f"The form cannot be read: {problem}.") from problem
    for name, value in pairs:
        _place(root, _path(name), value)
    return {name: _settle(branch) for name, branch in root.items()}


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    parts = _PART.findall(name)
    if not head or (bracket and head + "".join(f"[{part}]" for part in parts) != name):
        raise FormNotUnderstood(f"Invalid parameter name: {name}.")
    return [head, *parts]


def _place(root: Tree, path: list[str], value: str) -> None:
    branch = root
    for part in path[:-1]:
        child = branch.setdefault(part or str(len(branch)), {})
        if isinstance(child, str):
            raise FormNotUnderstood(f"Invalid parameter: {path[0]} is both a value and a mapping.")
        branch = child
    last = path[-1] or str(len(branch))
    if isinstance(branch.get(last), dict):
        raise FormNotUnderstood(f"Invalid parameter: {path[0]} is both a value and a mapping.")
    branch[last] = value


def _settle(branch: Tree | str) -> Value:
    if isinstance(branch, str):
        return branch
    settled = {name: _settle(child) for name, child in branch.items()}
    if settled and all(name.isascii() and name.isdigit() for name in settled):
        return [settled[name] for name in sorted(settled, key=int)]
    return settled
