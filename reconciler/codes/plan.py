"""Finding codes of planning: ownership, identity, deletion, limits (DLC2xx)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC201",
        title="Live object without our mark",
        severity=Severity.ERROR,
        why="A live template of this name exists and nobody said that this project may change it.",
        fix="Set `metadata.adopt: true` in the manifest (or run `dlc-reconciler adopt`), or choose another name.",
    ),
    Entry(
        code="DLC202",
        title="Live object of another project",
        severity=Severity.ERROR,
        why="Two projects that write the same template undo each other's work.",
        fix="Let the other project release it first, or choose another name; adoption does not override this.",
    ),
    Entry(
        code="DLC203",
        title="Several live objects of one name",
        severity=Severity.ERROR,
        why="Names are not unique on the service, so the name alone does not say which one is meant.",
        fix="Set `metadata.templateId` (or `metadata.tensorboardId`) to the one you mean, or delete the others.",
        source="ListJobTemplates, ListTensorboards: names may repeat",
    ),
    Entry(
        code="DLC204",
        title="The chosen id does not exist",
        severity=Severity.ERROR,
        why="The manifest names an id that is not in the workspace, or that belongs to an object of another name.",
        fix="Correct or remove `metadata.templateId` / `metadata.tensorboardId`.",
    ),
    Entry(
        code="DLC205",
        title="Pinned version does not exist",
        severity=Severity.ERROR,
        why="`spec.defaultVersion` names a version that the live template does not have.",
        fix="Pin an existing version, or use `defaultVersion: manifest`.",
    ),
    Entry(
        code="DLC206",
        title="No job to attach the TensorBoard to",
        severity=Severity.WARNING,
        why="`spec.job.template` means the newest job launched from that template, and there is none yet.",
        fix="Launch a job from the template; the next plan creates the TensorBoard.",
    ),
    Entry(
        code="DLC207",
        title="Deletions withheld",
        severity=Severity.WARNING,
        why="Whether a job still refers to the template could not be read, so nothing may be deleted.",
        fix="Give the credentials the permission `paidlc:ListJobs`.",
        source="DeleteJobTemplate: a template that any job uses cannot be deleted",
    ),
    Entry(
        code="DLC208",
        title="Not in the manifests, and pruning is off",
        severity=Severity.NOTE,
        why="The live object carries this project's mark but no manifest describes it any more.",
        fix="Set `spec.prune` in the project file to delete such objects, or put the manifest back.",
    ),
    Entry(
        code="DLC209",
        title="Keys of the web console were left out of the comparison",
        severity=Severity.NOTE,
        why="The live content has keys that only the web console writes and reads.",
        fix="Nothing to do; a new version of the template is written without them.",
    ),
    Entry(
        code="DLC210",
        title="Field of a TensorBoard that cannot be read back",
        severity=Severity.NOTE,
        why="The service does not tell this field of a live TensorBoard, so a change of it cannot be seen.",
        fix="After changing such a field, delete the TensorBoard by `state: absent` and create it again.",
        source="GetTensorboard: the answer has no DataSources",
    ),
    Entry(
        code="DLC211",
        title="More deletions than the limit",
        severity=Severity.ERROR,
        why="The plan deletes more than the project allows in one run; this is how a mistake empties a workspace.",
        fix="Look at the deletions; if they are meant, run apply with `--allow-deletions N`.",
    ),
    Entry(
        code="DLC212",
        title="More replacements than the limit",
        severity=Severity.ERROR,
        why="The plan replaces more TensorBoards than the project allows in one run; each loses its URL.",
        fix="Look at the replacements; if they are meant, run apply with `--allow-replacements N`.",
    ),
    Entry(
        code="DLC213",
        title="Verifications take more GPU-hours than the limit",
        severity=Severity.ERROR,
        why="To prove all that is new may take more GPU-hours than the project allows in one run, or nobody knows it.",
        fix="Look at the verifications; if they are meant, run apply with `--allow-gpu-hours N`.",
    ),
    Entry(
        code="DLC214",
        title="The template of `spec.job` is not there",
        severity=Severity.WARNING,
        why="The TensorBoard takes its job from a template that is not in the workspace.",
        fix="Correct `spec.job.template`, or apply the template and launch a job from it first.",
    ),
    Entry(
        code="DLC215",
        title="Other live objects share the name",
        severity=Severity.NOTE,
        why="The manifest picks one live object by its id; others of that name are neither changed nor deleted.",
        fix="Delete the others if nobody needs them; then the name alone is enough.",
    ),
    Entry(
        code="DLC216",
        title="A live object of a name that looks the same",
        severity=Severity.WARNING,
        why="The name in the manifest differs from a live one in characters that nobody sees; a second one is made.",
        fix="Type the name in the manifest anew, or rename it to something that can be told apart.",
    ),
    Entry(
        code="DLC225",
        title="A manifest that is out of sight, not removed",
        severity=Severity.ERROR,
        why="A live object whose manifest is only not checked out, or not read, must not be deleted.",
        fix="Bring the manifest back into sight; `--allow-absent GLOB` says that it is meant.",
    ),
    Entry(
        code="DLC226",
        title="A board to delete whose name has another project's prefix",
        severity=Severity.WARNING,
        why="The name begins with the prefix of another project of this repository, which may have made the board.",
        fix="Set `spec.prune.tensorBoardPrefix` of one of the projects so that neither prefix begins with the other.",
    ),
)
