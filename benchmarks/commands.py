"""The command line of the benchmarks: `brinell bench`, and `serve`, `soak`, `assets`, `wear` and `failures` of it."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained

MEASURED = Path(__file__).parents[1] / "docs" / "measured"


def join(app: typer.Typer) -> None:
    """Adds the commands to `app`."""
    group = typer.Typer()
    group.callback(invoke_without_command=True)(bench)
    group.command()(serve)
    group.command()(soak)
    group.command()(assets)
    group.command()(wear)
    group.command()(failures)
    app.add_typer(group, name="bench", rich_help_panel="Measuring (needs the extra 'bench', works from a checkout)")


def bench(
    context: typer.Context,
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
    if context.invoked_subcommand is not None:
        return
    with explained():
        from benchmarks.measuring import measure
        from benchmarks.page import BENCH

        folder = into or MEASURED
        if page:
            BENCH.rewrite(folder)
        else:
            results = measure(data, only, rounds, quick)
            if into is None and (only or rounds or quick):
                typer.echo(BENCH.page_of(results))
                return
            BENCH.write(results, folder)
    typer.echo(f"page: {folder / BENCH.page}")


def serve(
    only: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only servers with this text in their name, beside ours.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Of each kind of request, instead of 5.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shows that everything works; the figures are rough.")] = False,
    into: Annotated[
        Path | None, typer.Option(help="Folder for serve.json, serve.md and serve.png; else docs/measured.")
    ] = None,
    page: Annotated[bool, typer.Option("--page", help="Measure nothing: page and picture from serve.json.")] = False,
) -> None:
    """Measure what the service adds to the graph, beside other servers of the same graph.

    MLServer, LitServe, BentoML and Ray Serve are installed by it, each into an environment of its own under
    ~/.cache/brinell/bench (1.2 GB in all). Needs wrk (apt-get install wrk). A whole run takes a quarter of an hour,
    and wants an otherwise idle machine.

    Names for --only: mlserver, litserve, bentoml, ray; store.

    Examples:

    brinell bench serve --quick --only mlserver

    brinell bench serve
    """
    with explained():
        from benchmarks.serving.measuring import measure
        from benchmarks.serving.page import SERVE

        folder = into or MEASURED
        if page:
            SERVE.rewrite(folder)
        else:
            served = measure(only, rounds, quick)
            if into is None and (only or rounds or quick):
                typer.echo(SERVE.page_of(served))
                return
            SERVE.write(served, folder)
    typer.echo(f"page: {folder / SERVE.page}")


def soak(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long.")] = 10,
    into: Annotated[Path | None, typer.Option(help="Folder for soak.json and soak.md; else docs/measured.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Measure nothing: the page from soak.json.")] = False,
) -> None:
    """Ask the service for minutes, at four fifths of what it can: does an answer fail, does its memory grow?

    Example:  brinell bench soak
    """
    with explained():
        from benchmarks.serving.soak import soak as soaked
        from benchmarks.serving.soak_page import SOAK

        folder = into or MEASURED
        if page:
            SOAK.rewrite(folder)
        else:
            SOAK.write(soaked(minutes), folder)
    typer.echo(f"page: {folder / SOAK.page}")


def assets(
    postgres: Annotated[
        str | None, typer.Option(metavar="URL", help="postgresql://... of an EMPTY database, to be measured too.")
    ] = None,
    diagnoses: Annotated[int, typer.Option(min=10_000, help="That the store holds.")] = 1_000_000,
    into: Annotated[Path | None, typer.Option(help="Folder for assets.json and assets.md; else docs/measured.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Measure nothing: the page from assets.json.")] = False,
) -> None:
    """Ask a service that remembers a thousand machines how each went: trends and pages, over HTTP.

    Fills a store of SQLite in a temporary folder (about 1 GB for a million diagnoses), and a PostgreSQL.

    Example:  brinell bench assets --postgres postgresql://me@127.0.0.1/empty
    """
    with explained():
        from benchmarks.assets.measuring import measure
        from benchmarks.assets.page import ASSETS

        folder = into or MEASURED
        if page:
            ASSETS.rewrite(folder)
        else:
            ASSETS.write(measure(postgres, diagnoses), folder)
    typer.echo(f"page: {folder / ASSETS.page}")


def wear() -> None:
    """Measure what the store costs a flash memory: megabytes that 100 sources with a diagnosis a minute write a day.

    Mounts a small ext4 of its own and reads the counter of its block device: needs root on Linux. Takes minutes.

    Example:  brinell bench wear
    """
    with explained():
        from benchmarks.wear import wear as worn

        for line in worn():
            typer.echo(line)


def failures(
    into: Annotated[
        Path | None, typer.Option(help="Folder for run-to-failure.json, .md and .png; else docs/measured.")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Measure nothing: page and pictures from run-to-failure.json.")
    ] = False,
) -> None:
    """Let simulated machines fail over sixty days, and others stay healthy: when is what told?

    Takes minutes, on one core.

    Example:  brinell bench failures
    """
    with explained():
        from benchmarks.failures.measuring import measure
        from benchmarks.failures.page import FAILURES

        folder = into or MEASURED
        if page:
            FAILURES.rewrite(folder)
        else:
            FAILURES.write(measure(), folder)
    typer.echo(f"page: {folder / FAILURES.page}")
