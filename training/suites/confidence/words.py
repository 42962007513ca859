"""The prose of docs/measured/confidence.md."""

OPENING = """\
# What a confidence is worth, and what is unknown

Written by `brinell evaluate --suite confidence` from docs/measured/truth and docs/measured/confidence; no number is
typed by hand. The first half asks the truth table's recordings what their confidence was worth; the second asks which
score best tells what was never learned. Intervals are 95 %, Wilson.
"""

SURE = """\
Whole seeds together: each answers anew for the same recordings, so only the bearings are counted for the interval, one
wrong answer of any seed making a bearing a wrong one. MFPT has two faulty bearings, JNU three, CWRU eleven. "Passed as
known" is what the service would answer.

![Risk against coverage](confidence/risk-coverage.png)
"""

WORTH = """\
Risk is the share of wrong ones among the answers that are kept when the least sure are sent away; equally sure ones
share theirs. Brier is summed over the four faults, 0 to 2; always saying one quarter each would be 0.75. On recordings
of the same bearing at another speed or load nearly everything is right, and a network that is always right and says so
less than fully has a calibration error all the same: on easy data these figures say nothing about whether a confidence
can be trusted. They do on bearings and machines never seen, and in noise. The truth table keeps no probabilities of
single windows; those below are of the networks whose scores are measured here.
"""

WINDOWS = """\
Calibrated on recordings, not on windows: a window says less than its recording, and its confidence is too high or too
low for it. All are on rigs never seen, but for the bundles `order` and `time`, which know the rigs they are tested on.
"""

SCORES = """\
## Which score tells what was never learned

Every score on the same pieces: three seconds for `aligned`, one second for the other two, whose validation spans are
short. "In domain" are pieces of the recordings that validate: for `aligned` simulated machines, for the others the last
fifth of each training recording. Each score's threshold rejects 1 % of those that were read right. **Only where
hundreds of machines validate is that a promise**: of the two or three dozen recordings of two rigs, whose pieces are
not independent, it is the farthest piece, and says little of the next recording. "Shipped, own threshold" is what the
service does; its in-domain share is therefore lower than 99 %. What `order` and `time` never saw is each rig in turn,
the three runs summed; JNU has no healthy recording, and the simulated machines are further rigs to them. "Shaft" asks
only where nothing is found. The sensor check, which stops clipped sines and hum before any network is asked, is left
out here.

![Passed as known](confidence/accepted.png)
"""

BEST = """\
No score on logits or features holds in any front end: noise of every colour and hum look like a sound machine to
them, and what a rig never seen shows is often nearer than what was learned. In `order` and `time` the octave spectrum
holds best, against rigs never seen above all; level and noise are kept for what sounds like one of the rigs in
octaves, as white noise does like MFPT's. There the check means "not one of these
machines". In `aligned` it would reject most machines that it reads right, so it is not asked: level and noise stop
what is no machine, doubt stops the answers that are mistaken, and where nothing is found the shaft must be heard.
That last one has a price, in domain too: a simulated machine whose shaft is faint is unknown where it is sound, and
no threshold that keeps 99 % of those stops noise.
"""

MACHINES = """\
None of these machines trained or calibrated any network. `aligned` allows as much doubt as leaves every wrongly named
fault among its own simulated machines unknown. The two others have never seen a simulated machine: most faults that
they name there are wrong, and so is most of the little that sounds enough like one of their rigs to pass.
"""
