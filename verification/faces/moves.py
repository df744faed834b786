"""Which moves are asked, in which order. No dependencies: the web process draws, the worker evaluates.

A recording begins with looking straight; then four moves follow, no two alike in a row. There are
fourteen such rows with a turn to either side, and every one is as likely. A person who cannot turn
to one side is asked to come closer instead. Coming closer proves nothing by itself, because a print
can be moved closer too: a turn is always part of it. Who cannot turn at all goes to an officer.
"""

import itertools
from collections.abc import Sequence
from random import SystemRandom

from verification.faces.codes import Move

MOVES = 4
STRAIGHT_FRAMES, FRAMES_PER_MOVE = 3, 2
FRAMES = STRAIGHT_FRAMES + MOVES * FRAMES_PER_MOVE
TURNS = (Move.LEFT, Move.RIGHT)

_chance = SystemRandom()


def rows(replaced: Move | None = None) -> list[tuple[Move, ...]]:
    """Every row of moves that may be asked. `replaced` is the turn a person cannot make."""
    wanted = {Move.CLOSER if move == replaced else move for move in TURNS}
    found = itertools.product((*sorted(wanted), Move.STRAIGHT), repeat=MOVES)
    return [row for row in found if wanted <= set(row) and _changes((Move.STRAIGHT, *row))]


def draw(replaced: Move | None = None) -> tuple[Move, ...]:
    """One of them, by chance nobody can foresee."""
    return _chance.choice(rows(replaced))


def of_each_frame(moves: Sequence[Move]) -> list[tuple[int, Move]]:
    """For every frame of a recording the place of its move in the row (0 is the beginning) and the move."""
    parts = [(STRAIGHT_FRAMES, Move.STRAIGHT), *((FRAMES_PER_MOVE, move) for move in moves)]
    return [(place, move) for place, (frames, move) in enumerate(parts) for _frame in range(frames)]


def _changes(row: Sequence[Move]) -> bool:
    return all(one != other for one, other in itertools.pairwise(row))
