"""`launch`: a job from a template; also `jobs launch`. What the service would do without a word is said before."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.answers import show
from reconciler.cli.completion import template_names
from reconciler.cli.following import follow_job
from reconciler.cli.outlets import outcomes_follow
from reconciler.cli.settings import parse_settings
from reconciler.cli.workplace import open_target, place_options, wait_options, working_on
from reconciler.errors import ReconcilerError
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue
from reconciler.model.paths import parse_path
from reconciler.render.style import Palette, visible
from reconciler.secrets.record import job_paths
from reconciler.secrets.trees import SENSITIVE, redact

if TYPE_CHECKING:
    from reconciler.jobs.launch import Draft, Source
    from reconciler.jobs.merge import Ignored
    from reconciler.jobs.workplace import Workplace
    from reconciler.live import Service
    from reconciler.pipeline import Workspace


@click.command(short_help="Launch a job from a template.")
@click.argument("template", shell_complete=template_names)
@click.option("--version", type=click.IntRange(1), metavar="N", help="The version; the default one when left out.")
@click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Set one field, such as JobSpecs[0].PodCount=4; the value is a YAML scalar or JSON. May be repeated.",
)
@click.option("--env", "envs", metavar="KEY=VALUE", multiple=True, help="Set one environment variable.")
@click.option("--name", metavar="NAME", default="", help="DisplayName; made from the project's pattern when left out.")
@click.option("--max-minutes", type=click.IntRange(1), metavar="N", help="Stop it after so many minutes.")
@click.option("--preview", is_flag=True, help="Only show what would be launched, and what would be ignored or missing.")
@click.option("--follow", "-f", is_flag=True, help="Go on until the job has ended; exit code 1 unless it succeeded.")
@wait_options
@place_options
def launch(template: str, **options: Any) -> int:
    """Launch a job from a template.

    TEMPLATE is a name, or an id such as tpl123. The service ignores what a launch sets in a locked field, and refuses
    one that leaves out a required field: both are refused here before anything is sent. A launch whose answer was lost
    is looked up by its name, which no other job has, and never repeated blindly.

    \b
    Examples:
      dlc-reconciler launch resnet50-train --env EPOCHS=3 --max-minutes 60 --follow
      dlc-reconciler launch resnet50-train --set 'JobSpecs[0].PodCount=4' --preview
    """
    from reconciler.cli.options import settings_from  # noqa: PLC0415
    from reconciler.jobs.launch import from_template, unique_name  # noqa: PLC0415
    from reconciler.jobs.merge import SettingError, overrides  # noqa: PLC0415

    asked = parse_settings(options["settings"], options["envs"], options["max_minutes"])
    workspace = open_target(settings_from(options))
    with working_on(options, workspace) as place:
        source = _source(workspace, place.service, template, options["version"])
        try:
            fields = overrides(source.content, asked)
        except SettingError as error:
            raise ReconcilerError(f"--set {error}") from error
        name = unique_name(place, options["name"], workspace.project.job_name, source.name)
        draft = from_template(source, fields, workspace_id=place.workspace_id, name=name)
        title = f"{source.name} ({source.template_id}), version {source.version}"
        return finish(place, draft, title, options)


def _source(workspace: Workspace, service: Service, template: str, version: int | None) -> Source:
    from reconciler.jobs.launch import Source  # noqa: PLC0415
    from reconciler.pipeline.versions import find_template  # noqa: PLC0415

    found = find_template(workspace, service, template)
    number = version or found.default_version
    if number not in found.versions:
        newest = max(found.versions)
        raise ReconcilerError(f'"{found.name}" has no version {number}; the newest is {newest}')
    chosen = found.versions[number]
    return Source(
        template_id=found.template_id,
        name=found.name,
        version=number,
        content=chosen.content,
        constraints=chosen.constraints,
        sensitive=job_paths(found.sensitive, chosen.content),
    )


def finish(place: Workplace, draft: Draft, title: str, options: dict[str, Any]) -> int:
    """Show the draft, or check and launch it and say so; the exit code."""
    from reconciler.jobs.launch import check  # noqa: PLC0415
    from reconciler.jobs.launch import launch as create  # noqa: PLC0415

    if options["preview"]:
        return _preview(draft, title, options)
    check(draft)
    job_id = create(place, draft)
    outcomes_follow()
    if not options["follow"]:
        answer = {"JobId": job_id, "DisplayName": draft.name, "WorkspaceId": place.workspace_id}
        show(
            options,
            answer,
            lambda shown, _palette: visible(f'{shown["JobId"]} "{shown["DisplayName"]}" launched') + "\n",
        )
        return 0
    sys.stderr.write(visible(f'{job_id} "{draft.name}" launched') + "\n")
    return follow_job(place, job_id, options)


def _preview(draft: Draft, title: str, options: dict[str, Any]) -> int:
    from reconciler.jobs.launch import problems  # noqa: PLC0415
    from reconciler.render.documents import as_yaml  # noqa: PLC0415
    from reconciler.render.jobs.jobs import preview_text  # noqa: PLC0415

    merged = draft.merged
    document = {
        "Source": title,
        "Ignored": [_shown(each, draft.sensitive) for each in merged.ignored],
        "Missing": list(merged.missing),
        "Problems": list(problems(draft)),
        "CreateJob": redact(draft.body, sensitive=draft.sensitive),
        "Job": redact(merged.job, sensitive=draft.sensitive),
    }

    def text(shown: JsonObject, palette: Palette) -> str:
        return preview_text(shown, as_yaml(shown["CreateJob"]), as_yaml(shown["Job"]), palette)

    show(options, document, text)
    return 1 if merged.ignored or merged.missing or document["Problems"] else 0


def _shown(ignored: Ignored, sensitive: frozenset[FieldPath]) -> dict[str, JsonValue]:
    """Path and both values; the name of the field says whether they are secret, so they are hidden under it."""
    path = parse_path(ignored.path)
    name = str(path[-1])
    if any(each[: len(path)] == path or path[: len(each)] == each for each in sensitive):
        return {"Path": ignored.path, "Asked": SENSITIVE, "Kept": SENSITIVE}
    values = {"Asked": ignored.asked, "Kept": ignored.kept}
    hidden = {key: redact({name: value})[name] for key, value in values.items() if value is not MISSING}
    return {"Path": ignored.path, **hidden}
