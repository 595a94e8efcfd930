"""A service: receipts in by webhook, status out.

    DUE_DATABASE=postgresql+psycopg://…  DUE_FIRMS='{"cabinet-1": {…}}'  uvicorn service:create_app --factory

`DUE_DATABASE` is an SQLAlchemy URL (``sqlite:///due.sqlite`` does for a trial). `DUE_FIRMS` tells each firm's account
at the portal, the secret its deliveries are signed with, and the token that asks about its hires: see `Firm`.
"""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, TypeAdapter
from signing import key_of, matches, signed

from due_workflow import AsyncDueWorkflow, Conflict, DueWorkflowError, FilingStatus, NotFound, StorageUnusable
from due_workflow.adapters.avis import MAX_BYTES, read_avis
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.texts import word
from due_workflow.threads import Threads

log = logging.getLogger("due_service")  # warnings go to stderr, where no handler is set up


def usable(secret: SecretStr) -> SecretStr:
    """A secret that deliveries can be signed with: a fault shows when the service starts, not at the first delivery."""
    key_of(secret.get_secret_value())
    return secret


class Firm(BaseModel):
    """What this service knows of one firm. Each has a secret of its own, so none can deliver or ask for another."""

    account: str
    secret: Annotated[SecretStr, AfterValidator(usable)]
    token: SecretStr


class Refused(Exception):
    """The request is not answered; what it says to the caller tells nothing about us."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


def create_app() -> FastAPI:
    """The application, from its environment."""
    url = os.environ["DUE_DATABASE"]
    # an error names the place and never repeats the input, which holds the secrets
    settings = TypeAdapter(dict[str, Firm], config=ConfigDict(hide_input_in_errors=True))
    firms = settings.validate_json(os.environ["DUE_FIRMS"])

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        upgrade(url)
        storage, threads = SqlStorage(url), Threads(16)
        app.state.firms = firms
        app.state.flows = {name: AsyncDueWorkflow(storage, cabinet=name, threads=threads) for name in firms}
        yield
        # what was begun is committed before the connections go
        await threads.aclose()
        storage.close()

    app = FastAPI(title="DUE", lifespan=lifespan)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(DueWorkflowError, failed)
    app.add_api_route("/receipts", receive, methods=["POST"])
    app.add_api_route("/hires/{reference:path}", hire)
    app.add_api_route("/firms/{cabinet}/counts", counts)
    app.add_api_route("/health", health)
    return app


# ---- who asks


async def delivered(request: Request, cabinet: str) -> bytes:
    """The body of a delivery that the firm's own secret signed.

    Raises:
        Refused: nobody we know, or more than an avis can be. Nothing is kept, and the sender is told.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    firm = request.app.state.firms.get(cabinet)
    if firm is None or not signed(firm.secret.get_secret_value(), request.headers, bytes(body)):
        raise Refused(HTTPStatus.UNAUTHORIZED)
    return bytes(body)


def asking(request: Request) -> str:
    """The firm whose token the request carries."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    for cabinet, firm in request.app.state.firms.items():
        if scheme.lower() == "bearer" and matches(token, firm.token.get_secret_value()):
            return cabinet
    raise Refused(HTTPStatus.UNAUTHORIZED)


Asking = Annotated[str, Depends(asking)]


# ---- receipts in


async def receive(request: Request, cabinet: str, body: Annotated[bytes, Depends(delivered)]) -> dict[str, object]:
    """Take one avis in. 200 means that it is committed: applied, or kept in the tray for a person.

    Bytes that cannot be read are kept too. A delivery that comes again, because our answer was lost, changes nothing.
    """
    account = request.app.state.firms[cabinet].account  # an avis names no account, and nothing unsigned may say it
    result = await request.app.state.flows[cabinet].receive(read_avis(body, account=account), by="webhook")
    return {
        "receipt": result.receipt,
        "state": result.state,
        "repeat": result.repeat,
        "why": result.why,
        "attempts": result.submissions,
    }


# ---- status out


async def hire(request: Request, reference: str, cabinet: Asking) -> dict[str, object]:
    """Where one hire stands. It names nobody: the caller knows who stands behind its own reference."""
    if "\0" in reference:  # no hire has it, and a storage need not be able to ask for it
        raise Refused(HTTPStatus.NOT_FOUND)
    filing = await request.app.state.flows[cabinet].read.filing(reference)
    return {
        "reference": filing.reference,
        "status": filing.status,
        "text": word("status", filing.status, "fr"),
        "declared": filing.status is FilingStatus.DECLARED,  # an accepted test is not
        "hire_at": filing.hire_at,
        "attempts": {sub.id: sub.state for sub in filing.attempts()},
    }


async def counts(request: Request, cabinet: str, asks: Asking) -> dict[str, int]:
    """How many hires of the firm stand in each status."""
    if cabinet != asks:
        raise Refused(HTTPStatus.NOT_FOUND)
    return dict(await request.app.state.flows[cabinet].read.counts())


async def health(request: Request) -> dict[str, object]:
    """Whether the database answers (503 when it does not), and what somebody must look at, over all firms."""
    found: dict[str, int] = {}
    for flow in request.app.state.flows.values():
        for finding in (await flow.read.health()).findings:
            found[finding.code] = found.get(finding.code, 0) + 1
    return {"ok": not found, "findings": found}


# ---- what went wrong


def refused(_: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, Refused) else HTTPStatus.INTERNAL_SERVER_ERROR
    return JSONResponse({"text": status.phrase}, status)


def failed(_: Request, error: Exception) -> JSONResponse:
    """The library's errors hold no NIR, so their text can go out. After 503 a sender tries again.

    What is wrong with the database is for whoever runs the service: its text names host and database.
    """
    assert isinstance(error, DueWorkflowError)
    later = isinstance(error, (Conflict, StorageUnusable))
    status = HTTPStatus.SERVICE_UNAVAILABLE if later else HTTPStatus.BAD_REQUEST
    if isinstance(error, NotFound):
        status = HTTPStatus.NOT_FOUND
    text = error.text("fr")
    if isinstance(error, StorageUnusable):
        log.error("%s: %s", error.code, text)
        text = status.phrase
    headers = {"Retry-After": "5"} if later else None
    return JSONResponse({"code": error.code, "text": text}, status, headers)
