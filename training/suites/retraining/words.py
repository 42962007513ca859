"""The prose of docs/measured/retraining.md."""

from training.suites.retraining.plan import CONDITION, RIG

OPENING = """\
# Retraining: the drills

Written by `brinell evaluate --suite retraining` from docs/measured/retraining, a line a cell; no number is typed by
hand. A champion is trained as the shipped bundle of that front end (training/configs), but for 2500 steps, without a
condition or without a whole rig, and a service answers with it. Of every recording that was left out, pieces of the
first 60 % come in over HTTP, and findings say what so many pieces of each fault show: the first piece of each
recording, the second of each, and so on, recordings in the published order. Pieces from 65 % on come in too, and nobody
says anything about them. The service's export, the champion and its own recordings go into the retraining. Where the
gate opens, the new version is pushed, activated, and asked about the same pieces again. Where it stays shut, "after" is
what the challenger would have said, and nothing was activated.

| | front end | a piece | told of | never told of |
| --- | --- | --- | --- | --- |
| JNU, 1000 rpm | `time` | 0.5 s | first 60 % | last 35 % |
| MFPT, 200 and 250 lbs | `order` | 0.25 s | first 60 % | last 35 % |
| CWRU, 0.021 in | `order` | 0.5 s | first 60 %, five bearings | last 35 % |
| JNU | `order` | 1 s | first 60 %, three speeds | last 35 % |
| CWRU | `order` | 0.75 s | first 60 % of seven bearings (below) | last 35 % of these; of all others |

Told of on CWRU are the healthy bearing and, of each fault, one bearing at 0.007 in and one at 0.014 in (outer race: at
6 o'clock). The gate is the default one but for `apart = "time"` and `minutes_apart = 0`: a fault has one or two
bearings here, and what a plant sends in weeks comes in seconds. So the earlier half of what is told of teaches, a third
of it chooses, and the later half judges.

All of this was settled before any drill was run but that on JNU at 1000 rpm: how many choose, and that limits are
judged crosswise, was settled with a first form of that one in view. Nothing was changed after.

Right counts every fault alike. Intervals are 95 %: Wilson's over recordings where each fault has one bearing (they say
nothing of other bearings), else from drawing bearings anew and then recordings of each; where all are right or none is,
Wilson's over bearings. Pieces of one recording are more alike than recordings of different days would be. The gain is
of the score: right 1, unknown 0, wrong -1.
"""

ANSWERS = {
    CONDITION: "With 30 % of the labels wrong, those that judge are wrong too; those never told of are true. "
    "Findings on one bearing\nthat contradict each other label nothing, which leaves few.\n",
    RIG: "Of 1, 3 and 5 pieces of a fault at most two judge: no gate that asks for five can open.\n",
}
FAILED = "Conditions of the gate that did not hold, each with what was found.\n"
