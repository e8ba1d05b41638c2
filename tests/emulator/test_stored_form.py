"""What the service may do to texts and contents before it stores them, and listings that show new objects late."""

from __future__ import annotations

import json
from collections.abc import Callable

from reconciler.emulator import Emulator, ManualClock

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]


def test_names_and_texts_are_stored_as_the_habits_say(with_profile: With) -> None:
    _, wire = with_profile(name_habits=frozenset({"trim", "lower"}), text_habits=frozenset({"trim", "nfc"}))
    template = wire.template(" Cafe ", Description="cafe\u0301\n", Metadata={"team": "vision "})
    shown = wire.ok("GET", f"/jobtemplates/{template}")
    assert (shown["TemplateName"], shown["Description"]) == ("cafe", "caf\u00e9")
    assert shown["Metadata"] == {"team": "vision"}
    wire.ok("PUT", f"/jobtemplates/{template}", {"TemplateName": "OTHER "})
    assert wire.ok("GET", f"/jobtemplates/{template}")["TemplateName"] == "other"
    board = wire.ok("POST", "/tensorboards", {"DisplayName": " B ", "DataSourceId": "d-a", "SummaryPath": "/a"})
    assert wire.ok("GET", f"/tensorboards/{board['TensorboardId']}")["DisplayName"] == "b"


def test_defaults_are_written_into_stored_contents(with_profile: With) -> None:
    fill_ins = {"Settings.EnableRDMA": False, "JobSpecs[].Priority": 1, "JobType": "TFJob"}
    _, wire = with_profile(fill_ins=fill_ins, key_order="sorted")
    content = {**json.loads(CONTENT), "Settings": None}
    for given in (content, json.dumps(content)):
        template = wire.template("t", Content=given)
        stored = wire.ok("GET", f"/jobtemplates/{template}")["Versions"][0]["Content"]
        assert isinstance(stored, type(given))
        tree = json.loads(stored) if isinstance(stored, str) else stored
        assert tree["Settings"] == {"EnableRDMA": False}
        assert tree["JobSpecs"][0] == {**content["JobSpecs"][0], "Priority": 1}
        assert tree["JobType"] == "PyTorchJob"
        assert list(tree) == sorted(tree)
        wire.ok("PUT", f"/jobtemplates/{template}", {"Content": given})
        later = wire.ok("GET", f"/jobtemplates/{template}", Version=2)["Versions"][0]["Content"]
        assert later == stored


def test_a_listing_shows_new_objects_late_but_an_id_finds_them_at_once(with_profile: With, clock: ManualClock) -> None:
    _, wire = with_profile(listing_delay=90.0)
    template = wire.template("late")
    board = wire.ok("POST", "/tensorboards", {"DisplayName": "b", "DataSourceId": "d-a", "SummaryPath": "/a"})

    def counts() -> tuple[int, int]:
        templates = wire.ok("GET", "/jobtemplates", WorkspaceId="1001")
        return templates["TotalCount"], wire.ok("GET", "/tensorboards", WorkspaceId="1001")["TotalCount"]

    assert counts() == (0, 0)
    assert wire.ok("GET", f"/jobtemplates/{template}")["TemplateName"] == "late"
    assert wire.ok("GET", f"/tensorboards/{board['TensorboardId']}")["DisplayName"] == "b"
    clock.advance(91)
    assert counts() == (1, 1)
