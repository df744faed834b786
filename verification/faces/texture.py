"""A hint whether a picture was taken of a picture: how fine its finest detail is. Never a gate.

Print and screen lose the finest detail and a second camera loses more. So do a cheap camera, a bad
light and a firm hand of the codec: no edge divides people from prints on more than one camera
(`docs/faces.md` has what was measured). Officers see the number beside the pictures, nothing decides by it.
"""

import numpy as np
from numpy.typing import NDArray

FINE = 0.25  # cycles per pixel; half of what a chip can hold


def fineness(chip: NDArray[np.float64]) -> float:
    """Share of detail in the finest half of the frequencies, in percent; lower is more like a print."""
    windowed = chip * np.outer(np.hanning(chip.shape[0]), np.hanning(chip.shape[1]))
    power = np.abs(np.fft.fft2(windowed)) ** 2
    rows, columns = (np.abs(np.fft.fftfreq(length)) for length in chip.shape)
    fine = np.maximum(rows[:, None], columns[None, :]) >= FINE
    whole = power.sum() - power[0, 0]
    return float(100 * power[fine].sum() / whole) if whole > 0 else 0.0
