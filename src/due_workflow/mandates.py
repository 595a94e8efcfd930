"""What stands on a client's mandate (*mandat*), and where each one stands.

Pure: values in, values out. How a sheet is drawn is `adapters.printing`'s affair, what is recorded `firm`'s. Procedure,
step 2: one mandate covers **all** téléprocédures and is signed once, so a sheet always lists every one of them, also
those not planned yet. No NIR stands on a mandate: a text that holds one is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self
from unicodedata import combining, normalize

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from due_workflow import texts
from due_workflow.base import Day, Instant, Model, Name, Word, refuse
from due_workflow.clients import Client, ClientFile
from due_workflow.clocks import BY_NAME, calendar_of
from due_workflow.errors import InputRefused
from due_workflow.identifiers import PostalCode, Siren, Siret, scrub, shown
from due_workflow.models import ClientState, Teleprocedure
from due_workflow.policy import Policy

BLANK = "…" * 14
"""What is left to be written by hand."""

# ---- the words of a mandate, as the firm gives them


def _prose(value: str) -> str:
    text = "\n".join(line.rstrip() for line in value.strip().splitlines())
    return refuse("holds_a_nir") if scrub(text) != text else text


Prose = Annotated[str, AfterValidator(_prose)]
"""Lines of text, refused when they hold what looks like a NIR."""


class _Words(Model):
    """Read from a file with French names for its fields, from code with ours."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


class Firm(_Words):
    """The accounting firm (*mandataire*) as its mandates name it; what is None is a line to fill in by hand."""

    name: Name | None = Field(default=None, alias="nom")
    siret: Siret | None = None
    address: Name | None = Field(default=None, alias="adresse")
    postal_code: PostalCode | None = Field(default=None, alias="code_postal")
    town: Name | None = Field(default=None, alias="ville")
    phone: Name | None = Field(default=None, alias="telephone")
    email: Name | None = None
    representative: Name | None = Field(default=None, alias="representant")


class Procedure(_Words):
    """One line of the téléprocédures: its code, what it is, and who receives it."""

    code: Name
    label: Name = Field(alias="libelle")
    recipient: Name = Field(default="", alias="destinataire")


class Article(_Words):
    """One article; `lists` puts a table under its text: of the téléprocédures, or of the client's establishments."""

    title: Name = Field(alias="titre")
    text: Prose = Field(alias="texte")
    lists: Literal["teleprocedures", "etablissements"] | None = Field(default=None, alias="liste")


class Signatures(_Words):
    """What stands above and in the two boxes to sign in."""

    closing: Prose = Field(alias="formule")
    client: Prose = Field(alias="mandant")
    firm: Prose = Field(alias="mandataire")


class Wording(_Words):
    """The text blocks of a mandate and the firm's own particulars: what a firm may write in its own way.

    In the texts `{client}`, `{siren}`, `{cabinet}`, `{portail}`, `{jour}` and `{ville}` are filled in for each client.
    The procedures are added to the standard ones, or replace the words of one with the same code; none can be dropped.
    """

    title: Name = Field(alias="titre")
    subtitle: Name | None = Field(default=None, alias="sous_titre")
    firm: Firm = Field(default=Firm(), alias="cabinet")
    articles: tuple[Article, ...] = Field(alias="article")
    procedures: tuple[Procedure, ...] = Field(default=(), alias="teleprocedure")
    signatures: Signatures = Field(alias="signature")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not any(article.lists == "teleprocedures" for article in self.articles):
            refuse("wording_without_procedures")
        for text in self._texts():
            for name in _FIELD.findall(text):
                if name not in _FIELDS:
                    refuse("wording_unknown_field", value=shown(name), known=sorted(_FIELDS))
        return self

    def _texts(self) -> list[str]:
        signed = self.signatures
        own = [self.title, self.subtitle or "", signed.closing, signed.client, signed.firm]
        return own + [text for article in self.articles for text in (article.title, article.text)]


_FIELD = re.compile(r"\{([^{}\s]*)\}")
_FRENCH = re.compile(r" (?=[;:!?»])|(?<=«) ")
"""The spaces of French punctuation, at which no line may break."""
_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)", re.ASCII)
_FIELDS = frozenset({"client", "siren", "cabinet", "portail", "jour", "ville"})


