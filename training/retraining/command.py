"""`brinell retrain`: from what was found to the next version, if it is better."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.terminal import explained

if TYPE_CHECKING:
    from models.bundle import Bundle
    from training.retraining.plan import Plan

OUT = Path("retrained")


def retrain(
    bundle: Annotated[
        Path,
        typer.Option(help="Folder of a version, NAME/VERSION; or of all of them, NAME: then the one that answers."),
    ],
    folder: Annotated[Path | None, typer.Option(help="Labelled recordings, with labels.csv.")] = None,
    export: Annotated[Path | None, typer.Option(help="Zip file of the service's export.")] = None,
    store: Annotated[str | None, typer.Option(help="URL or path of a service's store (BRINELL_STORE).")] = None,
    trusted: Annotated[
        Path | None, typer.Option(help="Public key, or folder of keys (*.pub), one of which must have signed --export.")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(min=0, help="How far before an opening a finding says anything; else 30. Not of --folder."),
    ] = None,
    base: Annotated[Path | None, typer.Option(help="Folder of the datasets that the bundle learned from.")] = None,
    gate: Annotated[Path | None, typer.Option(help="TOML file of what must hold; else the strict defaults.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Of training, about.")] = 30.0,
    out: Annotated[Path, typer.Option(help="Folder for the new version and the reports.")] = OUT,
    version: Annotated[str | None, typer.Option(help="Of the new bundle; else the next minor one.")] = None,
    sign: Annotated[Path | None, typer.Option(help="Private key that signs the new bundle.")] = None,
    activate: Annotated[str | None, typer.Option(metavar="URL", help="Service that shall answer with it.")] = None,
    key_file: Annotated[Path | None, typer.Option(help="File with an API key of the scope admin.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Start; without it the plan is shown and nothing done.")] = False,
) -> None:
    """Make the next version of a bundle from what was found on opened machines, if it is better.

    Without --yes it says what it would use, what not and why, and stops. Half of the bearings teach, the other half
    judge old and new bundle, recording by recording. The cheapest step that is enough is taken: thresholds alone,
    batch-norm, the head, all. With --base, or without by the old bundle's own answers, old faults are kept in mind;
    only with --base can it be shown that they were.

    A new version is written, and activated, only where the gate says "better". Fewer than five independent recordings
    of a fault that judge, or fewer than five of the base, are not enough evidence: that is known beforehand, and
    nothing is trained. Else a report is written, HTML and JSON. A run that was killed goes on where it was when the
    same command is given again; what was tried once is not tried again, nor on the version that came of it.

    labels.csv: file,finding,asset and, where known, specimen,speed_rpm,rate_hz,bearing,channel,time. A finding is
    normal, inner_race, outer_race, rolling_element; several, sensor_broken and other teach nothing.

    Examples:

    brinell retrain --bundle models/pretrained/order/1.0.0 --export plant.zip --base recordings

    brinell retrain --bundle bundles/order/1.0.0 --folder found --base recordings --minutes 60 --yes

    brinell retrain --bundle bundles/order --export plant.zip --base recordings --yes
    --activate http://127.0.0.1:8000 --key-file admin.key

    What it prints then lets the version before answer again.
    """
    with explained():
        from rich.console import Console

        from models.bundle import Bundle
        from training.retraining import history
        from training.retraining.answering import answering
        from training.retraining.case import NothingToLearn
        from training.retraining.gate import NOT_ENOUGH, Gate
        from training.retraining.plan import Plan
        from training.retraining.source import Source

        url = None if activate is None else activate.rstrip("/")
        champion = Bundle.load(answering(bundle))
        _apart(out, champion.folder)
        found = Source(folder, export, store, days, trusted).found(out)
        try:
            plan = Plan.of(champion, found, base, Gate() if gate is None else Gate.read(gate), minutes)
        except NothingToLearn as error:
            # No failure: a timer also asks where nobody has opened a machine yet.
            typer.echo(f"Nothing to learn from yet: {error}")
            return
        for sheet in plan.sheets():
            Console().print(sheet.table())
        led_here = history.led_here(plan, out)
        if led_here is not None:
            typer.echo(f"Nothing was found since the retraining that {champion.identity} came of: {led_here}")
        elif plan.lacking:
            typer.echo(f"{NOT_ENOUGH}: nothing is trained")
        elif not yes:
            typer.echo("Nothing was started: add --yes.")
        else:
            done = history.place(plan, out)
            if done.exists():
                typer.echo("This was tried before, with the same recordings, bundle, gate, minutes and base.")
            else:
                _run(plan, out, version, sign, url, key_file)
            _conclude(done, out, sign, url, key_file)


def _apart(out: Path, champion: Path) -> None:
    from training.retraining.case import RetrainingError

    if out.resolve() == champion.resolve().parent.parent:
        raise RetrainingError(f"{out} holds the bundles that answer: what is newest there answers at the next start")


def _run(
    plan: "Plan", out: Path, version: str | None, sign: Path | None, url: str | None, key_file: Path | None
) -> None:
    """Asks first what would else be refused after the training."""
    from models import signing
    from training.retraining.pushing import ready
    from training.retraining.retrain import retrain as run

    if sign is not None:
        signing.sign(b"", sign)
    run(plan, out, version, held=() if url is None else ready(plan.champion, url, key_file))


def _conclude(done: Path, out: Path, sign: Path | None, url: str | None, key_file: Path | None) -> None:
    from models.bundle import Bundle
    from models.signing import sign_bundle
    from training.retraining import history
    from training.retraining.case import RetrainingError

    said = history.read(done)
    typer.echo(f"{said['verdict']}: {said['bundle'] or 'nothing was written'}\nreport: {done.with_suffix('.html')}")
    if said["bundle"] is None:
        return
    folder = out / said["bundle"]
    if not folder.exists():
        raise RetrainingError(f"{folder} is gone; remove {done} to make it again")
    if sign is not None:
        sign_bundle(folder, sign)
    if url is None:
        typer.echo(f"bundle: {folder}\nnext: push and activate it (docs/bundles.md), or --activate URL")
    else:
        _bring(Bundle.load(folder), url, key_file, done.with_suffix(".activated"))


def _bring(bundle: "Bundle", url: str, key_file: Path | None, note: Path) -> None:
    """Once: who has rolled it back since does not find it answering again when a timer gives the same command."""
    from training.retraining.pushing import activate, way_back

    noted = note.read_text().splitlines() if note.exists() else []
    if url in noted:
        typer.echo(f"{bundle.identity} was activated at {url} before, and is not again (see brinell bundle activate)")
        return
    activate(bundle, url, key_file)
    note.write_text("".join(f"{each}\n" for each in (*noted, url)))
    typer.echo(f"{bundle.identity} answers at {url}. Back: {way_back(bundle, url, key_file)}")
