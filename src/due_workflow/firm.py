"""Commands about the firm and its clients: software, portal, selection, mandates, going live.

Each function works on one `Unit`: it loads, asks the automaton, stages. The commit is the caller's.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from due_workflow.calendar import YEARS, paris_day
from due_workflow.clients import Cabinet, Client, ClientFile, Establishment, Mandate, PortalAccount, Software
from due_workflow.errors import InputRefused
from due_workflow.gates import Situation
from due_workflow.identifiers import Siren, Siret, scrub
from due_workflow.machine import CLIENT, Event
from due_workflow.models import ClientState
from due_workflow.ports import Kind, Ref
from due_workflow.records import Command, Held, qualified_key
from due_workflow.unit import Unit


def siren_of(text: str) -> str:
    """The SIREN meant by a SIREN or a SIRET.

    Raises:
        InputRefused: neither.
    """
    digits = "".join(text.split())
    return Siret(digits).siren if len(digits) > 9 else Siren(digits)


def opened(u: Unit) -> Cabinet:
    """The firm's record, made with its secret at the first command that needs it."""
    held = u.get(Kind.CABINET, u.cabinet)
    if held is not None:
        facts: Cabinet = held.facts
        return facts
    firm = Cabinet(id=u.cabinet)
    u.put(Kind.CABINET, u.cabinet, firm, "opened")
    u.put_payload(Kind.CABINET, u.cabinet, {"secret": secrets.token_hex(32)})
    return firm


def secret_of(u: Unit) -> str:
    """The firm's secret, under which fingerprints and same-person keys are HMACs."""
    opened(u)
    held = u.need(Kind.CABINET, u.cabinet)
    return str(held.payload_data().get("secret", ""))


def _epoch_changes(u: Unit, firm: Cabinet, event: str) -> Cabinet:
    before = opened(u).epoch
    if firm.rollout is not None and firm.rollout.look is not None:
        firm = firm.with_(rollout=firm.rollout.with_(look=u.now))  # the worker looks at the plan soon
    u.put(Kind.CABINET, u.cabinet, firm, event)
    if before and before != firm.epoch and proof_of_test(u, "", before, "cabinet") is not None:
        ref = Ref(Kind.CABINET, u.cabinet)
        block = u.policy.on_new_version == "block"
        u.notice("new_epoch_block" if block else "new_epoch", ref, before=before, after=firm.epoch)
    return firm


def set_software(u: Unit, editor: str, product: str, version: str, installed: bool = True) -> Cabinet:
    """Step 5: the software that generates the files; another version starts a new epoch and is yet to be confirmed."""
    firm = opened(u)
    software, held = Software(editor=editor, product=product, version=version, installed=installed), firm.software
    if held is not None and software == held.with_(support=None, installed=installed):
        software = software.with_(support=held.support)
    elif held is not None and held.installed and not installed:
        raise InputRefused("software_in_place", product=held.product, version=held.version)
    return _epoch_changes(u, firm.with_(software=software), "set_software")


def set_portal(u: Unit, name: str, account: str) -> Cabinet:
    """Step 1: the portal and the firm's account; another portal starts a new epoch."""
    firm = opened(u)
    chosen = PortalAccount(name=name, account=account)
    if firm.portal is not None and firm.portal.name == chosen.name:
        accounts = tuple(a for a in firm.portal.accounts if a != chosen.account)
        chosen = chosen.with_(accounts=accounts, subscription=firm.portal.subscription)
    collecting(u, chosen.name, chosen.account)
    return _epoch_changes(u, firm.with_(portal=chosen), "set_portal")


def collecting(u: Unit, portal: str, account: str) -> None:
    """The worker collects from that account from now on."""
    order = collect_id(portal, account)
    if u.get(Kind.COMMAND, order) is None:
        u.put(Kind.COMMAND, order, Command(name="collect", state="collecting", due=u.now))


def collect_id(portal: str, account: str) -> str:
    """The id of the worker's order to collect from a portal account; its cursor is inside."""
    return f"collect:{portal}/{account}"


# ---- clients


def add_client(u: Unit, client: Client) -> ClientFile:
    """A new client, or the new particulars of a known one (its standing is kept)."""
    held = u.get(Kind.CLIENT, client.siren)
    particulars: dict[str, Any] = {name: getattr(client, name) for name in Client.model_fields}
    if held is None:
        return _put(u, ClientFile(**particulars), "add_client", ClientState.KNOWN, "")
    known: ClientFile = held.facts
    if known.identity == Client(**particulars):
        return known
    merged = {e.siret: e for e in known.establishments}
    merged.update((e.siret, _kept(merged.get(e.siret), e)) for e in client.establishments)
    particulars["establishments"] = tuple(merged.values())
    for name in ("email", "collaborator"):
        particulars[name] = particulars[name] or getattr(known, name)
    if Client(**particulars) == known.identity:
        return known
    return _put(u, known.with_(**particulars), "update_client", known.state, known.state)


