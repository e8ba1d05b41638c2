"""What cattrs makes of each type that the model uses, both ways. `model.plain` says the rules.

Only `model.plain` imports this module, when the first value is converted: cattrs takes longer to load than the whole
model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import Field, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import (
    homogenous_tuple_structure_factory,
    is_namedtuple,
    namedtuple_dict_structure_factory,
    namedtuple_dict_unstructure_factory,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from reconciler.model.plain import PlainError
from reconciler.model.values import APART, WHEN_SET

ValueT = TypeVar("ValueT")
Hook = Callable[[Any, Any], Any]

_WORDS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def unstructured(value: Any) -> Any:
    """Return the value as a JSON tree; see `model.plain.plain`."""
    return _converter().unstructure(value)


def structured(model: type[ValueT], tree: Any) -> ValueT:
    """Return the value from which a tree was made.

    Raises:
        PlainError: see `model.plain.read`.
    """
    try:
        return _converter().structure(tree, model)
    except (BaseValidationError, TypeError, ValueError) as error:
        told = transform_error(error, path="", format_exception=_told)[0]
        why, _, place = told.rpartition(" @ ")
        raise PlainError(f"{place.removeprefix('.') or model.__name__}: {why}") from error


def _told(error: BaseException, _: type | None) -> str:
    return str(error)


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Enum, lambda each: each.value)
    converter.register_unstructure_hook_func(_is_free, _same)
    converter.register_unstructure_hook_func(_is_set, sorted)
    converter.register_unstructure_hook_factory(_is_numbered, _pairs)
    converter.register_unstructure_hook_factory(is_dataclass, _object)
    converter.register_unstructure_hook_factory(is_namedtuple, namedtuple_dict_unstructure_factory)
    converter.register_structure_hook_func(_is_free, lambda value, _: value)
    for scalar in _WORDS:  # the library's own readers would convert: int("5")
        converter.register_structure_hook(scalar, _exact)
    converter.register_structure_hook(StrEnum, lambda value, of: of(value))
    converter.register_structure_hook_func(_is_scalars, _exact)
    converter.register_structure_hook_factory(_is_tuple, _from_array)
    converter.register_structure_hook_factory(_is_set, _from_set)
    converter.register_structure_hook_factory(_is_numbered, _from_pairs)
    converter.register_structure_hook_factory(is_dataclass, _from_object)
    converter.register_structure_hook_factory(is_namedtuple, _from_named)
    return converter


def _object(model: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    marks: Any = {
        each.name: override(omit=_has(each, APART) or None, omit_if_default=_has(each, WHEN_SET))
        for each in fields(model)
    }
    return make_dict_unstructure_fn(model, converter, **marks)


def _from_object(model: Any, converter: Converter) -> Hook:
    taken = [each for each in fields(model) if not _has(each, APART)]
    needed = [each.name for each in taken if not _has(each, WHEN_SET)]
    known = {each.name for each in taken}
    build = make_dict_structure_fn(model, converter)

    def hook(value: Any, _: Any) -> Any:
        _check_keys(value, needed, known)
        return build(value, _)

    return hook


def _from_named(model: Any, converter: Converter) -> Hook:
    names, build = model._fields, namedtuple_dict_structure_factory(model, converter)

    def hook(value: Any, _: Any) -> Any:
        _check_keys(value, names, frozenset(names))
        return build(value, _)

    return hook


def _check_keys(value: Any, needed: Iterable[str], known: AbstractSet[str]) -> None:
    _expect(value, dict)
    if missing := [name for name in needed if name not in value]:
        raise PlainError(f"there is no {missing[0]!r}")
    if strange := sorted(value.keys() - known):
        raise PlainError(f"unknown key {strange[0]!r}")


def _has(each: Field[Any], mark: Mapping[str, bool]) -> bool:
    return mark.items() <= each.metadata.items()


def _from_array(hint: Any, converter: Converter) -> Hook:
    """Return a reader of arrays that refuses everything else. The library's reader takes all that can be iterated,
    even a text."""
    build = homogenous_tuple_structure_factory(hint, converter)
    return lambda value, _: build(_expect(value, list), _)


def _from_set(hint: Any, converter: Converter) -> Hook:
    of = GenericAlias(tuple, (get_args(hint)[0], ...))
    build = converter.get_structure_hook(of)
    return lambda value, _: frozenset(build(value, of))


def _pairs(hint: Any, converter: Converter) -> Callable[[Any], list[list[Any]]]:
    encode = converter.get_unstructure_hook(get_args(hint)[1])
    return lambda value: [[number, encode(each)] for number, each in value.items()]


def _from_pairs(hint: Any, converter: Converter) -> Hook:
    decode = converter.get_structure_hook(get_args(hint)[1])
    return lambda value, _: {
        _exact(number, int): decode(each, get_args(hint)[1]) for number, each in _expect(value, list)
    }


def _exact(value: Any, hint: Any) -> Any:
    """Return the value itself if it is of exactly this type; a whole number is also taken for a fraction, as in
    JSON."""
    allowed = get_args(hint) or (hint,)
    if type(value) in allowed or (type(value) is int and float in allowed):
        return value
    raise PlainError(f"{value!r:.80} is not of type {', '.join(repr(_WORDS[each]) for each in allowed)}")


def _expect(value: Any, kind: type[ValueT]) -> ValueT:
    if not isinstance(value, kind):
        raise PlainError(f"{value!r:.80} is not {'an object' if kind is dict else 'an array'}")
    return value


def _same(value: Any) -> Any:
    return value


def _is_free(hint: Any) -> bool:
    """Return whether the field may hold any JSON value."""
    return hint is Any or (_is_union(hint) and Any in get_args(hint))


def _is_scalars(hint: Any) -> bool:
    return _is_union(hint) and all(each in _WORDS for each in get_args(hint))


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _is_tuple(hint: Any) -> bool:
    return get_origin(hint) is tuple and get_args(hint)[-1] is ...


def _is_set(hint: Any) -> bool:
    return get_origin(hint) is frozenset


def _is_numbered(hint: Any) -> bool:
    return get_origin(hint) is Mapping and get_args(hint)[0] is int
