"""The counts of a review as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sinteza.model.flow import Flow


def print_flow(flow: Flow) -> None:
    """Identified, duplicates, screened, excluded with reasons, included; what does not add up."""
    click.echo(f"identified  {flow.identified:>7,}")
    for source in flow.sources:
        click.echo(f"  {source.name}: {source.read:,}")
    click.echo(f"duplicates  {flow.duplicates:>7,}")
    click.echo(f"screened    {flow.screened.count:>7,}")
    click.echo(f"excluded    {flow.excluded.count:>7,}")
    for reason, box in sorted(flow.reasons.items(), key=lambda item: -item[1].count):
        click.echo(f"  {reason}: {box.count:,}")
    if flow.assessed is not None and flow.excluded_full is not None:
        click.echo(f"full text   {flow.assessed.count:>7,}  assessed")
        click.echo(f"  excluded: {flow.excluded_full.count:,}")
        for reason, box in sorted(flow.full_reasons.items()):
            click.echo(f"    {reason}: {box.count:,}")
    if flow.undecided.count:
        click.echo(f"undecided   {flow.undecided.count:>7,}")
    click.echo(f"included    {flow.included.count:>7,}")
    click.echo(f"studies     {flow.studies:>7,}  (included, with numbers read)")
    for problem in flow.problems():
        click.echo(f"does not add up: {problem}", err=True)


def flow_data(flow: Flow) -> dict[str, object]:
    """The counts as JSON, the sums written out."""
    return {
        "identified": flow.identified,
        "sources": flow.sources,
        "duplicates": flow.duplicates,
        "duplicates_known": flow.duplicates_known,
        "duplicates_merged": flow.duplicates_merged,
        "screened": flow.screened.count,
        "excluded": flow.excluded.count,
        "excluded_by_rule": flow.excluded_by_rule,
        "excluded_by_person": flow.excluded_by_person,
        "reasons": {reason: box.count for reason, box in flow.reasons.items()},
        "assessed": flow.assessed.count if flow.assessed is not None else None,
        "excluded_full": flow.excluded_full.count if flow.excluded_full is not None else None,
        "full_reasons": {reason: box.count for reason, box in flow.full_reasons.items()},
        "undecided": flow.undecided.count,
        "included": flow.included.count,
        "studies": flow.studies,
        "problems": flow.problems(),
        "boxes": {
            "screened": flow.screened.clusters,
            "undecided": flow.undecided.clusters,
            "included": flow.included.clusters,
            **{f"excluded: {name}": box.clusters for name, box in flow.reasons.items()},
        },
    }
