"""Who may connect to the OPC UA server, how secrets are kept, and what may be asked of it: to read, and no more."""

import hmac
from typing import Any

from asyncua import ua
from asyncua.crypto.permission_rules import USER_TYPES, User, UserRole

from service.settings import OpcuaSecurity

POLICIES: dict[OpcuaSecurity, list[ua.SecurityPolicyType]] = {
    "encrypt": [
        ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
        ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
    ],
    "sign": [
        ua.SecurityPolicyType.Basic256Sha256_Sign,
        ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
    ],
    "none": [ua.SecurityPolicyType.NoSecurity],
}
"""`sign` allows what `encrypt` does too (`policies`)."""

_CHANGING = {ua.ObjectIds.WriteRequest_Encoding_DefaultBinary, ua.ObjectIds.CallRequest_Encoding_DefaultBinary}


def policies(security: OpcuaSecurity) -> list[ua.SecurityPolicyType]:
    """That a client may choose from."""
    return POLICIES["encrypt"] + POLICIES["sign"] if security == "sign" else POLICIES[security]


class OneUser:
    """Everybody where no user is set, else whoever knows name and password."""

    def __init__(self, name: str | None, password: str | None) -> None:
        self._known = None if name is None or password is None else (name.encode(), password.encode())

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """None: refused."""
        if self._known is not None:
            given = ((username or "").encode(), (password or "").encode())
            # Both are compared, and all of each, so that the time it takes says nothing.
            same = [hmac.compare_digest(*pair) for pair in zip(given, self._known, strict=True)]
            if not all(same):
                return None
        return User(role=UserRole.User)


class ReadOnly:
    """Nothing is written, called, added or deleted by clients."""

    def __init__(self) -> None:
        self._allowed = {ua.NodeId(kind) for kind in USER_TYPES if kind not in _CHANGING}

    def check_validity(self, user: User, action_type: ua.NodeId, body: Any) -> bool:
        """May this request be made?"""
        return user.role == UserRole.User and action_type in self._allowed
