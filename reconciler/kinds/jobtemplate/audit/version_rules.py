"""Rules on a template's versions, its default, its owner and its use."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.audited import Hit, Parameter, Rule, Setting, day
from reconciler.kinds.jobtemplate.audit.facts import Template


def default_not_in_git(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when a template that we describe or own launches a content that no manifest holds."""
    default = template.default_version
    if not _is_ours(template, setting) or (default is not None and default.in_git):
        return
    held = next((version.number for version in template.versions if version.in_git), None)
    if template.manifest is None:
        what = "no manifest describes the template any more"
    elif held is not None:
        what = f"the manifest's content is version {held}"
    else:
        what = "no version holds the manifest's content"
    yield Hit(summary=f"default version {template.default} is not in Git: {what}", path=("default",))


def made_by_hand(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for versions that were published without Git: after our last apply, or in the console."""
    if not _is_ours(template, setting):
        return
    for version in template.versions:
        if version.in_git or not (version.by_console or template.recorded < version.number):
            continue
        if not version.by_console and not template.recorded:
            continue  # never applied: nobody knows who made what
        where = "in the console" if version.by_console else "past Git"
        by = f" by {version.created_by}" if version.created_by else ""
        summary = f"version {version.number} was made {where}{by} on {day(version.created)}"
        yield Hit(summary=summary, path=("versions", version.number))


def default_behind(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the newest version has been waiting for its promotion."""
    newest = template.newest
    if newest.number <= template.default or template.pinned == template.default:
        return
    if setting.is_older(newest.created, setting.numbers["days"]):
        summary = f"default is version {template.default}, but version {newest.number} is there since"
        yield Hit(summary=f"{summary} {day(newest.created)}", path=("default",))


def never_used(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when nobody ever launched from the template."""
    if template.use is None or template.last_launch:
        return
    if setting.is_older(template.created, setting.numbers["days"]):
        yield Hit(summary=f"no job was ever launched from it since it was made on {day(template.created)}")


def not_used(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the template was used, but not for a long time."""
    if setting.is_older(template.last_launch, setting.numbers["days"]):
        yield Hit(summary=f"not used since {day(template.last_launch)}")


def used_without_owner(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when jobs depend on a template that nobody manages."""
    del setting
    if template.jobs and not template.owner and template.manifest is None:
        yield Hit(summary="jobs were launched from it, but no manifest describes it and no project owns it")


def too_many_versions(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the template has more versions than anybody reads."""
    most = setting.numbers["versions"]
    if len(template.versions) > most:
        yield Hit(summary=f"it has more than {most} versions", path=("versions",))


def use_not_read(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the auditing identity may not list the jobs of the template."""
    del setting
    if template.use is None:
        summary = "its jobs may not be read (ListJobs), so nothing is said about its use"
        yield Hit(code="DLC332", summary=summary, path=("jobs",))


def _is_ours(template: Template, setting: Setting) -> bool:
    """Return whether this project is responsible for the template in this workspace."""
    if template.owner not in ("", setting.project):
        return False
    return template.manifest is not None or (setting.site.described and template.owner == setting.project)


RULES: tuple[Rule[Template], ...] = (
    Rule(code="DLC301", name="default-not-in-git", check=default_not_in_git),
    Rule(code="DLC302", name="made-by-hand", check=made_by_hand),
    Rule(
        code="DLC303",
        name="default-behind",
        check=default_behind,
        parameters=(Parameter(name="days", default=14, meaning="Days that a newer version may wait for promotion."),),
    ),
    Rule(
        code="DLC304",
        name="never-used",
        check=never_used,
        parameters=(Parameter(name="days", default=30, meaning="Days after its creation."),),
    ),
    Rule(
        code="DLC305",
        name="not-used",
        check=not_used,
        parameters=(Parameter(name="days", default=90, meaning="Days since the last launch."),),
    ),
    Rule(code="DLC306", name="used-without-owner", check=used_without_owner),
    Rule(
        code="DLC318",
        name="too-many-versions",
        check=too_many_versions,
        parameters=(Parameter(name="versions", default=50, meaning="Most versions.", minimum=1),),
    ),
    Rule(check=use_not_read),
)
