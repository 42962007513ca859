"""docs/measured/bench.md, from what docs/measured/bench.json holds."""

from collections.abc import Iterator

from benchmarks import picture
from benchmarks.entries import TRAINED, titled
from benchmarks.limits import least_us
from benchmarks.results import DiagnosisCost, Growth, Lap, Limits, Race, Results, ServiceCost, Spread, Training
from benchmarks.targets import targets
from benchmarks.writing import Files
from training.sheet import Row, Sheet

PICTURE = "bench.png"
MISSING = "-"
OURS = ("float32", "int8")
OPENING = f"""# What Brinell costs beside other ways to do the same

Made by `make bench`. Each competitor runs the same weights on the same windows in a process of its own; they are timed
in turn, round after round, so that a busy moment meets all. A cell is a median and, in brackets, the quartiles over
rounds. CPU is processor time of all threads. A competitor whose answers are not the same is not timed.

Graphs give logits, spikes, SynOps and features. What runs in PyTorch is timed for its logits alone, which favours it;
so does folding time into the batch for snnTorch. OpenVINO computes in float32 and is compiled for each size of call;
onnxruntime takes 32 windows in calls of 8, as the service does.

![]({PICTURE})
"""


def page(results: Results) -> str:
    """The whole page."""
    parts = [OPENING, _about(results), _targets(results)]
    if results.race is not None:
        parts += [*_ratios(results.race), *_times(results.race, results.limits)]
    if results.training is not None:
        parts.append(_training(results.training))
    if results.diagnosis is not None:
        parts.append(_diagnosis(results.diagnosis))
    if results.lengths is not None:
        for title, unit, growth in (
            ("a request over the length of its recording", "seconds of signal", results.lengths.recording),
            ("the graph over windows of one call", "windows", results.lengths.windows),
        ):
            parts += [] if growth is None else [_growth(title, unit, growth)]
    if results.limits is not None:
        parts.append(_limits(results.limits))
    if results.service is not None:
        parts.append(_service(results.service))
    return "\n".join([*parts, *_not_run(results)])


def _about(results: Results) -> str:
    machine = results.machine
    versions = ", ".join(f"{name} {each}" for name, each in machine.versions.items())
    rough = " **A quick run: the figures are rough.**" if results.quick else ""
    return (
        f"Bundle `{results.bundle}`, windows of {results.source}, {results.rounds} rounds.{rough}\n\n"
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gib:g} GiB, {machine.system}, Python "
        f"{machine.python}; {versions}.\n"
    )


def _targets(results: Results) -> str:
    rows = [
        (
            each.title,
            spread(each.value),
            f"{each.least:g} to {each.most:g}" if each.least else f"at most {each.most:g}",
            "reached" if each.reached else "**missed**",
        )
        for each in targets(results)
    ]
    return Sheet("Targets: our time over theirs, on one thread", ("", "measured", "target", ""), tuple(rows)).markdown()


def _ratios(race: Race) -> Iterator[str]:
    names = _names(race)
    for ours in (each for each in OURS if each in names):
        for threads, batches in _settings(race).items():
            rows = tuple(
                (titled(theirs), *(_ratio(race, ours, theirs, threads, batch) for batch in batches))
                for theirs in names
                if theirs != ours
            )
            if rows:
                title = f"Time of our {ours} graph over theirs, {_threads(threads)}"
                yield Sheet(title, ("", *_a_call(batches)), rows).markdown()


def _ratio(race: Race, ours: str, theirs: str, threads: int, batch: int) -> str:
    clock, cpu = (race.ratio(ours, theirs, threads, batch, cpu=each) for each in (False, True))
    return MISSING if clock is None or cpu is None else f"{spread(clock)}, CPU {cpu.median:.2f}"


def _times(race: Race, limits: Limits | None) -> Iterator[str]:
    for threads, batches in _settings(race).items():
        rows: list[Row] = [
            (
                titled(name),
                *(_microseconds(race.lap(name, threads, batch)) for batch in batches),
                f"{race.resident_mib[name]:.0f}" if name in race.resident_mib else MISSING,
            )
            for name in _names(race)
        ]
        if limits is not None and threads in limits.int8_per_s:
            for kind in OURS:
                cells = (f"{max(least_us(limits, threads, batch, kind == 'int8')):.1f}" for batch in batches)
                rows.append((f"least possible here, {kind}", *cells, MISSING))
        title = f"Microseconds a window, {_threads(threads)}"
        yield Sheet(title, ("", *_a_call(batches), "MiB of the process (one thread)"), tuple(rows)).markdown()


def _training(training: Training) -> str:
    rows = []
    ours = TRAINED[0].name
    for lap in training.race.laps:
        wall, cpu = (
            Spread.of(tuple(each * training.epoch_steps / 1e6 for each in times)) for times in (lap.wall_us, lap.cpu_us)
        )
        ratio = training.race.ratio(ours, lap.competitor, lap.threads, lap.batch)
        title = "**Brinell**" if lap.competitor == ours else titled(lap.competitor)
        resident = f"{training.race.resident_mib[lap.competitor]:.0f}"
        rows.append((title, spread(wall), spread(cpu), MISSING if ratio is None else spread(ratio), resident))
    steps, batch = training.epoch_steps, training.race.laps[0].batch if training.race.laps else 0
    title = f"Training: an epoch of {steps} steps of {batch} windows, one thread"
    return Sheet(title, ("", "seconds", "CPU seconds", "ours over theirs", "MiB"), tuple(rows)).markdown()


