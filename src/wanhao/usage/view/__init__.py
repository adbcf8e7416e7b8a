"""The view: what the meter has counted so far, to be read by other processes of this machine."""
