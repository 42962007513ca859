"""The command line of the benchmarks: `brinell bench`."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained

MEASURED = Path(__file__).parents[1] / "docs" / "measured"


def join(app: typer.Typer) -> None:
    """Adds the command to `app`."""
    app.command(rich_help_panel="Measuring (needs the extra 'bench', works from a checkout)")(bench)


def bench(
    only: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only what has this text in its name, such as race/naive.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Of each race, instead of 15.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shows that everything works; the figures are rough.")] = False,
    into: Annotated[
        Path | None, typer.Option(help="Folder for bench.json, bench.md and bench.png; else docs/measured.")
    ] = None,
    page: Annotated[bool, typer.Option("--page", help="Measure nothing: page and picture from bench.json.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the datasets; else $BRINELL_DATA, else the fetched ones.")
    ] = None,
) -> None:
    """Measure what Brinell costs beside other ways to do the same, side by side in one run.

    Every competitor runs the same weights on the same windows in a process of its own, and they are timed in turn,
    round after round. One that does not compute the same is refused; one that is not installed is told and left out.

    Names for --only: race/float32, race/int8, race/naive, race/exported, race/openvino, race/pytorch, race/compiled,
    race/spikingjelly, race/snntorch, race/twin; training; diagnosis; lengths/recording, lengths/windows; limits;
    service.

    A whole run wants an otherwise idle machine, and renews docs/measured. With --only, --rounds or --quick the page is
    printed instead, unless --into says where it goes.

    Examples:

    brinell bench --quick

    brinell bench --only openvino --rounds 30

    make bench
    """
    with explained():
        from benchmarks import writing
        from benchmarks.measuring import measure
        from benchmarks.page import page as page_of

        folder = into or MEASURED
        if page:
            writing.rewrite(folder)
        else:
            results = measure(data, only, rounds, quick)
            if into is None and (only or rounds or quick):
                typer.echo(page_of(results))
                return
            writing.write(results, folder)
    typer.echo(f"page: {folder / writing.PAGE}")
