"""The CI files of a project: pipelines with the project's own targets, which need no other repository.

    setting.py        what the files are made for: project, targets in their order, repository
    host.py           the code host and the repository that an address means
    requirements.py   what the pipelines install: the packages of the running installation
    systems.py        one row for each CI system: its files, and what is left to a person
    text.py           templates become text; each value is quoted for the language it stands in
    templates/        the files themselves

The files of `examples/ci` that are no short callers are made from the same templates, for a project with two targets.
"""

from reconciler.authoring.ci.host import HOSTS, CodeHost, Repository, repository_at
from reconciler.authoring.ci.setting import Setting, Stage, stages_of
from reconciler.authoring.ci.systems import SYSTEMS, Written, written

__all__ = [
    "HOSTS",
    "SYSTEMS",
    "CodeHost",
    "Repository",
    "Setting",
    "Stage",
    "Written",
    "repository_at",
    "stages_of",
    "written",
]
