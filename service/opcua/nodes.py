"""The assets as nodes: an object for each, named by its id, with a variable for each thing that is said of it.

Their ids do not change: `s=mill-3.fan.de` is the asset, `s=mill-3.fan.de/State` its state.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from asyncua import Server, ua

from models.voices import SEVERITIES
from service.alarms.rule import Level
from service.moment import moment_of
from service.opcua.standing import Latest, Standing

NAMESPACE = "urn:brinell:machines"
FOLDER = "Brinell"

STATE_NUMBERS = {Level.NO_VERDICT: -1, Level.QUIET: 0, Level.WATCH: 1, Level.ALARM: 2}

Value = str | int | float | datetime | None
Type = ua.VariantType


class Variable(NamedTuple):
    """What stands in it; None: nothing yet."""

    type: ua.VariantType
    value: Callable[[Standing], Value]


def _of_latest(of: Callable[[Latest], Value]) -> Callable[[Standing], Value]:
    return lambda standing: None if standing.latest is None else of(standing.latest)


def _moment(time_us: int | None) -> datetime | None:
    return None if time_us is None else moment_of(time_us)


VARIABLES = {
    "State": Variable(Type.String, lambda standing: standing.level and standing.level.value),
    "StateNumber": Variable(Type.Int16, lambda standing: standing.level and STATE_NUMBERS[standing.level]),
    "Since": Variable(Type.DateTime, lambda standing: _moment(standing.since_us)),
    "Heard": Variable(Type.DateTime, lambda standing: _moment(standing.heard_us)),
    "Fault": Variable(Type.String, _of_latest(lambda latest: latest.fault.value if latest.fault else "")),
    "Confidence": Variable(Type.Double, _of_latest(lambda latest: latest.confidence)),
    "Severity": Variable(Type.String, _of_latest(lambda latest: latest.severity)),
    "SeverityNumber": Variable(Type.Int16, _of_latest(lambda latest: SEVERITIES.index(latest.severity))),
    "Advice": Variable(Type.String, _of_latest(lambda latest: latest.advice)),
    "Diagnosis": Variable(Type.String, _of_latest(lambda latest: latest.diagnosis)),
}


class Nodes:
    """What clients see; `show` brings it up to date."""

    def __init__(self, server: Server, namespace: int) -> None:
        self._server = server
        self._namespace = namespace
        self._shown: dict[str, Standing] = {}
        self._doubted = False

    @classmethod
    async def of(cls, server: Server) -> "Nodes":
        """An empty folder among the server's objects."""
        nodes = cls(server, await server.register_namespace(NAMESPACE))
        await server.nodes.objects.add_folder(
            ua.NodeId(1, nodes._namespace), ua.QualifiedName(FOLDER, nodes._namespace)
        )
        return nodes

    @property
    def shown(self) -> Mapping[str, Standing]:
        """By asset."""
        return self._shown

    async def show(self, standings: Mapping[str, Standing], *, doubted: bool = False) -> None:
        """Adds, changes and takes away; `doubted`: this is what was known last."""
        for asset in self._shown.keys() - standings.keys():
            await self._server.delete_nodes([self._server.get_node(self._id(asset))], recursive=True)
        for asset, standing in standings.items():
            known = self._shown.get(asset)
            if known is None or known.name != standing.name:
                await self._add(standing, anew=known is not None)
            if known != standing or doubted != self._doubted:
                await self._write(standing, doubted)
        self._shown = dict(standings)
        self._doubted = doubted

    async def _add(self, standing: Standing, *, anew: bool) -> None:
        if anew:
            await self._server.delete_nodes([self._server.get_node(self._id(standing.asset))], recursive=True)
        folder = self._server.get_node(ua.NodeId(1, self._namespace))
        name = ua.QualifiedName(standing.asset, self._namespace)
        asset = await folder.add_object(self._id(standing.asset), name)
        shown_as = ua.Variant(ua.LocalizedText(standing.name))
        await asset.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(shown_as))
        for variable, (type_, _) in VARIABLES.items():
            name = ua.QualifiedName(variable, self._namespace)
            await asset.add_variable(self._id(standing.asset, variable), name, ua.get_default_value(type_), type_)

    async def _write(self, standing: Standing, doubted: bool) -> None:
        for variable, (type_, value_of) in VARIABLES.items():
            value = value_of(standing)
            said = ua.DataValue(
                ua.Variant() if value is None else ua.Variant(value, type_),
                ua.StatusCode(_quality(standing, value, doubted)),
                SourceTimestamp=_moment(standing.heard_us),
            )
            await self._server.write_attribute_value(self._id(standing.asset, variable), said)

    def _id(self, *names: str) -> ua.NodeId:
        return ua.NodeId("/".join(names), self._namespace)


def _quality(standing: Standing, value: Value, doubted: bool) -> int:
    if value is None:
        return int(ua.StatusCodes.BadWaitingForInitialData)
    return int(ua.StatusCodes.UncertainLastUsableValue if standing.silent or doubted else ua.StatusCodes.Good)
