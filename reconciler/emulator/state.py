"""Python access to the emulated account without requests: for seeding, for another person in a race, for looking.

Everything here may be dated back. The operations answer from the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import boards, job_life, jobs, templates
from .boards import Board
from .clock import to_seconds
from .content import check_constraints, check_content, merge
from .errors import invalid
from .job_life import JobLife
from .jobs import Job
from .service import Service
from .templates import Template, Version
from .wire import JsonObject, dump_json

_SMALL_JOB: JsonObject = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": "registry.invalid/pytorch:2", "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
}


class State:
    """The templates, jobs and TensorBoards of one emulated account."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def create_template(
        self,
        name: str,
        content: str | JsonObject | None = None,
        *,
        workspace: str | None = None,
        constraints: JsonObject | None = None,
        description: str | None = None,
        metadata: JsonObject | None = None,
        created: datetime | float | None = None,
        user: str | None = None,
    ) -> str:
        """Create a template with one version and return its id; a dict as content is what the web console leaves."""
        template = templates.create(
            self._service,
            workspace=workspace or self._service.profile.default_workspace,
            name=name,
            version=self._version(content, constraints, created, user),
            description=description,
            metadata=metadata,
        )
        return template.id

    def _version(
        self,
        content: str | JsonObject | None,
        constraints: JsonObject | None,
        created: datetime | float | None,
        user: str | None,
    ) -> Version:
        chosen = dump_json(_SMALL_JOB) if content is None else content
        check_content(chosen)
        check_constraints(constraints or {})
        return Version(
            number=1,
            content=chosen,
            constraints=constraints,
            creator=user or self._service.profile.user_id,
            created=self._moment(created),
        )

    def _moment(self, created: datetime | float | None) -> float:
        return self._service.clock.now() if created is None else to_seconds(created)

    def add_version(
        self,
        template_id: str,
        content: str | JsonObject | None = None,
        *,
        constraints: JsonObject | None = None,
        default: bool = False,
        created: datetime | float | None = None,
        user: str | None = None,
    ) -> int:
        """Add one more version, as somebody else might push it, and return its number."""
        with self._service.store.write() as db:
            before = templates.find(db, template_id)
            after = templates.add_version(self._service, db, before, self._version(content, constraints, created, user))
            if default:
                after = replace(after, default_version=after.newest)
            moment = max(before.modified, to_seconds(self._moment(created)))
            templates.save(self._service, before, replace(after, modified=moment, modifier=user or before.modifier))
        return after.newest

    def update_template(self, template_id: str, **changes: Any) -> None:
        """Change fields of `Template` in place: name, description, metadata, default_version, last_used, ..."""
        with self._service.store.write() as db:
            before = templates.find(db, template_id)
            touched = templates.touched(before, self._service)
            after = replace(touched, **changes)
            templates.version(db, after, after.default_version)
            templates.save(self._service, before, after)

    def delete_template(self, template_id: str) -> None:
        """Remove a template, whether or not a job refers to it."""
        with self._service.store.write() as db:
            templates.delete(self._service, templates.find(db, template_id), jobs=[])

    def templates(self) -> list[Template]:
        """Return all templates in order of creation, without any lag."""
        with self._service.store.read() as db:
            return [templates.from_row(row) for row in db.execute("SELECT * FROM template ORDER BY seq")]

    def versions(self, template_id: str) -> list[Version]:
        """Return all versions of a template, oldest first."""
        with self._service.store.read() as db:
            return templates.versions(db, templates.find(db, template_id))[::-1]

    def create_job(
        self,
        name: str = "job",
        *,
        template_id: str | None = None,
        template_version: int | None = None,
        workspace: str | None = None,
        body: Mapping[str, Any] | None = None,
        status: str | None = "Succeeded",
        created: datetime | float | None = None,
        user: str | None = None,
        seconds: float | None = None,
    ) -> str:
        """Create a job of any age and return its id.

        `status` None lets it run its natural course; `seconds` says how long it took.
        """
        if status is not None and status not in job_life.STATES:
            raise invalid(f"{status} is not a job state.", "Status")
        call = {"DisplayName": name, **(body or {})}
        with self._service.store.write() as db:
            used = None
            full = {**_SMALL_JOB, **call}
            if template_id is not None:
                template = templates.find(db, template_id)
                version = templates.version(db, template, template_version or template.default_version)
                full = merge(check_content(version.content), version.constraints or {}, call)
                used = (template.id, template.name)
            job = jobs.create(
                self._service,
                workspace=workspace or self._service.profile.default_workspace,
                body=full,
                template=used,
                created=None if created is None else to_seconds(created),
                status=status,
                user=user,
            )
            if seconds is not None:
                jobs.save(db, replace(job, fixed_at=job.started + seconds))
        return job.id

    def finish_job(self, job_id: str, status: str = "Succeeded") -> None:
        """End a job now, or puts it into any other state."""
        with self._service.store.write() as db:
            job = jobs.find(db, job_id)
            jobs.save(db, replace(job, fixed=status, fixed_at=self._service.clock.now()))

    def add_job_life(self, life: JobLife) -> None:
        """Let jobs whose DisplayName matches `life.job` live like this from now on."""
        jobs.add_life(self._service, life)

    def delete_job(self, job_id: str) -> None:
        """Remove a job in any state."""
        with self._service.store.write() as db:
            db.execute("DELETE FROM job WHERE id = ?", (jobs.find(db, job_id).id,))

    def jobs(self) -> list[Job]:
        """Return all jobs in order of creation."""
        with self._service.store.read() as db:
            return [jobs.from_row(row) for row in db.execute("SELECT * FROM job ORDER BY seq")]

    def create_board(
        self,
        name: str,
        *,
        workspace: str | None = None,
        body: Mapping[str, Any] | None = None,
        status: str = "Running",
        created: datetime | float | None = None,
        user: str | None = None,
    ) -> str:
        """Create a TensorBoard of any age and state and return its id."""
        board = boards.create(
            self._service,
            workspace=workspace or self._service.profile.default_workspace,
            body={"SummaryPath": "/mnt/logs", "DataSourceId": "d-emulator", "DisplayName": name, **(body or {})},
            created=None if created is None else to_seconds(created),
            status=status,
            user=user,
        )
        return board.id

    def update_board(self, board_id: str, **changes: Any) -> None:
        """Change top-level fields of the CreateTensorboard body of a board in place."""
        with self._service.store.write() as db:
            board = boards.find(self._service, db, board_id)
            boards.save(db, replace(board, body={**board.body, **changes}))

    def set_board_status(self, board_id: str, status: str) -> None:
        """Put a board into any state, also an invented one; unknown states stay as they are."""
        with self._service.store.write() as db:
            board = boards.find(self._service, db, board_id)
            now = self._service.clock.now()
            finished = now if status in boards.FINISHED else None
            boards.save(db, replace(board, phase=status, since=now, modified=now, finished=finished))

    def delete_board(self, board_id: str) -> None:
        """Remove a board in any state."""
        with self._service.store.write() as db:
            db.execute("DELETE FROM board WHERE id = ?", (boards.find(self._service, db, board_id).id,))

    def boards(self) -> list[Board]:
        """Return all TensorBoards in order of creation, as they stand now."""
        now, profile = self._service.clock.now(), self._service.profile
        with self._service.store.read() as db:
            rows = db.execute("SELECT document FROM board ORDER BY seq").fetchall()
        return [boards.settle(boards.from_document(row["document"]), now, profile) for row in rows]

    def add_entry(self, kind: str, identifier: str, document: JsonObject) -> None:
        """Add a workspace, ecsspec, image, dataset or codesource that can then be listed."""
        with self._service.store.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO catalogue (kind, id, document) VALUES (?, ?, ?)",
                (kind, identifier, dump_json(document)),
            )

    def clear(self) -> None:
        """Forget everything."""
        self._service.store.clear()
