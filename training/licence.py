"""A bundle's LICENSE: what the licences of its training data allow."""

from models.manifest import Manifest
from training.spans import SIMULATED

SHARE_ALIKE = "CC BY-NC-SA 4.0"
OF_SIMULATED = """\
The files of this bundle (weights, graphs, golden vectors, manifest, card) were learned from simulated machines alone,
made by the program: no recording's licence reaches them. They are under the licence of the program.
"""
SHARED = """\
Because a licence among them asks for it, these files are offered under CC BY-NC-SA 4.0
(https://creativecommons.org/licenses/by-nc-sa/4.0/): share and adapt them with attribution, not for commercial
purposes, under the same licence.

"""


def licence(manifest: Manifest) -> str:
    """LICENSE of the bundle: what the licences of its training data allow."""
    real = [each for each in manifest.training_data if each.dataset != SIMULATED]
    if not real:
        return OF_SIMULATED
    lines = [f"- {each.dataset}: {each.licence}. {each.citation}" for each in real]
    lines += ["- simulated machines, made by the program"] if len(real) < len(manifest.training_data) else []
    listed, share_alike = "\n".join(lines), any(SHARE_ALIKE in each.licence for each in real)
    return f"""\
The files of this bundle (weights, graphs, golden vectors, manifest, card) are not under the licence of the program.

They were learned from:

{listed}

{SHARED if share_alike else ""}Datasets that state no licence grant nothing: ask their authors before commercial use.
For commercial use train a bundle on data of your own (`brinell train`).
"""
