"""What each command needs to be allowed, measured on the wire and written down as policies in `specs/ram`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.operations import EVERY_OPERATION

from reconciler.model import Status

from .everything import VERIFY, furnish, want
from .house import House, board, house, template

POLICIES = Path(__file__).parents[2] / "specs" / "ram"
READS = {
    "paidlc:ListJobTemplates",
    "paidlc:GetJobTemplate",
    "paidlc:ListTensorboards",
    "paidlc:ListJobs",
}
APPLY = READS | {
    "paidlc:GetTensorboard",
    "paidlc:CreateJobTemplate",
    "paidlc:UpdateJobTemplate",
    "paidlc:SetJobTemplateDefaultVersion",
    "paidlc:DeleteJobTemplate",
    "paidlc:CreateTensorboard",
    "paidlc:UpdateTensorboard",
    "paidlc:StartTensorboard",
    "paidlc:StopTensorboard",
    "paidlc:DeleteTensorboard",
}


def policy(name: str) -> set[str]:
    """The actions that a policy allows; it allows them everywhere, which is all that the service knows."""
    document = json.loads((POLICIES / f"{name}.json").read_text(encoding="utf-8"))
    assert document["Version"] == "1"
    assert {(each["Effect"], each["Resource"]) for each in document["Statement"]} == {("Allow", "*")}
    return {action for each in document["Statement"] for action in each["Action"]}


def needed(home: House) -> set[str]:
    """The RAM actions of the calls that were made."""
    return {EVERY_OPERATION[str(request.action)].ram_action for request in home.emulator.requests}


@pytest.fixture
def home(tmp_path: Path) -> Any:
    with house(tmp_path / "house") as home:
        furnish(home)
        want(home)
        home.emulator.clear_log()
        yield home


def test_the_policy_for_plan_is_what_plan_calls(home: House) -> None:
    assert not home.plan().is_empty
    assert needed(home) == policy("plan")
    assert policy("plan") >= READS
    assert home.emulator.writes() == []


def test_the_policies_for_apply_are_what_apply_calls(home: House) -> None:
    """`verify` is what it takes besides, in a project whose versions prove themselves."""
    assert home.apply().is_complete
    home.emulator.seed({"jobLives": [{"job": "verify-*", "steps": [["Running", 5], "Failed"]}]})
    home.manifests(template("fails", "python wrong.py", verify=VERIFY))
    assert not home.apply().is_complete
    assert policy("apply") | policy("verify") == needed(home)
    assert policy("apply") >= APPLY
    assert not policy("apply") & policy("verify")


def test_the_policy_for_apply_is_enough_where_nothing_is_verified(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(template(), board(state="running"))
        assert home.apply().is_complete
        assert needed(home) <= policy("apply")


def test_the_policy_for_audit_reads_only() -> None:
    reads = {each.ram_action for each in EVERY_OPERATION.values() if each.repeatable}
    assert policy("audit") <= reads
    assert policy("audit") >= READS


def test_a_plan_needs_no_right_to_write(tmp_path: Path) -> None:
    with house(tmp_path, read_only=True) as home:
        home.emulator.store.create_template("train")
        home.manifests(template(adopt=True), template("made"))
        assert len(home.plan().actions) > 1
        assert home.emulator.writes() == []
        report = home.apply()
        assert {outcome.status for outcome in report.outcomes} <= {Status.FAILED, Status.SKIPPED}
        assert {outcome.writes for outcome in report.outcomes} == {0}


def test_a_refusal_names_the_right_that_is_missing(tmp_path: Path) -> None:
    with house(tmp_path, forbidden_actions=frozenset({"CreateJobTemplate"})) as home:
        home.manifests(template())
        (outcome,) = home.apply().outcomes
    assert outcome.status is Status.FAILED
    assert outcome.error == "Forbidden.RAM"
    assert "needs paidlc:CreateJobTemplate" in outcome.detail
    assert "aliyun ram ListPoliciesForUser" in outcome.detail
