"""Prints how far this processor's answers to the golden windows are from the recorded ones, as JSON."""

import json

import numpy as np

from models.bundle import MODEL, PRETRAINED, RECORDED, Bundle, check_golden


def compare(bundle: Bundle, name: str) -> dict[str, object]:
    """What differs in the answers of the graph `name`, once they have passed as right."""
    check_golden(bundle, name)
    graph = bundle.graph if name == MODEL else bundle.int8_graph
    assert graph is not None
    golden = bundle.golden(name)
    reading = graph.run(golden.windows)
    return {
        "bundle": bundle.identity,
        "graph": name,
        "spikes_moved": int(np.abs(reading.spikes - golden.spikes).sum()),
        "logits_off": float(np.abs(reading.logits - golden.logits).max()),
    }


if __name__ == "__main__":
    bundles = [Bundle.load(manifest.parent) for manifest in sorted(PRETRAINED.glob("*/*/manifest.json"))]
    print(json.dumps([compare(bundle, name) for bundle in bundles for name in RECORDED]))
