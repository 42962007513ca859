"""Where signals come from: recordings, public datasets, front ends, protocols, the simulated rig."""
