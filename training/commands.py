"""The command line of training: `brinell train`, `evaluate`, `export`, `parity` and `retrain`."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained
from training.retraining.command import retrain

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the datasets; else $BRINELL_DATA, else the fetched ones.")
]
RunsOption = Annotated[Path, typer.Option("--runs", help="Folder that keeps the runs.")]


def join(app: typer.Typer) -> None:
    """Adds the commands to `app`."""
    for command in (train, evaluate, export, parity, retrain):
        app.command(rich_help_panel="Training (needs the extra 'train')")(command)


def train(
    config: Annotated[Path, typer.Argument(help="TOML file; training/configs has those of the shipped bundles.")],
    runs: RunsOption = Path("runs"),
    data: DataOption = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the configuration's.")] = None,
) -> None:
    """Train a network, then calibrate and measure it.

    A run that was killed goes on where it was when the same command is given again, and ends with the same weights.
    Watch it with `tensorboard --logdir runs`.

    Example: brinell train training/configs/order.toml
    """
    with explained():
        from training.config import TrainingConfig
        from training.report import print_figures
        from training.run import Run

        chosen = TrainingConfig.read(config)
        if seed is not None:
            chosen = chosen.model_copy(update={"seed": seed})
        run = Run.under(chosen, _root(data), runs)
        run.train()
        print_figures(run.conclude())
    typer.echo(f"run: {run.folder}\nnext: brinell export {run.folder}")


def evaluate(
    dataset: Annotated[str, typer.Option(help="mfpt, jnu, cwru, or all (cross-machine).")] = "mfpt",
    protocol: Annotated[
        str, typer.Option(help="Which spans train and which test; see docs/protocols.md.")
    ] = "by-recording",
    config: Annotated[
        list[Path] | None, typer.Option(help="Configurations to compare; both shipped ones where none is given.")
    ] = None,
    split: Annotated[list[str] | None, typer.Option(help="Only these folds, by name; all where none is given.")] = None,
    bundle: Annotated[
        list[Path] | None, typer.Option(help="Measure these bundles on what they were not trained on, instead.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps, instead of the configuration's.")] = None,
    into: Annotated[Path | None, typer.Option(help="Also write the tables into this Markdown file.")] = None,
    suite: Annotated[
        str | None, typer.Option(help="Fill the cells of a page of docs instead; those there are stay as they are.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what the suite would cost, and run nothing.")] = False,
    only: Annotated[str | None, typer.Option(help="Only the suite's cells whose name holds this text.")] = None,
    runs: RunsOption = Path("runs"),
    data: DataOption = None,
) -> None:
    """Train on one dataset under a protocol and measure, beside baselines; or measure a bundle; or fill a whole table.

    Each configuration's network is trained on that dataset alone and stands beside its ReLU twin, the plain spiking
    control and the envelope rule. Finished runs are kept and not trained again. A suite may be run by several processes
    at once, and goes on where it was killed; with `--into` its page and raw results go there and not into docs.

    Examples:

    brinell evaluate --dataset mfpt --protocol by-recording

    brinell evaluate --dataset mfpt --protocol cross-load --split "200 lbs" --split "250 lbs"

    brinell evaluate --bundle models/pretrained/order/1.0.0

    brinell evaluate --suite truth --plan
    """
    with explained():
        if suite is not None:
            from training.suites.command import fill, tell_plan

            if plan:
                tell_plan(suite, _root(data), only, into)
            else:
                fill(suite, _root(data), runs / suite, only, into)
            return

        from training.comparison import compare
        from training.config import CONFIGS
        from training.report import bundle_sheets, comparison_sheets, show

        if bundle:
            command = ["brinell", "evaluate", *(f"--bundle={each}" for each in bundle)]
            show((sheet for each in bundle for sheet in bundle_sheets(each, _root(data))), into, command)
            return
        command = ["brinell", "evaluate", f"--dataset={dataset}", f"--protocol={protocol}"]
        command += [f"--split={each}" for each in split or ()] + ([f"--steps={steps}"] if steps else [])
        command += [f"--config={each}" for each in config or ()]
        configs = config or [CONFIGS / "order.toml", CONFIGS / "time.toml"]
        cells = compare(configs, dataset, protocol, split, steps, _root(data), runs / "evaluate")
        show(comparison_sheets(cells), into, command)


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or of a bundle to export again.")],
    to: Annotated[Path | None, typer.Option(help="Folder of bundles; else that of the shipped ones.")] = None,
    version: Annotated[str, typer.Option(help="Of the bundle.")] = "1.0.0",
) -> None:
    """Export a trained run as a bundle: ONNX graphs, golden vectors, manifest, model card, licence.

    The same run gives the same bytes, from any checkout.

    Example: brinell export runs/order-0123456789abcdef
    """
    with explained():
        from models.bundle import PRETRAINED
        from training.bundling import bundle

        typer.echo(f"bundle: {bundle(run, to or PRETRAINED, version).folder}")


def parity(
    bundle: Annotated[Path, typer.Argument(help="Folder of a bundle.")],
    windows: Annotated[int, typer.Option(min=1, help="How many, spread over all recordings of its protocol.")] = 2000,
    int8: Annotated[bool, typer.Option("--int8", help="The int8 graph, with the weights rounded as there.")] = False,
    data: DataOption = None,
) -> None:
    """Compare a bundle's graph on onnxruntime with its weights in PyTorch, on real windows.

    Example: brinell parity models/pretrained/order/1.0.0
    """
    with explained():
        from training.measuring import compare_with_torch
        from training.report import parity_sheet, show

        show([parity_sheet(compare_with_torch(bundle, _root(data), windows, int8))])


def _root(data: Path | None) -> Path:
    from data.home import data_root

    return data or data_root()
