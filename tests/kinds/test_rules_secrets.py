"""What counts as a secret, by name and by shape, and that nothing of it is left in what may be shown."""

from __future__ import annotations

import copy
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import JsonValue
from reconciler.secrets.trees import looks_secret, looks_secret_value, plain_secrets, redact, redact_text

KEY = "LTAI5t" + "Ab3" * 6
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


SECRET_NAMES = """
    PASSWORD Password dbPassword MYSQL_ROOT_PASSWORD PGPASSWORD passwd DB_PWD SECRET clientSecret ACCESS_KEY_SECRET
    secrets TOKEN HF_TOKEN hfToken hf-token SecurityToken accesstoken AUTH_TOKENS GITHUB_TOKEN_2 ACCESS_KEY AccessKeyId
    ACCESSKEYID API_KEY apiKey APIKey apikey WANDB_API_KEY PRIVATE_KEY SSHKey CREDENTIAL CREDENTIALS AUTH Auth
    BASIC_AUTH DOCKER_AUTH_CONFIG AUTHORIZATION Authorization OSS_AK OSS_SK SESSION_COOKIE PASSPHRASE SIGNING_KEY token
"""
ORDINARY_NAMES = """
    TOKENIZERS_PARALLELISM TOKENIZER tokenizerPath MAX_TOKENS MAX_TOKEN NUM_TOKENS TOKENS_PER_BATCH PAD_TOKEN eosToken
    pad_token_id IMAGE_TOKEN_INDEX KEYBOARD MONKEY KEY Key PUBLIC_KEY PRIMARY_KEY AUTHOR AUTHORS AUTH_MODE AUTH_TYPE
    USE_AUTH PASSWORD_FILE HF_TOKEN_PATH SECRET_NAME TOKEN_LIMIT SECRETARY PWD OLDPWD PASS_THROUGH BYPASS DISK MASK
    TASK CredentialConfig CredentialConfigItems EnableCredentialInject AliyunEnvRoleKey SecurityContext SecurityGroupId
    AccessPointId MainContainerSecurityContext UserCommand Image PATH LANG
"""


@pytest.mark.parametrize("key", SECRET_NAMES.split())
def test_names_of_secrets(key: str) -> None:
    assert looks_secret(key)


