"""docs/measured/run-to-failure.md, from what docs/measured/run-to-failure.json holds."""

from collections.abc import Callable, Iterator, Sequence
from math import log10

import numpy as np

from benchmarks.failures.following import Stood, Way, damage, entries, first, followed
from benchmarks.failures.machines import FIRST_DB, LAST_DB, ONSET_DAY, RATE_HZ, SECONDS
from benchmarks.failures.measuring import COMMISSIONED, Life, Watched
from benchmarks.failures.picture import draw
from benchmarks.writing import Files
from data.fault import FAULTS
from data.rig import life
from service.alarms.rule import DEFAULT, Level
from training.metrics import Share
from training.sheet import Sheet

EYE_DB, EQUAL_DB = -10.0, 0.0
"""Strikes with a tenth of the noise's power, and as strong as the noise."""

DOUBLED_DB = 20 * log10(2)

WORDS = {4: "4 a day", 1: "1 a day"}
BOOTSTRAPS = 10_000


def ways(found: Watched) -> dict[str, Way]:
    """How the machines were watched, by what it is called."""
    return {
        f"commissioned on {count}, {WORDS[found.a_day // every]}": Way(count, every)
        for count in COMMISSIONED
        for every in (1, found.a_day)
    }


def page(found: Watched) -> str:
    """The whole page."""
    failing = [each for each in found.lives if each.fault is not None]
    healthy = [each for each in found.lives if each.fault is None]
    parts = (
        _opening(found, len(failing), len(healthy)),
        "![When each machine was told of](run-to-failure.png)\n",
        _found(found, failing),
        _by_fault(found, failing),
        _false(found, failing, healthy),
        _voices(found, failing, healthy),
        _closing(found),
    )
    return "\n".join(parts)


def _opening(found: Watched, failing: int, healthy: int) -> str:
    rule, per_day = DEFAULT, [each.per_day_db for each in found.lives if each.per_day_db is not None]
    slowest, fastest = min(per_day), max(per_day)
    bundles = ", ".join(f"{name} {version}" for name, version in found.bundles.items())
    return (
        "# A run to failure, replayed\n\n"
        f"Made by `brinell bench failures`; no number is typed by hand. {failing} simulated machines fail within "
        f"{found.days} days, {failing // 3} of each fault, and {healthy} stay healthy over the same time in the same "
        f"variation. Each is recorded {found.a_day} times a day, {SECONDS:g} s at {RATE_HZ / 1000:g} kHz, commissioned "
        f"on its first recordings, and heard by the code that hears for the service and for `brinell asset replay`: "
        f"the shipped bundles ({bundles}), the three voices, and the alarm's rule as it is set by default (watch after "
        f"{rule.watch_after} of the last {rule.of} recordings, alarm after {rule.alarm_after} of {rule.of}, back after "
        f"{rule.back_after} quiet ones). Nothing was set, and no machine of these looked at, before this was measured; "
        "speed and bearing are told right.\n\n"
        f"**The damage.** It begins on a day between {ONSET_DAY[0]:g} and {ONSET_DAY[1]:g} drawn by chance, at an SNR "
        f"of {FIRST_DB:g} dB (the power of the strikes' response over that of all noise, whole band), and grows by the "
        f"same factor each day up to {LAST_DB[0]:g} to {LAST_DB[1]:g} dB on day {found.days}: {slowest:.1f} to "
        f"{fastest:.1f} dB a day, so that its amplitude doubles in {DOUBLED_DB / fastest:.1f} to "
        f"{DOUBLED_DB / slowest:.1f} days. Growth of this form is that of Gebraeel et al. (2005) and Li et al. (1999), "
        "named in `data/rig/life.py`; how fast is our own. A real bearing may take years or hours, so "
        "the SNR at which something is told is of more use than the day.\n\n"
        f"**The variation**, all our own: each recording at another load, {life.LOAD[0]:.0%} to {life.LOAD[1]:.0%}; "
        f"with the load the shaft slips by up to {life.SLIP_AT_FULL_LOAD:.0%}, and noise and shaft lines get up to "
        f"{life.LOADED_DB * (life.LOAD[1] - life.LOAD[0]):.1f} dB louder. Beside that by chance (one standard "
        f"deviation) noise {life.NOISE_DB:g} dB, each shaft line {life.SHAFT_DB:g} dB, strikes {life.STRIKES_DB:g} dB, "
        f"speed {life.SPEED:.1%}, resonances {life.RESONANCE:.1%}. There is no drift, no other mounting, no other "
        "machine next to it, no load that commissioning has not seen: real machines have all of these, and will be "
        "told of wrongly more often.\n"
    )


def _found(found: Watched, failing: Sequence[Life]) -> str:
    headings = ("", "told", "machines", "day", "SNR (dB)", f"days before {EQUAL_DB:g} dB", f"days after {EYE_DB:g} dB")
    rows = tuple(
        (title, level.value, *_when(failing, way, level, found))
        for title, way in ways(found).items()
        for level in (Level.WATCH, Level.ALARM)
    )
    return (
        f"{Sheet('When a failing machine is told of', headings, rows).markdown()}\n"
        "Medians over the machines that are told of, with 95 % intervals by bootstrap, and the whole range. "
        f"At {EYE_DB:g} dB the strikes hold a tenth of the noise's power: no eye finds them in the waveform; at "
        f"{EQUAL_DB:g} dB they are as strong as all noise. The SNR is that of the growth, without the day's scatter. "
        "Counted from the onset on; what was told before is in the table of false ones.\n"
    )