def _diagnosis(cost: DiagnosisCost) -> str:
    names = list(next(iter(cost.asked.values())).parts_ms)
    rows = [
        (
            given,
            spread(Spread.of(asked.cpu_ms)),
            *(f"{Spread.of(asked.parts_ms[name]).median:.1f}" for name in names),
            f"{Spread.of(asked.wall_ms).median:.1f}",
        )
        for given, asked in cost.asked.items()
    ]
    sheet = Sheet("From bytes to diagnosis: CPU ms", ("", "all", *names, "by the clock"), tuple(rows)).markdown()
    rule = Spread.of(cost.rule_cpu_ms)
    bodies = ", ".join(f"{kind} {Spread.of(ms).median:.1f}" for kind, ms in cost.bodies_cpu_ms.items())
    return (
        f"{sheet}\nOne recording of 10 s at 50 kHz and 1,000 rpm ({cost.recording}), float32, one thread, no HTTP; "
        f"{cost.resident_mib:.0f} MiB. Parts share processor time as they share the clock. The envelope rule alone: "
        f"{spread(rule)} CPU ms for the recording, which is {cost.windows} windows of the graph: "
        f"{1e3 * rule.median / cost.windows:.0f} microseconds for each. To read the samples alone, CPU ms: {bodies}.\n"
    )


def _growth(title: str, unit: str, growth: Growth) -> str:
    rows = [
        (f"{size:g}", f"{1e3 * seconds:.1f}", f"{1e3 * seconds / size:.2f}", f"{mib:.0f}")
        for size, seconds, mib in zip(growth.sizes, growth.cpu_s, growth.resident_mib, strict=True)
    ]
    title = f"Growth of {title}: exponent {growth.exponent:.3f}"
    return Sheet(title, (unit, "CPU ms", "for each", "MiB of the process"), tuple(rows)).markdown()


def _limits(limits: Limits) -> str:
    threads = list(limits.int8_per_s)
    measured = {f"float32, {by}": rates for by, rates in limits.float32_per_s.items()}
    rows = [
        *((f"{kind}: 10^9 multiply-adds a second", *(f"{rates[each] / 1e9:.0f}" for each in threads))
          for kind, rates in (measured | {"uint8 x int8, onnxruntime": limits.int8_per_s}).items()),
        ("copy: GB a second, read and written", *(f"{limits.bytes_per_s[each] / 1e9:.1f}" for each in threads)),
    ]  # fmt: skip
    macs, weights = (
        f"{each['spiking']:,} {what} in layers fed with spikes and {each['real']:,} in others"
        for what, each in (("multiply-adds", limits.macs), ("weights", limits.weights))
    )
    sheet = Sheet("The physical limit", ("", *map(_threads, threads)), tuple(rows)).markdown()
    return (
        f"{sheet}\nBest of some tries: a product of two 1,024 x 1,024 matrices, a copy of 256 MiB. Computed densely, a "
        f"window needs {macs}; the graph has {weights}; a window and its answers are {limits.window_bytes:,} bytes. "
        "The least possible time above is the longer of two: the multiply-adds at the best rate, and the bytes at the "
        "copy's, weights once a call. Neurons and counting are not in it.\n"
    )


def _service(cost: ServiceCost) -> str:
    rows = [
        (f"after {count:,} requests", f"{each:.1f}", f"{mib:.0f}")
        for count, each, mib in zip(cost.requests, cost.cpu_ms, cost.resident_mib, strict=True)
    ]
    sheet = Sheet("The service over HTTP", ("", "CPU ms a request", "MiB of the process"), tuple(rows)).markdown()
    return (
        f"{sheet}\nFrom exec to ready {cost.ready_cpu_s:.2f} CPU s, {cost.ready_wall_s:.2f} s by the clock, "
        f"{cost.ready_mib:.0f} MiB. A request is {cost.asked}.\n"
    )


def _not_run(results: Results) -> Iterator[str]:
    races = [results.race, None if results.training is None else results.training.race]
    rows = dict(row for race in races if race is not None for row in race.not_run.items())
    if rows:
        yield Sheet("Not run", ("", "why"), tuple((titled(name), why) for name, why in rows.items())).markdown()


def _names(race: Race) -> list[str]:
    return list(dict.fromkeys(lap.competitor for lap in race.laps))


def _settings(race: Race) -> dict[int, list[int]]:
    """The batches of each number of threads."""
    found: dict[int, list[int]] = {}
    for threads, batch in race.settings:
        found.setdefault(threads, []).append(batch)
    return found


def _microseconds(lap: Lap | None) -> str:
    if lap is None:
        return MISSING
    wall, cpu = Spread.of(lap.wall_us), Spread.of(lap.cpu_us)
    return f"{wall.median:.0f} ({wall.lower:.0f} to {wall.upper:.0f}), CPU {cpu.median:.0f}"


def spread(values: Spread) -> str:
    """Median, and the quartiles in brackets."""
    return f"{values.median:.2f} ({values.lower:.2f} to {values.upper:.2f})"


def _threads(threads: int) -> str:
    return "one thread" if threads == 1 else f"{threads} threads"


def _a_call(batches: list[int]) -> Row:
    return tuple(f"{batch} a call" for batch in batches)


BENCH = Files("bench.json", "bench.md", PICTURE, "brinell bench", Results.read, page, picture.draw)
