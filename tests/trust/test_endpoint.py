"""Where a project file may send a plan, and that nothing goes there when it may not.

Everybody with a branch may write the project file; its plan runs with credentials.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live.raw import LIST_OK, RawServer, answer
from support.commands import Ended, command
from support.project import ProjectFolder
from urllib3.util import parse_url

from reconciler.emulator import Emulator, Profile
from reconciler.errors import UsageError
from reconciler.live import CredentialsSpec, Source, connect
from reconciler.live.endpoint import address_of
from reconciler.lock import LockSpec, lease_on
from reconciler.model import Target
from reconciler.model.address import (
    EMULATOR,
    Address,
    AddressError,
    is_region,
    may_stand_in_a_project,
    network_of,
    parse_address,
)
from reconciler.render.place import place_of, warning_of

REGION = "cn-hangzhou"
KEY = "LTAIcanarykey"
SECRET = "canary-secret-of-this-run"
OWN = [
    *("pai-dlc.cn-hangzhou.aliyuncs.com", "https://pai-dlc.cn-hangzhou.aliyuncs.com"),
    *("pai-dlc-vpc.cn-hangzhou.aliyuncs.com", "pai-dlc-internal.cn-hangzhou.aliyuncs.com", "pai-dlc.aliyuncs.com"),
    *("aiworkspace.cn-hangzhou.aliyuncs.com", "https://aiworkspace-vpc.cn-hangzhou.aliyuncs.com/"),
    *("aiworkspace-internal.cn-hangzhou.aliyuncs.com", "aiworkspace.aliyuncs.com"),
]
THIS_MACHINE = ["http://127.0.0.1:8700", "http://127.8.9.10:1", "http://localhost:8700", "https://127.0.0.1:8443"]
ELSEWHERE = [
    *("https://elsewhere.example", "elsewhere.example", "elsewhere.example:443", "http://elsewhere.example"),
    # Other hosts below aliyuncs.com belong to customers, and a name that only contains ours to anybody.
    *("https://bucket.oss-cn-hangzhou.aliyuncs.com", "pai-dlc.oss-cn-hangzhou.aliyuncs.com", "aliyuncs.com"),
    *("pai-dlc.cn-shanghai.aliyuncs.com", "pai-dlc-vpc.aliyuncs.com", "pai-dlc-evil.cn-hangzhou.aliyuncs.com"),
    *(
        "pai-dlc.cn-hangzhou.aliyuncs.com.elsewhere.example",
        "pai-dlc-cn-hangzhou.aliyuncs.com",
        "xpai-dlc.aliyuncs.com",
    ),
    *("pai-dlc.cn-hangzhou.aliyuncs.com.", "https://pai-dlc.cn-hangzhou.aliyuncs.com:8443"),
    *("https://pai-dlc.cn-hangzhou.aliyuncs.com:443", "http://pai-dlc.cn-hangzhou.aliyuncs.com"),
    # What one program reads as one host and another program as another one.
    *("https://evil.example\\.aliyuncs.com", "https://evil.example\\@pai-dlc.cn-hangzhou.aliyuncs.com"),
    *("https://pai-dlc.cn-hangzhou.aliyuncs.com@evil.example", "https://u:p@pai-dlc.cn-hangzhou.aliyuncs.com"),
    *("https://evil.example#.pai-dlc.cn-hangzhou.aliyuncs.com", "https://evil.example?pai-dlc.aliyuncs.com"),
    *("https://evil.example/pai-dlc.aliyuncs.com", "https://pai-dlc.cn-hangzhou.aliyuncs.com/path"),
    *("https://pai-dlc.cn-hangzhou.aliyuncs.com//evil.example", "//evil.example", "https:pai-dlc.aliyuncs.com"),
    *(
        "https:///evil.example",
        "https://evil.example;pai-dlc.aliyuncs.com",
        "https://evil.example,pai-dlc.aliyuncs.com",
    ),
    *("PAI-DLC.cn-hangzhou.aliyuncs.com", "https://pai-dlc.cn-hangzhou.aliyuncs.COM", "HTTPS://pai-dlc.aliyuncs.com"),
    *("pai-dlc.cn-hangzhou.aliyuncs.com\n", "pai-dlc.cn-hangzhou\t.aliyuncs.com", " pai-dlc.aliyuncs.com"),
    *("pai-dlc.aliyuncs.com\u3002evil.example", "p\u0430i-dlc.cn-hangzhou.aliyuncs.com", "pai-dlc.aliyun\u017fs.com"),
    *("xn--pai-dlc-9za.cn-hangzhou.aliyuncs.com", "evil%2eexample", "https://pai-dlc.aliyuncs.com%00.evil.example"),
    *("pai-dlc..aliyuncs.com", "-pai-dlc.aliyuncs.com", "pai_dlc.aliyuncs.com", "*.aliyuncs.com", ".aliyuncs.com"),
    # This machine and others in spellings that not everybody reads alike.
    *(
        "http://0x7f.1",
        "http://127.1",
        "http://127.0.0.01",
        "http://0177.0.0.1",
        "http://2130706433",
        "http://0x7f000001",
    ),
    *(
        "http://127.0.0.1.",
        "http://[::1]:8700",
        "http://[::ffff:127.0.0.1]:8700",
        "http://[0:0:0:0:0:0:0:1]:1",
        "[::1]",
    ),
    *("http://[::1%25lo]:1", "http://0.0.0.0:1", "http://0:1", "http://169.254.169.254", "https://169.254.169.254"),
    *(
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://evil.localhost:1",
        "http://127.0.0.1:0",
    ),
    *("http://127.0.0.1:65536", "http://127.0.0.1:+80", "http://127.0.0.1:\u0668\u0660", "http://127.0.0.1:080"),
    *("http://127.0.0.1:80:90", "http://127.0.0.1@evil.example", "http://user@127.0.0.1:1", "http://127.0.0.1:1/path"),
    *("ftp://127.0.0.1", "file:///etc/passwd", "unix:///var/run/docker.sock", "Emulator", "emulator ", "emulator:80"),
]
REGIONS = [
    *(
        "x.evil.example/",
        "evil.example#",
        "evil.example?",
        "evil.example\\",
        "u@evil.example",
        "cn-hangzhou.evil.example",
    ),
    *("cn-hangzhou/", "cn-hangzhou\n", " cn-hangzhou", "CN-hangzhou", "cn_hangzhou", "cn-hangzhou-", "-cn", "cn--x"),
    *(
        "oss-cn-hangzhou",
        "oss",
        "rds",
        "cn-h\u0430ngzhou",
        "cn-hangzhou%2f",
        "..",
        "cn",
        "cn-" + "x" * 60,
        "cn-hangzhou:443",
    ),
]


@pytest.fixture
def nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Real looking credentials, and what a command tried to look up or to connect to."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    called: list[object] = []

    def refuse(*arguments: object, **_: object) -> object:
        called.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    yield called
    assert called == []


def target(**fields: str) -> dict[str, dict[str, str]]:
    return {"test": {"region": REGION, "workspaceId": "1001", **fields}}


def refused(ended: Ended, code: str) -> None:
    """One clear finding with its place, the reason and the way out; no traceback, nothing secret."""
    assert ended.code == 1, ended.text
    assert f": error {code}: " in ended.text or f" {code} " in ended.text, ended.text
    assert "reconciler.yaml:" in ended.text
    assert "Traceback" not in ended.text
    assert SECRET not in ended.text


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_an_address_that_a_project_file_may_not_name(
    endpoint: str, tmp_path: Path, nobody_is_called: list[object]
) -> None:
    project = ProjectFolder(tmp_path, targets=target(endpoint=endpoint))
    project.template()
    refused(command("plan", "--project", tmp_path), "DLC028")


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_that_would_make_another_host(region: str, tmp_path: Path, nobody_is_called: list[object]) -> None:
    project = ProjectFolder(tmp_path, targets=target(region=region))
    project.template()
    refused(command("plan", "--project", tmp_path), "DLC027")
    assert not is_region(region)


COMMANDS = {
    "validate": ("validate",),
    "validate --online": ("validate", "--online"),
    "plan": ("plan",),
    "apply": ("apply", "--yes"),
    "apply --lock": ("apply", "--yes", "--lock", "oss://ci-locks/prod"),
    "force-unlock": ("force-unlock", "oss://ci-locks/prod", "--owner", "x"),
    "drift": ("drift",),
    "audit": ("audit",),
    "export": ("export",),
    "history": ("history", "train"),
    "diff": ("diff", "train"),
    "adopt": ("adopt", "train"),
    "launch": ("launch", "train"),
    "jobs": ("jobs", "list"),
    "boards": ("boards", "list"),
    "discover": ("discover", "images"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("fields", [{"endpoint": "https://elsewhere.example"}, {"region": "x.evil.example/"}])
def test_no_command_goes_there(
    name: str, fields: dict[str, str], tmp_path: Path, nobody_is_called: list[object]
) -> None:
    project = ProjectFolder(tmp_path, targets=target(**fields))
    project.template()
    refused(command(*COMMANDS[name], "--project", tmp_path), "DLC028" if "endpoint" in fields else "DLC027")


def test_the_refusal_says_the_way_out(tmp_path: Path, nobody_is_called: list[object]) -> None:
    ProjectFolder(tmp_path, targets=target(endpoint="https://user:canary-word@elsewhere.example")).template()
    ended = command("validate", "--project", tmp_path)
    assert "--endpoint" in ended.text
    assert "DLC_RECONCILER_ENDPOINT" in ended.text
    assert "names a user" in ended.text
    assert "canary-word" not in ended.text


@pytest.mark.parametrize("endpoint", [*OWN, *THIS_MACHINE, EMULATOR])
def test_what_a_project_file_may_name(endpoint: str, tmp_path: Path, nobody_is_called: list[object]) -> None:
    ProjectFolder(tmp_path, targets=target(endpoint=endpoint)).template()
    ended = command("validate", "--project", tmp_path)
    assert (ended.code, "DLC028" in ended.text) == (0, False), ended.text


WORDS = st.lists(
    st.sampled_from(
        [*"./:@#?\\%[]-0 \t\n", "pai-dlc", "aiworkspace", "-vpc", "cn-hangzhou", ".aliyuncs.com", "evil.example",
         "127.0.0.1", "localhost", "https://", "http://", "::1", "0x7f", "\u3002", "xn--a"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(WORDS | st.text(max_size=40))
def test_every_reader_of_an_accepted_address_reads_the_same_host(text: str) -> None:
    """What we call a host is what the client connects to, and what it says to the server."""
    try:
        address = parse_address(text)
    except AddressError:
        return
    whole = text if "://" in text else f"https://{text}"
    assert urlsplit(whole).hostname == address.host
    assert parse_url(whole).host == parse_url(address.url).host
    assert (parse_url(whole).port, parse_url(whole).auth) == (address.port, None)
    if may_stand_in_a_project(text, REGION):
        assert address.is_loopback or address.host.endswith(".aliyuncs.com")


@pytest.mark.parametrize("text", ["http://[::1]:8700", "https://[2001:db8::1]:8443", "https://dlc.example:8443"])
def test_the_command_line_may_name_more(text: str) -> None:
    assert parse_address(text).url == text


@pytest.mark.parametrize("trusted", [False, True])
def test_only_the_command_line_lets_a_real_key_go_to_this_machine(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "canary-token")
    with RawServer(*[answer(LIST_OK, status=403)] * 20) as server:
        project = ProjectFolder(tmp_path, targets=target(endpoint=server.url))
        project.template()
        more = ("--endpoint", server.url) if trusted else ()
        for words in (("plan",), ("jobs", "list"), ("drift",), ("audit",), ("validate", "--online")):
            command(*words, "--project", tmp_path, *more)
        assert server.requests
        for seen in server.requests:
            sent = str(seen.headers)
            assert (KEY in sent, "canary-token" in sent) == (trusted, trusted), sent


def test_a_profile_is_no_way_around(tmp_path: Path) -> None:
    """The embedded emulator and a server that the project names get no key of a profile either."""
    folder = tmp_path / ".aliyun"
    folder.mkdir()
    (folder / "config.json").write_text('{"current": "default", "profiles": [{"name": "default"}]}')
    with RawServer(answer(LIST_OK)) as server:
        target = Target(name="t", region=REGION, workspace_id="1", endpoint=server.url)
        import reconciler.kinds.jobtemplate.operations as of_templates  # noqa: PLC0415

        with connect(target, CredentialsSpec(Source.PLACEHOLDER), environ={}, home=tmp_path) as service:
            service.call(of_templates.LIST_JOB_TEMPLATES)
        assert "Credential=loopback," in server.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("endpoint", "dlc", "workspace"),
    [
        ("", None, None),
        ("pai-dlc-vpc.cn-hangzhou.aliyuncs.com", "pai-dlc-vpc.cn-hangzhou.aliyuncs.com",
         "aiworkspace-vpc.cn-hangzhou.aliyuncs.com"),
        ("aiworkspace-internal.cn-hangzhou.aliyuncs.com", "pai-dlc-internal.cn-hangzhou.aliyuncs.com",
         "aiworkspace-internal.cn-hangzhou.aliyuncs.com"),
        ("pai-dlc.aliyuncs.com", "pai-dlc.aliyuncs.com", None),
        ("http://127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1"),
        ("https://gateway.example", "gateway.example", "gateway.example"),
    ],
)  # fmt: skip
def test_each_product_is_called_at_its_own_host(endpoint: str, dlc: str | None, workspace: str | None) -> None:
    place = Target(name="t", region=REGION, workspace_id="1", endpoint=endpoint)
    given = parse_address(endpoint) if endpoint else None
    found = [address_of(product, place, given) for product in ("dlc", "aiworkspace")]
    assert [each and each.netloc for each in found] == [dlc, workspace]


def test_the_official_hosts_that_the_sdk_knows_are_the_services_own() -> None:
    """Also where the SDK's own table has a blank in a host name."""
    from reconciler.live.sdk import open_product  # noqa: PLC0415

    for region in ("cn-hangzhou", "cn-guangzhou", "eu-west-1", "ap-southeast-5", "cn-zhangjiakou", "us-west-1"):
        for service in ("dlc", "aiworkspace"):
            client = open_product(
                service, region=region, endpoint="", protocol="https", credential=None, user_agent="test"
            )
            assert network_of(Address("https", client._endpoint), region) is not None, client._endpoint


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example\\.aliyuncs.com", "http://oss.example", "https://u:canary@h"]
)
def test_the_address_of_a_lock_is_parsed_as_strictly(endpoint: str) -> None:
    with pytest.raises(UsageError, match="--lock-endpoint") as caught:
        lease_on(LockSpec(place="oss://ci-locks/prod", region=REGION, endpoint=endpoint, environ={}))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("region", ["x.evil.example/", "", "oss"])
