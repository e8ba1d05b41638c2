"""Secrets inside texts: values of well-known shapes, URLs that carry credentials, assignments in commands.

Every pattern is anchored on a literal that is looked for first, so texts without secrets cost next to nothing, and none
backtracks more than once over the same characters: messages of the service are not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.model.expressions import expression
from reconciler.secrets.commands import hide_in_commands
from reconciler.secrets.names import looks_secret
from reconciler.secrets.spellings import spellings

SENSITIVE = "(sensitive)"
_SHORTEST = 6
"""Values of fewer characters are not taken for secrets: hiding every "1" or "prod" would make texts unreadable."""

_GITHUB = expression(r"(?<![0-9A-Za-z])gh[pousr]_[0-9A-Za-z]{16,}")
_AMAZON = expression(r"(?<![0-9A-Za-z])A(?:KIA|SIA)[0-9A-Z]{16}(?![0-9A-Za-z])")
_PEM = expression(r"-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [0-9A-Z ]{0,60}-----|\Z)")
_SHAPES = (
    ("PRIVATE KEY", _PEM),
    ("LTAI", expression(r"(?<![0-9A-Za-z])LTAI[0-9A-Za-z]{8,}")),
    ("STS.", expression(r"(?<![0-9A-Za-z])STS\.[0-9A-Za-z]{16,}")),
    ("CAIS", expression(r"(?<![0-9A-Za-z+/])CAIS[0-9A-Za-z+/]{40,}={0,2}")),
    ("hf_", expression(r"(?<![0-9A-Za-z])hf_[0-9A-Za-z]{16,}")),
    ("ghp_", _GITHUB),
    ("gho_", _GITHUB),
    ("ghu_", _GITHUB),
    ("ghs_", _GITHUB),
    ("ghr_", _GITHUB),
    ("github_pat_", expression(r"(?<![0-9A-Za-z_])github_pat_[0-9A-Za-z_]{16,}")),
    ("glpat-", expression(r"(?<![0-9A-Za-z_-])glpat-[0-9A-Za-z_-]{16,}")),
    ("sk-", expression(r"(?<![0-9A-Za-z_-])sk-(?=[A-Za-z_-]*[0-9])[0-9A-Za-z_-]{16,}")),
    ("AKIA", _AMAZON),
    ("ASIA", _AMAZON),
    ("AIza", expression(r"(?<![0-9A-Za-z_-])AIza[0-9A-Za-z_-]{35}")),
    ("xox", expression(r"(?<![0-9A-Za-z])xox[abeoprs]-[0-9A-Za-z-]{10,}")),
    ("eyJ", expression(r"(?<![0-9A-Za-z_-])eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}(?:\.[0-9A-Za-z_-]*){1,3}")),
)
"""A literal that every secret of a shape contains, and the pattern of the shape. PEM blocks come first, because
other shapes could begin inside one."""
_MARKERS = tuple(marker for marker, _ in _SHAPES)
_USERINFO = expression(r"(?<=://)[^\s/?#\"'<>]+(?=@)")
_SIGNED_QUERY = expression(
    r"(?<=[?&])((?:x-(?:oss|amz)-(?:signature|security-token|credential)|signature|ossaccesskeyid|accesskeyid|sig|"
    r"security-?token|access_token|auth_token|token|api_?key|password|secret)=)([^&\s\"'#<>]+)",
    re.IGNORECASE,
)
_ASSIGNMENT = expression(r"(?<![\w-])((?:--?)?[A-Za-z_][\w-]*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"']+)")
_OPTION = expression(r"(?<![\w-])--?([A-Za-z][\w-]*)([ \t]+)(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"'-][^\s;&|\"']*)")
_MEMBER = expression(r"([\"'])([A-Za-z_][\w.\[\]/:-]*)\1(\s*:\s*)([\"'])((?:(?!\4)[^\\]|\\.)+)\4")
_ESCAPED_MEMBER = expression(
    r"(\\{1,7}[\"'])([A-Za-z_][\w.\[\]/:-]*)\1(\s*:\s*)(\\{1,7}[\"'])(.{1,2000}?)\4", re.DOTALL
)
"""A member of JSON inside JSON: a template's Content is a string, and so is a message that quotes it."""
_INDEXED = expression(
    r"(\[[\"']?([A-Za-z_][\w.-]*)[\"']?\][ \t]*=[ \t]*)(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"'=][^\s;&|\"']*)"
)
"""`conf["password"] = "x"`, `Envs[HF_TOKEN]=x`."""
_LINE = expression(
    r"^([ \t-]*[\"']?([A-Za-z_][\w.\[\]/-]*)[\"']?:[ \t]+)"
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"'{\[|>&*!#][^\s#]*)[ \t]*$",
    re.MULTILINE,
)
"""A line of YAML inside a text."""
_TYPES = expression(r"(?:str|int|float|bool|bytes|None|null|Optional|Any|string|number|true|false)\b.{0,80}", re.DOTALL)
_BEARER = expression(
    r"\b(Bearer[ \t]+|Authorization:[ \t]*(?:(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey|OSS|acs)[ \t]+)?)"
    r"([\w.~+/=:-]{8,})",
    re.IGNORECASE,
)
_SCHEMES = frozenset({"negotiate", "authorization"})
_REFERENCE = expression(r"\$\w+|\$\{[^}]*\}|\$\(.*\)?|`.*`?|<[^>]*>|\*+|%\(?\w+\)?[%s]", re.DOTALL)
_PROGRAM_TEXT = expression(r"[A-Za-z_][\w.]*[(\[]")


