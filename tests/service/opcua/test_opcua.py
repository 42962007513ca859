"""A SCADA system's side: a real OPC UA client beside a service that diagnoses."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from starlette.testclient import TestClient

from data.fault import Fault
from service.app import create_app
from service.opcua.nodes import FOLDER, NAMESPACE, VARIABLES
from service.settings import Settings, SettingsError
from tests.service.asking import FLOAT32, Simulated
from tests.service.process import free_port

Result = TypeVar("Result")
Certificate = tuple[Path, Path]

POINT = {"axes": [{"name": "x"}, {"name": "y"}], "bearing": "6205", "speed": {"kind": "fixed", "rpm": 1800}}


@contextmanager
def service(folder: Path, **settings: Any) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(folder / "brinell.db"), **settings))) as client:
        yield client


@pytest.fixture
def endpoint() -> str:
    return f"opc.tcp://127.0.0.1:{free_port()}/brinell"


@pytest.fixture
def plant(tmp_path: Path, endpoint: str) -> Iterator[TestClient]:
    with service(tmp_path, opcua=endpoint, opcua_security="none") as client:
        yield client


def register(plant: TestClient, asset: str) -> None:
    answer = plant.post("/v1/assets", json={"id": asset, "machine": "mill 3", "point": "fan", **POINT})
    assert answer.status_code == 201, answer.text


async def nodes_of(client: Client, asset: str) -> dict[str, Any]:
    """Each variable's `DataValue`, by its name."""
    namespace = await client.get_namespace_index(NAMESPACE)
    nodes = [client.get_node(f"ns={namespace};s={asset}/{name}") for name in VARIABLES]
    return dict(zip(VARIABLES, [await node.read_data_value(raise_on_bad_status=False) for node in nodes], strict=True))


async def all_are(client: Client, asset: str, quality: int) -> dict[str, Any] | None:
    """The values, once each has this status code."""
    values = await nodes_of(client, asset)
    return values if {value.StatusCode.value for value in values.values()} == {quality} else None


async def until(condition: Callable[[], Awaitable[Result]], seconds: float = 10) -> Result:
    """What it is once it is true."""
    for _ in range(round(seconds / 0.2)):
        try:
            if found := await condition():
                return found
        except ua.UaError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError(f"not within {seconds} s")


def test_a_client_sees_each_machine_its_state_and_what_its_last_recording_said(
    plant: TestClient, endpoint: str, simulated: Simulated
) -> None:
    faulty = simulated(Fault.OUTER_RACE)

    def diagnose(axis: str) -> Any:
        return plant.post(
            f"/v1/assets/fan.de/diagnose?rate_hz={faulty.rate_hz}&axis={axis}",
            content=faulty.samples.tobytes(), headers=FLOAT32,
        ).json()  # fmt: skip

    async def watch() -> None:
        async with Client(endpoint) as client:
            register(plant, "fan.de")
            await until(lambda: all_are(client, "fan.de", ua.StatusCodes.BadWaitingForInitialData))
            told = diagnose("x")["axes"]["x"]
            values = await until(lambda: all_are(client, "fan.de", ua.StatusCodes.Good))
            shown = {name: value.Value.Value for name, value in values.items()}
            standing = plant.get("/v1/alarms").json()["alarms"][0]
            assert shown["State"] == standing["level"]
            assert shown["Fault"] == (told["combined"]["fault"] or "")
            assert shown["Fault"] == Fault.OUTER_RACE.value
            assert shown["Confidence"] == told["confidence"]
            assert shown["Severity"] == told["combined"]["severity"]
            assert shown["Advice"] == told["combined"]["advice"]
            assert shown["Diagnosis"] == told["id"]
            assert {value.SourceTimestamp for value in values.values()} == {shown["Heard"]}

            for _ in range(2):
                diagnose("y")
            asset = client.get_node(f"ns={await client.get_namespace_index(NAMESPACE)};s=fan.de/State")

            async def raised() -> bool:
                return bool(await asset.read_value() == "watch")

            await until(raised)
            assert (await asset.read_browse_name()).Name == "State"

    asyncio.run(watch())


