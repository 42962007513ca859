"""The prose of docs/measured/int8.md."""

OPENING = """\
# In eight bits

Written by `brinell evaluate --suite int8` from docs/measured/int8, a line a cell; no number is typed by hand.

A cell is a network of docs/results.md, by split and seed, with the weights it was trained to there. It reads the same
test windows twice. In float32, as there; the front end `order` was made faster since, which moves a window or two in a
few cells. And in eight bits: one that spikes as the int8 graph that ships beside every bundle, in onnxruntime
(docs/decisions/drawn-graphs.md); a ReLU twin as onnxruntime's own tool quantises it, weights in int8 for each output
channel, symmetric, activations in 256 steps over the range that they take on windows of at most 32 recordings of
the training part, at most eight of each. Nothing is trained, tuned or chosen here, and thresholds and temperatures stay
those of float32.

The weights are those that `brinell evaluate --suite truth` leaves under `runs/truth`. A cell whose weights are not kept
is not run; `brinell evaluate --suite truth --into FILE.md --only "NAME OF THE CELL"` trains them, and
`brinell evaluate --suite int8` then fills it.
"""

WITHIN = """\
Windows read right by eight bits over those by float32, in points; means over the cells that are filled. "no": the two
differ by more than 0.2 points, to the better or to the worse. The three rigs never seen are the splits of
`cross-machine`.
"""

PROTOCOLS = """\
Means over cells. "lost" are windows that float32 alone reads right, "gained" those that eight bits alone do; "named
otherwise" are all that get another fault, also from a wrong one to a wrong one. A test part of few windows moves in
steps: "one window" is what one is worth in the cell that has the fewest. "known otherwise" are recordings that pass the
unknown-check in one of the two forms alone.
"""

ENERGY = """\
Differences of the int8 graph from float32 in %, means over cells, the largest of a cell in parentheses: of all spikes
of a run, of its SynOps, and of its energy in both profiles (docs/energy.md). `paper` charges the encoder's MACs too,
which do not change.
"""

TWIN = """\
On the splits and seeds that both have: windows read right in eight bits, what eight bits changed of that, and the
energy of one graph run in the profile int8 with the spikes that the int8 graph fired. A ratio under 1 means that the
twin is the cheaper one. The profile charges every product as one of eight bits, though the int8 graph computes encoder,
gates and head in float32. The tool puts all of the twin into eight bits, so what that costs it is not the rounding of
weights alone. How long each takes is in docs/measured/bench.md.
"""
