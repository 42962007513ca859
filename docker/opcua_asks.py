"""A SCADA system inside the service's container: prints the fault of pump-7 (docker/test-compose.sh)."""

import asyncio
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

SECRETS = Path("/run/secrets")


async def fault() -> str:
    """Within 20 s."""
    client = Client("opc.tcp://localhost:4840")
    client.application_uri = "urn:brinell"
    client.set_user("scada")
    client.set_password((SECRETS / "opcua_password").read_text().strip())
    key = Path("/tmp/key.pem")
    key.write_bytes((SECRETS / "opcua_key").read_bytes())
    certificate = Path("/tmp/certificate.pem")
    certificate.write_bytes((SECRETS / "opcua_certificate").read_bytes())
    mode = ua.MessageSecurityMode.SignAndEncrypt
    await client.set_security(SecurityPolicyBasic256Sha256, str(certificate), str(key), mode=mode)
    async with client:
        namespace = await client.get_namespace_index("urn:brinell:machines")
        node = client.get_node(f"ns={namespace};s=pump-7/Fault")
        for _ in range(40):
            value = await node.read_data_value(raise_on_bad_status=False)
            if value.StatusCode.is_good():
                return str(value.Value.Value)
            await asyncio.sleep(0.5)
    return "nothing"


print(asyncio.run(fault()))
