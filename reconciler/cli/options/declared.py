"""Options declared by types: a command says in its signature what it takes, and gets typed values.

    @click.command()
    @takes_options
    def show(*, project: ProjectOptions, force: Annotated[bool, Option("--force")] = False) -> int: ...

Options that belong together are one frozen dataclass, a *group*; its fields carry `Option`s in the same way, and may be
groups themselves. The default of an option is the default of its parameter or field, and stands nowhere else.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource

from reconciler.cli.options.language import takes_a_language
from reconciler.cli.options.once import OnceOption
from reconciler.cli.options.origin import name_variables
from reconciler.errors import ReconcilerError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

REQUIRED = inspect.Parameter.empty
"""The default of an option that must be given."""


class _Filled(click.Parameter):
    """A parameter whose value may not be empty on the command line, where it would come from a shell variable that
    nobody has set.

    If the empty value counted as absent, the command would do more than was meant: `--lock "$LOCK"` would take no lock.
    An empty variable of the environment counts as no value, and the default is used.
    """

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the value in the parameter's type.

        Raises:
            click.BadParameter: an empty value was written, or it is none of its type.
        """
        if ctx.get_parameter_source(self.name or "") is ParameterSource.COMMANDLINE:
            values = value if isinstance(value, list | tuple) else (value,)
            if any(isinstance(each, str) and not each.strip() for each in values):
                raise click.BadParameter("the value is empty; leave it out, or write one", ctx, self)
        return super().process_value(ctx, value)


class FilledOption(_Filled, OnceOption):
    """An option whose value may not be empty."""


class FilledArgument(_Filled, click.Argument):
    """An argument that may not be empty."""


argument = functools.partial(click.argument, cls=FilledArgument)
"""`click.argument` for arguments that may not be empty."""


class Option:
    """How an option is written on the command line. `settings` are those of `click.option`, except the default.

    With `variable` the option can also be set as DLC_RECONCILER_NAME in the environment. Where an empty value means
    something, the setting `cls` is `OnceOption`.
    """

    def __init__(self, *names: str, variable: bool = True, **settings: Any) -> None:
        self._names = names
        settings.setdefault("cls", FilledOption)
        if variable:
            settings.setdefault("envvar", variable_of(names))
        self._settings = settings

    def declare(self, parameter: str, kind: Any, default: Any) -> Callable[[CommandT], CommandT]:
        """Return the click decorator for a parameter or field of this name, type and default."""
        settings = dict(self._settings)
        if default is REQUIRED:
            settings["required"] = True
        elif "callback" not in settings or default is not None:
            settings["default"] = default
        if kind is bool and "type" not in settings and not any("/" in name for name in self._names):
            settings["is_flag"] = True
        if get_origin(kind) is tuple:
            settings["multiple"] = True
        return click.option(*self._names, parameter, **settings)


def variable_of(names: tuple[str, ...]) -> str:
    """Return the environment variable of an option, from its first long name."""
    name = next(each for each in names if each.startswith("--"))
    return "DLC_RECONCILER_" + name.lstrip("-").partition("/")[0].replace("-", "_").upper()


def takes_options(command: CommandT) -> CommandT:
    """Declare every option that the signature names, and that of the language; call the command with its groups.

    Parameters that are neither groups nor `Annotated` with an `Option`, such as arguments, are left to click.
    """
    parameters = inspect.signature(command).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    hints = _hints(command)
    groups = {name: hint for name, hint in hints.items() if _is_group(hint)}

    @functools.wraps(command)
    def with_groups(*arguments: Any, **values: Any) -> Any:
        made = {name: _made(group, values) for name, group in groups.items()}
        try:
            return command(*arguments, **values, **made)
        except ReconcilerError as error:
            name_variables(error)
            raise

    wrapped: Any = takes_a_language(with_groups)
    for declare in reversed(list(_declarations(hints, defaults))):
        wrapped = declare(wrapped)
    return wrapped  # type: ignore[no-any-return]


@functools.cache
def _hints(declared: Callable[..., Any]) -> Mapping[str, Any]:
    """Return what a command or a group takes, by name. It is kept, because Python evaluates every hint from its
    text."""
    return get_type_hints(declared, include_extras=True)


def _is_group(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint)


def _declarations(hints: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Callable[[Any], Any]]:
    """Yield the click decorators of everything that hints name, in their order."""
    for name, hint in hints.items():
        if _is_group(hint):
            yield from _declarations(_hints(hint), _defaults(hint))
        elif option := _option(hint):
            yield option.declare(name, _plain(hint), defaults.get(name, REQUIRED))


def _defaults(group: Any) -> dict[str, Any]:
    fields = dataclasses.fields(group)
    return {each.name: REQUIRED if each.default is dataclasses.MISSING else each.default for each in fields}


def _option(hint: Any) -> Option | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((each for each in get_args(hint)[1:] if isinstance(each, Option)), None)


def _plain(hint: Any) -> Any:
    """Return the type itself, without annotations and without `| None`."""
    plain = get_args(hint)[0]
    if get_origin(plain) in (Union, types.UnionType):
        return next(each for each in get_args(plain) if each is not type(None))
    return plain


def _made(group: Any, values: dict[str, Any]) -> Any:
    """Return a group, made from the values that click parsed. They are removed from `values`."""
    return group(
        **{name: _made(hint, values) if _is_group(hint) else values.pop(name) for name, hint in _hints(group).items()}
    )
