"""Figures and proofs: `./portal bench` and `./portal prove`, on throw-away servers, never on kept data.

A figure is the median of several runs with its spread, printed with the machine, the seed and the
versions it was measured with. Ratios are measured within one run. A proof makes claims and shows
which of them held. `registry.py` lists what there is.
"""