def test_a_lock_needs_a_region_or_an_address(region: str) -> None:
    with pytest.raises(UsageError, match="is not a region"):
        lease_on(LockSpec(place="oss://ci-locks/prod", region=region, environ={}))


def test_init_writes_no_address_that_the_file_may_not_name(tmp_path: Path) -> None:
    ended = command("init", tmp_path / "a", "--workspace", "1001", "--endpoint", "https://gateway.example")
    assert ended.code == 0, ended.text
    assert "gateway" not in (tmp_path / "a" / "reconciler.yaml").read_text()
    with Emulator(profile=Profile(workspaces=frozenset({"1001"}))) as emulator:
        command("init", tmp_path / "b", "--workspace", "1001", "--endpoint", emulator.url)
        assert command("plan", "--project", tmp_path / "b", "--target", "prod").code == 0
    assert command("init", tmp_path / "c", "--workspace", "1", "--region", "x.evil.example/").code == 64


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize(("words", "first"), [(("plan",), 2500), (("drift",), 400), (("audit",), 10**9)])
def test_another_address_stands_in_the_headline(
    form: str, words: tuple[str, ...], first: int, project: ProjectFolder, emulator: Emulator
) -> None:
    project.template()
    if (words, form) == (("drift",), "html"):
        return  # drift has no page
    ended = command(*words, "--format", form, "--project", project.root, "--endpoint", emulator.url)
    assert emulator.url in (ended.out if form in ("html", "json") else ended.out[:first]), ended.text
    if words == ("plan",) and form == "markdown":
        assert ended.out.splitlines()[2].startswith("**Warning:** This is not an address of the service itself")


@pytest.mark.parametrize(
    ("endpoint", "told", "warned"),
    [
        ("", False, False),
        ("pai-dlc.cn-hangzhou.aliyuncs.com", False, False),
        ("https://pai-dlc-vpc.cn-hangzhou.aliyuncs.com", True, False),
        ("emulator", True, True),
        ("http://127.0.0.1:1", True, True),
        ("https://gateway.example", True, True),
        ("nonsense://", True, True),
    ],
)
def test_which_address_is_named_and_which_is_warned_of(endpoint: str, told: bool, warned: bool) -> None:
    place = Target(name="t", region=REGION, workspace_id="1", endpoint=endpoint)
    assert (f", through <{endpoint}>" in place_of(place, lambda data: f"<{data}>")) is told
    assert bool(warning_of(place, str)) is warned