def test_machines_come_and_go_and_are_named_as_people_call_them(plant: TestClient, endpoint: str) -> None:
    async def listed(client: Client) -> dict[str, str]:
        namespace = await client.get_namespace_index(NAMESPACE)
        folder = await client.nodes.objects.get_child(f"{namespace}:{FOLDER}")
        assets = await folder.get_children()
        return {(await node.read_browse_name()).Name: (await node.read_display_name()).Text for node in assets}

    async def watch() -> None:
        async with Client(endpoint) as client:

            async def are(wanted: dict[str, str]) -> bool:
                return await listed(client) == wanted

            register(plant, "fan.de")
            register(plant, "fan.nde")
            await until(lambda: are({"fan.de": "mill 3, fan", "fan.nde": "mill 3, fan"}))
            assert plant.patch("/v1/assets/fan.nde", json={"point": "fan, free end"}).status_code == 200
            await until(lambda: are({"fan.de": "mill 3, fan", "fan.nde": "mill 3, fan, free end"}))
            assert plant.delete("/v1/assets/fan.de").status_code == 204
            await until(lambda: are({"fan.nde": "mill 3, fan, free end"}))

    asyncio.run(watch())


def test_a_client_can_change_nothing(plant: TestClient, endpoint: str) -> None:
    async def try_to() -> None:
        register(plant, "fan.de")
        async with Client(endpoint) as client:
            await until(lambda: all_are(client, "fan.de", ua.StatusCodes.BadWaitingForInitialData))
            namespace = await client.get_namespace_index(NAMESPACE)
            state = client.get_node(f"ns={namespace};s=fan.de/State")
            resend = client.get_node(ua.NodeId(ua.ObjectIds.Server_ResendData))
            for attempt in (
                lambda: state.write_value("quiet"),
                lambda: client.nodes.objects.add_folder(namespace, "mine"),
                lambda: client.delete_nodes([state]),
                lambda: client.nodes.server.call_method(resend, ua.Variant(1, ua.VariantType.UInt32)),
            ):
                with pytest.raises(ua.UaStatusCodeError, match="User does not have permission"):
                    await attempt()

    asyncio.run(try_to())


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """Made as docs/opcua.md says."""
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=Brinell",
         "-addext", "subjectAltName=URI:urn:brinell,DNS:localhost",
         "-addext", "keyUsage=digitalSignature,keyEncipherment,dataEncipherment",
         "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


def test_who_knows_the_password_connects_encrypted_and_nobody_else_does(
    tmp_path: Path, endpoint: str, certificate: Certificate
) -> None:
    password = tmp_path / "password"
    password.write_text("sesame\n")
    guarded = {"opcua_certificate": certificate[0], "opcua_key": certificate[1]}
    guarded |= {"opcua_user": "scada", "opcua_password_file": password}

    async def states(user: str | None, word: str | None, *, encrypted: bool = True) -> int:
        client = Client(endpoint)
        if encrypted:
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                str(certificate[0]),
                str(certificate[1]),
                mode=ua.MessageSecurityMode.SignAndEncrypt,
            )
        client.application_uri = "urn:brinell"
        if user is not None:
            client.set_user(user)
            client.set_password(word)
        async with client:
            return int(await client.nodes.server_state.read_value())

    with service(tmp_path, opcua=endpoint, **guarded):
        assert asyncio.run(states("scada", "sesame")) == ua.ServerState.Running
        for user, word in (("scada", "simsim"), ("admin", "sesame"), (None, None)):
            with pytest.raises(ua.UaStatusCodeError):
                asyncio.run(states(user, word))
        with pytest.raises((ua.UaError, ConnectionError, TimeoutError)):
            asyncio.run(states("scada", "sesame", encrypted=False))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"opcua_security": "none", "opcua": "opc.tcp://0.0.0.0:4840"}, "BRINELL_OPCUA_SECURITY"),
        ({"opcua": "opc.tcp://127.0.0.1:4840"}, "BRINELL_OPCUA_CERTIFICATE"),
        (
            {"opcua": "opc.tcp://gateway:4840", "opcua_certificate": __file__, "opcua_key": __file__},
            "BRINELL_OPCUA_USER",
        ),
        (
            {"opcua": "opc.tcp://127.0.0.1:4840", "opcua_security": "none", "store": "none", "auth": "none"},
            "BRINELL_STORE",
        ),
        ({"opcua": "http://127.0.0.1:4840"}, "opc"),
    ],
)
def test_an_endpoint_that_would_leave_a_door_open_is_refused(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.read(**given)


def test_a_port_that_is_taken_is_said_when_the_service_starts(plant: TestClient, endpoint: str, tmp_path: Path) -> None:
    from service.opcua.server import OpcuaError

    with pytest.raises(OpcuaError, match=endpoint), service(tmp_path / "other", opcua=endpoint, opcua_security="none"):
        pass
