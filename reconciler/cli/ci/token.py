"""`ci oidc-token`: writes the identity of a GitHub job to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import click

from reconciler.ci.oidc import fetch_token, write_secret
from reconciler.cli.options.declared import Option, takes_options


@click.command("oidc-token", short_help="Write a GitHub job's OIDC token to a file.")
@takes_options
def oidc_token(
    *,
    out: Annotated[
        Path,
        Option("--out", variable=False, type=click.Path(path_type=Path, dir_okay=False), help="The file to write."),
    ],
    audience: Annotated[
        str, Option("--audience", metavar="NAME", show_default=True, help="As the OIDC provider has it.")
    ] = "sts.aliyuncs.com",
) -> int:
    """Write a GitHub job's OIDC token to a file for ALIBABA_CLOUD_OIDC_TOKEN_FILE. It is not printed.

    \b
    Example:
      dlc-reconciler ci oidc-token --out oidc-token
    """
    write_secret(out, fetch_token(os.environ, audience))
    return 0
