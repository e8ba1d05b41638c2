"""A page of a listing shifts and hides a row while the total stays: what exists is not planned to be created."""

from __future__ import annotations

from pathlib import Path

from reconciler.emulator.application import Request

from .house import house, template


def test_a_template_about_to_be_created_is_asked_for_by_name(tmp_path: Path) -> None:
    with house(tmp_path / "project") as home:
        home.environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        home.manifests(template("train"))
        assert home.apply().is_complete
        (one,) = home.emulator.store.templates()

        def hide(request: Request) -> None:
            """The whole listing lacks the row; the question for the name finds it."""
            is_listing = request.action == "ListJobTemplates" and "TemplateName" not in request.query
            home.emulator.store.update_template(one.id, workspace="2002" if is_listing else "1001")

        home.emulator.on_request(hide)
        assert home.plan().is_empty
        assert home.apply().is_complete
        assert len(home.emulator.store.templates()) == 1
