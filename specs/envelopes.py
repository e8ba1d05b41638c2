"""The parts of the schemas that are ours: the three documents around the service's request bodies.

Types are written strictly here; `generate.py` adds to each the alternative "a reference such as ${values.gpu}".
"""

from __future__ import annotations

from typing import Any

from audit_fields import audit, rules, waivers
from composition import composed_fields, content_unless_base, unless_abstract

Schema = dict[str, Any]

API_VERSION = "dlc-reconciler/v1"


def text(description: str, **keywords: Any) -> Schema:
    """The schema of a string."""
    return {"type": "string", "description": description, **keywords}


def switch(description: str, default: bool) -> Schema:
    """The schema of a boolean."""
    return {"type": "boolean", "description": description, "default": default}


def count(description: str, **keywords: Any) -> Schema:
    """The schema of a whole number."""
    return {"type": "integer", "description": description, **keywords}


def number(description: str, **keywords: Any) -> Schema:
    """The schema of a number, whole or not."""
    return {"type": "number", "description": description, **keywords}


def fields(description: str, properties: dict[str, Schema], *required: str) -> Schema:
    """The schema of an object that has these fields and no others."""
    schema: Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": list(required)} if required else {})


def mapping(description: str, values: Schema | bool, **keywords: Any) -> Schema:
    """The schema of an object with free keys."""
    return {"type": "object", "description": description, "additionalProperties": values, **keywords}


def document(title: str, description: str, kind: str, metadata: Schema, spec: Schema) -> Schema:
    """The schema of one manifest document."""
    return {
        "title": title,
        **fields(
            description,
            {
                "apiVersion": {"const": API_VERSION, "description": "Version of the manifest format."},
                "kind": {"const": kind, "description": "What the document describes."},
                "metadata": metadata,
                "spec": spec,
            },
            "apiVersion",
            "kind",
            "metadata",
            "spec",
        ),
    }


NO_BLANKS_AROUND = r"^(\S([\s\S]*\S)?)?$"
"""A service that cuts blanks off would show another name than the one that was sent."""
NAME_LIMIT = 1024
LABELS = mapping("Labels for `--select`; names to text.", text("Value of the label."), examples=[{"team": "vision"}])

AFTER = fields(
    "Other targets that have to have a template's default first, before this target gets it.",
    {
        "targets": {
            "type": "array",
            "description": "Names of targets of this file. On each of them the live default of the same template has "
            "to be what this commit asks there.",
            "items": text("Name of a target.", minLength=1),
            "minItems": 1,
            "examples": [["staging"]],
        },
        "soakHours": number(
            "How many hours they have to have had it; fractions are allowed.",
            minimum=0,
            maximum=8760,
            default=0,
            examples=[24],
        ),
    },
    "targets",
)

TARGET = fields(
    "One workspace of one region.",
    {
        "region": text("Region of the workspace.", minLength=1, examples=["cn-hangzhou"]),
        "workspaceId": text("Id of the workspace, in quotes.", pattern="^[0-9A-Za-z_-]+$", examples=["1001"]),
        "endpoint": text(
            "Address of the service instead of the official one: `emulator`, this machine, or one of the service's own "
            "hosts of the region. Any other comes from `--endpoint`.",
            minLength=1,
            examples=["emulator", "http://127.0.0.1:8700"],
        ),
        "values": mapping("What `${values.NAME}` stands for; any JSON value, nested if you like.", True),
        "valuesFiles": {
            "type": "array",
            "description": "YAML files with further values, relative to this file. A later file, and `values` after "
            "all of them, is merged into what is there already (RFC 7386).",
            "items": text("Path of one file.", minLength=1),
            "examples": [["values/common.yaml", "values/prod.yaml"]],
        },
        "after": AFTER,
        "labels": mapping(
            "Labels for `--targets-with`; names to text.", text("Value of the label."), examples=[{"env": "prod"}]
        ),
    },
    "region",
    "workspaceId",
)

PRUNE = fields(
    "Which live objects that left the manifests are deleted.",
    {
        "jobTemplates": switch("Templates that carry this project's mark.", default=False),
        "tensorBoards": switch("TensorBoards whose name has the prefix.", default=False),
        "tensorBoardPrefix": text("Names with this prefix belong to this project.", minLength=1, examples=["gitops-"]),
    },
)

