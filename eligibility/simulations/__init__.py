"""What a draft of the rules would do, before it is enacted: everybody of a snapshot decided by both.

Worlds of rules go in (`worlds.py`), chunks of families are counted (`tally.py`), and a report (`report.py`)
comes out in which no group is small enough to point at somebody: `telling.py`, with `effects.py` for one
programme and `lines.py` for its limits; `hiding.py` and `sums.py` know what sums give away. Pure but for
`sample.py`, which reads what ground checks found.
"""
