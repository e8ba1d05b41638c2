"""The habits of the service that nobody publishes, as settings with the most likely value.

Each emulator has one frozen value. What a test wants to happen once belongs in `Fault`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How this emulated service behaves; every default is the documented or assumed behaviour."""

    workspaces: frozenset[str] = frozenset({"1001", "2002"})
    """Workspaces that exist, besides those in the state file."""
    default_workspace: str = "1001"
    """The workspace of a job or TensorBoard whose call names none."""
    user_id: str = "200000000000000001"
    tenant_id: str = "100000000000000001"

    max_page_size: int = 100
    default_page_size: int = 10
    last_page: int = 1000
    """The last page that ListJobs and ListTensorboards answer (API.md section 10)."""
    oversized_page: Literal["refuse", "clamp"] = "refuse"
    """What happens to a PageSize above the maximum: it is answered with 400, or silently lowered."""
    total_count_offset: int = 0
    """A number that is added to every TotalCount, so that the total is wrong."""
    omit_last_used_time: bool = False
    """Whether LastUsedTime is left out, as in older regions."""
    lag_looks: int = 0
    """How many reads of a template still show the state before the last write."""

    listing_delay: float = 0.0
    """Clock seconds until a listing shows a new template, TensorBoard or job. A read by id finds it at once."""
    name_habits: frozenset[Literal["trim", "nfc", "lower"]] = frozenset()
    """How TemplateName and DisplayName are changed before they are stored."""
    text_habits: frozenset[Literal["trim", "nfc", "lower"]] = frozenset()
    """How Description and the values of Metadata are changed before they are stored."""
    fill_ins: Mapping[str, Any] = field(default_factory=dict)
    """Defaults that are written into a stored content without a value, by path: "Settings.EnableRDMA",
    "JobSpecs[].Type"."""
    key_order: Literal["kept", "sorted"] = "kept"
    """The order of the keys of a stored content."""

    error_codes: Literal["dotted", "generic"] = "dotted"
    """Dotted codes, or the generic BadRequest/NotFound of live answers."""
    in_use_status: int = 400
    in_use_code: str = "BadRequest"
    """The code of the refusal to delete a template that a job refers to."""
    unique_template_names: bool = False
    unique_board_names: bool = False

    board_delay: float = 0.5
    """Clock seconds that Creating and Stopping last."""
    board_sources: Literal["shown", "hidden"] = "shown"
    """Whether the TensorboardDataSources of an answer show the datasets and the Uri from which a TensorBoard was
    made."""
    board_repeat: Literal["refuse", "accept"] = "refuse"
    """The answer to starting a board that runs, or stopping one that does not: 400, or 200 without effect."""
    failing_boards: frozenset[str] = frozenset()
    """DisplayNames whose creation ends in `board_failure_status`."""
    board_failure_status: str = "Failed"

    job_delay: float = 0.5
    """Clock seconds that each phase before Running lasts, and Stopping."""
    job_run_seconds: float | None = 60.0
    """Clock seconds from Running to Succeeded; None runs until stopped."""
    spot_wait: float | None = 0.0
    """Clock seconds that a spot job bids longer than `job_delay`; None: it bids until somebody stops it."""
    quota_places: Mapping[str, int] = field(default_factory=dict)
    """How many jobs a quota (ResourceId) runs at once; further jobs queue. A quota that is not named has no limit."""
    priority_delay: float = 10.0
    """Clock seconds until a new priority of a job is shown."""
    priority_states: frozenset[str] = frozenset({"Creating", "Queuing"})
    refuse_ecs_sort: bool = True
    """Whether ListEcsSpecs answers 400 to any SortBy, as the live service did."""

    latency: float = 0.0
    """Real seconds added to every answer."""
    rate_limit: float | None = None
    """Calls of one operation in a second above which 429 is answered."""
    access_keys: Mapping[str, str] | None = None
    """The secret of each AccessKeyId; None leaves signatures unchecked."""
    signature_skew: float | None = None
    """The largest allowed difference of x-acs-date in seconds; None leaves it unchecked."""
    refuse_used_nonce: bool = False
    read_only: bool = False
    """Whether every write is answered with 403."""
    forbidden_actions: frozenset[str] = field(default_factory=frozenset)
    """Actions that are answered with 403 Forbidden.RAM."""
    deterministic_ids: bool = False
    """Whether ids follow from the order of creation, so that a run can be repeated exactly."""