def looks_secret_value(value: str) -> bool:
    """Return whether a text holds something of a well-known secret shape, or a URL with credentials in it."""
    return _hide_shapes(value) != value


def may_look_secret(text: str) -> bool:
    """Return whether a text has to be examined by `looks_secret_value`. It is a quick test that may say yes for a
    harmless text."""
    if "://" in text and ("@" in text or "?" in text or "&" in text):
        return True
    return any(map(text.__contains__, _MARKERS))


def redact_text(text: str, known: Iterable[str] = ()) -> str:
    """Return the text with recognisable secrets and the `known` values replaced. Applied twice, it changes nothing
    more.

    Besides well-known shapes it replaces what well-known programs take as a password, and the values of `NAME=value`,
    `--name value`, `"name": "value"`, `[name] = value` and lines of YAML where the name looks secret
    (`.github/SECURITY.md`).
    """
    text = _hide_shapes(_without(text, known))
    text = hide_in_commands(text, _hidden_value)
    if "=" in text:
        text = _INDEXED.sub(_hide_named, text)
        text = _ASSIGNMENT.sub(_hide_assigned, text)
    if ":" in text:
        text = _LINE.sub(_hide_named, text)
    if "-" in text:
        text = _OPTION.sub(_hide_option, text)
    if '"' in text or "'" in text:
        text = _MEMBER.sub(_hide_member, text)
    if "\\" in text:
        text = _ESCAPED_MEMBER.sub(_hide_member, text)
    if "earer" in text or "uthorization" in text or "BEARER" in text:
        text = _BEARER.sub(_hide_bearer, text)
    return text


def _without(text: str, known: Iterable[str]) -> str:
    """Return the text without these values, in whatever way JSON, Python, a URL or base64 spell them."""
    every = {spelling for value in known if len(value) >= _SHORTEST for spelling in spellings(value)}
    for spelling in sorted(every, key=lambda each: (-len(each), each)):  # the longest first: one may hold another
        text = text.replace(spelling, SENSITIVE)
    return text


def is_reference(value: str) -> bool:
    """Return whether the text stands for a value that is filled in elsewhere: `$TOKEN`, `$(cat file)`, `<token>`,
    `***`."""
    return value == SENSITIVE or _REFERENCE.fullmatch(value) is not None


def _hide_shapes(text: str) -> str:
    for marker, pattern in _SHAPES:
        if marker in text:
            text = pattern.sub(SENSITIVE, text)
    if "://" in text:
        text = _USERINFO.sub(_hide_userinfo, text)
        if "=" in text:
            text = _SIGNED_QUERY.sub(_hide_query, text)
    return text


def _hide_userinfo(match: re.Match[str]) -> str:
    """Hide the credentials of a URL. A bare login name (`ssh://git@host`) stays, except over HTTP, where it is
    usually a token."""
    user, colon, password = match.group().partition(":")
    if colon:
        return match.group() if not password or is_reference(password) else SENSITIVE
    scheme = match.string[max(0, match.start() - 8) : match.start() - 3].lower()
    return match.group() if is_reference(user) or not scheme.endswith(("http", "https")) else SENSITIVE


def _hide_query(match: re.Match[str]) -> str:
    return match.group() if is_reference(match.group(2)) else f"{match.group(1)}{SENSITIVE}"


def _hide_assigned(match: re.Match[str]) -> str:
    name, value = match.groups()
    return f"{name}={_hidden_value(value)}" if looks_secret(name) else match.group()


def _hide_named(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    return match.group() if not looks_secret(name) or _TYPES.fullmatch(value) else before + _hidden_value(value)


def _hide_bearer(match: re.Match[str]) -> str:
    return match.group() if match[2].lower() in _SCHEMES else match[1] + SENSITIVE


def _hide_option(match: re.Match[str]) -> str:
    name, gap, value = match.groups()
    if not looks_secret(name):
        return match.group()
    return f"{match.group()[: match.start(2) - match.start()]}{gap}{_hidden_value(value)}"


def _hide_member(match: re.Match[str]) -> str:
    around, name, colon, quotes, value = match.groups()
    if not looks_secret(name) or is_reference(value):
        return match.group()
    return f"{around}{name}{around}{colon}{quotes}{SENSITIVE}{quotes}"


def _hidden_value(value: str) -> str:
    """Return the value of an assignment, hidden inside its quotes unless it is a reference or part of a program."""
    quote = value[0] if value[0] in "\"'" else ""
    bare = value[1:-1] if quote else value
    if not bare or is_reference(bare) or (not quote and _PROGRAM_TEXT.match(bare)):
        return value
    return f"{quote}{SENSITIVE}{quote}"
