"""The prose of docs/measured/retraining.md."""

from training.suites.retraining.plan import CONDITION, RIG

OPENING = """\
# Retraining: the drills

Written by `brinell evaluate --suite retraining` from docs/measured/retraining, a line a cell; no number is typed by hand.

A champion is trained as the shipped bundle of that front end (training/configs), for 2500 steps, without a condition or
without a whole rig. A service answers with it. Of every recording that was left out, pieces of the first 60 % come in
over HTTP and a finding says what some of them show: so many of each fault, one piece of each recording after the other
in the published order. Pieces from 65 % on come in too, and nobody says anything about them. The service's export, the
champion and its own recordings go into the retraining; where the gate opens, the new version is pushed, activated, and
asked about the same pieces again. Where it stays shut, "after" is what the challenger would have said, and nothing was
activated.

| | front end | pieces | told of | never told of |
| --- | --- | --- | --- | --- |
| JNU, 1000 rpm | `time` | 0.5 s | the first 60 % of its recordings | their last 35 % |
| MFPT, 200 and 250 lbs | `order` | 0.25 s | likewise | likewise |
| CWRU, 0.021 in | `order` | 0.5 s | likewise, five bearings | likewise |
| JNU | `order` | 1 s | likewise, three speeds | likewise |
| CWRU | `order` | 0.75 s | likewise: a bearing of each fault at 0.007 in and at 0.014 in (outer race: at 6 o'clock), the healthy one | their last 35 %; and that of all other bearings |

The gate is the default one but for `apart = "time"` and `minutes_apart = 0`: there are one or two bearings of a fault, and
what a plant sends in weeks comes here in seconds. So half of what is told of teaches (a third of that chooses), and the
later half judges. All of this was settled before any drill was run but the first, on JNU's 1000 rpm: how many choose, and
that limits are judged crosswise, was settled with that one in view. Nothing was changed after.

Right counts every fault alike. Intervals are 95 %: Wilson's over recordings where each fault has one bearing (they say
nothing of other bearings), else from drawing bearings anew and then their recordings; where all are right or none is,
Wilson's over bearings. Pieces of one recording are more alike than recordings of different days would be.
"""

ANSWERS = {
    CONDITION: "The gain is of the score: right 1, unknown 0, wrong -1.\n",
    RIG: "With 1, 3 and 5 pieces of a fault at most two judge: no gate that asks for five can open.\n",
}
VERDICTS = {
    CONDITION: "With 30 % of the labels wrong, those that judge are wrong too; never told of are the true ones.\n",
    RIG: "",
}
FAILED = "Conditions of the gate that did not hold, each with what was found.\n"
