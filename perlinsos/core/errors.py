"""What the domain refuses. Edges turn these into a form error, an API problem or a retry."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A refusal a person can read and act on. `code` is stable for the API and for tests."""

    def __init__(self, message: str | Promise, *, code: str) -> None:
        super().__init__(code)  # the code, not the message: nothing personal reaches a traceback
        self.message = message
        self.code = code


class InputError(DomainError):
    """What was handed in cannot be used; the message says what to hand in instead."""
