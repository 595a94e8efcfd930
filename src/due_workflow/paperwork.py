"""Commands about a mandate's paper: signing with the scan as evidence, attaching it later, noting a reminder.

As in `firm`, each function works on one `Unit`. A scan is kept under its own digest and never replaced: another
signature is another mandate.
"""

from __future__ import annotations

from due_workflow import firm
from due_workflow.clients import ClientFile, Mandate
from due_workflow.errors import Denial, InputRefused, TransitionRefused
from due_workflow.models import ClientState
from due_workflow.policy import Policy
from due_workflow.ports import Kind, Ref
from due_workflow.scans import Scan, document_id, scan_of
from due_workflow.unit import Unit

REMIND, ATTACH = "remind_mandate", "attach_mandate"


def with_scan(mandate: Mandate, content: bytes, policy: Policy) -> Mandate:
    """The mandate with the digest of its scan.

    Raises:
        InputRefused: the content is no scan (`scans.scan_of`), or not the one whose digest the mandate has.
    """
    scan = scan_of(content, policy.mandate_scan_mib)
    if mandate.document_sha256 not in (None, scan.sha256):
        raise InputRefused("scan_differs", expected=mandate.document_sha256, found=scan.sha256)
    return mandate.with_(document_sha256=scan.sha256)


def sign_mandate(u: Unit, siren: str, mandate: Mandate, content: bytes | None) -> ClientFile:
    """Step 4: the client signed; `content`: the scan of what was signed, whose digest the mandate has."""
    signed = firm.sign_mandate(u, siren, mandate)
    if content is not None:
        _keep(u, signed.siren, scan_of(content, u.policy.mandate_scan_mib), content)
    return signed


def attach_mandate(u: Unit, siren: str, content: bytes) -> ClientFile:
    """Add the scan to the mandate that was signed; the same scan again changes nothing."""
    client = u.client(firm.siren_of(siren))
    if client.mandate is None:
        raise _refused(client, ATTACH, "no_mandate")
    before = client.mandate.document_sha256
    mandate = with_scan(client.mandate, content, u.policy)
    _keep(u, client.siren, scan_of(content, u.policy.mandate_scan_mib), content)
    if before is not None:
        return client
    return _put(u, client.with_(mandate=mandate), ATTACH)


def _keep(u: Unit, siren: str, scan: Scan, content: bytes) -> None:
    # under a name of ours: the file's own may name a person
    u.document(document_id(siren, scan.sha256), f"mandat-{siren}.{scan.suffix}", scan.sha256, content)


def remind_mandate(u: Unit, siren: str) -> ClientFile:
    """Step 4: the client was reminded of the mandate that waits for its signature; the next reminder runs from now."""
    client = u.client(firm.siren_of(siren))
    if client.state is not ClientState.MANDATE_REQUESTED:
        raise _refused(client, REMIND, "mandate_not_awaited")
    reminded = _put(u, client.with_(reminders=client.reminders + 1, reminded_at=u.now), REMIND)
    u.notice("mandate_reminded", Ref(Kind.CLIENT, client.siren), client=client.name, count=reminded.reminders)
    return reminded


def _put(u: Unit, client: ClientFile, event: str) -> ClientFile:
    state = client.state.value
    facts: ClientFile = u.put(Kind.CLIENT, client.siren, client, event, source=state, dest=state)
    return facts


def _refused(client: ClientFile, event: str, code: str) -> TransitionRefused:
    return TransitionRefused(client.siren, client.state, event, [Denial(code)])
