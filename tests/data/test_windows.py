"""Windows are cut without overlap and standardised in one place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from data.windows import cut, standardise

numbers = st.floats(-1e3, 1e3, width=32)


@given(arrays(np.float32, (3, 64), elements=numbers))
def test_a_window_has_no_mean_and_unit_variance_or_is_all_zeros(pieces: np.ndarray) -> None:
    windows = standardise(pieces.astype(np.float64))
    for window, piece in zip(windows, pieces, strict=True):
        if np.ptp(piece) > 1e-3:
            assert abs(window.mean()) < 1e-3
            assert abs(window.std() - 1) < 1e-3
        if np.ptp(piece) == 0:
            assert not window.any()


@given(arrays(np.float32, 64, elements=numbers), st.floats(0.01, 100), st.floats(-10, 10))
def test_gain_and_offset_of_a_sensor_do_not_matter(piece: np.ndarray, gain: float, offset: float) -> None:
    if np.ptp(piece) > 1:
        scaled = standardise(piece.astype(np.float64) * gain + offset)
        np.testing.assert_allclose(scaled, standardise(piece.astype(np.float64)), atol=1e-3)


def test_pieces_follow_each_other_and_a_rest_is_dropped() -> None:
    low, high = np.arange(10, dtype=np.float32), np.arange(10, 20, dtype=np.float32)
    assert cut([low, high], 4).tolist() == [[[0, 1, 2, 3], [10, 11, 12, 13]], [[4, 5, 6, 7], [14, 15, 16, 17]]]
