"""Commands that work on a workspace directly: they need the project's target, but none of its manifests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from reconciler.cli.options.answer import AnswerOptions, Text
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.waiting import WaitOptions
from reconciler.kinds.base import Site
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, Workspace, connected, open_target
from reconciler.pipeline.sites import site_of

USUAL_WAIT = WaitOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """Options that say which workspace is meant, how to reach it, and how to show its answers."""

    project: ProjectOptions
    answer: AnswerOptions
    service: ServiceOptions
    output: OutputOptions

    @property
    def settings(self) -> Settings:
        """The settings of the command."""
        return settings_from(self.project, self.service, self.output)

    @contextmanager
    def open(self, wait: WaitOptions = USUAL_WAIT) -> Iterator[Site]:
        """Yield the site of the workspace, connected.

        Raises:
            ProjectError: no such target, or no project.
        """
        settings = self.settings
        with self.connected(settings, open_target(settings), wait) as site:
            yield site

    @contextmanager
    def connected(self, settings: Settings, workspace: Workspace, wait: WaitOptions = USUAL_WAIT) -> Iterator[Site]:
        """Yield the site of a target that was opened before, connected."""
        with connected(settings, workspace) as service:
            patient = replace(settings, wait=wait.wait, interval=wait.interval)
            yield site_of(patient, workspace.project.name, workspace.target, service)

    def show(self, answer: JsonObject, text: Text) -> None:
        """Print an answer with secrets hidden; see `AnswerOptions.show`."""
        self.answer.show(answer, text, self.output)

    def show_secret(self, answer: JsonObject, text: Text) -> None:
        """Print an answer that is a secret which was asked for."""
        self.answer.show_secret(answer, text, self.output)
