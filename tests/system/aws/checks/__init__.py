"""Checks of the emulator itself: `python -m unittest` in the folder above. Needs boto3."""
