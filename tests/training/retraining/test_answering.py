"""Which version is retrained, where a bundle has several: the service's word."""

import shutil
from pathlib import Path

import pytest

from models.bundle import PRETRAINED
from tests.service.versions import damage
from training.retraining.answering import answering
from training.retraining.case import RetrainingError


def test_that_no_version_of_a_bundle_answers_is_said_in_the_services_own_words(tmp_path: Path) -> None:
    bundle = shutil.copytree(PRETRAINED / "time", tmp_path / "time")
    assert answering(bundle) == bundle / "1.0.0"
    damage(bundle / "1.0.0" / "model.onnx")
    with pytest.raises(RetrainingError, match=r"(?s)answers cannot be told: .*no version of time answers"):
        answering(bundle)
