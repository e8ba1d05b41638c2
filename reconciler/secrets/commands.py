"""Secrets that well-known programs take as arguments without a telling name: `mysql -pVALUE`, `curl -u user:VALUE`.

The words of one simple command are looked at together; all patterns are linear, because commands are not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reconciler.model.expressions import expression
from reconciler.secrets.names import looks_secret

_VALUE = r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"']+)"
_REST = r"((?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^;|&\n\"'])*)"

Hide = Callable[[str], str]
"""Returns a value as it may be shown: hidden inside its quotes, or unchanged where it stands for something filled in
elsewhere."""


def _option(*names: str, glued: bool = False) -> re.Pattern[str]:
    """Return a pattern of an option whose value is a secret: after white space or `=`, or directly after it when
    `glued`."""
    gap = r"[ \t]*" if glued else r"(?:[ \t]+|=)"
    return expression(rf"((?<=\s)(?:{'|'.join(map(re.escape, names))}){gap})(?!-){_VALUE}")


_LOGIN = expression(r"\s+(?:\S+\s+)?login\s")
_PASSWORD = expression(rf"((?<=\s)(?:-p[ \t]*|--pass(?:word)?(?:[ \t]+|=)))(?!-){_VALUE}")
_MYSQL = expression(rf"((?<=\s)-p)(?=\S){_VALUE}")  # followed by a blank, `-p` only asks for the password
_USER = expression(
    r"((?<=\s)(?:-u|-U|--user|--proxy-user|--creds|--src-creds|--dest-creds)[ \t=]*[\"']?[^\s:\"';&|]+:)([^\s\"';&|]+)"
)
_HEADER = expression(r"((?<=\s)(?:-H|--header)[ \t=]*[\"']?((?!(?i:authorization))[A-Za-z][\w-]*):[ \t]*)([^\"'\n]+)")
_FIELD = expression(rf"(\sset\s+([A-Za-z_][\w.-]*)\s+){_VALUE}")
_CLIENTS: dict[str, tuple[re.Pattern[str], ...]] = {
    **dict.fromkeys(("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump"), (_MYSQL,)),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "sshpass"), (_PASSWORD,)),
    **dict.fromkeys(("redis-cli", "valkey-cli"), (_option("-a", "--pass"),)),
    **dict.fromkeys(("ossutil", "ossutil64"), (_option("-k", "-t", "-i", glued=True),)),
    **dict.fromkeys(("zip", "unzip"), (_option("-P", glued=True),)),
    **dict.fromkeys(("sqlcmd",), (_option("-P", glued=True),)),
    **dict.fromkeys(("ldapsearch", "ldapmodify", "ldapadd"), (_option("-w"),)),
    **dict.fromkeys(("wandb",), (expression(r"(\slogin\s+(?:--?[\w-]+\s+)*)([0-9A-Za-z_-]{20,})"),)),
    "curl": (_USER, _option("--oauth2-bearer", "-b", "--cookie")),
    "wget": (),
    **dict.fromkeys(("skopeo", "crane"), (_USER,)),
    "openssl": (expression(r"((?<=\s)-pass(?:in|out)?\s+pass:)(\S+)"),),
}
_HEADERS = frozenset({"curl", "wget", "http", "https"})
_LOGINS = frozenset({"docker", "podman", "nerdctl", "helm", "buildah", "az", "skopeo", "crane", "oc"})
_SETTERS = frozenset({"aws", "aliyun", "gcloud", "git", "pip", "npm"})
_NAMES = sorted({*_CLIENTS, *_HEADERS, *_LOGINS, *_SETTERS}, key=len, reverse=True)
_COMMAND = expression(rf"(?<![\w.-])({'|'.join(map(re.escape, _NAMES))})(?=\s){_REST}")
_PIPED = expression(rf"(\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?){_VALUE}(?=[ \t]*\|[^;|&\n]{{0,200}}--password-stdin)")


def hide_in_commands(text: str, hide: Hide) -> str:
    """Return the text without the secrets that well-known programs are given."""
    text = _COMMAND.sub(lambda found: found[1] + _hidden(found[1], found[2], hide), text)
    if "--password-stdin" in text:
        text = _PIPED.sub(lambda found: found[1] + hide(found[2]), text)
    return text


def _hidden(name: str, words: str, hide: Hide) -> str:
    for pattern in _CLIENTS.get(name, ()):
        words = pattern.sub(lambda found: found[1] + hide(found[2]), words)
    if name in _LOGINS and _LOGIN.match(words):
        words = _PASSWORD.sub(lambda found: found[1] + hide(found[2]), words)
    if name in _HEADERS:
        words = _HEADER.sub(lambda found: _named(found, hide), words)
    return _FIELD.sub(lambda found: _named(found, hide), words) if name in _SETTERS else words


def _named(found: re.Match[str], hide: Hide) -> str:
    return found[1] + hide(found[3]) if looks_secret(found[2]) else found[0]
