"""Processes that touch two or more rooms: one verb a file, each holds its transaction."""
