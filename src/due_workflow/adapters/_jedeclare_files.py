"""The firm's client files at jedeclare, as the REST service lists them: read, checked, made into clients.

A line that is no client is told with the others that are. Nothing here travels. Extra `http`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from due_workflow.adapters._envelope import No, is_called, parsed, plain_name, words_of
from due_workflow.clients import Client, Establishment
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import Siren, Siret, shown


@dataclass(frozen=True, slots=True)
class KnownClient:
    """What jedeclare knows of one client of the firm: the head of a `Client`, to be completed.

    Attributes:
        number: the file's number there, which `JedeclarePortal(file=…)` takes.
        siren, siret: of the entity, and of its main establishment where it is told.
        name: its *raison sociale*.
    """

    number: str
    siren: Siren
    name: str
    siret: Siret | None = None

    def client(self, **establishment: Any) -> Client:
        """The client for `DueWorkflow.add_client`; with what else is known of the main establishment, that one too.

        Args:
            establishment: fields of `Establishment` besides its SIRET (`ape`, `address`, `postal_code`, `town`…).

        Raises:
            InputRefused: a field is missing or wrong, or no SIRET is known.
        """
        if not establishment:
            return Client(siren=self.siren, name=self.name)
        if self.siret is None:
            raise InputRefused("jedeclare_no_siret", siren=self.siren)
        places = (Establishment(**{"siret": self.siret, **establishment}),)
        return Client(siren=self.siren, name=self.name, establishments=places)


@dataclass(frozen=True, slots=True)
class ClientFiles:
    """The client files of an account, and what is wrong with those that are none."""

    clients: tuple[KnownClient, ...] = ()
    problems: tuple[Problem, ...] = ()


def listed(body: bytes) -> Iterator[KnownClient | Problem]:
    """The client files in one answer.

    Raises:
        No: it is no such list.
    """
    root = parsed(body)
    found = [element for element in root.iter() if is_called(element, "client")]
    if not found and not any(plain_name(str(element.tag)).startswith("dossier") for element in root.iter()):
        raise No("no_list")
    for at, element in enumerate(found, 1):
        told = {name: _text(element, name) for name in ("id", "rs", "siren", "nic")}
        try:
            siren = Siren(told["siren"])
            siret = Siret(told["siren"] + told["nic"]) if told["nic"] else None
            yield KnownClient(told["id"][:60], siren, Client(siren=siren, name=told["rs"]).name, siret)
        except InputRefused as refused:
            codes = refused.problems or (Problem("", refused.code, refused.facts),)
            where = f"client {at}" + (f" ({shown(told['id'])})" if told["id"] else "")
            yield Problem(where, codes[0].code, codes[0].facts)


def _text(client: etree._Element, name: str) -> str:
    return next((words_of(e) for e in client.iter() if is_called(e, name)), "")
