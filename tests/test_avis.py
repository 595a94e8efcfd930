"""What jedeclare's pieces say once they are read, whatever they came in."""

import gzip
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from due_workflow.adapters.avis import AvisFormat, read_avis, read_file
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict
from due_workflow.testing.avis import avis_xml, eml

SIRET, OTHER = "80000001000010", "80000002800012"
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def read(data: bytes, **context: object) -> Receipt:
    got = read_avis(data, **context)
    assert not isinstance(got, Unreadable), got.why
    return got


def ars(inside: str, date: str = "2026-11-23T12:00:00", root: str = "avisReceptionSigne") -> bytes:
    kind = {"avisReceptionSigne": "Ars", "avisConformiteSigne": "Acs"}.get(root, "Ads")
    head = f"<numeroAds>ADS-7</numeroAds><date{kind}>{date}</date{kind}>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{head}{inside}</{root}>'.encode()


def one(container: str, siret: str = SIRET) -> str:
    return f"<{container}><siret>{siret}</siret><rs>ACME</rs><numeroInterne>H-1</numeroInterne></{container}>"


def test_an_ads_an_acs_and_an_ars_are_told_apart_by_their_root() -> None:
    kinds = [read(ars("", root=root)).kind for root in ("avisDepotSigne", "avisConformiteSigne", "avisReceptionSigne")]
    assert kinds == ["ads", "acs", "ars"]


def test_a_receipt_carries_what_the_file_says_and_what_the_caller_knows() -> None:
    data = ars(one("declarationsAcceptees") + "<nbDecl>1</nbDecl>")
    got = read(data, account="A1", piece="42", mode=Mode.TEST, recipient="URSSAF", filename="a/avis.xml")
    assert isinstance(got, Ars)
    assert (got.portal, got.account, got.portal_ref, got.piece) == ("jedeclare", "A1", "ADS-7", "42")
    assert (got.issued_at, got.count, got.mode, got.recipient) == (NOON, 1, Mode.TEST, "URSSAF")
    assert got.verdicts == (Verdict(outcome=Outcome.ACCEPTED, siret=SIRET, reference="H-1"),)
    assert (got.sirets, got.filename) == ((SIRET,), "a/avis.xml")


def test_a_receipts_raw_bytes_are_the_inner_documents_whatever_it_came_in() -> None:
    avis = ars(one("declarationsAcceptees"))
    wrapped = [
        avis,
        gzip.compress(avis),
        eml(avis),
        eml(avis, encoding="quoted-printable"),
        eml(avis, encoding="8bit"),
        eml(avis, zipped=True),
        eml(avis, zipped=True, filename="avis.xml.gz"),
        gzip.compress(eml(avis)),
        gzip.compress(gzip.compress(eml(avis))),
    ]
    assert {read(data).sha256 for data in wrapped} == {hashlib.sha256(avis).hexdigest()}
    assert len({read(data).identity for data in wrapped}) == 1


@pytest.mark.parametrize(
    ("container", "outcome", "restated"),
    [
        ("declarationsAcceptees", Outcome.ACCEPTED, False),
        ("declarationsAccepteesAno", Outcome.ACCEPTED_WITH_ANOMALY, False),
        ("declarationsRejetees", Outcome.REJECTED, False),
        ("declarationsRefusees", Outcome.REJECTED, False),
        ("declarationsEnAttente", Outcome.PENDING, False),
        ("declarationsSuspendues", Outcome.SUSPENDED, False),
        ("declarationsSansRetour", Outcome.NO_RETURN, False),
        ("declarationsAccepteesPrecedement", Outcome.ACCEPTED, True),
        ("declarationsAccepteesAnoPrecedement", Outcome.ACCEPTED_WITH_ANOMALY, True),
        ("declarationsRefuseesPrecedement", Outcome.REJECTED, True),
        ("declarationsAccepteesPrecedemment", Outcome.ACCEPTED, True),
        ("DECLARATIONSACCEPTEES", Outcome.ACCEPTED, False),
        ("declarationsAcceptées", Outcome.ACCEPTED, False),
        ("declarationsRejetéesPrécédemment", Outcome.REJECTED, True),
        ("d:declarationsRejetees", Outcome.REJECTED, False),
    ],
)
def test_the_name_of_the_container_carries_the_outcome(container: str, outcome: Outcome, restated: bool) -> None:
    inside = one(container).replace(f"<{container}>", f'<{container} xmlns:d="urn:d">')
    (verdict,) = read(ars(inside)).verdicts
    assert (verdict.outcome, verdict.restated) == (outcome, restated)


@pytest.mark.parametrize(
    "container",
    [
        "declarationsTransmises",
        "declarationsNonAcceptees",
        "declarations",
        "declarationsAccepteesSousReserve",
    ],
)
def test_a_container_nobody_knows_is_kept_with_its_name_and_never_accepted(container: str) -> None:
    (verdict,) = read(ars(one(container))).verdicts
    assert verdict.outcome is Outcome.UNKNOWN
    assert (verdict.siret, verdict.reference) == (SIRET, "H-1")
    assert container in verdict.message


