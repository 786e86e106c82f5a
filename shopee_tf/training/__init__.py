"""Training: the loop, its steps and schedules, exact resume, and the folder that a run leaves."""
