"""Which environment variables a manifest may take.

Manifests are not trusted: whoever can open a pull request can write any name into one. So the variables that carry the
run's own credentials are refused always, and a list from the trusted side can narrow the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

RESERVED = (
    "ALIBABA_CLOUD_*",
    "ALIBABACLOUD_*",
    "ALIYUN_*",
    "ALICLOUD_*",
    "ACTIONS_*",
    "DLC_RECONCILER_*",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITLAB_TOKEN",
    "YUNXIAO_*TOKEN",
    "GITEE_*TOKEN",
    "CI_JOB_TOKEN",
    "CI_JOB_JWT*",
    "CI_*PASSWORD",
)
"""Names of variables that carry the credentials of the run itself; upper and lower case count as the same."""

_PATTERN = expression(r"[A-Za-z_][A-Za-z0-9_]*\*?|\*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a manifest may not use a variable at all, or not at this place."""

    code: str
    summary: str
    hint: str


@dataclass(frozen=True, slots=True)
class Admission:
    """Which environment variables manifests may use."""

    allowed: tuple[str, ...] | None = None
    """Names, and beginnings of names followed by `*`; None: all variables that are not reserved."""

    def refusal(self, name: str) -> Refusal | None:
        """Return why no manifest may use this variable; None when manifests may use it."""
        reserved = next((pattern for pattern in RESERVED if fnmatchcase(name.upper(), pattern)), None)
        if reserved is not None:
            return Refusal("DLC038", f"environment variable {name} is reserved ({reserved})", "")
        if self.allowed is None or any(fnmatchcase(name, pattern) for pattern in self.allowed):
            return None
        known = f"allowed are {', '.join(self.allowed)}" if self.allowed else "none is"
        hint = (
            f"Where the command runs, add `--allow-env {name}`, or {name} to DLC_RECONCILER_ALLOW_ENV (in CI: to the"
            " input `allow-env`). If the value is not meant to go there, take the reference out of the manifest."
        )
        return Refusal("DLC039", f"environment variable {name} is not allowed here; {known}", hint)


def admission(patterns: Iterable[str]) -> Admission:
    """Return the admission that a list from the trusted side describes; an empty list admits nothing.

    Raises:
        ValueError: one of them is neither a name nor the beginning of one with `*` behind it; its text is the entry.
    """
    allowed = tuple(dict.fromkeys(filter(None, (each.strip() for each in patterns))))
    for each in allowed:
        if not _PATTERN.fullmatch(each):
            raise ValueError(each)
    return Admission(allowed)
