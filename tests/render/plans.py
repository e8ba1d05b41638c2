"""Plans to be shown: one of every kind, and some nobody wants to meet. `cases/` holds how they look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.codes import finding
from reconciler.model import (
    MISSING,
    Action,
    Awaited,
    ContractChange,
    FieldChange,
    Impact,
    JobResources,
    Launches,
    Moved,
    Plan,
    Proving,
    Reason,
    ResourceId,
    Retained,
    SourceRef,
    Target,
    Verb,
    Verification,
    Waiting,
)

TARGET = Target(name="staging", region="cn-hangzhou", workspace_id="1001")
DIGEST = "sha256:" + "ab" * 32
LAUNCHES = Launches(since="2026-01-30T00:00:00Z", days=30, jobs=37, users=6)
TWO_GPU = JobResources(gpu=2, cpu=16, memory_gib=60, instances={"ecs.gn6i-c8g1.2xlarge": 2})
EIGHT_GPU = JobResources(gpu=8, cpu=64, memory_gib=240.5, instances={"ecs.gn6i-c8g1.2xlarge": 8})


def template(name: str) -> ResourceId:
    return ResourceId("JobTemplate", name)


def board(name: str) -> ResourceId:
    return ResourceId("TensorBoard", name)


def change(path: str, before: Any = MISSING, after: Any = MISSING, moved: Moved = Moved.UNKNOWN) -> FieldChange:
    parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
    return FieldChange(path=parts, before=before, after=after, moved=moved)


def plan(*actions: Action, **fields: Any) -> Plan:
    manifests = {str(action.id): DIGEST for action in actions}
    return Plan(**{"project": "vision", "target": TARGET, "actions": actions, "manifests": manifests, **fields})


CREATE = Action(
    verb=Verb.CREATE,
    id=template("bert-pretrain"),
    reason=Reason.ABSENT,
    changes=(
        change("constraints.JobSpecs[0].Image", after="locked"),
        change("content.Envs", after={"HF_TOKEN": "(sensitive)", "LEVEL": "info"}),
        change("content.JobSpecs", after=[{"Type": "Worker", "PodCount": 2, "Image": "registry.example.com/bert:3"}]),
        change("content.UserCommand", after="set -e\npython pretrain.py \\\n  --lr 1e-4\n"),
        change("description", after="BERT"),
    ),
    intended={"digest": DIGEST, "version": 1, "defaultVersion": 1},
    impact=Impact(resources_after=TWO_GPU),
)
NEW_VERSION = Action(
    verb=Verb.NEW_VERSION,
    id=template("resnet50-train"),
    reason=Reason.CONTENT_CHANGED,
    moved=Moved.BOTH,
    changes=(
        change("constraints.UserCommand", "overridable", "locked", Moved.MANIFEST),
        change("content.JobSpecs.0.PodCount", 2, 8, Moved.MANIFEST),
        change(
            "content.JobSpecs.0.Image", "registry.example.com/resnet:1", "registry.example.com/resnet:2", Moved.SERVICE
        ),
        change(
            "content.UserCommand",
            "pip install -r requirements.txt\ntorchrun train.py \\\n  --epochs 90 \\\n  --batch-size 256\n",
            "pip install -r requirements.txt\ntorchrun train.py \\\n  --epochs 120 \\\n  --batch-size 256\n",
            Moved.BOTH,
        ),
        change("content.Envs.WANDB_KEY", "(sensitive)", "(sensitive, changed)", Moved.MANIFEST),
        change("content.Priority", 5, MISSING, Moved.MANIFEST),
    ),
    observed={"templateId": "tpl1", "defaultVersion": 4, "settings": DIGEST, "highestVersion": 4},
    intended={"digest": DIGEST, "version": 5, "defaultVersion": 5},
    impact=Impact(
        contract=(ContractChange(path="UserCommand", before="overridable", after="locked", affected=4),),
        launches=LAUNCHES,
        resources_before=TWO_GPU,
        resources_after=EIGHT_GPU,
    ),
)
PROMOTE = Action(
    verb=Verb.PROMOTE,
    id=template("recommender"),
    reason=Reason.VERSION_EXISTS,
    moved=Moved.MANIFEST,
    changes=(change("defaultVersion", 7, 3), change("content.UserCommand", "python b.py", "python a.py")),
    observed={"templateId": "tpl2", "defaultVersion": 7},
    intended={"defaultVersion": 3},
    impact=Impact(
        contract=(
            ContractChange(path="Envs.RUN_ID", before="overridable", after="required", affected=30),
            ContractChange(path="JobSpecs[0].Image", before="locked", after="overridable"),
        ),
        launches=LAUNCHES,
        resources_before=TWO_GPU,
        resources_after=replace(TWO_GPU, gpu=None, cpu=None, memory_gib=None, instances={"ecs.new": 2}),
    ),
)
DRIFT = replace(
    PROMOTE,
    reason=Reason.DEFAULT_MOVED,
    moved=Moved.SERVICE,
    impact=Impact(launches=replace(LAUNCHES, jobs=0, users=0)),
)
UPDATE = Action(
    verb=Verb.UPDATE,
    id=template("etl"),
    reason=Reason.SETTINGS_CHANGED,
    moved=Moved.MANIFEST,
    changes=(change("description", "old", "new"), change("labels", MISSING, {"team": "vision"})),
    observed={"templateId": "tpl3", "defaultVersion": 1},
)
RENAME = Action(
    verb=Verb.RENAME,
    id=template("resnet50-large"),
    reason=Reason.RENAMED,
    moved=Moved.MANIFEST,
    changes=(
        change("name", "resnet-50 `big`", "resnet50-large", Moved.MANIFEST),
        change("manifest", "templates/big.yaml", "templates/large.yaml", Moved.MANIFEST),
    ),
    observed={"templateId": "tpl4", "defaultVersion": 2, "settings": DIGEST, "name": "resnet-50 `big`"},
    intended={"name": "resnet50-large"},
    notes=("tpl4 keeps its id, its versions and what refers to it",),
)
REPLACE = Action(
    verb=Verb.REPLACE,
    id=board("resnet50-board"),
    reason=Reason.IMMUTABLE_FIELD,
    changes=(change("content.Sources", ["dataset d-1"], ["dataset d-2"]),),
    observed={"tensorboardId": "tb1", "settings": DIGEST},
    notes=("tb1 goes away with its address",),
    impact=Impact(url="https://tb1.example.com/?token=(sensitive)", created="2026-02-17T08:00:00Z", age_days=12),
)
DELETE = Action(
    verb=Verb.DELETE,
    id=template("old-train"),
    reason=Reason.NOT_IN_MANIFESTS,
    moved=Moved.MANIFEST,
    observed={"templateId": "tpl9", "defaultVersion": 1},
    intended={"absent": True},
    notes=("tpl9 with all its versions; no job refers to it",),
)
FOLLOW = replace(
    REPLACE,
    verb=Verb.FOLLOW,
    reason=Reason.JOB_STARTED,
    changes=(change("content.JobId", "dlc1", "dlc2"),),
    intended={"jobId": "dlc2"},
)
FOR_A_JOB = Waiting(
    id=board("first"),
    actions=(Action(verb=Verb.CREATE, id=board("first"), reason=Reason.ABSENT, job_of="resnet50-train"),),
    awaits=(Awaited(target="prod", why='no job of template "resnet50-train" has run yet'),),
)
MINUTES = change("content.MaxRunningTimeMinutes", 240, 480)
STARTED, STOPPED = change("state", "stopped", "running"), change("state", "running", "stopped")
BOARDS = (
    Action(verb=Verb.UPDATE, id=board("a"), reason=Reason.SETTINGS_CHANGED, changes=(MINUTES,)),
    Action(verb=Verb.START, id=board("b"), reason=Reason.STATE_DIFFERS, changes=(STARTED,)),
    Action(verb=Verb.STOP, id=board("c"), reason=Reason.STATE_DIFFERS, changes=(STOPPED,)),
    replace(
        DELETE,
        id=board("d"),
        reason=Reason.TOMBSTONE,
        notes=("tb4 goes away with its address",),
        impact=Impact(created="2026-03-01T08:00:00Z", age_days=0),
    ),
)
RETAINED = (
    Retained(id=template("kept"), remote_id="tpl7", why="it is protected"),
    Retained(
        id=template("used"), remote_id="tpl8", why="jobs refer to it", references=("dlc1", "dlc2"), reference_count=14
    ),
)
WARNINGS = (
    finding("DLC207", "jobs cannot be listed: no permission"),
    finding("DLC209", "not compared: _Console", subject=template("etl")),
)
FOREIGN = SourceRef("templates/foreign.yaml", 3, 1)
ALLOW = "Look at the deletions; if they are meant, run apply with `--allow-deletions 6`."
ERRORS = (
    finding("DLC201", "tpl5 exists and is not ours", subject=template("foreign"), where=FOREIGN),
    finding("DLC211", "6 deletions, the limit is 5", hint=ALLOW),
)

HOSTILE_TEXTS = (
    "```\n````\n</details>\n# heading",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@everyone @octocat #1 owner/repo#2 GH-3 !4 ~label :smile:",
    "<!-- hidden --> [link](javascript:alert(1)) ![x](https://evil.example/x.png) https://evil.example www.evil.ex",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \r\x08\x00",
    "\u202eevil\u202c \u2066x\u2069 \u200b\u061c \U000e0041 \ud800",
    "a | b || c \\| d",
    "x` @octocat #1 <b>y</b> `z`` @octocat",
    "`one` ``two`` ` three\\",
    "{{ 7 * 7 }} {% raw %} ${env.HOME} &amp; &#64;octocat",
    "::error::x\n::set-output name=a::b",
)


def hostile(text: str) -> Plan:
    """A plan that shows the text wherever a text can stand."""
    impact = Impact(
        contract=(ContractChange(path=text, before=text, after="locked", affected=1),),
        launches=LAUNCHES,
        resources_after=JobResources(instances={text: 2}),
        url=text,
        created=text,
        notes=(text,),
    )
    actions = [
        Action(
            verb=verb,
            id=ResourceId(text, text),
            reason=Reason.ABSENT,
            changes=(
                FieldChange(path=(text, 0, text), before=text, after=MISSING),
                FieldChange(path=("a", text), before=f"x\n{text}", after=f"y\n{text}\n{text}"),
                FieldChange(path=("b",), before={text: [text]}, after=[text, {text: text}]),
            ),
            intended={"version": text, "defaultVersion": text},
            notes=(text,),
            impact=impact,
        )
        for verb in (Verb.CREATE, Verb.NEW_VERSION, Verb.PROMOTE, Verb.REPLACE, Verb.DELETE)
    ]
    return Plan(
        project=text,
        target=Target(name=text, region=text, workspace_id=text, endpoint=text),
        actions=tuple(actions),
        retained=(
            Retained(id=ResourceId(text, text), remote_id=text, why=text, references=(text,), reference_count=3),
        ),
        findings=tuple(
            finding(code, text, subject=ResourceId(text, text), where=SourceRef(text), hint=text)
            for code in ("DLC201", "DLC207")
        ),
        selection=(text,),
        changed_since=text,
        left_out=(ResourceId(text, text),),
        unmanaged=(ResourceId(text, text),),
    )


NARROWED: dict[str, Any] = {
    "changed_since": "0123456789abcdef0123",
    "selection": ("team=vision",),
    "left_out": (template("x"), template("y")),
}
UNREADABLE = Impact(notes=("recent launches are unknown: no permission",))

VERIFY = Action(
    verb=Verb.VERIFY,
    id=NEW_VERSION.id,
    reason=Reason.UNPROVED,
    moved=Moved.BOTH,
    observed=NEW_VERSION.observed,
    intended={"maxMinutes": 15, "gpuHours": 0.25},
    verification=Verification(state=Proving.LAUNCH, pods=("1 x Worker on ecs.gn6i-c4g1.xlarge",)),
)
RUNNING = replace(
    VERIFY,
    id=CREATE.id,
    intended={"maxMinutes": 15},
    verification=Verification(
        state=Proving.RUNNING, pods=("1 x Worker on ecs.new",), job="dlc7", cause="Running 2 of 15 min"
    ),
)
HELD = replace(
    VERIFY,
    id=PROMOTE.id,
    intended={"maxMinutes": 15, "gpuHours": 0.25, "version": 3},
    verification=Verification(
        state=Proving.HELD,
        pods=("1 x Worker on ecs.gn6i-c4g1.xlarge",),
        job="dlc8",
        time="2026-02-17T08:00:00Z",
        cause="verify-recommender-0123456789ab-1 failed: PodFailed exit code 1",
    ),
)
PROVED = replace(
    PROMOTE,
    id=template("etl"),
    verification=Verification(state=Proving.PROVED, job="dlc6", time="2026-02-17T08:00:00Z"),
)
WAITING = (
    Waiting(
        id=template("gpt"),
        actions=(replace(CREATE, id=template("gpt"), impact=None),),
        awaits=(Awaited(target="staging", why="it has no such template yet"),),
    ),
    Waiting(
        id=template("vit"),
        actions=(replace(VERIFY, id=template("vit")), replace(NEW_VERSION, id=template("vit"), impact=None)),
        awaits=(Awaited(target="staging", why="its default is 20.5 of 24 hours old", hours_left=3.5),),
    ),
)

CASES = {
    "verify": plan(RUNNING, CREATE, VERIFY, NEW_VERSION, HELD, PROMOTE, PROVED, unchanged=2),
    "waiting": plan(UPDATE, waiting=WAITING),
    "follow": plan(FOLLOW, waiting=(FOR_A_JOB,), unchanged=2),
    "waiting-only": plan(waiting=WAITING[:1], unchanged=3),
    "without-soak": plan(PROMOTE, without_soak="hotfix for the tokenizer"),
    "empty": plan(unchanged=14),
    "create": plan(CREATE, unchanged=1),
    "new-version": plan(NEW_VERSION),
    "new-version-not-default": plan(replace(NEW_VERSION, intended={"version": 5, "defaultVersion": 4}, impact=None)),
    "promote": plan(PROMOTE, unchanged=2),
    "drift": plan(DRIFT),
    "update": plan(UPDATE),
    "rename": plan(RENAME, unchanged=2),
    "replace": plan(REPLACE),
    "delete-and-retain": plan(DELETE, retained=RETAINED, unchanged=3),
    "boards": plan(*BOARDS),
    "blocked": plan(DELETE, findings=ERRORS),
    "warnings": plan(UPDATE, findings=WARNINGS, unmanaged=(template("theirs"), board("yours"))),
    "narrowed": plan(UPDATE, **NARROWED),
    "jobs-unreadable": plan(replace(PROMOTE, impact=UNREADABLE)),
    "everything": plan(
        RENAME,
        CREATE,
        replace(CREATE, id=template("gpt")),
        NEW_VERSION,
        replace(NEW_VERSION, id=template("vit")),
        replace(NEW_VERSION, id=template("clip"), moved=Moved.UNKNOWN),
        PROMOTE,
        REPLACE,
        DELETE,
        retained=RETAINED[1:],
        findings=WARNINGS,
        unchanged=14,
    ),
    "hostile": hostile(" ".join(HOSTILE_TEXTS)),
}
