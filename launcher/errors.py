class LauncherError(Exception):
    """Something the person at the keyboard can act on: printed without a traceback, exit status 1."""
