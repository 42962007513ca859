"""Energy profiles: what operations and memory accesses cost on a named hardware. The numbers are data, in the TOML."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

ACCESS_BYTES = 8
FILE = Path(__file__).with_suffix(".toml")


class MemoryLevel(BaseModel):
    """A memory of `bytes`, at `access_pj` for 64 bits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    access_pj: float


class Memory(BaseModel):
    """The memories, smallest first, and what an access costs where the largest is too small."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: tuple[MemoryLevel, ...]
    beyond_access_pj: float

    def byte_pj(self, working_set_bytes: float) -> float:
        """Picojoules a byte, from the smallest memory that holds the working set."""
        for level in self.levels:
            if working_set_bytes <= level.bytes:
                return level.access_pj / ACCESS_BYTES
        return self.beyond_access_pj / ACCESS_BYTES


class EnergyProfile(BaseModel):
    """One hardware.

    Attributes:
        mac_pj: multiply-accumulate. ac_pj: accumulate, and compare. leak_pj: one neuron's leak and integration.
        weight_bytes, value_bytes, membrane_bytes: a weight, a real-valued activation, a membrane potential.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    hardware: str
    mac_pj: float
    ac_pj: float
    leak_pj: float
    weight_bytes: int
    value_bytes: int
    membrane_bytes: int
    memory: Memory


def _shipped() -> dict[str, EnergyProfile]:
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    memory = Memory.model_validate(tables.pop("memory"))
    return {name: EnergyProfile(name=name, memory=memory, **table) for name, table in tables.items()}


PROFILES: dict[str, EnergyProfile] = _shipped()