FLEET_SAFETY = fields(
    "The same for all targets of one apply together; what is left out has no limit.",
    {
        "maxDeletions": count("Most deletions on all targets together.", minimum=0, examples=[10]),
        "maxReplacements": count(
            "Most replacements of TensorBoards on all targets together.", minimum=0, examples=[10]
        ),
        "maxVerifyGpuHours": number(
            "Most GPU-hours that all verifications of one apply may take together.", minimum=0, examples=[40]
        ),
    },
)

SAFETY = fields(
    "How much one apply may take away before it refuses.",
    {
        "maxDeletions": count("Most deletions.", minimum=0, default=5),
        "maxDeletionPercent": count(
            "Most deletions, in percent of the managed objects of the kind.", minimum=0, maximum=100, default=30
        ),
        "maxReplacements": count("Most replacements of TensorBoards.", minimum=0, default=5),
        "maxVerifyGpuHours": number(
            "Most GPU-hours that the verifications of one apply may take together; without it there is no limit.",
            minimum=0,
            examples=[8],
        ),
        "fleet": FLEET_SAFETY,
    },
)

VERIFY = fields(
    "A job that proves a content before it becomes the default version.",
    {
        "set": mapping(
            "Values laid over the content for the verification, by path as constraints write it.",
            True,
            examples=[{"JobSpecs[0].PodCount": 1, "UserCommand": "python train.py --max-steps 10"}],
        ),
        "maxMinutes": count("How long the job may run; the service itself ends it then.", minimum=1, examples=[15]),
        "queueMinutes": number(
            "How long it may wait for resources; then it is stopped, and the version is not proven.",
            exclusiveMinimum=0,
            default=30,
        ),
        "passAfterMinutes": number(
            "Running this long passes too; the job is then stopped. Left out: only its success passes.",
            exclusiveMinimum=0,
            examples=[5],
        ),
        "keep": {
            "type": "string",
            "description": "Which verification jobs stay after their verdict.",
            "enum": ["failed", "always"],
            "default": "failed",
        },
    },
    "maxMinutes",
)

JOBS = fields(
    "How jobs are launched with `launch`.",
    {
        "displayName": text(
            "Pattern of a job's name: `{template}`, `{date}`, `{time}` (both UTC) and `{sequence}`, which makes it "
            "unique.",
            pattern=r"^([A-Za-z0-9_.-]|\{(template|date|time|sequence)\})*\{(sequence|time)\}"
            r"([A-Za-z0-9_.-]|\{(template|date|time|sequence)\})*$",
            maxLength=200,
            default="{template}-{date}-{sequence}",
            examples=["vision-{template}-{date}-{sequence}"],
        ),
    },
)

PROJECT_NAME = text(
    "Name of the owner; it is written on the live templates.",
    pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
    maxLength=128,
    examples=["vision-training"],
)

PROJECT = document(
    "Project",
    "A repository of manifests and the workspaces they go to.",
    "Project",
    fields(
        "Who this project is.",
        {
            "name": PROJECT_NAME,
            "formerNames": {
                "type": "array",
                "description": "What this project was called before: templates with their marks are its own.",
                "items": PROJECT_NAME | {"description": "A former name."},
                "examples": [["vision"]],
            },
            "labels": LABELS,
        },
        "name",
    ),
    fields(
        "Where the manifests are and where they go.",
        {
            "manifests": {
                "type": "array",
                "description": "Patterns of the manifest files, relative to this file.",
                "items": text("A pattern such as `templates/**/*.yaml`.", minLength=1),
                "minItems": 1,
                "examples": [["templates/**/*.yaml", "tensorboards/*.yaml"]],
            },
            "targets": mapping("The workspaces, by a name of your own.", TARGET, minProperties=1),
            "prune": PRUNE,
            "safety": SAFETY,
            "stamp": switch(
                "Writes the content's digest into `Settings.Tags`, so that jobs can be traced to a version.",
                default=False,
            ),
            "policies": {
                "type": "array",
                "description": "Rules that every manifest has to fulfil: files of kind PolicySet, relative to this "
                "file, or the packaged set `recommended`.",
                "items": text("`recommended`, or the path of a file.", minLength=1),
                "examples": [["recommended", "policies/team.yaml"]],
            },
            "allowFields": {
                "type": "array",
                "description": "Fields that a JobTemplate's content may have although this program does not know them "
                "yet, as paths; everything below one is allowed too.",
                "items": text("Path of a field; `[]` stands for every entry of a list.", minLength=1),
                "examples": [["Settings.NewKnob", "JobSpecs[].Foo"]],
            },
            "jobs": JOBS,
            "rules": rules(),
            "waivers": waivers(),
            "audit": audit(),
        },
        "manifests",
        "targets",
    ),
)

