"""The six JobTemplate operations, raw on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]


def test_a_new_template_has_version_1_as_its_default(wire: Wire) -> None:
    answer = wire.ok("POST", "/jobtemplates", {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "1001"})
    assert (answer["Version"], answer["DefaultVersion"], answer["Metadata"]) == (1, 1, {})
    assert answer["TemplateId"].startswith("tpl")
    assert answer["GmtCreateTime"] == answer["GmtModifyTime"] == "2026-03-01T12:00:00Z"
    assert not {"Content", "Constraints", "ModifiedBy", "Versions", "LastUsedTime", "Description"} & set(answer)


@pytest.mark.parametrize(
    "content",
    [CONTENT, json.loads(CONTENT), '{"JobType" :"X","JobSpecs":[{}], "_ResourcePaymentType": "\\u00e9\\ud83d\\ude00"}'],
)
def test_content_comes_back_exactly_as_it_was_given(wire: Wire, content: object) -> None:
    template = wire.template(Content=content, Constraints={"UserCommand": "locked"})
    (version,) = wire.ok("GET", f"/jobtemplates/{template}")["Versions"]
    assert version["Content"] == content
    assert type(version["Content"]) is type(content)
    assert version["Constraints"] == {"UserCommand": "locked"}
    assert version["Version"] == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Content": "{"}, "InvalidParameter.Content"),
        ({"Content": "[]"}, "InvalidParameter.Content"),
        ({"Content": '{"JobType": "PyTorchJob"}'}, "InvalidParameter.Content"),
        ({"Content": 7}, "InvalidParameter.Content"),
        (
            {"Content": json.dumps({"JobType": "X", "JobSpecs": [{}], "UserCommand": "x" * 65_536})},
            "InvalidParameter.Content",
        ),
        ({"TemplateName": ""}, "InvalidParameter.TemplateName"),
        ({"TemplateName": "x" * 1025}, "InvalidParameter.TemplateName"),
        ({"TemplateName": None}, "InvalidParameter.TemplateName"),
        ({"Constraints": {"UserCommand": "Locked"}}, "InvalidParameter.Constraints"),
        ({"Constraints": {"$.UserCommand": "locked"}}, "InvalidParameter.Constraints"),
        ({"Constraints": "{}"}, "InvalidParameter.Constraints"),
        ({"Metadata": []}, "InvalidParameter.Metadata"),
        ({"Labels": {}}, "InvalidParameter.Labels"),
        ({"WorkspaceId": ""}, "InvalidParameter.WorkspaceId"),
    ],
)
def test_a_bad_create_is_refused_and_leaves_nothing(
    wire: Wire, emulator: Emulator, fields: dict[str, Any], code: str
) -> None:
    body = {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "1001", **fields}
    assert wire.refused("POST", "/jobtemplates", body) == (400, code)
    assert emulator.store.templates() == []


def test_an_unknown_workspace_is_not_found(wire: Wire, emulator: Emulator) -> None:
    body = {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "3003"}
    assert wire.refused("POST", "/jobtemplates", body) == (404, "NotFound")
    assert wire.refused("GET", "/jobtemplates", WorkspaceId="3003") == (404, "NotFound")
    emulator.store.add_entry("workspace", "3003", {"WorkspaceId": "3003"})
    assert wire.ok("POST", "/jobtemplates", body)["WorkspaceId"] == "3003"


def test_get_reads_default_one_or_all_versions(wire: Wire) -> None:
    template = wire.template()
    for _ in range(2):
        wire.ok("PUT", f"/jobtemplates/{template}", {"Content": CONTENT})
    path = f"/jobtemplates/{template}"
    assert [v["Version"] for v in wire.ok("GET", path)["Versions"]] == [1]
    assert [v["Version"] for v in wire.ok("GET", path, Version="3")["Versions"]] == [3]
    everything = wire.ok("GET", path, Version="all")
    assert [v["Version"] for v in everything["Versions"]] == [3, 2, 1]
    assert (everything["TotalCount"], wire.ok("GET", path, Version="2")["TotalCount"]) == (3, 1)
    assert wire.refused("GET", path, Version="4") == (404, "NotFound.JobTemplateVersion")
    assert wire.refused("GET", path, Version="newest") == (400, "InvalidParameter.Version")
    assert wire.refused("GET", "/jobtemplates/tplnone") == (404, "NotFound.JobTemplate")


def test_every_content_push_is_a_version_and_none_becomes_the_default_by_itself(wire: Wire, clock: ManualClock) -> None:
    template = wire.template(Constraints={"UserCommand": "locked"})
    clock.advance(60)
    pushed = wire.ok("PUT", f"/jobtemplates/{template}", {"Content": CONTENT})
    assert (pushed["Version"], pushed["DefaultVersion"], pushed["VersionCreated"]) == (2, 1, True)
    assert pushed["GmtModifyTime"] == "2026-03-01T12:01:00Z"
    assert "Constraints" not in wire.ok("GET", f"/jobtemplates/{template}", Version=2)["Versions"][0]
    pushed = wire.ok("PUT", f"/jobtemplates/{template}", {"Content": CONTENT, "SetAsDefault": True})
    assert (pushed["Version"], pushed["DefaultVersion"]) == (3, 3)


def test_updates_without_content_change_in_place(wire: Wire, clock: ManualClock) -> None:
    template = wire.template(Description="old", Metadata={"a": 1, "b": 2})
    clock.advance(60)
    changed = wire.ok("PUT", f"/jobtemplates/{template}", {"TemplateName": "new", "Metadata": {"a": 3}})
    assert (changed["VersionCreated"], changed["Version"]) == (False, 1)
    now = wire.ok("GET", f"/jobtemplates/{template}")
    assert (now["TemplateName"], now["Metadata"], now["Description"]) == ("new", {"a": 3}, "old")
    wire.ok("PUT", f"/jobtemplates/{template}", {"Description": "", "Metadata": {}})
    now = wire.ok("GET", f"/jobtemplates/{template}")
    assert (now["Description"], now["Metadata"]) == ("", {})
    assert wire.refused("PUT", f"/jobtemplates/{template}", {"Constraints": {}}) == (
        400,
        "InvalidParameter.Constraints",
    )


def test_silent_no_ops_of_update(wire: Wire, clock: ManualClock) -> None:
    template = wire.template()
    clock.advance(60)
    for body in ({"version": 7}, {"SetAsDefault": True}, {}):
        answer = wire.ok("PUT", f"/jobtemplates/{template}", body)
        assert answer["VersionCreated"] is False
    assert wire.ok("GET", f"/jobtemplates/{template}")["GmtModifyTime"] == "2026-03-01T12:00:00Z"


def test_the_default_can_be_any_existing_version(wire: Wire) -> None:
    template = wire.template()
    wire.ok("PUT", f"/jobtemplates/{template}", {"Content": CONTENT, "SetAsDefault": True})
    path = f"/jobtemplates/{template}/defaultversion"
    assert wire.ok("PUT", path, {"Version": 1})["DefaultVersion"] == 1
    assert wire.ok("PUT", path, {"Version": 1})["DefaultVersion"] == 1
    assert wire.refused("PUT", path, {"Version": 3}) == (404, "NotFound.JobTemplateVersion")
    assert wire.refused("PUT", path, {"Version": "1"}) == (400, "InvalidParameter.Version")
    assert wire.refused("PUT", path, {"Version": True}) == (400, "InvalidParameter.Version")
    assert wire.refused("PUT", path, {}) == (400, "InvalidParameter.Version")


def test_listing_pages_filters_and_orders(wire: Wire, emulator: Emulator, clock: ManualClock) -> None:
    for index in range(25):
        clock.advance(1)
        emulator.store.create_template(f"Train-{index:02}", description=f"run {index}")
    emulator.store.create_template("elsewhere", workspace="2002")
    first = wire.ok("GET", "/jobtemplates", WorkspaceId="1001")
    assert (first["TotalCount"], first["PageNumber"], first["PageSize"], len(first["JobTemplates"])) == (25, 1, 10, 10)
    assert first["JobTemplates"][0]["TemplateName"] == "Train-24"
    assert not {"Content", "Constraints", "Versions"} & set(first["JobTemplates"][0])
    last = wire.ok("GET", "/jobtemplates", WorkspaceId="1001", PageNumber=3, PageSize=10, Order="asc")
    assert [t["TemplateName"] for t in last["JobTemplates"]] == [f"Train-{i}" for i in range(20, 25)]
    past = wire.ok("GET", "/jobtemplates", WorkspaceId="1001", PageNumber=9)
    assert (past["TotalCount"], past["JobTemplates"]) == (25, [])
    fuzzy = wire.ok("GET", "/jobtemplates", WorkspaceId="1001", TemplateName="RAIN-1")
    assert fuzzy["TotalCount"] == 10
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001", Description="RUN 24")["TotalCount"] == 1
    one = first["JobTemplates"][0]["TemplateId"]
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001", TemplateId=one)["TotalCount"] == 1
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="2002")["TotalCount"] == 1


@pytest.mark.parametrize(
    "query",
    [{"PageNumber": 0}, {"PageSize": 0}, {"PageSize": 101}, {"PageSize": "x"}, {"SortBy": "Name"}, {"Order": "up"},
     {"Nme": "x"}, {"PageNumber": "9" * 40}, {"WorkspaceId": ""}],
)  # fmt: skip
def test_bad_listing_parameters_are_refused(wire: Wire, query: dict[str, object]) -> None:
    assert wire.refused("GET", "/jobtemplates", **{"WorkspaceId": "1001", **query})[0] == 400


def test_old_templates_are_always_listed(wire: Wire, emulator: Emulator, clock: ManualClock) -> None:
    emulator.store.create_template("old", created=clock.now() - 900 * 86400)
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 1


def test_a_template_in_use_stays_until_its_jobs_are_gone(wire: Wire, emulator: Emulator, clock: ManualClock) -> None:
    template = wire.template()
    job = emulator.store.create_job(template_id=template, created=clock.now() - 400 * 86400)
    status, answer = wire.call("DELETE", f"/jobtemplates/{template}")
    assert (status, answer["Code"]) == (400, "BadRequest")
    assert template in answer["Message"]
    wire.ok("DELETE", f"/jobs/{job}")
    assert wire.ok("DELETE", f"/jobtemplates/{template}")["TemplateId"] == template
    assert wire.refused("DELETE", f"/jobtemplates/{template}") == (404, "NotFound.JobTemplate")
    assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 0


def test_the_in_use_refusal_and_unique_names_follow_the_profile(with_profile: With) -> None:
    emulator, wire = with_profile(
        in_use_status=409, in_use_code="Conflict.JobTemplateInUse", unique_template_names=True
    )
    template = wire.template("a")
    emulator.store.create_job(template_id=template)
    assert wire.refused("DELETE", f"/jobtemplates/{template}") == (409, "Conflict.JobTemplateInUse")
    body = {"TemplateName": "a", "Content": CONTENT, "WorkspaceId": "1001"}
    assert wire.refused("POST", "/jobtemplates", body)[0] == 409


def test_names_may_repeat(wire: Wire) -> None:
    assert wire.template("same") != wire.template("same")


def test_last_used_time_appears_with_the_first_job(wire: Wire, clock: ManualClock, with_profile: With) -> None:
    template = wire.template()
    assert "LastUsedTime" not in wire.ok("GET", f"/jobtemplates/{template}")
    clock.advance(30)
    wire.refused("POST", "/jobs", {"TemplateId": template, "DisplayName": "not a name"})
    assert "LastUsedTime" not in wire.ok("GET", f"/jobtemplates/{template}")
    wire.ok("POST", "/jobs", {"TemplateId": template, "DisplayName": "j"})
    used = wire.ok("GET", f"/jobtemplates/{template}")
    assert (used["LastUsedTime"], used["GmtModifyTime"]) == ("2026-03-01T12:00:30Z", "2026-03-01T12:00:00Z")
    emulator, silent = with_profile(omit_last_used_time=True)
    emulator.store.create_job(template_id=silent.template())
    (listed,) = silent.ok("GET", "/jobtemplates", WorkspaceId="1001")["JobTemplates"]
    assert "LastUsedTime" not in listed


def test_readers_lag_behind_writes(with_profile: With) -> None:
    _, wire = with_profile(lag_looks=2)
    template = wire.template()
    for _ in range(2):
        assert wire.refused("GET", f"/jobtemplates/{template}") == (404, "NotFound.JobTemplate")
    assert wire.ok("GET", f"/jobtemplates/{template}")["DefaultVersion"] == 1
    wire.ok("PUT", f"/jobtemplates/{template}", {"Content": CONTENT, "SetAsDefault": True})
    seen = [wire.ok("GET", f"/jobtemplates/{template}", Version="all")["TotalCount"] for _ in range(3)]
    assert seen == [1, 1, 2]
    wire.template("second")
    totals = [wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] for _ in range(3)]
    assert totals == [1, 1, 2]


def test_generic_codes_profile(with_profile: With) -> None:
    _, wire = with_profile(error_codes="generic")
    assert wire.refused("GET", "/jobtemplates/tplnone") == (404, "NotFound")
    assert wire.refused("POST", "/jobtemplates", {}) == (400, "BadRequest")
