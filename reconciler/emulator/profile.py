"""The habits of the service that nobody publishes, as settings with the most likely value.

One frozen value per emulator. What a test wants to happen once belongs in `Fault`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How this emulated service behaves; every default is the documented or assumed behaviour."""

    workspaces: frozenset[str] = frozenset({"1001", "2002"})
    """Workspaces that exist, besides those that the state file adds."""
    default_workspace: str = "1001"
    """Where a job or TensorBoard lands whose call names no workspace."""
    user_id: str = "200000000000000001"
    tenant_id: str = "100000000000000001"

    max_page_size: int = 100
    default_page_size: int = 10
    last_page: int = 1000
    """The last page that ListJobs and ListTensorboards answer (API.md section 10)."""
    oversized_page: Literal["refuse", "clamp"] = "refuse"
    """A PageSize above the maximum: answered 400, or silently lowered."""
    total_count_offset: int = 0
    """This number is added to every TotalCount, so that the total is wrong."""
    omit_last_used_time: bool = False
    """Older regions do not answer LastUsedTime at all."""
    lag_looks: int = 0
    """How many reads of a template still show the state before the last write."""

    listing_delay: float = 0.0
    """Clock seconds until a listing shows a new template, TensorBoard or job; asking by id finds it at once."""
    name_habits: frozenset[Literal["trim", "nfc", "lower"]] = frozenset()
    """What is done to TemplateName and DisplayName before they are stored."""
    text_habits: frozenset[Literal["trim", "nfc", "lower"]] = frozenset()
    """What is done to Description and to the values of Metadata before they are stored."""
    fill_ins: Mapping[str, Any] = field(default_factory=dict)
    """Defaults written into a stored content where it has none, by path: "Settings.EnableRDMA", "JobSpecs[].Type"."""
    key_order: Literal["kept", "sorted"] = "kept"
    """The order of the keys of a stored content."""

    error_codes: Literal["dotted", "generic"] = "dotted"
    """Dotted codes, or the generic BadRequest/NotFound seen in live answers."""
    in_use_status: int = 400
    in_use_code: str = "BadRequest"
    """The refusal to delete a template that a job refers to."""
    unique_template_names: bool = False
    unique_board_names: bool = False

    board_delay: float = 0.5
    """Clock seconds of Creating and of Stopping."""
    board_sources: Literal["shown", "hidden"] = "shown"
    """Whether the TensorboardDataSources of an answer tell the datasets and the Uri that a TensorBoard was made of."""
    board_repeat: Literal["refuse", "accept"] = "refuse"
    """Starting what runs and stopping what does not: 400, or 200 without effect."""
    failing_boards: frozenset[str] = frozenset()
    """DisplayNames whose creation ends in `board_failure_status`."""
    board_failure_status: str = "Failed"

    job_delay: float = 0.5
    """Clock seconds of each phase before Running, and of Stopping."""
    job_run_seconds: float | None = 60.0
    """Clock seconds from Running to Succeeded; None runs until stopped."""
    spot_wait: float | None = 0.0
    """Clock seconds that a spot job bids longer than `job_delay`; None: it bids until somebody stops it."""
    quota_places: Mapping[str, int] = field(default_factory=dict)
    """How many jobs a quota (ResourceId) runs at once; further ones queue. A quota that is not named has no limit."""
    priority_delay: float = 10.0
    """Clock seconds until a new job priority shows."""
    priority_states: frozenset[str] = frozenset({"Creating", "Queuing"})
    refuse_ecs_sort: bool = True
    """ListEcsSpecs answers 400 to any SortBy, as the live service did."""

    latency: float = 0.0
    """Real seconds added to every answer."""
    rate_limit: float | None = None
    """Calls a second and API above which 429 is answered."""
    access_keys: Mapping[str, str] | None = None
    """AccessKeyId to secret; None leaves signatures unchecked."""
    signature_skew: float | None = None
    """Largest allowed difference of x-acs-date in seconds; None leaves it unchecked."""
    refuse_used_nonce: bool = False
    read_only: bool = False
    """Every write is answered 403."""
    forbidden_actions: frozenset[str] = field(default_factory=frozenset)
    """Actions answered 403 Forbidden.RAM."""
    deterministic_ids: bool = False
    """Ids follow from the order of creation, so that a run can be repeated to the byte."""