ABSTRACT = switch(
    "Says that this is no object itself: it is there for others to build on (`spec.base`), and need not be whole.",
    default=False,
)
FORMER_NAME = text("A former name.", minLength=1, maxLength=NAME_LIMIT)

JOB_TEMPLATE = document(
    "JobTemplate",
    "A JobTemplate of the workspace, its versions and which of them is the default.",
    "JobTemplate",
    fields(
        "Which template this is.",
        {
            "name": text(
                "Name of the template.",
                minLength=1,
                pattern=NO_BLANKS_AROUND,
                maxLength=NAME_LIMIT,
                examples=["resnet50-train"],
            ),
            "abstract": ABSTRACT,
            "renamedFrom": {
                "description": "What the live template was called before: it gets the new name and keeps its id, its "
                "versions and its jobs. Of several former names the one that is live counts.",
                "anyOf": [
                    FORMER_NAME,
                    {"type": "array", "minItems": 1, "uniqueItems": True, "items": FORMER_NAME},
                ],
                "examples": ["resnet-train", ["resnet-train", "resnet-old"]],
            },
            "adoptFrom": PROJECT_NAME
            | {"description": "Takes over the live template of this project, which hands it over."},
            "labels": LABELS,
            "adopt": switch("Takes over a live template of this name that nobody manages yet.", default=False),
            "templateId": text("Picks one of several live templates of this name.", pattern="^tpl[0-9A-Za-z-]+$"),
        },
        "name",
    ),
    fields(
        "What the template should be.",
        {
            "description": text("Description of the template.", maxLength=1024),
            "content": {"description": "What a job launched from the template gets: the body of CreateJob."},
            "constraints": mapping(
                "Which fields a launch may change, by path: `JobSpecs[0].Image`, `UserCommand`.",
                {
                    "type": "string",
                    "description": "locked: the template wins. overridable: a launch may change it (the default). "
                    "required: a launch must give it if the template does not.",
                    "enum": ["locked", "overridable", "required"],
                },
                examples=[{"JobSpecs[0].Image": "locked"}],
            ),
            "defaultVersion": {
                "description": "Which version is the default: the one that holds this content, or a pinned number.",
                "default": "manifest",
                "anyOf": [{"const": "manifest"}, {"type": "integer", "minimum": 1}],
            },
            "protect": switch("Refuses deletion; the mark is kept on the live template too.", default=False),
            "verify": VERIFY,
            **composed_fields("JobTemplate"),
        },
    ),
) | unless_abstract("CreateJobRequest", content_unless_base("CreateJobRequest", required=["JobType", "JobSpecs"]))

TENSOR_BOARD = document(
    "TensorBoard",
    "A TensorBoard instance of the workspace.",
    "TensorBoard",
    fields(
        "Which TensorBoard this is.",
        {
            "name": text(
                "Display name of the TensorBoard.",
                minLength=1,
                pattern=NO_BLANKS_AROUND,
                maxLength=256,
                examples=["resnet50-board"],
            ),
            "abstract": ABSTRACT,
            "labels": LABELS,
            "tensorboardId": text("Picks one of several live TensorBoards of this name.", minLength=1),
        },
        "name",
    ),
    fields(
        "What the TensorBoard should be.",
        {
            "content": {"description": "The body of CreateTensorboard, without its name and workspace."},
            "job": fields(
                "Where the job comes from, instead of `content.JobId`.",
                {
                    "template": text("Takes the newest job of this template when it is created.", minLength=1),
                    "follow": switch("Goes over to each newer job of the template that starts running.", default=False),
                },
                "template",
            ),
            "state": {
                "type": "string",
                "description": "Whether it runs, is stopped or must not exist. Left out: its state is not managed.",
                "enum": ["running", "stopped", "absent"],
            },
            **composed_fields("TensorBoard"),
        },
    ),
) | unless_abstract(
    "CreateTensorboardRequest", content_unless_base("CreateTensorboardRequest", required=[], absent=True)
)
