"""Which repository an address means, and on which code host it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from reconciler.errors import UsageError
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHost:
    """A kind of code host, and the variables that a job away from it needs."""

    domain: str
    """Where the public one is."""
    credential: str
    """The variable that holds the token."""
    api: str
    """The variable that holds the address of its API."""
    api_path: str
    """Where the API is on a host of one's own, below the host's address."""


HOSTS: Mapping[str, CodeHost] = MappingProxyType(
    {
        "github": CodeHost(domain="github.com", credential="GITHUB_TOKEN", api="GITHUB_API_URL", api_path="/api/v3"),
        "gitlab": CodeHost(domain="gitlab.com", credential="GITLAB_TOKEN", api="CI_API_V4_URL", api_path="/api/v4"),
        "codeup": CodeHost(
            domain="codeup.aliyun.com", credential="YUNXIAO_TOKEN", api="YUNXIAO_API_URL", api_path="/oapi/v1"
        ),
        "gitee": CodeHost(domain="gitee.com", credential="GITEE_TOKEN", api="GITEE_API_URL", api_path="/api/v5"),
    }
)
"""By the names that `--platform` takes; a test compares with the commands of `ci`."""

_URL = expression(r"(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[A-Za-z0-9.-]+)(?::\d+)?/(?P<path>.+)")
_SCP = expression(r"(?:[^@/:]+@)?(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):(?P<path>[^/].*)")
_PATH = expression(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository on a code host."""

    kind: str
    """A key of HOSTS."""
    domain: str
    path: str
    """As OWNER/NAME; of Codeup with the organization's id in front."""

    @property
    def host(self) -> CodeHost:
        """The kind of its host."""
        return HOSTS[self.kind]

    @property
    def clone(self) -> str:
        """The address to clone from."""
        return f"https://{self.domain}/{self.path}.git"

    @property
    def api(self) -> str:
        """The address of the API of a host of one's own; empty for the public one."""
        return "" if self.domain == self.host.domain else f"https://{self.domain}{self.host.api_path}"


def repository_at(address: str, kind: str = "") -> Repository:
    """Return the repository of an address such as `https://gitee.com/acme/models` or `git@gitee.com:acme/models.git`.

    A user or password in it is left out. `kind` says of which kind the host is, where its name does not tell.

    Raises:
        UsageError: it is no such address, or the kind of its host is not known.
    """
    found = _URL.fullmatch(address) or _SCP.fullmatch(address)
    path = found["path"].removesuffix("/").removesuffix(".git") if found else ""
    if found is None or not _PATH.fullmatch(path) or ".." in path:
        raise UsageError(
            f"{address.rpartition('@')[2]!r} is not the address of a repository",
            hint="Write it as `--repository https://HOST/OWNER/NAME`.",
        )
    domain = found["host"].lower()
    return Repository(kind=kind or _kind(domain), domain=domain, path=path)


def _kind(domain: str) -> str:
    for name, host in HOSTS.items():
        if domain == host.domain or name in domain.split("."):
            return name
    raise UsageError(f"what kind of code host is {domain}?", hint=f"Add `--code-host` with one of: {', '.join(HOSTS)}.")
