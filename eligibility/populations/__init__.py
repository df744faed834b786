"""The same rules for everybody at once: compiled to SQL and to Polars, run over snapshots of a regency.

Every engine reads a `Plan` (`eligibility.rules.plan`) and gives the same four columns per programme:
outcome, amount, need and the packed result of every criterion (`columns.py`). Whole numbers of 64
bits throughout, so that no engine can round or overflow differently.
"""