def _kept(known: Establishment | None, new: Establishment) -> Establishment:
    """The new particulars, with those of before that the new ones do not say (a table need not have the regime)."""
    if known is None:
        return new
    unsaid = {name: getattr(known, name) for name in Establishment.model_fields.keys() - new.model_fields_set}
    return new.with_(**unsaid)


def _put(u: Unit, client: ClientFile, event: str, state: str, source: str, *seen: Held) -> ClientFile:
    facts: ClientFile = u.put(
        Kind.CLIENT,
        client.siren,
        client.with_(state=ClientState(state)),
        event,
        source=source,
        dest=state,
        seen=seen,
    )
    return facts


def move(
    u: Unit, siren: str, event: Event, situation: dict[str, Any] | None = None, *seen: Held, **changes: Any
) -> ClientFile:
    """One event of a client: ask the automaton, stage the answer with `changes`."""
    client = u.client(siren_of(siren))
    s = Situation(u.now, u.policy, client=client, **(situation or {}))
    state = CLIENT.advance(client.siren, client.state, event, s)
    return _put(u, client.with_(**changes), event, state, client.state, *seen)


def select(u: Unit, siren: str, wave: int) -> ClientFile:
    """Step 3: the client is one of the companies to begin with."""
    if wave < 1:
        raise InputRefused("bad_wave", value=wave)
    return move(u, siren, Event.SELECT, wave=wave)


def request_mandate(u: Unit, siren: str) -> ClientFile:
    """Step 4: the mandate is sent to the client for signature."""
    return move(u, siren, Event.REQUEST_MANDATE, requested_at=u.now, reminders=0, reminded_at=None)


def past_day(now: datetime, day: date) -> date:
    """The day on which something was done: today (Paris) at the latest, and of the years that are computed.

    Raises:
        InputRefused: it is to come, or is a slip of the pen.
    """
    if day > paris_day(now):
        raise InputRefused("day_to_come", day=day)
    if day.year not in YEARS:
        raise InputRefused("year_out_of_range", day=day, first=YEARS[0], last=YEARS[-1])
    return day


def sign_mandate(u: Unit, siren: str, mandate: Mandate) -> ClientFile:
    """Step 4: the client signed. From mandated and live it replaces the mandate and the state stays."""
    past_day(u.now, mandate.signed_on)
    settled = {"requested_at": None, "reminders": 0, "reminded_at": None}
    return move(u, siren, Event.SIGN_MANDATE, {"mandate": mandate}, mandate=mandate, **settled)


def revoke_mandate(u: Unit, siren: str, on: date, reason: str) -> ClientFile:
    """The client withdraws its mandate from 00:00 Paris of `on`, today or a day to come."""
    client = u.client(siren_of(siren))
    mandate = client.mandate.with_(revoked_on=on) if client.mandate is not None else None
    moved = move(u, siren, Event.REVOKE_MANDATE, {"effective": on}, mandate=mandate)
    u.notice(
        "mandate_revoked",
        Ref(Kind.CLIENT, client.siren),
        client=client.name,
        on=on.isoformat(),
        reason=scrub(reason),
    )
    return moved


def proof_of_test(u: Unit, siren: str, epoch: str, gate: str = "") -> Held | None:
    """One hire with an accepted test under `epoch`: of the firm, or of this client when the gate is per client."""
    key = qualified_key(epoch, siren if (gate or u.policy.gate) == "client" else "")
    found = u.storage.find(u.cabinet, Kind.FILING, keys=(key,), limit=1)
    return u.adopt(found[0]) if found else None


def go_live(u: Unit, siren: str) -> ClientFile:
    """Step 7: switch the client from test to real, a deliberate act; the commit depends on the test's proof."""
    siren = siren_of(siren)
    epoch = u.cabinet_facts().epoch
    firm = u.get(Kind.CABINET, u.cabinet)
    proof = proof_of_test(u, siren, epoch)
    seen = [h for h in (proof, firm) if h is not None]
    for held in seen:
        u.check(held)
    changes = {"live_since": u.now, "proof": proof.ref.id if proof else None, "epoch": epoch}
    moved = move(u, siren, Event.GO_LIVE, {"qualified": proof is not None}, *seen, **changes)
    u.notice("went_live", Ref(Kind.CLIENT, siren), client=moved.name)
    return moved


def tick_client(u: Unit, siren: str) -> None:
    """Raise the deadlines of a client that have come."""
    client = u.client(siren)
    ref = Ref(Kind.CLIENT, siren)
    for name, at in sorted(client.deadlines.items(), key=lambda pair: pair[1]):
        if at > u.now:
            continue
        raised = {**client.raised, name: at}
        if name == "mandate_ends":
            client = move(u, siren, Event.MANDATE_ENDS, raised=raised)
            u.notice("mandate_ended", ref, urgent=True, client=client.name)
        else:
            client = _put(u, client.with_(raised=raised), f"clock:{name}", client.state, client.state)
            code = "mandate_unsigned" if client.state is ClientState.MANDATE_REQUESTED else "mandate_ending"
            u.notice(code, ref, client=client.name)
