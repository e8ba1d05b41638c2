"""Policies: rules from packaged sets and from files of the project, which judge every document by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from reconciler.codes import Entry, finding
from reconciler.kinds import JUDGED
from reconciler.kinds.check import mapping
from reconciler.kinds.judges import Judge, NotJudged, by_expression, by_schema, expression_problem, schema_problem
from reconciler.manifests.files import ManifestFile, RawDocument, is_inside, parse, read_file
from reconciler.manifests.findings import in_order, schema_findings
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import API_VERSION, Project, subject_of, unknown_version
from reconciler.model import Document, FieldPath, Finding, JsonObject, JsonValue, Severity, SourceRef
from reconciler.model.nearest import meant
from reconciler.model.paths import PathError, parse_path
from reconciler.model.quick import dataclass

KIND = "PolicySet"
PACKAGED = ("recommended",)
NOT_JUDGED = "DLC502"
"""The finding for a policy that could not be evaluated on a manifest."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule that is ready to judge; `entry` explains it."""

    entry: Entry
    kind: str
    judge: Judge
    path: FieldPath
    """The path to which a finding of an expression points, in what the rule sees."""

    def findings(self, document: Document, target: str) -> Iterator[Finding]:
        """Yield how a document breaks the policy; nothing for documents of another kind."""
        if document.kind != self.kind:
            return
        try:
            for path in self.judge(_seen(document, target)):
                place = _place(path or self.path)
                yield Finding(
                    code=self.entry.code,
                    severity=self.entry.severity,
                    summary=self.entry.title,
                    subject=document.id,
                    where=document.locate(place),
                    path=place,
                    hint=self.entry.fix,
                )
        except NotJudged as error:
            summary = f"policy {self.entry.code} could not be evaluated: {error}"
            yield finding(NOT_JUDGED, summary, subject=document.id, where=document.where)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of a project; with errors among the findings some are missing."""

    rules: tuple[Policy, ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: tuple[JsonValue, ...] = ()
    """The documents from which they were made."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The explanation of each code."""
        return {rule.entry.code: rule.entry for rule in self.rules}

    def judge(self, document: Document, target: str) -> Iterator[Finding]:
        """Yield how a document breaks the policies, whether or not the document is sound."""
        for rule in self.rules:
            yield from rule.findings(document, target)


def load_policies(project: Project) -> Policies:
    """Return the policies that a project names. Their faults are reported at their places."""
    rules: dict[str, Policy] = {}
    findings: list[Finding] = []
    sources: list[JsonValue] = []
    for index, name in enumerate(project.policies):
        where = FilePositions(project.document).locate(("spec", "policies", index))
        file = _file(project, name, where)
        findings += file.findings
        for raw in file.documents:
            problems = list(_problems(raw))
            findings += problems
            sources.append(raw.data)
            for place, rule in enumerate([] if problems else raw.data["spec"]["rules"]):
                if rule["code"] in rules:
                    path = ("spec", "rules", place, "code")
                    findings.append(_flaw(raw, f"the code {rule['code']} is there twice", path))
                else:
                    rules[rule["code"]] = _policy(rule)
    return Policies(tuple(rules.values()), in_order(findings), tuple(sources))


def packaged_policies() -> Mapping[str, Entry]:
    """Return the entries of all packaged sets, for explaining their codes."""
    files = (_packaged(name) for name in PACKAGED)
    rules = (rule for file in files for raw in file.documents for rule in raw.data["spec"]["rules"])
    return {rule["code"]: _policy(rule).entry for rule in rules}


def _packaged(name: str) -> ManifestFile:
    text = (Path(__file__).parents[1] / "policies" / f"{name}.yaml").read_text(encoding="utf-8")
    return parse(name, text)


def _file(project: Project, name: str, where: SourceRef) -> ManifestFile:
    if name in PACKAGED:
        return _packaged(name)
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not is_inside(project.root, name):
        return ManifestFile(
            name, findings=(finding("DLC005", f'policy file "{name}" is not inside the project', where=where),)
        )
    if not (project.root / name).exists():
        summary = f'there is neither a file nor a packaged policy set "{name}"{meant(name, list(PACKAGED))}'
        hint = f"Packaged sets: {', '.join(PACKAGED)}."
        return ManifestFile(name, findings=(finding("DLC501", summary, where=where, hint=hint),))
    return read_file(project.root, pure.as_posix())


def _problems(raw: RawDocument) -> Iterator[Finding]:
    """Yield everything that is wrong with one document of a policy file."""
    yield from raw.findings
    if raw.findings:
        return
    if not isinstance(raw.data, dict):
        yield finding("DLC013", "the document is not an object", where=raw.at)
    elif raw.data.get("kind") != KIND:
        where = FilePositions(raw).locate(("kind",))
        yield finding("DLC015", f'a policy file holds documents of kind "{KIND}"', where=where, path=("kind",))
    elif raw.data.get("apiVersion") != API_VERSION:
        yield unknown_version(raw)
    else:
        positions = FilePositions(raw)
        found = schema_findings("policyset.schema.json", raw.data, positions, subject=subject_of(raw.data))
        yield from found or _flaws(raw)


def _flaws(raw: RawDocument) -> Iterator[Finding]:
    """Yield what makes no sense although it fulfils the schema."""
    for index, rule in enumerate(raw.data["spec"]["rules"]):
        path: FieldPath = ("spec", "rules", index)
        if "jmespath" in rule and (problem := expression_problem(rule["jmespath"])):
            yield _flaw(raw, f"not a JMESPath expression: {problem}", (*path, "jmespath"))
        if "schema" in rule and (problem := schema_problem(rule["schema"])):
            yield _flaw(raw, f"not a JSON Schema: {problem}", (*path, "schema"))
        try:
            parse_path(rule.get("path", "content"))
        except PathError as error:
            yield _flaw(raw, f"not a path: {error}", (*path, "path"))


def _flaw(raw: RawDocument, summary: str, path: FieldPath) -> Finding:
    where = FilePositions(raw).locate(path)
    return finding("DLC501", summary, subject=subject_of(raw.data), where=where, path=path)


def _policy(rule: JsonObject) -> Policy:
    entry = Entry(
        code=rule["code"],
        title=rule["message"],
        severity=Severity(rule["severity"]),
        why=rule.get("why", ""),
        fix=rule.get("hint", ""),
        source="",
    )
    judge = by_expression(rule["jmespath"]) if "jmespath" in rule else by_schema(rule["schema"])
    path = parse_path(rule["path"]) if "path" in rule else ()
    return Policy(entry=entry, kind=rule.get("kind", JUDGED), judge=judge, path=path)


def _seen(document: Document, target: str) -> JsonObject:
    """Return what a rule sees of a document: a copy, because JMESPath knows only plain dicts and lists."""
    constraints = mapping(document.spec.get("constraints"))
    seen: JsonValue = {
        "kind": document.kind,
        "name": document.name,
        "target": target,
        "labels": document.metadata.get("labels") or {},
        "spec": document.spec,
        "content": document.spec.get("content") or {},
        "constraints": constraints,
        "locked": [path for path, rule in constraints.items() if rule == "locked"],
    }
    copy: JsonObject = json.loads(json.dumps(seen))
    return copy


def _place(path: FieldPath) -> FieldPath:
    """Return the path in the document of a path in what a rule sees."""
    match path[:1]:
        case ("name" | "labels",):
            return ("metadata", *path)
        case ("content" | "constraints",):
            return ("spec", *path)
        case ("spec" | "kind",):
            return path
    return ()
