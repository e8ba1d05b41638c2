"""`ci notify` on every receiver: what people read, what counts as arrived, and that no token is ever seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ci.loopback import Hang, Reply, serving
from ci.test_ci_commands import HOSTILE, a_plan, action
from support.commands import Ended, command

from notify.chats import CHATS, NOW, SECRET, TOKEN, Chat
from reconciler.codes import finding
from reconciler.fleet.codec import dumps, fleet_id
from reconciler.model import Failure, Fleet, Plan, Proving, Target, Verb, Verification
from reconciler.notify import RECEIVERS, destination_of, news_of, receiver_named, sending, told
from reconciler.notify.receiver import Post
from reconciler.plan.codec import plan_id

Run = Callable[..., Ended]
SIGNING = ("dingtalk", "feishu")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been slept; the moment is always the same, and no job runs."""
    slept: list[float] = []
    bounds = replace(sending.bounds_of_a_message(), sleep=slept.append, now=lambda: float(NOW))
    monkeypatch.setattr(sending, "bounds_of_a_message", lambda: bounds)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    return slept


@pytest.fixture(params=CHATS)
def chat(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    yield from _served(request.param, monkeypatch)


def _served(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    made = CHATS[name]()
    with serving(made):
        monkeypatch.setenv("DLC_RECONCILER_NOTIFY_URL", made.address)
        yield made


@pytest.fixture
def tell(tmp_path: Path) -> Run:
    """Run `ci notify` on a plan, telling the receiver of this class."""

    def run(chat: Chat, plan: Plan | Fleet, *arguments: str | Path) -> Ended:
        file = tmp_path / "plan.json"
        file.write_text(dumps(plan), encoding="utf-8")
        words = ("--to", name_of(chat), "--artifact-url", "https://x/a")
        ended = command("ci", "notify", file, *words, *arguments)
        for secret in (TOKEN, SECRET, chat.path):
            assert secret not in ended.text
        return ended

    return run


def name_of(chat: Chat) -> str:
    return next(name for name, made in CHATS.items() if made is type(chat))


def report(folder: Path, plan: Plan, *statuses: str) -> Path:
    outcomes = [
        {"action": str(each.key), "status": status, "detail": "", "writes": 1}
        for each, status in zip(plan.actions, statuses, strict=True)
    ]
    file = folder / "report.json"
    file.write_text(json.dumps({"plan_id": plan_id(plan), "outcomes": outcomes}), encoding="utf-8")
    return file


def test_a_plan_is_three_lines_and_what_is_dangerous_comes_first(
    chat: Chat, tell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "GITLAB_CI": "true",
        "CI_COMMIT_SHA": "1a2b3c4d5e6f7a8b",
        "CI_PROJECT_URL": "https://code.example/acme",
        "CI_PIPELINE_ID": "12",
        "CI_JOB_URL": "https://code.example/acme/-/jobs/9",
    }.items():
        monkeypatch.setenv(name, value)
    done = tell(chat, a_plan(action("new"), action("old", Verb.DELETE), action("moved", Verb.PROMOTE)))
    assert (done.code, done.err) == (0, "")
    (text,) = chat.texts
    lines = [line for line in text.split("\n") if line]
    assert len(lines) == 3
    assert "Takes away 1 live object." in lines[0]
    assert "dlc-reconciler: plan of vision for prod (cn-shanghai, workspace 2002)" in lines[0]
    assert lines[1] == (
        "Plan: 1 to create, 1 promotion, 1 to delete, 0 unchanged: "
        "delete JobTemplate/old, promote JobTemplate/moved, create JobTemplate/new"
    )
    assert re.search(r"Commit 1a2b3c4d5e6f.* · .*#12.* · .*The whole plan.* · \d{4}-\d\d-\d\d \d\d:\d\d UTC", lines[2])
    shown = text + json.dumps(chat.bodies)
    for link in ("https://code.example/acme/-/commit/1a2b3c4d5e6f7a8b", "https://code.example/acme/-/jobs/9"):
        assert link in shown


def test_a_program_gets_a_document(tell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for chat in _served("webhook", monkeypatch):
        tell(chat, a_plan(action("new")))
        (body,) = chat.bodies
        assert (body["event"], body["project"], body["target"]) == ("plan", "vision", "prod")
        assert body["links"] == {"The whole plan": "https://x/a"}
        assert body["format_version"] == "1.0"


@pytest.mark.parametrize("status", ["failed", "held"])
def test_an_apply_says_first_what_did_not_become(chat: Chat, tell: Run, tmp_path: Path, status: str) -> None:
    plan = a_plan(action("a"), action("b"))
    done = tell(chat, plan, "--report", report(tmp_path, plan, "done", status))
    assert done.code == 0
    (text,) = chat.texts
    assert "Not everything is done: part of it was written." in text
    assert ("1 version did not prove itself." in text) is (status == "held")
    assert f"Apply: 1 {status}, 1 done: {status} create JobTemplate/b, done create JobTemplate/a" in text


def test_nothing_to_do_is_not_told_and_a_blocked_plan_is(chat: Chat, tell: Run) -> None:
    assert tell(chat, a_plan()).out == "Nothing to tell.\n"
    assert chat.seen == []
    blocked = replace(a_plan(), findings=(finding("DLC201", "too many deletions"),))
    assert tell(chat, blocked).code == 0
    (text,) = chat.texts
    assert "Blocked by 1 error: apply refuses this plan." in text
    assert "DLC201" in text


def test_a_version_that_is_held_is_told(chat: Chat, tell: Run) -> None:
    held = replace(action("a", Verb.VERIFY), verification=Verification(state=Proving.HELD, cause="OOM", job="dlc1"))
    tell(chat, a_plan(held))
    assert "Holds back 1 version that did not prove itself." in chat.texts[0]


def test_texts_of_others_mean_nothing_in_a_chat(chat: Chat, tell: Run) -> None:
    names = ("<@all>", "[free](https://evil.example)", "<!channel>", "**b**", HOSTILE, "@alle")
    where = Target(name="p*[x]", region="cn", workspace_id="<@1>")
    plan = replace(a_plan(*map(action, names)), project="v <@u> [x](http://e)", target=where)
    assert tell(chat, plan).code == 0
    (text,) = chat.texts
    if type(chat) is CHATS["feishu"]:
        return  # no letter of a tagged piece has a meaning
    shown = text.replace("[The whole plan](https://x/a)", "").replace("<https://x/a|The whole plan>", "")
    assert not re.search(r"[<\[@]|\x1b|\u202e|://", shown if type(chat) is not CHATS["webhook"] else "")


def test_the_longest_plan_fits_every_receiver(chat: Chat, tell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer objects are named where a receiver takes less; what is told of all of them stays."""
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_PIPELINE_ID", "12")
    monkeypatch.setenv("CI_JOB_URL", f"https://code.example/{'x' * 500}")
    monkeypatch.setenv("CI_COMMIT_SHA", "1a2b3c4d5e6f")
    monkeypatch.setenv("CI_PROJECT_URL", f"https://code.example/{'x' * 500}")
    names = [f"{'🦊' * 200}{number}" for number in range(300)]
    plan = replace(a_plan(*map(action, names)), project="项🦊" * 500)
    done = tell(chat, plan)
    assert (done.code, len(chat.texts)) == (0, 1), done.err
    assert "300 to create" in chat.texts[0]
    assert (chat.texts[0].count("create JobTemplate") < 10) is (type(chat) is CHATS["wecom"])


# ---- signing ----


@pytest.mark.parametrize("name", SIGNING)
def test_a_signature_is_asked_for_and_given(name: str, tell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for chat in _served(name, monkeypatch):
        chat.signed = True
        unsigned = tell(chat, a_plan(action("a")), "--strict")
        assert (unsigned.code, chat.texts) == (1, [])
        assert "DLC_RECONCILER_NOTIFY_SECRET" in unsigned.err
        monkeypatch.setenv("DLC_RECONCILER_NOTIFY_SECRET", SECRET)
        assert tell(chat, a_plan(action("a")), "--strict").code == 0
        assert len(chat.texts) == 1
        monkeypatch.setenv("DLC_RECONCILER_NOTIFY_SECRET", f"{SECRET}x")
        assert tell(chat, a_plan(action("a")), "--strict").code == 1


DINGTALK_SIGN = "7gwoBEKDkZtDzD1cr6F03oz3PaOdKHCwdZbCGBJ5DVM="
FEISHU_SIGN = "SNbe1VLpgXe6aQsksGL71Q3XqgQ1jXf0/Bx98mw82+w="


def test_known_signatures() -> None:
    """By openssl: `printf '1772342580000\\nSECx' | openssl dgst -sha256 -hmac SECx -binary | base64`, and its like."""
    dingtalk, feishu = receiver_named("dingtalk").sign, receiver_named("feishu").sign
    assert dingtalk is not None
    assert feishu is not None
    post = Post(body={"a": 1})
    assert dingtalk(post, "SECx", NOW).query == {"timestamp": "1772342580000", "sign": DINGTALK_SIGN}
    assert feishu(post, "SECx", NOW).body == {"timestamp": "1772342580", "sign": FEISHU_SIGN, "a": 1}


# ---- failing receivers ----


REFUSALS = {
    "dingtalk": Reply(200, {"errcode": 300001, "errmsg": f"invalid token {TOKEN}"}),
    "feishu": Reply(200, {"code": 19001, "msg": f"param invalid {TOKEN}"}),
    "wecom": Reply(200, {"errcode": 93000, "errmsg": f"invalid webhook url {TOKEN}"}),
    "slack": Reply(200, raw=b"invalid_payload"),
    "webhook": Reply(403, {"message": f"no {TOKEN}"}),
}
ODD = (
    Reply(200, raw=b"<html>log in</html>"),
    Reply(200, raw=b""),
    Reply(500, {"errmsg": TOKEN}),
    Reply(302, headers={"Location": "https://elsewhere.example/"}),
    Hang(),
)


def test_a_receiver_that_says_no_is_a_warning_and_strict_makes_it_an_error(
    chat: Chat, tell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = replace(sending.bounds_of_a_message(), read=0.15)
    monkeypatch.setattr(sending, "bounds_of_a_message", lambda: impatient)
    name = name_of(chat)
    odd = ODD if name != "webhook" else ODD[2:]
    for fault in (REFUSALS[name], *odd):
        for strict in ((), ("--strict",)):
            chat.misbehave("POST", fault)
            done = tell(chat, a_plan(action("a")), *strict)
            assert done.code == (1 if strict else 0), done.err
            assert done.err.startswith("error: " if strict else "warning: not told: "), done.err
            assert "Told" not in done.out
            assert len(done.err.strip().splitlines()) <= 2
    assert chat.texts == []
    assert len(chat.calls("POST")) == 2 * (1 + len(odd)), "a message whose answer is lost is not sent again"


def test_too_many_messages_are_waited_for_where_that_is_soon(chat: Chat, tell: Run, waits: list[float]) -> None:
    soon = type(chat) not in (CHATS["dingtalk"], CHATS["wecom"])
    chat.silent = 1
    done = tell(chat, a_plan(action("a")), "--strict")
    if soon:
        assert (done.code, waits, len(chat.texts)) == (0, [1.0], 1)
        chat.silent = 9
        done = tell(chat, a_plan(action("a")), "--strict")
    assert (done.code, "got too many messages" in done.err) == (1, True), done.err


def test_a_receiver_that_is_not_there(tell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = CHATS["dingtalk"]()
    monkeypatch.setenv("DLC_RECONCILER_NOTIFY_URL", f"http://127.0.0.1:9{chat.path}")
    done = tell(chat, a_plan(action("a")))
    assert (done.code, "warning: not told: DingTalk cannot be reached" in done.err) == (0, True)


# ---- the address ----


@pytest.mark.parametrize(
    ("to", "address", "said"),
    [
        ("dingtalk", "", "DLC_RECONCILER_NOTIFY_URL is not set"),
        ("dingtalk", f"https://evil.example/{TOKEN}", "is no address of DingTalk: those begin with https://oapi.ding"),
        ("dingtalk", f"https://hooks.slack.com/{TOKEN}", "is no address of DingTalk"),
        ("feishu", f"https://open.feishu.cn:8443/{TOKEN}", "is no address of Feishu"),
        ("wecom", f"https://qyapi.weixin.qq.com.evil.example/{TOKEN}", "is no address of WeCom"),
        ("slack", f"https://u:{TOKEN}@hooks.slack.com/", "is not an address"),
        ("slack", f"http://hooks.slack.com/{TOKEN}", "is plain HTTP on another machine"),
        ("webhook", f"http://chat.example/{TOKEN}", "is plain HTTP on another machine"),
        ("webhook", f"{TOKEN}", "is not an address"),
        ("webhook", f"https://chat.example/a b{TOKEN}", "is not an address"),
        ("webhook", f"https://chat.example/#{TOKEN}", "is not an address"),
    ],
)
def test_a_wrong_address_is_named_and_not_repeated(
    to: str, address: str, said: str, tell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLC_RECONCILER_NOTIFY_URL", address)
    chat = CHATS[to]()
    done = tell(chat, a_plan(action("a")))
    assert (done.code, said in done.err) == (64, True), done.err
    assert address == "" or address not in done.text


def test_known_hosts_are_taken_and_webhook_takes_any() -> None:
    for receiver in RECEIVERS:
        for host in receiver.hosts or ("chat.example:8443",):
            found = destination_of(receiver, {"DLC_RECONCILER_NOTIFY_URL": f"https://{host}/x?y={TOKEN}"})
            assert found.address.netloc == host
            assert TOKEN in found.unsaid
            assert TOKEN not in repr(found)


# ---- many targets ----


def many(**targets: str) -> Fleet:
    """Plans of targets with templates that are made there, a letter each; "-" stands for a target without a plan."""
    plans = tuple(a_plan(*map(action, names), target=target) for target, names in targets.items() if names != "-")
    down = (Failure(target=name, code="unreachable", message="no answer") for name, it in targets.items() if it == "-")
    return Fleet(project="vision", chosen="all", plans=plans, failed=tuple(down))


def test_many_targets_are_one_message_and_the_worst_comes_first(chat: Chat, tell: Run) -> None:
    fleet = many(east="ab", west="-", north="")
    worst = a_plan(action("old", Verb.DELETE), target="south")
    done = tell(chat, replace(fleet, plans=(*fleet.plans, worst)))
    assert done.code == 0, done.text
    (text,) = chat.texts
    first, second = [line for line in text.split("\n") if line][:2]
    assert "No plan for 1 target of 4. Takes away 1 live object on 1 target." in first
    assert "dlc-reconciler: plan of vision for all (4 targets)" in first
    assert second == (
        "Plan: 4 targets: 2 to create, 1 to delete, 0 unchanged; 1 without a plan: west: failed (unreachable), "
        "south: delete JobTemplate/old, east: create JobTemplate/a, east: create JobTemplate/b"
    )
    assert tell(chat, many(east="", west="")).out == "Nothing to tell.\n"


def test_an_apply_on_many_targets(chat: Chat, tell: Run, tmp_path: Path) -> None:
    fleet = many(east="a", west="b")
    rows = [
        {
            "target": {"name": plan.target.name},
            "interrupted": False,
            "outcomes": [{"action": str(plan.actions[0].key), "status": status, "detail": "", "writes": 1}],
        }
        for plan, status in zip(fleet.plans, ("done", "failed"), strict=True)
    ]
    file = tmp_path / "report.json"
    told = {"fleet_id": fleet_id(fleet), "reports": rows, "failed": [], "interrupted": False}
    file.write_text(json.dumps(told), encoding="utf-8")
    done = tell(chat, fleet, "--report", file)
    assert done.code == 0, done.text
    (text,) = chat.texts
    assert "Not everything is done: part of it was written." in text
    assert "Applied on 2 targets: 1 done, 1 failed: west: failed create JobTemplate/b" in text


def test_drift_of_many_targets_is_told_once(chat: Chat, tell: Run, tmp_path: Path) -> None:
    kept = ("--drift", "--cache-dir", tmp_path / "cache")
    for fleet in (many(east="a", west=""), many(east="a", west=""), many(east="a", west="-"), many(east="", west="")):
        assert tell(chat, fleet, *kept).code == 0
    told = [re.search(r"(No drift any more|More drift|Drift)", text)[1] for text in chat.texts]  # type: ignore[index]
    assert told == ["Drift", "More drift", "No drift any more"]


# ---- drift ----


def test_drift_is_told_when_it_comes_grows_and_goes(chat: Chat, tell: Run, tmp_path: Path) -> None:
    kept = ("--drift", "--cache-dir", tmp_path / "cache")
    plans = [a_plan(), *(a_plan(*map(action, names)) for names in ("a", "a", "ab", "b", "ab", "", "", "a"))]
    said = [tell(chat, plan, *kept).out for plan in plans]
    assert [len(text.split(".")[0]) > 0 for text in said]
    told = [re.search(r"(No drift any more|More drift|Drift)", text)[1] for text in chat.texts]  # type: ignore[index]
    assert told == ["Drift", "More drift", "More drift", "No drift any more", "Drift"]
    assert said.count("Nothing new to tell: this drift was told before.\n") == 2
    assert said.count("Nothing to tell.\n") == 2
    (file,) = (tmp_path / "cache" / "told").iterdir()
    assert "JobTemplate" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("[]", encoding="utf-8")
    assert tell(chat, a_plan(action("a")), *kept).out.startswith("Told"), "what cannot be read was never told"


def test_drift_that_did_not_arrive_is_told_again(chat: Chat, tell: Run, tmp_path: Path) -> None:
    kept = ("--drift", "--told", tmp_path / "told.json")
    chat.misbehave("POST", Reply(500))
    assert tell(chat, a_plan(action("a")), *kept).code == 0
    assert not (tmp_path / "told.json").exists()
    tell(chat, a_plan(action("a")), *kept)
    assert len(chat.texts) == 1


def test_a_part_of_a_target_says_nothing_about_drift(chat: Chat, tell: Run) -> None:
    done = tell(chat, replace(a_plan(action("a")), selection=("team=vision",)), "--drift")
    assert (done.code, "a part of the target" in done.err) == (64, True)
    assert tell(chat, a_plan(), "--drift", "--report", "x.json").code == 64


def test_news_of_drift() -> None:
    a, ab = told.digests(["a"]), told.digests(["a", "b"])
    none: frozenset[str] = frozenset()
    cases = ((none, none), (none, a), (a, a), (a, ab), (ab, a), (a, none))
    assert [news_of(before, now).value for before, now in cases] == [
        "nothing", "opened", "same", "grew", "same", "closed",
    ]  # fmt: skip
    assert told.read(told.written(ab)) == ab
    for text in ("", "{}", "[]", '{"drift": 1}', "[" * 100_000):
        assert told.read(text) == none
