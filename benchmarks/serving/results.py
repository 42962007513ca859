"""What was measured, as docs/measured/serve.json holds it: every round, so that the page can be made again."""

from benchmarks.results import Kept, Machine, Part, Spread


class Turn(Part):
    """One server at one kind of request, a value a round.

    Attributes:
        body: kind of body.
        windows: in each request.
        bare_us: processor time of the graph alone, in one call with the request's windows.
        rush_us: processor time a request of all the server's processes, in the closed loop.
        rush_per_s: requests it answered.
        steady_us: as `rush_us`, in the open loop at 80 % of `rush_per_s`.
        p50_ms, p99_ms: there, from the moment that a request was due.
        late_ms: by which the generator itself was late in one of a hundred.
        failed: in both loops, answers that were not 200 or that never came.
        asked: in both loops.
    """

    server: str
    body: str
    windows: int
    bare_us: tuple[float, ...]
    rush_us: tuple[float, ...]
    rush_per_s: tuple[float, ...]
    steady_us: tuple[float, ...]
    p50_ms: tuple[float, ...]
    p99_ms: tuple[float, ...]
    late_ms: tuple[float, ...]
    asked: int
    failed: int

    @property
    def added_us(self) -> Spread:
        """What the server adds to the graph in the closed loop, round by round."""
        return Spread.of(tuple(all_of_it - bare for all_of_it, bare in zip(self.rush_us, self.bare_us, strict=True)))

    @property
    def added_steady_us(self) -> Spread:
        """The same in the open loop."""
        return Spread.of(tuple(all_of_it - bare for all_of_it, bare in zip(self.steady_us, self.bare_us, strict=True)))

    @property
    def tail(self) -> Spread:
        """p99 over p50, round by round."""
        return Spread.of(tuple(p99 / p50 for p99, p50 in zip(self.p99_ms, self.p50_ms, strict=True)))


class StoreCost(Part):
    """The same diagnosis with and without a store: processor us a request in the closed loop, a value a round."""

    asked: str
    cpu_us: dict[str, tuple[float, ...]]
    per_s: dict[str, tuple[float, ...]]

    def added_us(self, setting: str, without: str = "none") -> Spread:
        """What that setting adds."""
        return Spread.of(
            tuple(kept - not_kept for kept, not_kept in zip(self.cpu_us[setting], self.cpu_us[without], strict=True))
        )


class Served(Kept):
    """One run of `brinell bench serve`.

    Attributes:
        load: runnable processes of this machine (`os.getloadavg`, one minute) before it began: what else went on.
        resident_mib: memory of all a server's processes, after its turns.
        not_run: why, by server.
    """

    machine: Machine
    bundle: str
    rounds: int
    quick: bool
    connections: int
    load: float
    turns: tuple[Turn, ...]
    resident_mib: dict[str, float]
    not_run: dict[str, str]
    store: StoreCost | None = None

    def turn(self, server: str, body: str, windows: int) -> Turn | None:
        """That turn, where it was run."""
        wanted = (server, body, windows)
        return next((each for each in self.turns if (each.server, each.body, each.windows) == wanted), None)

    @property
    def settings(self) -> tuple[tuple[str, int], ...]:
        """Body and windows of each table, in order."""
        return tuple(dict.fromkeys((each.body, each.windows) for each in self.turns))
