"""Why a source gave no answer, and whether asking again may help."""


class SourceError(Exception):
    """`code` is short and technical (`timeout`, `http_503`, `bad_answer`); it never quotes a body."""

    permanent: bool

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SourceUnavailable(SourceError):
    """Down, slow, or answering with something that is no answer: ask again later."""

    permanent = False


class SourceRefused(SourceError):
    """The source understood and declined the question: asking the same again is useless."""

    permanent = True
