"""Usage files in, the metering kernel run over them, effects out, the detail archive."""
