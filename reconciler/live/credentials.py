"""Which identity calls the service: one provider, chosen before the first call and never replaced by another one.

The official default chain tries one source after the other, so that a mistyped profile ends as the role of the machine.
Here the configuration decides once, and the chosen provider either works or is an error. Secrets only pass through to
the official providers; nothing here shows them.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.errors import CredentialsError
from reconciler.http.one_line import one_line
from reconciler.live.connection import CredentialsSpec, Source
from reconciler.live.later import postponed

KEY_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
KEY_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # nosec B105 # the name of a variable
TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"  # nosec B105 # the name of a variable
OIDC = ("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
PROFILE = "ALIBABA_CLOUD_PROFILE"
METADATA_DISABLED = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"


def settle(spec: CredentialsSpec, environ: Mapping[str, str], home: Path) -> CredentialsSpec | None:
    """Return the spec with the source that AUTO means here, from what is configured; None when nothing is.

    Other specs are returned unchanged.
    """
    if spec.source is not Source.AUTO:
        return spec
    if environ.get(KEY_ID) or environ.get(KEY_SECRET):
        return CredentialsSpec(Source.ENVIRONMENT)
    if environ.get(OIDC[2]):
        return CredentialsSpec(Source.OIDC)
    if environ.get(PROFILE):
        return CredentialsSpec(Source.PROFILE, environ[PROFILE])
    return CredentialsSpec(Source.PROFILE) if _profile_file(home).is_file() else None


def provider(spec: CredentialsSpec, *, environ: Mapping[str, str], home: Path, is_loopback: bool) -> Any:
    """Return the official credentials client for exactly one provider.

    Raises:
        CredentialsError: what was chosen is not configured, or nothing is (loopback then gets dummy keys).
    """
    chosen = settle(spec, environ, home)
    if chosen is None:
        if not is_loopback:
            raise CredentialsError(
                "no credentials are configured",
                hint=f"use --profile NAME, set {KEY_ID} and {KEY_SECRET}, or the three OIDC variables",
            )
        chosen = CredentialsSpec(Source.PLACEHOLDER)
    build = {
        Source.ENVIRONMENT: _environment,
        Source.OIDC: _oidc,
        Source.PROFILE: _profile,
        Source.ECS_ROLE: _ecs_role,
        Source.PLACEHOLDER: _placeholder,
    }[chosen.source]
    return build(chosen, environ, home)


def fetch(client: Any) -> Any:
    """Return the current credential of an official client, which refreshes temporary ones itself.

    Raises:
        CredentialsError: without the provider's own text where that may quote an answer that holds secrets.
    """
    try:
        return client.get_credential()
    except Exception as error:
        from alibabacloud_credentials.exceptions import CredentialException  # noqa: PLC0415

        if isinstance(error, CredentialException):
            told, hint = _safe(str(error)), "log in again or check the profile"
        else:
            told, hint = type(error).__name__, "check the profile"
        raise CredentialsError(f"no credentials: {told}", hint=hint) from None


def silence_sdk_logs() -> None:
    """Remove the log handlers that the SDK's packages install for themselves and that write to standard error."""
    for name in ("darabonba-core", "alibabacloud-tea", "credentials"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def _client(provider_name: str, **options: Any) -> Any:
    with postponed():
        from alibabacloud_credentials import client, provider  # noqa: PLC0415

    silence_sdk_logs()
    return client.Client(provider=getattr(provider, provider_name)(**options))


def _environment(_spec: CredentialsSpec, environ: Mapping[str, str], _home: Path) -> Any:
    for name in (KEY_ID, KEY_SECRET):
        if not environ.get(name):
            raise CredentialsError(
                f"{name} is not set", hint=f"set both {KEY_ID} and {KEY_SECRET}, or use --profile NAME"
            )
    # The official environment provider reads the variables when it is imported, so it would miss later changes.
    keys = {"access_key_id": environ[KEY_ID], "access_key_secret": environ[KEY_SECRET]}
    if environ.get(TOKEN):
        return _client("StaticSTSCredentialsProvider", **keys, security_token=environ[TOKEN])
    return _client("StaticAKCredentialsProvider", **keys)


def _oidc(_spec: CredentialsSpec, environ: Mapping[str, str], _home: Path) -> Any:
    missing = [name for name in OIDC if not environ.get(name)]
    if missing:
        raise CredentialsError(f"OIDC needs {', '.join(missing)}", hint=f"set {', '.join(OIDC)}")
    role, identity, token = (environ[name] for name in OIDC)
    return _client(
        "OIDCRoleArnCredentialsProvider",
        role_arn=role,
        oidc_provider_arn=identity,
        oidc_token_file_path=token,
        role_session_name=environ.get("ALIBABA_CLOUD_ROLE_SESSION_NAME") or "dlc-reconciler",
    )


def _profile(spec: CredentialsSpec, environ: Mapping[str, str], home: Path) -> Any:
    if environ.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() == "true":
        raise CredentialsError("profiles are disabled by ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
    names, current = _profiles(_profile_file(home))
    name = spec.name or current
    if name not in names:
        raise CredentialsError(
            f"there is no profile {one_line(name)!r}",
            hint=f"profiles: {', '.join(map(one_line, names)) or 'none'}; `aliyun configure --profile NAME` makes one",
        )
    return _client("CLIProfileCredentialsProvider", profile_name=name, profile_file=str(_profile_file(home)))


def _ecs_role(spec: CredentialsSpec, environ: Mapping[str, str], _home: Path) -> Any:
    if environ.get(METADATA_DISABLED, "").lower() == "true":
        raise CredentialsError(f"the machine's role was asked for, but {METADATA_DISABLED} is set", hint="unset it")
    # Without its background refresh, which would start a scheduler thread.
    return _client("EcsRamRoleCredentialsProvider", role_name=spec.name or None, async_update_enabled=False)


def _placeholder(_spec: CredentialsSpec, _environ: Mapping[str, str], _home: Path) -> Any:
    return _client("StaticAKCredentialsProvider", access_key_id="loopback", access_key_secret="loopback")  # nosec B106 # opens nothing


def _profile_file(home: Path) -> Path:
    return home / ".aliyun" / "config.json"


def _profiles(file: Path) -> tuple[list[str], str]:
    """Return the names of the profiles and of the current one. Nothing else in the file is read."""
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        names = [str(profile["name"]) for profile in config["profiles"]]
        return sorted(names), str(config.get("current") or "")
    except FileNotFoundError:
        return [], ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CredentialsError("~/.aliyun/config.json cannot be read as a list of profiles") from None


def _safe(text: str) -> str:
    """Return a provider's message without the part after "result", which quotes an answer that may hold keys."""
    told, _, quoted = text.partition("result:")
    code = re.search(r'"Code"\s*:\s*"([A-Za-z0-9.]{1,80})"', quoted)
    return one_line(told.strip(" ,")) + (f" ({code.group(1)})" if code else "")