def read_wording(toml: str) -> Wording:
    """The wording that a TOML text says.

    Raises:
        InputRefused: no TOML (with its line and column), an unknown or a missing entry, an unknown field between
            braces, a wording that lists no téléprocédures, a NIR.
    """
    try:
        said = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.search(str(error))
    else:
        return Wording.model_validate(said)
    *before, last = toml.rstrip().split("\n")  # where it says "at end of document"
    line, column = (int(found[1]), int(found[2])) if found is not None else (len(before) + 1, len(last) + 1)
    toml, before, last = "", [], ""
    raise InputRefused("bad_wording", line=line, column=column)


# ---- one client's sheet


class Party(Model):
    """One of the two who sign: its role, its name, and the lines under it."""

    role: str
    name: str
    lines: tuple[str, ...]


class Place(Model):
    """One establishment: SIRET (in groups), name and address."""

    siret: str
    name: str
    address: str


class Sheet(Model):
    """One client's mandate, all its words in place: what a template or a renderer of one's own is given.

    Attributes:
        siren: the client's, 9 digits.
        made_on: the day it was made; the day of signature is written by hand.
        client, firm: the two parties.
        articles: with their texts filled in.
        procedures: all of them, the standard ones first.
        places: the client's establishments.
        closing: « Fait à …, le … ».
        signatures: the two boxes, name and text.
        file_name: a safe name for a file, without its suffix.
    """

    siren: Siren
    made_on: Day
    title: str
    subtitle: str
    client: Party
    firm: Party
    articles: tuple[Article, ...]
    procedures: tuple[Procedure, ...]
    places: tuple[Place, ...]
    closing: str
    signatures: tuple[tuple[str, str], tuple[str, str]]

    @property
    def reference(self) -> str:
        """What the foot of each page says."""
        return texts.render("mandate.foot", "fr", {"siren": grouped(self.siren), "day": self.made_on})

    @property
    def file_name(self) -> str:
        """A name for a file: the SIREN tells clients apart; letters, digits and dashes only, at most 63."""
        return f"mandat-{self.siren}-{_slug(self.client.name)}".rstrip("-")


def sheet(client: Client, wording: Wording, day: date, portal: str = "") -> Sheet:
    """The mandate of `client` in this wording, made on `day`; `portal`: the firm's portal, by its name."""
    firm = wording.firm
    facts = {
        "client": client.name,
        "siren": grouped(client.siren),
        "cabinet": firm.name or BLANK,
        "portail": portal or _word("mandate.portal"),
        "jour": texts.shown(day, "fr"),
        "ville": firm.town or BLANK,
    }

    def filled(text: str) -> str:
        return _FIELD.sub(lambda found: facts[found[1]], _FRENCH.sub("\u00a0", text))

    signed = wording.signatures
    roles = _word("mandate.client"), _word("mandate.firm")
    return Sheet(
        siren=client.siren,
        made_on=day,
        title=filled(wording.title),
        subtitle=filled(wording.subtitle or ""),
        client=_client(client, roles[0]),
        firm=_firm(firm, roles[1]),
        articles=tuple(a.with_(title=filled(a.title), text=filled(a.text)) for a in wording.articles),
        procedures=listed(wording.procedures),
        places=tuple(
            Place(siret=grouped(e.siret), name=e.name or client.name, address=f"{e.address}, {e.postal_code} {e.town}")
            for e in client.establishments
        ),
        closing=filled(signed.closing),
        signatures=((roles[0], filled(signed.client)), (roles[1], filled(signed.firm))),
    )


def listed(own: tuple[Procedure, ...] = ()) -> tuple[Procedure, ...]:
    """Every téléprocédure: the standard ones, with the firm's own words where it has some, then the firm's own."""
    found = {p.value: _standard(p) for p in Teleprocedure}
    found.update((p.code, p) for p in own)
    return tuple(found.values())


def _standard(procedure: Teleprocedure) -> Procedure:
    key = procedure.value
    return Procedure(code=key, label=_word(f"procedure.{key}"), recipient=_word(f"procedure.{key}.to"))


