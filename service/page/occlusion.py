"""Why: how much an answer owes to each part of a window, by covering that part and asking the graph again.

Occlusion: M. D. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014. What is covered
is set to 0: the mean of a standardised window, or a line as high as its floor. It needs the graph alone, no gradients.
"""

import numpy as np
from numpy.typing import NDArray

from models.graph import Graph


def owed(graph: Graph, window: NDArray[np.float32], parts: NDArray[np.bool_], answer: int) -> NDArray[np.float64]:
    """By how much the answer's log-odds fall when each part is covered, float64 [parts]; negative: it spoke against.

    Args:
        window: [length], as the graph reads it.
        parts: [parts, length], True where a part is.
        answer: index of the fault.
    """
    asked = np.concatenate([window[None], np.where(parts, np.float32(0), window)])
    odds = log_odds(graph.run(asked[:, None, :]).logits, answer)
    return np.asarray(odds[0] - odds[1:])


def log_odds(logits: NDArray[np.floating], answer: int) -> NDArray[np.float64]:
    """Of one fault against all others, from logits [..., faults]."""
    others = np.delete(logits.astype(np.float64), answer, axis=-1)
    highest = others.max(axis=-1, keepdims=True)
    against = highest[..., 0] + np.log(np.exp(others - highest).sum(axis=-1))
    return np.asarray(logits[..., answer].astype(np.float64) - against)
