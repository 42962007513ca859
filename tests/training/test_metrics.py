"""Figures of merit on cases that can be counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from training.metrics import Share, calibration_error, confusion, macro_auroc, macro_f1


@given(st.integers(1, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    share = Share(*counts)
    expected = binomtest(*counts).proportion_ci(method="wilson")
    assert share.interval() == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_one_of_one_still_promises_little() -> None:
    assert str(Share(1, 1)) == "1 of 1 (21% to 100%)"


def test_macro_f1_weighs_a_rare_fault_like_a_common_one() -> None:
    labels = np.array([0] * 9 + [1])
    assert macro_f1(labels, np.zeros(10, dtype=int)) == pytest.approx((2 * 9 / 19 + 0) / 2, abs=1e-9)


def test_macro_auroc_is_one_where_each_fault_ranks_first_and_half_where_nothing_ranks() -> None:
    labels = np.array([0, 1, 2, 0])
    assert macro_auroc(labels, np.eye(4)[labels]) == 1
    assert macro_auroc(labels, np.full((4, 4), 0.25)) == 0.5


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities = np.tile([0.85, 0.15], (20, 1))
    labels = np.array([0] * 12 + [1] * 8)
    assert calibration_error(labels, probabilities) == pytest.approx(0.25)


def test_confusion_counts_true_faults_in_rows() -> None:
    assert confusion(np.array([0, 1, 1]), np.array([1, 1, 0]), 2).tolist() == [[0, 1], [1, 1]]
