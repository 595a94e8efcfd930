"""What the windows say: the command line's help, headings, messages and next steps.

Keys are `cli.<part>.<code>`. Help texts are rich markup (no square bracket in prose); everything else is plain.
"""

from __future__ import annotations

_STEPS = {
    "cli.next.in_doubt": (
        "{submission} est en doute: cherchez-le dans le suivi du portail, puis dites ce qu'il en est "
        "(--ref NUMERO s'il y est, --not-found s'il n'y est pas). Ne renvoyez pas avant.",
        "{submission} is in doubt: look for it in the portal's follow-up, then say what became of it "
        "(--ref NUMBER if it is there, --not-found if it is not). Do not send again before.",
    ),
    "cli.next.late": (
        "{reference}: l'heure d'embauche est passée sans déclaration. Préparez-la, puis begin-send --late.",
        "{reference}: the hour of hire has passed undeclared. Prepare it, then begin-send --late.",
    ),
    "cli.next.tray": (
        "{count} avis attend(ent) une personne.",
        "{count} receipt(s) wait for a person.",
    ),
    "cli.next.refused": (
        "{reference} est refusé: corrigez, puis renouvelez l'envoi.",
        "{reference} is refused: correct it, then renew.",
    ),
    "cli.next.overdue": (
        "Des réponses sont en retard: relancez le destinataire par le portail.",
        "Answers are overdue: ask the recipient through the portal.",
    ),
    "cli.next.portal": (
        "Étape 1: notez le portail et le compte du cabinet.",
        "Step 1: note the portal and the firm's account.",
    ),
    "cli.next.software": (
        "Étape 5: notez le logiciel qui génère les fichiers.",
        "Step 5: note the software that generates the files.",
    ),
    "cli.next.import_clients": (
        "Étape 3: importez les clients du cabinet.",
        "Step 3: import the firm's clients.",
    ),
    "cli.next.select": (
        "Étape 3: sélectionnez les premières entreprises ({count} connue(s), dont {client}).",
        "Step 3: select the first companies ({count} known, {client} among them).",
    ),
    "cli.next.request": (
        "Étape 4: envoyez le mandat à signer ({count} client(s), dont {client}).",
        "Step 4: send the mandate for signature ({count} client(s), {client} among them).",
    ),
    "cli.next.sign": (
        "Étape 4: notez le mandat dès qu'il est signé ({count} attendu(s), dont {client}).",
        "Step 4: note the mandate once it is signed ({count} awaited, {client} among them).",
    ),
    "cli.next.import_hires": (
        "Importez les embauches à déclarer.",
        "Import the hires to declare.",
    ),
    "cli.next.begin_test": (
        "Étape 6: {reference} est prêt pour l'envoi en test. Commencez l'envoi, déposez le fichier, puis mark-sent.",
        "Step 6: {reference} is ready to be sent as a test. Begin, deposit the file, then mark-sent.",
    ),
    "cli.next.begin_real": (
        "Étape 7: {reference} est prêt pour l'envoi réel. Commencez l'envoi, déposez le fichier, puis mark-sent.",
        "Step 7: {reference} is ready to be sent for real. Begin, deposit the file, then mark-sent.",
    ),
    "cli.next.prepare_test": (
        "Étape 6: préparez l'envoi en test de {reference} ({client}).",
        "Step 6: prepare the test of {reference} ({client}).",
    ),
    "cli.next.prepare_real": (
        "Étape 7: {reference} n'est PAS déclaré: préparez l'envoi réel.",
        "Step 7: {reference} is NOT declared: prepare the real sending.",
    ),
    "cli.next.renew_test": (
        "Étape 6: le test de {reference} n'a pas abouti: renouvelez l'opération.",
        "Step 6: the test of {reference} did not succeed: renew it.",
    ),
    "cli.next.go_live": (
        "Étape 7: un test a été accepté. Passez {client} en mode réel.",
        "Step 7: a test was accepted. Switch {client} to real mode.",
    ),
    "cli.next.sending": (
        "{submission} est en cours d'envoi: dès que le fichier est déposé, notez-le.",
        "{submission} is being sent: once the file is deposited, note it.",
    ),
    "cli.next.receive": (
        "{reference} attend sa réponse: déposez les avis du portail dans un dossier et recevez-les.",
        "{reference} waits for its answer: put the portal's receipts into a folder and receive them.",
    ),
    "cli.next.nothing": (
        "Rien n'attend une personne. Les échéances se lèvent d'elles-mêmes si tick passe régulièrement.",
        "Nothing waits for a person. Deadlines are raised if tick runs regularly.",
    ),
}

_COLUMNS = {
    "cli.col.siren": ("SIREN", "SIREN"),
    "cli.col.siret": ("SIRET", "SIRET"),
    "cli.col.client": ("Client", "Client"),
    "cli.col.client_state": ("État", "State"),
    "cli.col.mandate": ("Mandat", "Mandate"),
    "cli.col.collaborator": ("Suivi par", "Followed by"),
    "cli.col.reference": ("Référence", "Reference"),
    "cli.col.status": ("Statut", "Status"),
    "cli.col.hire": ("Embauche", "Hire"),
    "cli.col.employee": ("Salarié", "Employee"),
    "cli.col.count": ("Nombre", "Count"),
    "cli.col.due": ("Échéance", "Due"),
    "cli.col.case": ("Dossier", "Case"),
    "cli.col.deadline": ("Objet", "What"),
}

_WORDS = {
    "cli.mandate": ("signé le {signed}", "signed on {signed}"),
    "cli.mandate.until": ("signé le {signed}, jusqu'au {ends}", "signed on {signed}, until {ends}"),
    "cli.mandate.revoked": ("retiré au {revoked}", "revoked as of {revoked}"),
    "cli.flag.overdue": ("(réponse en retard)", "(answer overdue)"),
    "cli.flag.late": ("(hors délai)", "(late)"),
}

WINDOW: dict[str, tuple[str, str]] = {**_STEPS, **_COLUMNS, **_WORDS}
