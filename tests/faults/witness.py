"""Somebody at the service who sees every default move, and knows which verifications have passed by then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.emulator import Emulator
from reconciler.emulator.application import Request
from reconciler.emulator.job_life import progress
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE
from reconciler.live import Service
from reconciler.model import VERIFY_TAG

TEMPLATE_TAG = "dlc-reconciler-template"


class Witness:
    """Checks after every request that no default has moved to what no job had proved.

    In these worlds the command of a content tells it apart from all others.
    """

    def __init__(self, emulator: Emulator, asked: Mapping[str, str], pass_after: float | None = None) -> None:
        """`asked` are the commands that have to be proved, by template; `pass_after` is in minutes."""
        self._emulator, self._asked, self._pass_after = emulator, asked, pass_after
        self.passed: set[tuple[str, str]] = set()
        self.launched: set[str] = set()
        """Every verification that there ever was, by id."""
        self._before = dict(self._defaults())
        self.wrong: list[str] = []
        emulator.on_request(self._looks)
        emulator.on_response(self._looks)

    def _looks(self, _request: Request) -> None:
        for job in self._emulator.store.jobs():
            if job.tags.get(VERIFY_TAG):
                self.launched.add(job.id)
                if self._has_passed(job):
                    self.passed.add((job.tags[TEMPLATE_TAG], job.body["UserCommand"]))
        for name, command in self._defaults():
            if self._before.get(name) != command:
                self._before[name] = command
                if self._asked.get(name) == command and (name, command) not in self.passed:
                    self.wrong.append(f"{name}: {command} became the default without proof")

    def _has_passed(self, job: Any) -> bool:
        now, profile = self._emulator.clock.now(), self._emulator.profile
        seen = progress(job, now, profile)
        running = seen.entered("Running")
        if seen.status == "Succeeded":
            return True
        if self._pass_after is None or running is None:
            return False
        return (seen.finished or now) - running >= self._pass_after * 60 - 1

    def _defaults(self) -> Iterator[tuple[str, str]]:
        for template in self._emulator.store.templates():
            versions = {version.number: version for version in self._emulator.store.versions(template.id)}
            found = versions[template.default_version].content
            yield template.name, (json.loads(found) if isinstance(found, str) else found)["UserCommand"]


def shown(service: Service, emulator: Emulator, name: str) -> list[Any]:
    """Everything that the service shows of the templates of a name: versions, default, marks, labels, times."""
    answers = [
        service.call(GET_JOB_TEMPLATE, template.id, Version="all")
        for template in emulator.store.templates()
        if template.name == name
    ]
    return [{key: value for key, value in answer.items() if key != "RequestId"} for answer in answers]
