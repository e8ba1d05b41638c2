"""Finding codes of the rules on manifests: JobTemplate (DLC101 on), with those on TensorBoards from `board_rules`."""

from __future__ import annotations

from reconciler.codes import board_rules
from reconciler.codes.entry import Entry
from reconciler.model import Severity

_JOB_RESOURCES = (
    Entry(
        code="DLC101",
        title="EcsSpec and ResourceConfig in one JobSpec",
        severity=Severity.ERROR,
        why="EcsSpec buys public resources and ResourceConfig takes from a quota; the service refuses a job with both.",
        fix="Keep EcsSpec for public resources, or ResourceConfig together with ResourceId for a quota.",
        source="CreateJob, fields JobSpecs[].EcsSpec and JobSpecs[].ResourceConfig",
    ),
    Entry(
        code="DLC102",
        title="ResourceConfig without ResourceId",
        severity=Severity.ERROR,
        why="ResourceConfig describes a share of a quota, and without ResourceId no quota is named.",
        fix="Add ResourceId with the quota's id, constrain ResourceId as `required`, or use EcsSpec instead.",
        source="CreateJob, fields JobSpecs[].ResourceConfig and ResourceId",
    ),
    Entry(
        code="DLC103",
        title="EcsSpec together with ResourceId",
        severity=Severity.WARNING,
        why="ResourceId sends the job to a quota, where a type of public resources is not what decides its size.",
        fix="Use ResourceConfig with ResourceId, or remove ResourceId to run on public resources.",
        source="CreateJob, fields JobSpecs[].EcsSpec and ResourceId",
    ),
    Entry(
        code="DLC116",
        title="Two limits for a spot bid",
        severity=Severity.WARNING,
        why="A spot bid is limited by a discount or by a price; the service takes one of the two.",
        fix="Keep SpotDiscountLimit or SpotPriceLimit.",
        source="CreateJob, field JobSpecs[].SpotSpec",
    ),
)

_JOB_FORM = (
    Entry(
        code="DLC106",
        title="Unknown JobType",
        severity=Severity.ERROR,
        why="The service knows nine job types, written exactly so; every launch of the template would be refused.",
        fix="Use one of the nine job types, in exactly this spelling.",
        source="CreateJob, field JobType",
    ),
    Entry(
        code="DLC107",
        title="Role that the JobType does not have",
        severity=Severity.ERROR,
        why="Every job type has its own roles, and the service refuses a job with another one.",
        fix="Use a role of the job type, in exactly its spelling.",
        source="CreateJob, field JobSpecs[].Type",
    ),
    Entry(
        code="DLC108",
        title="More than one chief",
        severity=Severity.ERROR,
        why="At most one JobSpec may be the chief; IsCheif counts as IsChief.",
        fix="Set IsChief on one JobSpec.",
        source="CreateJob, field JobSpecs[].IsChief",
    ),
    Entry(
        code="DLC109",
        title="Content without JobType or JobSpecs",
        severity=Severity.ERROR,
        why="The service refuses a template whose content lacks one of them, even if every launch would supply it.",
        fix="Add the missing field to content.",
        source="CreateJobTemplate, field Content",
    ),
    Entry(
        code="DLC114",
        title="Content too long",
        severity=Severity.ERROR,
        why="The service limits the parameters of a job, with those it adds itself, to 65,536 bytes.",
        fix="Move long commands and configuration into the image or a code source.",
        source="CreateJob, total size of the parameters",
    ),
    Entry(
        code="DLC117",
        title="Priority of a job out of range",
        severity=Severity.ERROR,
        why="A job's priority is an integer from 1 (lowest) to 9 (highest).",
        fix="Use an integer from 1 to 9, without quotes.",
        source="CreateJob, field Priority",
    ),
    Entry(
        code="DLC119",
        title="DisplayName of a job not allowed",
        severity=Severity.ERROR,
        why="The service takes at most 256 digits, letters, underscores, full stops and hyphens as the name of a job.",
        fix="Use only digits, letters, `_`, `.` and `-`, at most 256 of them, or leave the name to the launch.",
        source="CreateJob, field DisplayName",
    ),
    Entry(
        code="DLC121",
        title="SuccessPolicy without TFJob",
        severity=Severity.WARNING,
        why="Only TensorFlow jobs have a success policy, so the field promises something that does not happen.",
        fix="Remove SuccessPolicy, or use JobType TFJob.",
        source="CreateJob, field SuccessPolicy",
    ),
    Entry(
        code="DLC122",
        title="Field that the service does not support",
        severity=Severity.WARNING,
        why="The field is part of the interface but documented as unsupported, so setting it changes nothing.",
        fix="Remove the field.",
        source="CreateJob, fields DebuggerConfigContent and ElasticSpec",
    ),
    Entry(
        code="DLC123",
        title="IsCheif instead of IsChief",
        severity=Severity.WARNING,
        why="The misspelt field is deprecated and kept for old clients only.",
        fix="Write IsChief.",
        source="CreateJob, field JobSpecs[].IsCheif",
    ),
)

