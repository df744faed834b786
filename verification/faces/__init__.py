"""Faces: decode, detect, judge the quality, compare, decide. Pure stages, no Django, no database.

Only a worker of the queue `face` imports `pipeline` and what lies below it: they load dlib and
about 100 MB of memory. `codes` and `thresholds` are light and may be imported anywhere. This file
imports nothing, so `import verification.faces` costs nothing in the web process.
"""