def _client(client: Client, role: str) -> Party:
    lines = [f"SIREN {grouped(client.siren)}"]
    if client.establishments:
        head = client.establishments[0]
        lines += [head.address, f"{head.postal_code} {head.town}"]
    if client.email:
        lines.append(client.email)
    return Party(role=role, name=client.name, lines=(*lines, _word("mandate.represented", name=BLANK)))


def _firm(firm: Firm, role: str) -> Party:
    place = " ".join(filter(None, (firm.postal_code, firm.town)))
    siret = f"SIRET {grouped(firm.siret) if firm.siret else BLANK}"
    lines = (siret, firm.address or BLANK, place or BLANK, firm.phone, firm.email)
    who = _word("mandate.represented", name=firm.representative or BLANK)
    return Party(role=role, name=firm.name or BLANK, lines=(*(line for line in lines if line), who))


def _word(key: str, **facts: object) -> str:
    return texts.render(key, "fr", facts)  # a mandate is a French document whatever staff read


def grouped(number: str) -> str:
    """A SIREN or a SIRET as people read it: 732 829 320, 732 829 320 00074; the spaces do not break."""
    return "\u00a0".join(filter(None, (number[:3], number[3:6], number[6:9], number[9:])))


_SPELT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
"""Letters that are none with an accent: no normal form takes them apart."""


def _slug(name: str) -> str:
    """`name` in small ASCII letters, digits and dashes; empty where none is left."""
    plain = name.casefold().translate(_SPELT)
    letters = "".join(c for c in normalize("NFKD", plain) if not combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:46].strip("-")


# ---- follow-up


class Standing(Word):
    """Where a client's mandate stands."""

    MISSING = "missing"
    SENT = "sent"
    SIGNED = "signed"
    ENDED = "ended"


_STANDINGS: Mapping[ClientState, Standing] = {
    ClientState.KNOWN: Standing.MISSING,
    ClientState.SELECTED: Standing.MISSING,
    ClientState.MANDATE_REQUESTED: Standing.SENT,
    ClientState.MANDATED: Standing.SIGNED,
    ClientState.LIVE: Standing.SIGNED,
    ClientState.WITHDRAWN: Standing.ENDED,
}


class FollowUp(Model):
    """Where one client's mandate stands.

    Attributes:
        standing: missing (never sent), sent (waits for the signature), signed, ended (revoked, or over).
        sent_at: when it went for signature; None once it is signed.
        reminders, reminded_at: how often the client was reminded since, and when last.
        remind_at: when the next reminder is due (`Policy.mandate_reminder_days` after the last).
        to_remind: whether that instant has come.
        document_sha256: the digest of the signed scan; None while there is none.
    """

    siren: Siren
    name: str
    collaborator: str | None = None
    state: ClientState
    standing: Standing
    sent_at: Instant | None = None
    reminders: int = 0
    reminded_at: Instant | None = None
    remind_at: Instant | None = None
    to_remind: bool = False
    signed_on: Day | None = None
    ends_on: Day | None = None
    document_sha256: str | None = None


def states(standing: Standing) -> tuple[ClientState, ...]:
    """The states of a client whose mandate stands so."""
    return tuple(state for state, found in _STANDINGS.items() if found is standing)


def follow_up(client: ClientFile, policy: Policy, now: datetime) -> FollowUp:
    """Where this client's mandate stands at `now`."""
    standing, mandate = _STANDINGS[client.state], client.mandate
    sent = standing is Standing.SENT
    due = BY_NAME["mandate_reminder"].due(client, policy, calendar_of(policy)) if sent else None
    return FollowUp(
        siren=client.siren,
        name=client.name,
        collaborator=client.collaborator,
        state=client.state,
        standing=standing,
        sent_at=client.requested_at if sent else None,
        reminders=client.reminders if sent else 0,
        reminded_at=client.reminded_at if sent else None,
        remind_at=due,
        to_remind=due is not None and due <= now,
        signed_on=mandate.signed_on if mandate else None,
        ends_on=mandate.ends_on if mandate else None,
        document_sha256=mandate.document_sha256 if mandate else None,
    )
