"""Rules on the content and constraints of a template's default version, which decide what launches get."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.codes import CODE_TABLE, rules
from reconciler.kinds.audited import Hit, Rule, Setting
from reconciler.kinds.check import Problem, entries, is_empty, is_given, mapping, quote
from reconciler.kinds.jobtemplate.audit.facts import Template
from reconciler.kinds.jobtemplate.fields import CREATE_JOB_FIELDS
from reconciler.model import MISSING, FieldPath, JsonObject
from reconciler.model.paths import PathError, format_path, lookup, parse_path

_FIXED_BY_TEMPLATE = frozenset({"JobType", "TemplateId", "TemplateVersion"})
"""Fields that a launch cannot choose: CreateJob always takes the template's JobType, and the other two name the
template itself."""


def image_unlocked(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for every Image that launches may replace."""
    del setting
    content, constraints = _default(template)
    locked = [path for path, rule in _constraints(constraints) if rule == "locked"]
    for index, job_spec in entries(content, "JobSpecs"):
        path: FieldPath = ("JobSpecs", index, "Image")
        if is_given(job_spec, "Image") and not any(path[: len(each)] == each for each in locked):
            yield Hit(summary=f"{format_path(path)} is not locked", path=("content", *path))


def image_unlisted(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for every Image that neither the workspace's list nor the official list has."""
    listed = setting.site.offered.images
    content, _ = _default(template)
    for index, job_spec in entries(content, "JobSpecs"):
        image = job_spec.get("Image")
        if listed is not None and isinstance(image, str) and image and image not in listed:
            summary = f"{quote(image)} is not among the images of the workspace or the official ones"
            yield Hit(summary=summary, path=("content", "JobSpecs", index, "Image"))


def dataset_gone(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for every data source whose dataset the service does not have."""
    del setting
    content, _ = _default(template)
    for index, source in entries(content, "DataSources"):
        id = source.get("DataSourceId")
        if isinstance(id, str) and id in template.gone:
            path = ("content", "DataSources", index, "DataSourceId")
            yield Hit(summary=f"dataset {quote(id)} does not exist", path=path)


def code_source_gone(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for a code source that the service does not have."""
    del setting
    content, _ = _default(template)
    id = mapping(content.get("CodeSource")).get("CodeSourceId")
    if isinstance(id, str) and id in template.gone:
        yield Hit(summary=f"code source {quote(id)} does not exist", path=("content", "CodeSource", "CodeSourceId"))


def instance_type_not_offered(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for every EcsSpec that the region does not offer."""
    offered = setting.site.offered.gpus
    content, _ = _default(template)
    for index, job_spec in entries(content, "JobSpecs"):
        name = job_spec.get("EcsSpec")
        if offered is not None and isinstance(name, str) and name and name not in offered:
            path = ("content", "JobSpecs", index, "EcsSpec")
            yield Hit(summary=f"{quote(name)} is not offered in {setting.site.region}", path=path)


def workspace_gone(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for a content that names a workspace which does not exist."""
    known = setting.site.offered.workspaces
    content, _ = _default(template)
    id = content.get("WorkspaceId")
    if known is not None and id is not None and str(id) not in known:
        yield Hit(summary=f"workspace {quote(id)} does not exist", path=("content", "WorkspaceId"))


def no_time_limit(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when neither the template nor a required field limits how long a job runs."""
    del setting
    content, constraints = _default(template)
    key = "JobMaxRunningTimeMinutes"
    if not content.get(key) and constraints.get(key) != "required":
        yield Hit(summary=f"no {key}: a job runs until somebody stops it", path=("content", key))


def no_sanity_check(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for jobs with GPUs that are not checked before they run."""
    content, _ = _default(template)
    if mapping(content.get("Settings")).get("EnableSanityCheck") is True or not _uses_gpus(content, setting):
        return
    yield Hit(summary="a GPU job without EnableSanityCheck", path=("content", "Settings", "EnableSanityCheck"))


def required_unsuppliable(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for a field that every launch has to supply but cannot: it is no field of CreateJob, is fixed by
    the template, or is locked."""
    del setting
    content, constraints = _default(template)
    found = tuple(_constraints(constraints))
    locked = [path for path, rule in found if rule == "locked"]
    for path, rule in found:
        if rule != "required" or not is_empty(lookup(content, path)):
            continue
        why = _why_unsuppliable(path, content, locked)
        if why:
            text = format_path(path)
            yield Hit(summary=f"{text} is required of every launch, but {why}", path=("constraints", text))


def problems_of_content(template: Template, setting: Setting) -> Iterator[Hit]:
    """Yield a hit for every problem that the checks on manifests find in the default version, under their own codes."""
    del setting
    for problem in template.problems:
        yield _hit(problem)


def _hit(problem: Problem) -> Hit:
    entry = CODE_TABLE[problem.code]
    return Hit(code=problem.code, summary=problem.summary, path=problem.path, hint=problem.hint or entry.fix)


def _why_unsuppliable(path: FieldPath, content: JsonObject, locked: list[FieldPath]) -> str:
    top = path[0]
    if top not in CREATE_JOB_FIELDS:
        return f"CreateJob has no field {top}"
    if top in _FIXED_BY_TEMPLATE and (content.get(str(top)) is not None or top != "JobType"):
        return "the template itself decides it"
    above = next((each for each in locked if path[: len(each)] == each and len(each) < len(path)), None)
    return f"{format_path(above)} is locked" if above else ""


def _default(template: Template) -> tuple[JsonObject, JsonObject]:
    version = template.default_version
    return (version.content, version.constraints) if version else ({}, {})


def _constraints(constraints: JsonObject) -> Iterator[tuple[FieldPath, object]]:
    for key, rule in constraints.items():
        try:
            yield parse_path(str(key)), rule
        except PathError:
            continue


def _uses_gpus(content: JsonObject, setting: Setting) -> bool:
    gpus = setting.site.offered.gpus or {}
    for _, job_spec in entries(content, "JobSpecs"):
        asked = mapping(job_spec.get("ResourceConfig")).get("GPU")
        if asked not in (None, MISSING, "", "0", 0) or gpus.get(str(job_spec.get("EcsSpec")), 0) > 0:
            return True
    return False


OF_MANIFESTS = frozenset({"DLC124", "DLC125", "DLC126", "DLC127", "DLC128"})
"""Codes of rules about `spec.verify`, which a live version does not have."""
CONTENT_CODES = tuple(entry.code for entry in rules.ENTRIES if entry.code < "DLC150" and entry.code not in OF_MANIFESTS)
"""The codes of the hits that `problems_of_content` may yield."""

RULES: tuple[Rule[Template], ...] = (
    Rule(code="DLC309", name="image-unlocked", check=image_unlocked),
    Rule(code="DLC310", name="image-unlisted", check=image_unlisted),
    Rule(code="DLC311", name="dataset-gone", check=dataset_gone),
    Rule(code="DLC312", name="code-source-gone", check=code_source_gone),
    Rule(code="DLC313", name="instance-type-not-offered", check=instance_type_not_offered),
    Rule(code="DLC314", name="workspace-gone", check=workspace_gone),
    Rule(code="DLC315", name="no-time-limit", check=no_time_limit),
    Rule(code="DLC316", name="no-sanity-check", check=no_sanity_check),
    Rule(code="DLC317", name="required-unsuppliable", check=required_unsuppliable),
    Rule(check=problems_of_content, brings=CONTENT_CODES),
)