def test_a_new_container_is_seen_by_its_declarations_even_under_a_name_of_another_build() -> None:
    (verdict,) = read(ars(one("dossiersAnnules"))).verdicts
    assert verdict.outcome is Outcome.UNKNOWN
    assert "dossiersAnnules" in verdict.message


def test_containers_that_contradict_each_other_decide_nothing() -> None:
    inside = f"<declarationsRejetees>{one('declarationsAcceptees')}</declarationsRejetees>"
    (verdict,) = read(ars(inside)).verdicts
    assert verdict.outcome is Outcome.UNKNOWN


def test_one_piece_tells_several_declarations_apart() -> None:
    inside = one("declarationsAcceptees") + one("declarationsRejetees", OTHER) + one("declarationsSansRetour")
    assert [(v.outcome, v.siret) for v in read(ars(inside)).verdicts] == [
        (Outcome.ACCEPTED, SIRET),
        (Outcome.REJECTED, OTHER),
        (Outcome.NO_RETURN, SIRET),
    ]


def test_one_container_may_hold_several_declarations() -> None:
    inside = f"<declarationsRejetees>{one('declaration')}{one('declaration', OTHER)}</declarationsRejetees>"
    verdicts = read(ars(inside)).verdicts
    assert [(v.outcome, v.siret) for v in verdicts] == [(Outcome.REJECTED, SIRET), (Outcome.REJECTED, OTHER)]


def test_containers_may_stand_inside_a_wrapper_under_any_prefix_and_namespace() -> None:
    inside = f'<n:liste xmlns:n="urn:x"><n:declarations>{one("declarationsAcceptees")}</n:declarations></n:liste>'
    (verdict,) = read(ars(inside)).verdicts
    assert (verdict.outcome, verdict.siret) == (Outcome.ACCEPTED, SIRET)


@pytest.mark.parametrize("empty", ["<declarationsRejetees/>", "<declarationsRejetees>0</declarationsRejetees>"])
def test_an_empty_container_says_nothing(empty: str) -> None:
    (verdict,) = read(ars(empty + one("declarationsAcceptees"))).verdicts
    assert verdict.outcome is Outcome.ACCEPTED


def test_a_bare_text_in_a_container_decides_nothing() -> None:
    (verdict,) = read(ars("<declarationsAcceptees>3</declarationsAcceptees>")).verdicts
    assert verdict.outcome is Outcome.UNKNOWN
    assert "declarationsAcceptees: 3" in verdict.message


def test_a_piece_without_any_declaration_is_shown_as_unknown_with_its_free_message() -> None:
    (verdict,) = read(ars("<msgLibre>Service indisponible</msgLibre>")).verdicts
    assert verdict == Verdict(outcome=Outcome.UNKNOWN, message="Service indisponible")


def test_a_declarations_own_messages_come_before_the_pieces_free_one() -> None:
    said = "<messages><message>Code URSSAF\n   invalide</message><motif>117</motif></messages>"
    inside = one("declarationsRejetees").replace("</declarationsR", f"{said}</declarationsR")
    free = "<msgLibre>Bonjour</msgLibre>"
    messages = [v.message for v in read(ars(free + inside + one("declarationsAcceptees"))).verdicts]
    assert messages == ["Code URSSAF invalide | 117", "Bonjour"]


def test_a_siret_is_compacted_and_an_invalid_one_is_kept_as_text() -> None:
    inside = one("declarationsAcceptees", "800 000 010 00010") + one("declarationsAcceptees", "inconnu 12")
    assert [v.siret for v in read(ars(inside)).verdicts] == [SIRET, "INCONNU12"]