@pytest.mark.parametrize("key", ORDINARY_NAMES.split())
def test_names_of_ordinary_settings(key: str) -> None:
    assert not looks_secret(key)


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        f"--id {KEY},next",
        "STS." + "Nt4" * 8,
        "hf_" + "aB3" * 10,
        "ghp_" + "x9" * 18,
        "github_pat_" + "11AB_" * 8,
        "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
        "sk-" + "proj-" + "a1" * 20,
        "AKIA" + "ABCD2345EFGH6789",
        "AIza" + "a" * 35,
        "xoxb-" + "123456789012-abc",
        JWT,
        PEM,
        PEM.split("-----END", maxsplit=1)[0],
        "https://user:hunter2@registry.example.com/v2",
        "https://user:p@ss@registry.example.com/v2",
        "https://sometoken@github.com/o/r.git",
        "redis://:hunter2@cache:6379/0",
        "https://b.oss-cn-hangzhou.aliyuncs.com/o?Expires=1&OSSAccessKeyId=x&Signature=abc%3D",
        "https://s3.example.com/o?X-Amz-Signature=deadbeef",
    ],
)
def test_shapes_of_secrets(value: str) -> None:
    assert looks_secret_value(value)
    assert not looks_secret_value(redact_text(value))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "python train.py --lr 0.1 --tokenizer bert",
        "registry.example.com/ns/image@sha256:" + "0" * 64,
        "oss://bucket.oss-cn-hangzhou-internal.aliyuncs.com/path/",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r.git",
        "https://${USER}:${TOKEN}@github.com/o/r.git",
        "https://$TOKEN@github.com/o/r.git",
        "https://host/?token=$TOKEN",
        "risk-free-task-number-1-of-many",
        "hf_transfer",
        "a@b.example and https://example.com",
        "sk-learn-like-kebab-words",
    ],
)
def test_ordinary_values(value: str) -> None:
    assert not looks_secret_value(value)
    assert redact_text(value) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export HF_TOKEN=abc123; python t.py", "export HF_TOKEN=(sensitive); python t.py"),
        ("HF_TOKEN='a b' python t.py", "HF_TOKEN='(sensitive)' python t.py"),
        ('run --password "hunter 2" --lr 1', 'run --password "(sensitive)" --lr 1'),
        ("run --api-key=k-1 -v", "run --api-key=(sensitive) -v"),
        ("run --api-key k-1 -v", "run --api-key (sensitive) -v"),
        ("run --token $TOKEN --token=${TOKEN}", "run --token $TOKEN --token=${TOKEN}"),
        ("TOKEN=$(cat /run/token) x", "TOKEN=$(cat /run/token) x"),
        ("--eos-token=</s> --max-tokens=10 --password --lr 1", "--eos-token=</s> --max-tokens=10 --password --lr 1"),
        ("password=getpass()", "password=getpass()"),
        (f"InvalidAccessKeyId: {KEY} is not found", "InvalidAccessKeyId: (sensitive) is not found"),
        ('{"SecurityToken": "CAIS\\"x", "Code": 1}', '{"SecurityToken": "(sensitive)", "Code": 1}'),
        ("curl -H 'Authorization: Bearer abcdefgh12'", "curl -H 'Authorization: Bearer (sensitive)'"),
        ("git clone https://u:p@h/r && ls", "git clone https://(sensitive)@h/r && ls"),
        ("wget 'https://h/f?a=1&Signature=x%2B&b=2'", "wget 'https://h/f?a=1&Signature=(sensitive)&b=2'"),
        (f"echo '{PEM}' > k", "echo '(sensitive)' > k"),
        (f"TOKEN={KEY}-tail", "TOKEN=(sensitive)"),
        ("TOKEN='x' TOKEN=\"x\" TOKEN=x end", "TOKEN='(sensitive)' TOKEN=\"(sensitive)\" TOKEN=(sensitive) end"),
        ("TOKEN='' TOKEN=\"$A\" TOKEN='<b>' TOKEN=*** end", "TOKEN='' TOKEN=\"$A\" TOKEN='<b>' TOKEN=*** end"),
        ("TOKEN='get()' TOKEN=get() end", "TOKEN='(sensitive)' TOKEN=get() end"),
    ],
)
def test_secrets_inside_texts_are_replaced(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@given(
    st.lists(
        st.sampled_from([" " + KEY, JWT, PEM, "TOKEN=", "--password ", "://", "a:b", "@h", '"', "'", " ", "?", "sig="])
    )
)
def test_redacting_a_text_twice_changes_nothing_more(parts: list[str]) -> None:
    once = redact_text("".join(parts))
    assert redact_text(once) == once
    assert KEY not in once


CONTENT = {
    "UserCommand": "export API_KEY=topsecret1 && python t.py",
    "Envs": {"HF_TOKEN": "topsecret2", "MAX_TOKENS": "4096", "LR": "0.1", "USE_TOKEN": "1", "PIN_PASSWORD": 1234},
    "CustomEnvs": [{"Key": "DB_PASSWORD", "Value": "topsecret3", "Visible": "public"}, {"Key": "LR", "Value": "1"}],
    "JobSpecs": [
        {
            "Image": "registry/x",
            "ImageConfig": {"Username": "u", "Password": "topsecret4", "Auth": "topsecret5"},
            "ExtraPodSpec": {"InitContainers": [{"Env": [{"Name": "GIT_TOKEN", "Value": "topsecret6"}]}]},
        }
    ],
    "CredentialConfig": {
        "EnableCredentialInject": True,
        "CredentialConfigItems": [
            {
                "Key": "0",
                "Roles": [{"AssumeUserInfo": {"AccessKeyId": "topsecret7", "SecurityToken": "topsecret8", "Id": "12"}}],
            }
        ],
    },
    "Settings": {"AdvancedSettings": {"secrets": {"a": ["topsecret9"]}}},
}


def test_a_content_keeps_its_form_and_loses_its_secrets() -> None:
    before = copy.deepcopy(CONTENT)
    shown = redact(CONTENT, sensitive=frozenset({("Envs", "LR")}))
    assert before == CONTENT
    assert "topsecret" not in json.dumps(shown)
    assert shown["Envs"] == {
        "HF_TOKEN": "(sensitive)",
        "MAX_TOKENS": "4096",
        "LR": "(sensitive)",
        "USE_TOKEN": "1",
        "PIN_PASSWORD": "(sensitive)",
    }
    assert shown["UserCommand"] == "export API_KEY=(sensitive) && python t.py"
    assert shown["CustomEnvs"] == [
        {"Key": "DB_PASSWORD", "Value": "(sensitive)", "Visible": "public"},
        {"Key": "LR", "Value": "1"},
    ]
    assert shown["CredentialConfig"]["EnableCredentialInject"] is True
    assert shown["CredentialConfig"]["CredentialConfigItems"][0]["Roles"][0]["AssumeUserInfo"]["Id"] == "12"
    assert shown["JobSpecs"][0]["ImageConfig"]["Username"] == "u"


def test_constraints_stay_readable_but_hide_a_secret_in_the_wrong_place() -> None:
    constraints = {
        "Envs.HF_TOKEN": "locked",
        "JobSpecs[0].ImageConfig.Password": "required",
        "Envs.API_KEY": "oops-a-key",
    }
    assert redact({"constraints": constraints})["constraints"] == {**constraints, "Envs.API_KEY": "(sensitive)"}


def test_a_sensitive_path_hides_whatever_stands_there() -> None:
    tree = {"A": {"B": [1, 2]}, "C": [None, False]}
    assert redact(tree, sensitive=frozenset({("A", "B"), ("C", 1)})) == {
        "A": {"B": "(sensitive)"},
        "C": [None, "(sensitive)"],
    }
    assert redact("x", sensitive=frozenset({()})) == "(sensitive)"


@given(JSON)
def test_any_tree_can_be_redacted_twice_with_the_same_result(tree: JsonValue) -> None:
    once = redact(tree)
    assert redact(once) == once
    assert list(plain_secrets(once)) == []


def test_plain_secrets_are_named_by_path_and_references_are_none() -> None:
    content = {
        "Envs": {"A_TOKEN": "x", "B_TOKEN": "$TOKEN", "C_TOKEN": "true", "LR": "0.1", "URL": "https://u:p@h/"},
        "CustomEnvs": [{"Key": "P_PASSWORD", "Value": "x"}],
    }
    assert list(plain_secrets(content)) == [("Envs", "A_TOKEN"), ("Envs", "URL"), ("CustomEnvs", 0, "Value")]


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 30_000,
        "a-" * 50_000,
        "://a" * 25_000,
        "sk-" * 30_000,
        '"a' * 50_000,
        "-----BEGIN PRIVATE KEY-----" * 4_000,
        "--a" * 30_000,
        "a=" * 50_000,
        "--token " * 12_000,
        "hf_" * 30_000,
        "Bearer " * 14_000,
        "TOKEN='" * 14_000,
        "?sig=" * 20_000,
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    started = time.process_time()
    redact_text("x://" + text)
    assert time.process_time() - started < 2.0


SHAPES = st.sampled_from(
    [
        KEY,
        JWT,
        PEM,
        "hf_" + "aB3" * 10,
        "https://user:hunter2@registry.example.com/v2",
        "https://h/f?a=1&Signature=x%2B",
    ]
)
AROUND = st.sampled_from(["", "python train.py --lr 0.1 ", "oss://bucket/path ", "\n"])
STEPS = st.lists(st.sampled_from(["Envs", "JobSpecs", "a.b"]) | st.integers(min_value=0, max_value=2), max_size=4)


def put_at(path: list[str | int], value: JsonValue, beside: JsonValue) -> JsonValue:
    """A tree with the value at the path, and something else beside it on every level."""
    for step in reversed(path):
        value = {"beside": beside, step: value} if isinstance(step, str) else [*[beside] * step, value, beside]
    return value


@given(STEPS, SHAPES, AROUND, JSON)
def test_a_text_with_the_shape_of_a_secret_is_found_wherever_it_stands(
    path: list[str | int], secret: str, around: str, beside: JsonValue
) -> None:
    assert tuple(path) in set(plain_secrets(put_at(path, around + secret, beside)))


@given(STEPS, st.sampled_from(["HF_TOKEN", "dbPassword"]), JSON)
def test_a_value_under_the_name_of_a_secret_is_found_wherever_it_stands(
    path: list[str | int], name: str, beside: JsonValue
) -> None:
    assert (*path, name) in set(plain_secrets(put_at([*path, name], "abc123", beside)))
    entry = [{"Key": name, "Value": "abc123"}]
    assert (*path, 0, "Value") in set(plain_secrets(put_at(path, entry, beside)))
