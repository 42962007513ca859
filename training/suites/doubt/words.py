"""The prose of docs/measured/doubt.md."""

OPENING = """\
# Speed and bearing in doubt

Written by `brinell evaluate --suite doubt` from docs/measured/doubt; no number is typed by hand. Every recording is
asked with the speed that its file states, off by 1, 3 and 6 % either way, and with no speed; and with the right
bearing, and one rolling element more or less. `simulated` are plants drawn for this test (training/doubt/plants.py).
All parameters and thresholds were set on 600 other simulated plants; what each choice reached on the real rigs was in
view, though not what decided. Questions about one recording are not independent, and MFPT and JNU have one bearing
for each state. JNU's inner races have the orders of their own bearing type here, as a user would give them: the type
tells the fault there, which favours whoever reads the orders.
"""

SPEED = """\
Errors are from the stated speed, which is itself not the truth: JNU's is off by up to 0.44 %, MFPT states 25 Hz
throughout while shaft lines in both spectra stand 0.2 % (healthy), 0.7 % (outer race) and 0.7 to 1.1 % (inner race)
under that, and CWRU's 0.028 in files state none (the motor's nominal is taken). A warning is given where a sure
estimate is more than 1 % from the given speed. A speed that is 1 % off sits on that limit.
"""

NO_SPEED = """\
An estimate with no given speed is a hint, and never used by itself: another shaft, half or twice the speed, the mains
or a bearing's own lines can look like a shaft.
"""

BEARING = """\
"Fits", "does not fit" and "cannot tell" add up; of a healthy machine nothing can be told, and that is no fault. A
rolling element's fault looks the same with any number of them, so only the races' are counted here.
"""

READING = """\
"As given" is what is answered at the given speed or bearing, and what the service's answer says; "corrected" is the
second reading: at the estimated speed where that is sure and over 1 % off, with the best-fitting number where the
bearing does not fit, else as given. A fault not named is a miss: the rest of the faulty ones.
"""
