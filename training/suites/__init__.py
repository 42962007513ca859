"""Measurements that fill a page of docs cell by cell. A new one is one file here and one line in `_ALL`."""

from training.suites.ablations import ABLATIONS
from training.suites.confidence import CONFIDENCE
from training.suites.controls import CONTROLS
from training.suites.doubt import DOUBT
from training.suites.int8 import INT8
from training.suites.retraining import RETRAINING
from training.suites.suite import Suite
from training.suites.truth import TRUTH
from training.suites.tuning import TUNING
from training.suites.voices import VOICES

_ALL: tuple[Suite, ...] = (TRUTH, ABLATIONS, CONTROLS, DOUBT, CONFIDENCE, TUNING, INT8, VOICES, RETRAINING)

SUITES: dict[str, Suite] = {suite.name: suite for suite in _ALL}

__all__ = ["SUITES", "Suite"]
