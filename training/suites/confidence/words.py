"""The prose of docs/measured/confidence.md."""

OPENING = """\
# What a confidence is worth, and what is unknown

Written by `brinell evaluate --suite confidence` from docs/measured/truth and docs/measured/confidence; no number is
typed by hand. The first half asks the truth table's recordings what their confidence was worth; the second asks which
score best tells what was never learned. Intervals are 95 %, Wilson.
"""

SURE = """\
Whole seeds together: each answers anew for the same recordings, so only the bearings are counted for the interval, one
wrong answer of any seed making a bearing a wrong one. MFPT has two faulty bearings, JNU three, CWRU 11 faulty bearings
(15 if an outer race counts anew at each position); here it does. "Passed as known" is what the service would answer.

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
No score on logits or features holds against everything, in any front end: each lets two thirds of the pink noise or
more pass, and most faults of a rig never seen. Some hold in part. In `time` the Mahalanobis distance stops hum and
white noise whole, nearly all clipped sines, and nearly all healthy pieces of rigs never seen (as energy does), but
neither pink nor speech-like noise, and about half of the simulated machines pass. In `order` it stops most of the
speech-like noise and lets most hum and white noise pass. In `aligned` speech-like noise alone is stopped for the
greater part, by energy alone.

In `order` and `time` the octave spectrum holds best, against rigs never seen above all. Where both reject 1 %, it also
stops at least as many simulated machines as the shipped combination, in `time` as it is shipped far more: the
combination is the farthest of several distances, and its threshold then lies no nearer than theirs. With its own,
nearer threshold the combination stops nearly all of them. Level and noise are kept in it for what sounds like one of
the rigs in octaves, as white noise does like MFPT's. There the check means "not one of these machines".

In `aligned` the spectrum would reject most machines that it reads right, so it is not asked: level and noise stop what
is no machine, doubt stops the answers that are mistaken, and where nothing is found the shaft must be heard. That last
one has a price, in domain too: a simulated machine whose shaft is faint is unknown where it is sound, and no threshold
that keeps 99 % of those stops noise.
"""

MACHINES = """\
None of these machines trained or calibrated any network. `aligned` allows as much doubt as leaves every wrongly named
fault among its own simulated machines unknown. The two others have never seen a simulated machine: most faults that
they name there are wrong, and so is most of the little that sounds enough like one of their rigs to pass.
"""
