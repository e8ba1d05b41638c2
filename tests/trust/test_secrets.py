"""Which secrets are found in texts, and that ordinary commands and settings stay readable."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from reconciler.secrets.record import EVERYTHING, bounded, job_paths, recorded, shown
from reconciler.secrets.record import record as record_of
from reconciler.secrets.trees import redact, redact_text

SECRET = "Canary4711xyz"
HARMLESS = (Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").splitlines()
TEXTS = [
    '{"fs.oss.accessKeySecret": "%s"}',
    '{"spark.hadoop[fs.oss.accessKeySecret]": "%s"}',
    '{"a": "{\\"fs.oss.accessKeySecret\\": \\"%s\\"}"}',
    "fs:\n  oss.accessKeySecret: %s\n",
    "- password: '%s'",
    'conf["password"] = "%s"',
    "Envs[HF_TOKEN]=%s",
    "run --fs.oss.accessKeySecret=%s",
    "run --password=%s --lr 1",
    "mysql -u root -p%s data",
    "mysql -p'%s' -h db",
    "/usr/bin/mysqldump -uroot -p%s data | gzip",
    "psql postgresql://user:%s@db.example.com/data",
    "psql 'host=db password=%s dbname=x'",
    "PGPASSWORD=%s psql",
    "redis-cli -h cache -a %s ping",
    "redis-cli --pass %s",
    "redis://:%s@cache:6379/0",
    "curl -u user:%s https://example.com",
    "curl -sS --user 'user:%s' https://example.com",
    "curl -H 'X-Api-Key: %s' https://example.com",
    "curl -u a:b1 -H 'X-Auth-Token: %s' https://example.com",
    "curl -H 'Authorization: Bearer %s'",
    "curl -H 'Authorization: %s'",
    "Authorization: Basic %s",
    "git clone https://oauth2:%s@git.example.com/a.git",
    "git -c http.extraHeader='Authorization: Basic %s' clone x",
    "sshpass -p %s ssh host",
    "sshpass -p'%s' ssh host",
    "ossutil cp a oss://b -i LTAIxxxx -k %s",
    "ossutil64 ls -k%s",
    "mongosh -u root -p %s db",
    "mongodump --uri mongodb+srv://u:%s@h/d",
    "wget --password=%s https://example.com",
    "wget --header='X-Token: %s' https://example.com",
    "docker login -u me -p %s registry.example.com",
    "podman login --password %s registry.example.com",
    "echo %s | docker login -u me --password-stdin",
    "skopeo copy --src-creds me:%s docker://a docker://b",
    "huggingface-cli login --token %s",
    "hf auth login --token=%s",
    "aws configure set aws_secret_access_key %s",
    "zip -P %s out.zip data",
    "openssl enc -pass pass:%s -in a",
    "ldapsearch -D cn=me -w %s -b dc=x",
    "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\\n%s",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_in_a_text_is_hidden_and_once_is_enough(text: str) -> None:
    hidden = redact_text(text % SECRET)
    assert SECRET not in hidden
    assert "(sensitive)" in hidden
    assert redact_text(hidden) == hidden
    assert SECRET not in str(redact({"Options": text % SECRET}))


@pytest.mark.parametrize("value", ["$TOKEN", "${TOKEN}", "$(cat key)", "<token>"])
def test_a_reference_stays_readable(value: str) -> None:
    for text in ("mysql -p%s data", "curl -u user:%s h", "redis-cli -a %s", "sshpass -p %s ssh h"):
        assert redact_text(text % value) == text % value


def test_wandb_takes_its_key_without_a_name() -> None:
    assert redact_text(f"wandb login {'0123456789' * 4}") == "wandb login (sensitive)"


def test_ordinary_commands_and_settings_stay_as_they_are() -> None:
    """The measure of false alarms: none among the lines of the corpus."""
    assert len(HARMLESS) >= 200
    assert [(line, redact_text(line)) for line in HARMLESS if redact_text(line) != line] == []


@pytest.mark.parametrize("value", ["pass/word+é? 1", SECRET, "six-66"])
def test_a_known_value_is_hidden_however_it_is_spelled(value: str) -> None:
    raw = value.encode()
    spelled = [value, quote(value), quote(value, safe=""), quote_plus(value)]
    encoded = [b64encode(before + raw + b":x").decode() for before in (b"", b"u", b"us", b"user:")]
    encoded += [urlsafe_b64encode(b"user:" + raw).decode()]
    for text in spelled + encoded:
        assert "(sensitive)" in redact_text(f"it said {text}.", [value]), text


def test_of_secrets_that_overlap_nothing_is_left_over() -> None:
    """The longer one first: else the rest of it would stand behind `(sensitive)`."""
    for known in (["abcdef", "abcdefghij"], ["abcdefghij", "abcdef"], ["efghij", "abcdefghij", "abcdef"]):
        assert redact_text("x abcdefghij y abcdef z", known) == "x (sensitive) y (sensitive) z"


def test_values_too_short_to_be_secrets_are_left() -> None:
    assert redact_text("step 1 of prod", ["1", "prod", ""]) == "step 1 of prod"


def test_a_record_that_hides_all() -> None:
    """What cannot be read, and what would be too long, hides everything there is."""
    for text in ("{", "{}", "[1]", '["a..b"]', "[" * 100_000):
        assert recorded(text) == EVERYTHING
    assert recorded("") == frozenset()
    many = frozenset({(f"field-{number}-{'x' * 50}",) for number in range(40)})
    assert bounded(many) == EVERYTHING
    assert shown({"A": 1, "B": {"C": 2}}, EVERYTHING, "content") == {"A": "(sensitive)", "B": "(sensitive)"}
    assert job_paths(EVERYTHING, {"A": 1, "B": 2}) == {("A",), ("B",)}


def test_a_record_is_shortened_to_what_stands_around() -> None:
    deep = frozenset({("content", "Envs", f"name-{number}-{'x' * 50}") for number in range(40)})
    kept = bounded(deep)
    assert kept == {("content", "Envs")}
    assert recorded(record_of(kept)) == kept
    assert bounded([(), ("content", "A"), ("content", "A", "B")]) == {("content", "A")}
    assert shown({"Envs": {"A": 1}, "B": 2}, kept, "content") == {"Envs": "(sensitive)", "B": 2}
    assert job_paths(kept, {"Envs": {}}) == {("Envs",)}
