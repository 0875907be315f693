"""The request contract: parameters are checked against the types Stripe generates for its package.

Importing this module imports `stripe` and `pydantic`, which takes longer than everything else in
the sandbox together. `payments.sandbox.api` therefore loads it with the first call.
"""

from __future__ import annotations

import importlib
import re
import threading
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import stripe
import typing_extensions
from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from payments.sandbox import operations
from payments.sandbox.calls import Call
from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

    from payments.sandbox.forms import Value
    from payments.sandbox.operations import Operation

API_VERSION: str = stripe.api_version
_LITERAL: object = Literal
_GENERIC = {list, dict, typing_extensions.NotRequired, typing_extensions.Required}
_NOT_PARAMETERS = frozenset(stripe.RequestOptions.__annotations__)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")
_building = threading.Lock()

Hint: TypeAlias = Any  # A type as a value: what an annotation says.


def read(verb: str, path: str, form: Mapping[str, Value]) -> Call:
    """Return the call that a request makes.

    Raises:
        InvalidRequest: no such operation, or parameters that are unknown, missing or ill-typed.
    """
    operation = _find(verb, path)
    found = re.fullmatch(operation.template.replace("{}", "([^/]+)"), path)
    arguments = found.groups() if found else ()
    if operation.params_module is None or operation.params_class is None:
        if form:
            raise _unknown(next(iter(form)))
        return Call(verb, operation.template, arguments, {})
    with _building:
        adapter = _adapter(operation.params_module, operation.params_class)
    try:
        params: dict[str, Any] = adapter.validate_python(dict(form))
    except ValidationError as problem:
        raise _refusal(problem.errors(include_url=False)[0], form) from None
    return Call(verb, operation.template, arguments, params)


def _find(verb: str, path: str) -> Operation:
    matching = [entry for entry in _by_verb().get(verb, ()) if entry.pattern.fullmatch(path)]
    if not matching:
        raise InvalidRequest(f"Unrecognized request URL ({verb}: {path}).")
    return min(matching, key=lambda entry: entry.template.count("{}"))


@cache
def _by_verb() -> dict[str, list[Operation]]:
    verbs: dict[str, list[Operation]] = {}
    for operation in operations.read_operations(Path(stripe.__file__).parent):
        verbs.setdefault(operation.verb, []).append(operation)
    return verbs


@cache
def _adapter(module: str, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_closed(getattr(importlib.import_module(module), name)))


class _Metadata:
    """Stands for the package's `UntypedStripeObject[T]`: any names, values of one type."""

    def __class_getitem__(cls, value: Hint) -> Hint:
        return dict[str, value]


# Names that the package imports for type checkers only.
_NAMES = {"StripeContext": str, "Mapping": dict, "UntypedStripeObject": _Metadata}


@cache
def _closed(typed_dict: Hint) -> Hint:
    """Return a copy of a TypedDict that accepts its own fields only, strictly."""
    hints = typing_extensions.get_type_hints(
        typed_dict,
        localns=_NAMES,
        include_extras=True,
    )
    fields = {name: _strict(hint) for name, hint in hints.items() if name not in _NOT_PARAMETERS}
    make: Any = typing_extensions.TypedDict
    closed = make(typed_dict.__name__, fields)
    closed.__pydantic_config__ = ConfigDict(extra="forbid")
    return closed


def _strict(hint: Hint) -> Hint:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing_extensions.is_typeddict(hint):
        return _closed(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if not arguments or origin is _LITERAL:
        return hint
    if _is_open_enum(hint):
        # The package writes an open enum as `Literal[…] | str`: without the `str` a misspelt
        # value is caught.
        arguments = tuple(argument for argument in arguments if argument is not str)
    if arguments == (str, str):  # Metadata: an empty value takes a name away.
        return hint
    return _rebuilt(origin, tuple(_strict(argument) for argument in arguments))


def _is_open_enum(hint: Hint) -> bool:
    values = [value for part in get_args(hint) for value in get_args(part)]
    has_literal = any(get_origin(part) is Literal for part in get_args(hint))
    return has_literal and str in get_args(hint) and values != [""]


def _rebuilt(origin: Hint, arguments: tuple[Hint, ...]) -> Hint:
    if origin in _GENERIC:
        return origin[arguments if len(arguments) > 1 else arguments[0]]
    return Union[arguments]  # noqa: UP007  The members are only known here.


class _Unfit(ValueError):
    """A text that does not stand for a value of its type; `code` is Stripe's word for it."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


def _whole(value: object) -> object:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise _Unfit(message="Invalid integer", code="parameter_invalid_integer")


def _truth(value: object) -> object:
    if value in ("true", "false"):
        return value == "true"
    raise _Unfit(message="Invalid boolean")


def _decimal(value: object) -> object:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise _Unfit(message="Invalid decimal")


def _filled(value: object) -> object:
    if value == "":
        raise _Unfit(message="You passed an empty string", code="parameter_invalid_empty")
    return value


_SCALARS: dict[Hint, Hint] = {
    int: Annotated[int, BeforeValidator(_whole)],
    bool: Annotated[bool, BeforeValidator(_truth)],
    Decimal: Annotated[Decimal, BeforeValidator(_decimal)],
    str: Annotated[str, BeforeValidator(_filled)],
}


def _refusal(problem: ErrorDetails, form: Mapping[str, Value]) -> InvalidRequest:
    param = _bracketed(_steps(problem, form))
    word = _WORDING.get(problem["type"])
    return word(param) if word else _invalid(param, problem)


def _steps(problem: ErrorDetails, form: Mapping[str, Value]) -> list[str]:
    """Return where in the form the problem lies; the names of union members are left out."""
    steps: list[str] = []
    here: Any = form
    for step in problem["loc"]:
        inside = isinstance(here, dict) and step in here
        if inside or (isinstance(here, list) and isinstance(step, int)):
            here = here[step]
            steps.append(str(step))
        elif problem["type"] == "missing" and step == problem["loc"][-1]:
            steps.append(str(step))
    return steps


def _bracketed(steps: list[str]) -> str:
    return "".join(step if not place else f"[{step}]" for place, step in enumerate(steps))


def _unknown(param: str) -> InvalidRequest:
    return InvalidRequest(
        f"Received unknown parameter: {param}", code="parameter_unknown", param=param
    )


def _missing(param: str) -> InvalidRequest:
    return InvalidRequest(
        f"Missing required param: {param}.", code="parameter_missing", param=param
    )


def _invalid(param: str, problem: ErrorDetails) -> InvalidRequest:
    error = problem.get("ctx", {}).get("error")
    code = error.code if isinstance(error, _Unfit) else None
    detail = str(error or problem["msg"])
    return InvalidRequest(f"Invalid {param}: {detail}", code=code, param=param)


_WORDING: dict[str, Callable[[str], InvalidRequest]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
}