def _when(lives: Sequence[Life], way: Way, level: Level, found: Watched) -> tuple[str, ...]:
    told = list(_told(lives, way, level, found))
    after = [each.day - damage(one).day_of(EYE_DB) for one, each in told]
    before = [damage(one).day_of(EQUAL_DB) - each.day for one, each in told]
    snr = [damage(one).snr_db(each.day) or 0.0 for one, each in told]
    return (
        str(Share(len(told), len(lives))),
        *(_median(values) for values in ([each.day for _, each in told], snr, before, after)),
    )


def _told(lives: Sequence[Life], way: Way, level: Level, found: Watched) -> Iterator[tuple[Life, Stood]]:
    for one in lives:
        each = first(followed(one, way, found.a_day), level, damage(one).onset_day)
        if each is not None:
            yield one, each


def _median(values: Sequence[float]) -> str:
    if not values:
        return "-"
    rng = np.random.default_rng(0)
    drawn = np.median(rng.choice(values, (BOOTSTRAPS, len(values))), axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{np.median(values):.1f} ({low:.1f} to {high:.1f}; {min(values):.1f} to {max(values):.1f})"


def _by_fault(found: Watched, failing: Sequence[Life]) -> str:
    way = Way()
    headings = (
        "fault",
        "alarm",
        "SNR at first watch (dB)",
        "SNR at first alarm (dB)",
        "fault named at the alarm",
        "right",
    )
    rows = []
    for fault in FAULTS[1:]:
        lives = [each for each in failing if each.fault is fault]
        watched, alarmed = (list(_told(lives, way, level, found)) for level in (Level.WATCH, Level.ALARM))
        named = [each.named for _, each in alarmed if each.named != "-"]
        snr = (_median([damage(one).snr_db(each.day) or 0.0 for one, each in told]) for told in (watched, alarmed))
        right = sum(name == fault.value[0] for name in named)
        rows.append((
            fault.value.replace("_", " "), f"{len(alarmed)} of {len(lives)}", *snr,
            f"{len(named)} of {len(alarmed)}", f"{right} of {len(named)}",
        ))  # fmt: skip
    title = f"By fault, commissioned on {way.commissioned}, {WORDS[found.a_day]}"
    return Sheet(title, headings, tuple(rows)).markdown()


def _false(found: Watched, failing: Sequence[Life], healthy: Sequence[Life]) -> str:
    headings = ("", "machines", "recordings wrongly raised", "machines with a false watch", "false watches",
                "machines with a false alarm", "false alarms", "machine-days")  # fmt: skip
    rows = [
        (title, kind, *_falsely(lives, way, found, until))
        for title, way in ways(found).items()
        for kind, lives, until in (
            ("healthy, 60 days", healthy, lambda one: float(found.days)),
            ("failing, before the onset", failing, lambda one: damage(one).onset_day),
        )
    ]
    return (
        f"{Sheet('What is told of healthy machines', headings, tuple(rows)).markdown()}\n"
        "A recording is wrongly raised where its voices together say watch or alarm. Intervals are Wilson's, 95 %, "
        "over machines; recordings of one machine are not independent.\n"
    )


def _falsely(lives: Sequence[Life], way: Way, found: Watched, until: Callable[[Life], float]) -> tuple[str, ...]:
    stood = {one.seed: [each for each in followed(one, way, found.a_day) if each.day < until(one)] for one in lives}
    heard = [each for of_one in stood.values() for each in of_one]
    raised = sum(each.said in (Level.WATCH, Level.ALARM) for each in heard)
    cells = [f"{raised} of {len(heard)} ({raised / len(heard):.1%})"]
    for level in (Level.WATCH, Level.ALARM):
        told = [entries(of_one, level, until(one)) for one, of_one in zip(lives, stood.values(), strict=True)]
        cells += [str(Share(sum(count > 0 for count in told), len(lives))), str(sum(told))]
    return (*cells, f"{len(heard) * way.every / found.a_day:.0f}")


def _voices(found: Watched, failing: Sequence[Life], healthy: Sequence[Life]) -> str:
    headings = ("voice", "silent, healthy machines", "alarm", "SNR at first alarm (dB)",
                "healthy machines with a false alarm", "false alarms")  # fmt: skip
    rows = []
    for voice in (None, "network", "evidence", "change"):
        way = Way(voice=voice)
        told = list(_told(failing, way, Level.ALARM, found))
        false = [entries(followed(one, way, found.a_day), Level.ALARM, found.days) for one in healthy]
        silent = [each.said is Level.NO_VERDICT for one in healthy for each in followed(one, way, found.a_day)]
        rows.append((
            voice or "all three", f"{np.mean(silent):.0%}", str(Share(len(told), len(failing))),
            _median([damage(one).snr_db(each.day) or 0.0 for one, each in told]),
            str(Share(sum(count > 0 for count in false), len(healthy))), str(sum(false)),
        ))  # fmt: skip
    way = Way()
    title = f"Each voice alone, by the same rule, commissioned on {way.commissioned}, {WORDS[found.a_day]}"
    return (
        f"{Sheet(title, headings, tuple(rows)).markdown()}\n"
        "Alone, whatever a voice raises counts as an alarm; together a change alone is a watch "
        "(docs/decisions/three-voices.md).\n"
    )


def _closing(found: Watched) -> str:
    computer = found.machine
    return (
        "One machine as `brinell asset replay` draws it:\n\n"
        "![One machine, replayed](run-to-failure-example.png)\n\n"
        f"{found.seconds / 60:.0f} minutes of processor time for {len(found.lives) * found.days * found.a_day:,} "
        f"recordings, made and heard, on one core of {computer.processor}, {computer.system}, "
        f"Python {computer.python}.\n"
    )


FAILURES = Files(
    "run-to-failure.json", "run-to-failure.md", "run-to-failure.png", "brinell bench failures", Watched.read, page, draw
)
