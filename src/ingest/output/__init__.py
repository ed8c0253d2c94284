"""The output folder, and what a run leaves in it."""
