"""`explain`: what a finding code or a field of a manifest means."""

from __future__ import annotations

import click

from reconciler.authoring.fields import Field, field_called
from reconciler.cli.options.completed_words import topics
from reconciler.cli.options.declared import argument, takes_options
from reconciler.cli.options.output import ColourOptions
from reconciler.codes import CODE_TABLE, Entry
from reconciler.errors import UsageError
from reconciler.languages import spoken
from reconciler.manifests.policies import packaged_policies
from reconciler.model.expressions import expression
from reconciler.model.nearest import did_you_mean, nearest
from reconciler.render import glossary
from reconciler.render.explain import code_text, codes_text, field_text

_CODE = expression(r"[A-Za-z][A-Za-z0-9]{0,7}-?[0-9]{2,4}")


@click.command(short_help="Say what a code, a field of a manifest or a word of a plan means.")
@argument("topic", nargs=-1, metavar="[CODE|FIELD|WORD]", shell_complete=topics)
@takes_options
def explain(topic: tuple[str, ...], *, colour: ColourOptions) -> None:
    """Say what a code, a field of a manifest or a word of a plan means.

    CODE is a finding code, FIELD a path that begins with a kind, WORD whatever a plan or a report prints: an action or
    its sign, an outcome, a heading, a reason. Without any, all codes are listed.

    \b
    Examples:
      dlc-reconciler explain DLC012
      dlc-reconciler explain DLC012 --lang zh
      dlc-reconciler explain JobTemplate.spec.content.JobSpecs
      dlc-reconciler explain new-version
    """
    palette, language, wanted = colour.palette, spoken(), " ".join(topic)
    meant = glossary.found(wanted)
    if not wanted:
        text = codes_text(map(language.entry, CODE_TABLE.values()), palette)
    elif _CODE.fullmatch(wanted):
        text = code_text(language.entry(_entry(wanted.upper())), palette)
    elif meant:
        text = glossary.word_text(meant, palette)
    else:
        text = field_text(_field(wanted), palette)
    click.echo(text, nl=False, color=True)


def _field(wanted: str) -> Field:
    """Return the field at this path.

    Raises:
        UsageError: there is none; a word of a plan that is near is named.
    """
    try:
        return field_called(wanted)
    except UsageError as error:
        near = "" if "." in wanted else did_you_mean(wanted, [word.text for word in glossary.words()])
        raise UsageError(error.message, hint=" ".join(filter(None, (near, error.hint)))) from error


def _entry(code: str) -> Entry:
    """Return the code's entry, of the table or of a packaged policy.

    Raises:
        UsageError: there is no such code.
    """
    entry = CODE_TABLE.get(code) or packaged_policies().get(code)
    if entry is None:
        near = nearest(code, CODE_TABLE, 3)
        hint = f"Near it: {', '.join(near)}." if near else "Run `dlc-reconciler explain` to see all codes."
        raise UsageError(f"there is no finding code {code}", hint=hint)
    return entry