@pytest.mark.parametrize(
    ("told", "instant"),
    [
        ("2026-11-23T12:00:00+01:00", NOON),
        ("2026-11-23T11:00:00Z", NOON),
        ("2026-11-23T11:00:00.123Z", NOON.replace(microsecond=123000)),
        ("2026-11-23T12:00:00+0100", NOON),
        ("2026-11-23T12:00:00", NOON),
        ("2026-11-23 12:00", NOON),
        ("23/11/2026 12:00:00", NOON),
        ("23/11/2026 à 12:00", NOON),
        ("2026-07-01T12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("2026-11-23+01:00", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("23/11/2026", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("\n  2026-11-23T12:00:00 \n", NOON),
    ],
)
def test_an_hour_without_a_zone_is_pariss_and_a_day_without_an_hour_is_its_midnight(
    told: str, instant: datetime
) -> None:
    assert read(ars("", date=told)).issued_at == instant


def test_an_ads_names_the_sirets_it_holds() -> None:
    got = read(ars(one("declaration") + one("declaration", OTHER) + "<nbDecl>2</nbDecl>", root="avisDepotSigne"))
    assert (got.sirets, got.count, got.verdicts) == ((SIRET, OTHER), 2, ())


def test_the_ads_whose_form_is_not_public_takes_its_names_from_the_settings() -> None:
    data = b"<depot><numero>N1</numero><horodatage>2026-11-23T12:00:00</horodatage></depot>"
    form = AvisFormat(ads_root="depot", reference="numero", ads_date="horodatage")
    got = read(data, form=form)
    assert (got.kind, got.portal_ref, got.issued_at) == ("ads", "N1", NOON)


def test_the_recipient_is_the_settings_unless_told_to_read_it_from_the_file() -> None:
    data = ars("<declarationsAcceptees><siret>1</siret><destinataire>DGFIP</destinataire></declarationsAcceptees>")
    plain, told = read(data), read(data, form=AvisFormat(recipient_from_file=True))
    assert isinstance(plain, Ars)
    assert isinstance(told, Ars)
    assert (plain.recipient, told.recipient) == ("CIRSO", "DGFIP")


def test_an_attachment_is_found_in_nested_parts_by_its_name() -> None:
    avis = ars(one("declarationsAcceptees"))
    inner = eml(avis).replace(b"From: jedeclare.com", b"X-Was: jedeclare.com")
    forwarded = (
        b"From: a@example.invalid\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n"
        b"--outer\r\nContent-Type: text/xml; name=logo.xml\r\n\r\n<logo/>\r\n"
        b"--outer\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--outer--\r\nepilogue"
    )
    assert read(forwarded).raw == avis


@pytest.mark.parametrize("name", ["AVIS.XML", "=?utf-8?Q?avis=2Exml?=", "C:\\x\\avis.xml", "20261123_ars.xml"])
def test_an_attachments_name_may_be_written_in_other_ways(name: str) -> None:
    avis = ars(one("declarationsAcceptees"))
    assert read(eml(avis, filename=name)).raw == avis


def test_the_encoding_that_a_document_declares_is_read_and_a_false_one_survived() -> None:
    inside = "<declarationsRejetees><siret>1</siret><message>Déjà reçu</message></declarationsRejetees>"
    text = ars(inside).decode()
    latin = text.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    utf16 = text.replace("UTF-8", "UTF-16").encode("utf-16")
    false = text.encode("latin-1")
    bom = b"\xef\xbb\xbf" + text.encode()
    wrong = text.replace("UTF-8", "ISO-8859-1").encode()
    assert {read(data).verdicts[0].message for data in (latin, utf16, false, bom, wrong)} == {"Déjà reçu"}


def test_a_file_is_read_under_its_own_name(tmp_path) -> None:
    path = tmp_path / "ars-42.eml"
    path.write_bytes(eml(ars(one("declarationsAcceptees"))))
    got = read_file(path, account="A1")
    assert (got.kind, got.account, got.filename) == ("ars", "A1", "ars-42.eml")


def test_a_missing_file_and_a_misspelt_setting_are_the_callers_mistakes(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "nowhere.xml")
    with pytest.raises(TypeError, match="acount"):
        read_avis(b"", acount="A1")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="bytes"):
        read_avis("<avis/>")  # type: ignore[arg-type]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
)
names = words.filter(lambda text: text and not any(c.isdigit() for c in text) and text[-1] != "…")
verdicts = st.builds(
    Verdict,
    outcome=st.sampled_from([o for o in Outcome if o is not Outcome.UNKNOWN]),
    siret=st.sampled_from([SIRET, OTHER]),
    reference=st.none() | names,
    message=st.just("") | names,
)
head = {
    "portal_ref": names,
    "issued_at": st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    "count": st.none() | st.integers(0, 100),
}


@settings(deadline=None)
@given(
    st.one_of(
        st.builds(Ads, **head, sirets=st.sampled_from([(), (SIRET,), (SIRET, OTHER)])),
        st.builds(Acs, **head, verdicts=st.lists(verdicts, min_size=1).map(tuple)),
        st.builds(Ars, **head, verdicts=st.lists(verdicts, min_size=1).map(tuple)),
    )
)
def test_what_the_testing_writer_writes_reads_back_the_same(receipt: Receipt) -> None:
    got = read(eml(avis_xml(receipt)))
    if not isinstance(receipt, Ads):
        receipt = receipt.with_(sirets=tuple(dict.fromkeys(v.siret for v in receipt.verdicts)))
    assert got.with_(raw=None) == receipt


@pytest.mark.parametrize(
    ("told", "file"), [("due-1.xml", "due-1.xml"), ("C:\\envois\\due-1.xml", "due-1.xml"), ("", None)]
)
def test_an_ads_may_tell_the_name_of_the_file_that_was_deposited(told, file):
    inside = f"<numeroAds>7</numeroAds><dateAds>2026-03-02</dateAds><nomFichier>{told}</nomFichier>"
    assert read_avis(f"<avisDepotSigne>{inside}</avisDepotSigne>".encode()).deposited_as == file
