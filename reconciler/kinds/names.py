"""The sorts of things that a manifest can name and the service has to know."""

from __future__ import annotations

IMAGE, DATASET, CODE_SOURCE, INSTANCE_TYPE = "image", "dataset", "code source", "instance type"
WORKSPACE, JOB, QUOTA = "workspace", "job", "quota"
