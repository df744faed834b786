"""What every connector shares: whom a question is about, the envelope of an answer, what comes out.

A connector is one small class: where to ask, for what purpose, what to ask, how the answer must
look, and which facts it means. It is registered in `verification/connectors/__init__.py`.
"""

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise as Words
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from verification.connectors import http
from verification.connectors.errors import SourceUnavailable
from verification.enums import Source

logger = logging.getLogger(__name__)

Value = int | bool
Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """Where the family wants to be paid: code of the bank, number, name as the family wrote it."""

    bank: str
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom a question is about: the applicant, the family card, all living members with a NIK, the account."""

    applicant_nik: str | None
    kk_number: str | None
    niks: tuple[str, ...]
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class FactValue:
    """One thing a source said. Name and unit as in `eligibility.rules.catalogue`; confidence in percent.

    `since_words`: the version of the consent's words that speaks of it first. A family that agreed to earlier words
    agreed to less, and what it did not agree to is not kept.
    """

    name: str
    value: Value
    unit: str
    confidence: int = 100
    since_words: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """`facts` is empty when the source does not know the family; `as_of` is then None if nobody was asked.

    A promise says nothing yet: the source took the question and will call back.
    """

    facts: tuple[FactValue, ...] = ()
    is_found: bool = False
    as_of: date | None = None
    latency_ms: int = 0
    is_promise: bool = False


class Envelope(BaseModel):
    """What every answer carries. Strict: `"2200"` is no number, and a number is no text."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    request_id: UUID
    status: Literal["found", "not_found"]
    as_of: date

    @field_validator("as_of")
    @classmethod
    def not_in_the_future(cls, as_of: date) -> date:
        # One day of grace: when it is evening here it is tomorrow in Papua.
        if as_of > timezone.localdate() + timedelta(days=1):
            raise ValueError("as_of lies in the future")
        return as_of


class Promise(BaseModel):
    """What a source says that will answer later."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    request_id: UUID
    status: Literal["accepted"]


AnswerT = TypeVar("AnswerT", bound=Envelope)
PartT = TypeVar("PartT", bound=BaseModel)


def read(content: bytes, schema: type[AnswerT], *, request_id: UUID) -> Envelope | AnswerT:
    """The answer as `schema` when something was found, else the bare envelope.

    Raises SourceUnavailable `bad_answer` for anything that is not what the contract says, and for
    the answer to somebody else's question.
    """
    envelope = _parsed(content, Envelope, schema.__name__, request_id)
    return envelope if envelope.status == "not_found" else _parsed(content, schema, schema.__name__, request_id)


def _parsed(content: bytes, schema: type[PartT], what: str, request_id: UUID) -> PartT:
    try:
        part = schema.model_validate_json(content)
    except ValidationError as error:
        wrong = [(fault["loc"], fault["type"]) for fault in error.errors(include_input=False, include_url=False)]
        logger.warning("%s not understood, request %s: %s", what, request_id, wrong)
        raise SourceUnavailable("bad_answer") from None
    if getattr(part, "request_id", None) != request_id:
        logger.warning("%s answers another question than %s", what, request_id)
        raise SourceUnavailable("bad_answer")
    return part


class Connector(ABC, Generic[AnswerT]):
    """One question to one source. Pure but for `ask`.

    `max_age`: older data are no longer believed and asked for again. `is_blocking`: whether a
    decision waits for the answer.
    """

    source: ClassVar[Source]
    path: ClassVar[str]
    purpose: ClassVar[Words]
    max_age: ClassVar[timedelta] = timedelta(days=365)
    is_blocking: ClassVar[bool] = True
    schema: type[AnswerT]

    @abstractmethod
    def question(self, about: Subjects) -> Question | None:
        """The body to send; None when what the source needs to know is not known."""

    @abstractmethod
    def facts(self, answer: AnswerT) -> list[FactValue]:
        """What a found answer means. A family without a record has the value 0, which is an answer."""

    def ask(self, about: Subjects, *, request_id: UUID) -> Reply:
        """Ask over HTTP. Raises SourceUnavailable or SourceRefused."""
        question = self.question(about)
        if question is None:
            return Reply()
        body = http.post(self.path, question, source=self.source, request_id=request_id, may_call_back=True)
        if body.is_promise:
            _parsed(body.content, Promise, "promise", request_id)
            return Reply(is_promise=True, latency_ms=body.latency_ms)
        return replace(self.understand(body.content, request_id=request_id), latency_ms=body.latency_ms)

    def understand(self, content: bytes, *, request_id: UUID) -> Reply:
        """The facts in an answer, whichever way it came. Raises SourceUnavailable `bad_answer`."""
        answer = read(content, self.schema, request_id=request_id)
        if not isinstance(answer, self.schema):
            return Reply(as_of=answer.as_of)
        return Reply(tuple(self.facts(answer)), True, answer.as_of)


class MembersConnector(Connector[AnswerT]):
    """A source that is asked about all members of the family at once."""

    def question(self, about: Subjects) -> Question | None:
        return {"niks": list(about.niks)} if about.niks else None