_VERIFY = (
    Entry(
        code="DLC124",
        title="A verification sets a field that the content does not have",
        severity=Severity.ERROR,
        why="What `spec.verify.set` says is laid over the content; a path that names nothing changes nothing.",
        fix="Name a field of the content as constraints do, or a new key under Settings or Envs.",
        source="a rule of this tool",
    ),
    Entry(
        code="DLC125",
        title="A verification changes an image",
        severity=Severity.WARNING,
        why="What is proved is then not what is published: most jobs that cannot start fail at their image.",
        fix="Leave the images alone in `spec.verify.set`.",
        source="a rule of this tool",
    ),
    Entry(
        code="DLC126",
        title="A time of a verification that has no effect",
        severity=Severity.NOTE,
        why="A job on public resources gets them or is refused, so there is hardly a queue; and a job that ends "
        "after maxMinutes never runs for a longer passAfterMinutes.",
        fix="Remove queueMinutes, or name a quota in ResourceId; make passAfterMinutes shorter than maxMinutes.",
        source="CreateJob, fields ResourceId and JobSpecs[].SpotSpec",
    ),
    Entry(
        code="DLC127",
        title="A verification as large as the job itself",
        severity=Severity.NOTE,
        why="Every change of the content then costs as many machines as the job, for as long as the verification runs.",
        fix='Make it smaller: `set: {"JobSpecs[0].PodCount": 1}`.',
        source="a rule of this tool",
    ),
    Entry(
        code="DLC128",
        title="A verification that breaks a rule of contents",
        severity=Severity.ERROR,
        why="The service would refuse the job, and the version could never be proved.",
        fix="Correct what `spec.verify.set` lays over the content.",
        source="the rule that is named",
    ),
)

_JOB_SURROUNDINGS = (
    Entry(
        code="DLC104",
        title="Uri and DataSourceId in one data source",
        severity=Severity.ERROR,
        why="A data source is a registered dataset or a raw path; the service refuses one that claims to be both.",
        fix="Keep DataSourceId for a registered dataset, or Uri for a raw path.",
        source="CreateJob, fields DataSources[].Uri and DataSources[].DataSourceId",
    ),
    Entry(
        code="DLC105",
        title="Uri in CodeSource",
        severity=Severity.ERROR,
        why="CodeSource has no field Uri, so the job would start without the code.",
        fix="Register the repository as a code source and name it by CodeSourceId.",
        source="CreateJob, field CodeSource.CodeSourceId",
    ),
    Entry(
        code="DLC115",
        title="Secret in plain sight",
        severity=Severity.WARNING,
        why="Whoever reads the manifest or the object reads the value, and a template's version keeps it for good.",
        fix="Use `${env.NAME}` to keep it out of Git; better, let the job assume a RAM role through CredentialConfig.",
        source="CreateJob, fields Envs, CustomEnvs and CredentialConfig",
    ),
    Entry(
        code="DLC118",
        title="SwitchId without ExtendedCIDRs",
        severity=Severity.WARNING,
        why="The interface asks for the address ranges a job may reach; the official examples do without them.",
        fix="Add UserVpc.ExtendedCIDRs if the job has to reach addresses outside its switch.",
        source="CreateJob, fields UserVpc.SwitchId and UserVpc.ExtendedCIDRs",
    ),
    Entry(
        code="DLC120",
        title="Content pins a workspace",
        severity=Severity.WARNING,
        why="The target decides the workspace; a WorkspaceId inside the content may send jobs to another one.",
        fix="Remove WorkspaceId from content.",
        source="CreateJobTemplate, field WorkspaceId; CreateJob, field WorkspaceId",
    ),
)

_CONSTRAINTS = (
    Entry(
        code="DLC110",
        title="Constraint that is not a path",
        severity=Severity.ERROR,
        why="The service finds the constrained field by its path, so a key that is none protects nothing.",
        fix="Write dotted names and indexes without `$.`, for example `JobSpecs[0].Image`.",
        source="CreateJobTemplate, field Constraints",
    ),
    Entry(
        code="DLC111",
        title="Constraint that names nothing",
        severity=Severity.ERROR,
        why="Content has no such field, so locking it or leaving it open has no effect; usually it is misspelt.",
        fix="Correct the path, add the field to content, or constrain it as `required`.",
        source="CreateJobTemplate, field Constraints",
    ),
    Entry(
        code="DLC112",
        title="Unknown constraint value",
        severity=Severity.ERROR,
        why="A constraint other than these three, in lower case, has no meaning for the service.",
        fix="Use locked, overridable or required.",
        source="CreateJobTemplate, field Constraints",
    ),
    Entry(
        code="DLC113",
        title="Required although content supplies it",
        severity=Severity.NOTE,
        why="A launch has to supply a required field only if the template does not, so no launch will be asked for it.",
        fix="Remove the field from content to make launches supply it, or constrain it as `overridable` or `locked`.",
        source="CreateJobTemplate, field Constraints",
    ),
)

_TEMPLATES = (*_JOB_RESOURCES, *_JOB_FORM, *_VERIFY, *_JOB_SURROUNDINGS, *_CONSTRAINTS)

ENTRIES: tuple[Entry, ...] = (*_TEMPLATES, *board_rules.ENTRIES)
