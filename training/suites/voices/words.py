"""The prose of docs/voices.md."""

OPENING = """\
# Three voices, and what they hear together

Written by `brinell evaluate --suite voices` from docs/measured/voices; no number is typed by hand. How the voices are
joined, and why: docs/decisions/three-voices.md. The table was settled before any real recording was asked, and no row
of it was changed for what came. Its alarms had to miss fewer faults than the best single voice, with no more false
alarms: {held}.

No network here has learned from the rig that it is asked about. Each rig is commissioned on healthy recordings of its
own, and what commissioned it is not tested: MFPT on `baseline_1` and `_2`; CWRU on five pieces of one second of `97`,
which are not independent; JNU on none, since no healthy recording of it is to be had: there the change is silent, and
misses all. All of a rig is read at its lowest rate. **Healthy recordings that are left to test are two: MFPT's
`baseline_3` and CWRU's `99`, which was made at another load than `97`.** So what is said of false alarms on real
machines is next to nothing; the simulated machines below say more. CWRU's healthy recordings were made at 48 kHz and
its faults at 12, on another day, by another filter and on a machine that was taken apart in between: part of the change
may be that.

"missed": a faulty recording of which nothing is said; "false alarm": a healthy one of which something is. Intervals are
Wilson's, 95 %. Recordings of one bearing are not independent: MFPT and JNU have one for each fault; so a second column
counts the bearings of which some recording is missed.
"""

OTHER_SENSOR = """\
## Another sensor: CWRU by its fan end

Written down before it was asked (docs/decisions/three-voices.md), and asked once: the same recordings of CWRU by the
sensor at the fan end, in place of the drive end's; the limits as they were. It is **another sensor, not another
machine**: the same bearings, days, loads and mountings, and the same difference in rate and filter between healthy and
faulty recordings. The files of the 0.028 in bearings hold no such sensor: four recordings fewer. MFPT and JNU are those
of above. Of JNU the change misses all nine, so that together the combination need not be good to hold; the harder
question is CWRU alone.
"""

HELD = {
    True: "**they do**",
    False: "**they do not**, and nothing here claims it",
    None: "not run",
}

HOLDS = {
    True: "**fewer missed, with no more false alarms, as it must be**",
    False: "**not what it must be**, fewer missed with no more false alarms",
}

READING = """\
A wrong speed or number of rolling elements is believed at commissioning as well as afterwards; each is asked both
ways, more and less, so that each recording counts twice. Where the signal surely shows another speed, network and
evidence are asked at that, with a warning. Simulated machines (training/voices/machines.py) leave lines at the
bearing's orders whatever their fault: what the change adds where a fault leaves none does not show among them. Those
that the table was argued on ("simulated, argued on") test nothing: they show what was in view when it was settled.
"""
