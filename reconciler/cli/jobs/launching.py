"""What `launch` and `jobs submit` share: they show a preview, or check, launch and follow a job."""

from __future__ import annotations

import sys
from typing import Annotated

import click

from reconciler.cli.jobs.follow import follow_job
from reconciler.cli.options.declared import Option
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.jobs import launch as launching
from reconciler.jobs.launch import Draft
from reconciler.jobs.template_merge import Ignored
from reconciler.kinds.base import Site
from reconciler.languages import say
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue
from reconciler.model.paths import parse_path
from reconciler.model.quick import dataclass
from reconciler.render.documents import as_yaml
from reconciler.render.jobs.jobs import preview_text
from reconciler.render.style import Palette, visible
from reconciler.secrets.trees import SENSITIVE, redact


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOptions:
    """Options that say the job's name, how long it may run, and what is done with it."""

    name: Annotated[
        str,
        Option(
            "--name",
            variable=False,
            metavar="NAME",
            help="DisplayName; made from the project's pattern when left out.",
        ),
    ] = ""
    max_minutes: Annotated[
        int | None,
        Option(
            "--max-minutes",
            variable=False,
            type=click.IntRange(1),
            metavar="N",
            help="Stop it after so many minutes.",
        ),
    ] = None
    preview: Annotated[
        bool,
        Option(
            "--preview",
            variable=False,
            help="Only show what would be launched, and what would be ignored, missing or wrong.",
        ),
    ] = False
    follow: Annotated[
        bool,
        Option(
            "--follow",
            "-f",
            variable=False,
            help="Go on until the job has ended; exit code 1 unless it succeeded.",
        ),
    ] = False


def finish(site: Site, draft: Draft, title: str, asked: LaunchOptions, at: SiteOptions) -> int:
    """Show the draft, or check it, launch it and say so; return the exit code."""
    if asked.preview:
        return _preview(draft, title, at)
    launching.check(draft)
    job_id = launching.launch(site, draft)
    outcomes_follow()
    if not asked.follow:
        answer = {"JobId": job_id, "DisplayName": draft.name, "WorkspaceId": site.workspace_id}
        at.show(
            answer,
            lambda shown, _palette: visible(f'{shown["JobId"]} "{shown["DisplayName"]}" launched') + "\n",
        )
        return 0
    sys.stderr.write(visible(say(f'{job_id} "{draft.name}" launched')) + "\n")
    return follow_job(site, job_id, at)


def _preview(draft: Draft, title: str, at: SiteOptions) -> int:
    merged = draft.merged
    document = {
        "Source": title,
        "Ignored": [_shown(each, draft.sensitive) for each in merged.ignored],
        "Missing": list(merged.missing),
        "Problems": list(launching.problems(draft)),
        "CreateJob": redact(draft.body, sensitive=draft.sensitive),
        "Job": redact(merged.job, sensitive=draft.sensitive),
    }

    def text(shown: JsonObject, palette: Palette) -> str:
        return preview_text(shown, as_yaml(shown["CreateJob"]), as_yaml(shown["Job"]), palette)

    at.show(document, text)
    return 1 if merged.ignored or merged.missing or document["Problems"] else 0


def _shown(ignored: Ignored, sensitive: frozenset[FieldPath]) -> dict[str, JsonValue]:
    """Return path and both values. The name of the field says whether they are secret, so they are hidden under that
    name."""
    path = parse_path(ignored.path)
    name = str(path[-1])
    if any(each[: len(path)] == path or path[: len(each)] == each for each in sensitive):
        return {"Path": ignored.path, "Asked": SENSITIVE, "Kept": SENSITIVE}
    values = {"Asked": ignored.asked, "Kept": ignored.kept}
    hidden = {key: redact({name: value})[name] for key, value in values.items() if value is not MISSING}
    return {"Path": ignored.path, **hidden}
