"""The files of a project that people write."""

from __future__ import annotations

from pathlib import Path

from reconciler.manifests.files import is_inside, match
from reconciler.manifests.project import Project


def written_files(project: Project) -> list[Path]:
    """Return the files that people write inside the project, each once, sorted by name."""
    names = {project.path.name}
    for pattern in project.manifests:
        try:
            names.update(match(project.root, pattern))
        except ValueError:
            continue  # `validate` reports what is wrong with the pattern
    names |= {name for name in project.other_files if (project.root / name).is_file()}
    return [project.root / name for name in sorted(names) if is_inside(project.root, name)]
