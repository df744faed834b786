"""A share of the decisions of a regency, in a process of its own: `FIRST LAST`, ids of applications."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from bench.regency_data import decide_range

    decide_range(int(sys.argv[1]), int(sys.argv[2]))
