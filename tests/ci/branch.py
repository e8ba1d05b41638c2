"""The target branch of a scripted host: its commits in order, the requests behind them, an index that lags."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the branch; `request` is None for a direct push."""

    sha: str
    request: int | None = None
    files: tuple[str, ...] = ()


@dataclass(slots=True)
class Branch:
    """`main`. `lag` is how many more times the host says that it knows no request of a commit."""

    commits: list[Commit] = field(default_factory=list)
    lag: int = 0
    gone: list[Commit] = field(default_factory=list)
    """Commits that a forced push took off the branch; the host still knows their requests."""
    is_set_back: bool = False
    """The forced push added nothing: the branch ends where it was before them."""

    def push(self, sha: str, *, request: int | None = None, files: tuple[str, ...] = ()) -> None:
        """A new head."""
        self.commits.append(Commit(sha=sha, request=request, files=files))

    def until(self, sha: str) -> list[Commit]:
        """A commit and those before it, newest first."""
        return self.commits[self._at(sha) :: -1]

    def after(self, sha: str) -> list[Commit]:
        """The commits after one, oldest first."""
        return self.commits[self._at(sha) + 1 :]

    def requests_of(self, sha: str) -> list[int]:
        """What the index knows of a commit by now."""
        if self.lag:
            self.lag -= 1
            return []
        return [commit.request for commit in self._known if commit.sha == sha and commit.request is not None]

    @property
    def _known(self) -> list[Commit]:
        return [*self.commits, *self.gone]

    def __contains__(self, sha: str) -> bool:
        return any(commit.sha == sha for commit in self.commits)

    def _at(self, sha: str) -> int:
        return [commit.sha for commit in self.commits].index(self.commits[-1].sha if sha == "main" else sha)
