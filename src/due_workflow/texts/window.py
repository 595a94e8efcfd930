"""What the windows say: the command line's help, headings, messages and next steps.

Keys are `cli.<part>.<code>`; `help` holds what `--help` teaches. Plain text throughout.
"""

from __future__ import annotations

from due_workflow.texts.help import HELP

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
    "cli.col.seq": ("N°", "No."),
    "cli.col.at": ("Quand", "When"),
    "cli.col.by": ("Par", "By"),
    "cli.col.event": ("Événement", "Event"),
    "cli.col.from_to": ("État", "State"),
    "cli.col.receipt": ("Avis", "Receipt"),
    "cli.col.kind": ("Pièce", "Piece"),
    "cli.col.ref": ("Numéro ADS", "ADS number"),
    "cli.col.why": ("Pourquoi", "Why"),
    "cli.col.received": ("Reçu", "Received"),
    "cli.col.says": ("Ce qu'il dit", "What it says"),
}

_SAID = {
    "cli.mandate": ("signé le {signed}", "signed on {signed}"),
    "cli.mandate.until": ("signé le {signed}, jusqu'au {ends}", "signed on {signed}, until {ends}"),
    "cli.mandate.revoked": ("retiré au {revoked}", "revoked as of {revoked}"),
    "cli.flag.overdue": ("(réponse en retard)", "(answer overdue)"),
    "cli.flag.late": ("(hors délai)", "(late)"),
    "cli.firm": ("Logiciel: {software}. Portail: {portal}.", "Software: {software}. Portal: {portal}."),
    "cli.client": ("{siren}  {client}: {state:word:client_state}", "{siren}  {client}: {state:word:client_state}"),
    "cli.document": ("Empreinte du document (SHA-256): {sha256}", "Digest of the document (SHA-256): {sha256}"),
    "cli.none_to_do": ("Aucun à traiter.", "None to do."),
    "cli.preparing": ("Préparation", "Preparing"),
    "cli.receiving": ("Réception des avis", "Taking in receipts"),
    "cli.verifying": ("Contrôle du journal", "Checking the journal"),
    "cli.ticking": ("Échéances", "Deadlines"),
    "cli.attempt": (
        "{submission}  {mode:word:mode}: {state:word:state}",
        "{submission}  {mode:word:mode}: {state:word:state}",
    ),
    "cli.hire": ("{reference}: {status:word:status}", "{reference}: {status:word:status}"),
    "cli.irregular": (
        "{submission}: noté, mais irrégulier ({reasons}).",
        "{submission}: noted, but irregular ({reasons}).",
    ),
    "cli.released": (
        "{submission} ({mode:word:mode}): l'automate du logiciel hôte peut l'envoyer.",
        "{submission} ({mode:word:mode}): the host software's worker may send it.",
    ),
    "cli.abandoned": (
        "{name}: abandonné ici. Rien n'est annulé chez le destinataire.",
        "{name}: given up here. Nothing is cancelled at the recipient.",
    ),
    "cli.deposit": (
        "Dépôt {deposit} ({mode:word:mode}, {portal}): {submissions}",
        "Deposit {deposit} ({mode:word:mode}, {portal}): {submissions}",
    ),
    "cli.deposit_known": (
        "Dépôt {deposit} ({mode:word:mode}, {portal}), numéro {ref}: {submissions}",
        "Deposit {deposit} ({mode:word:mode}, {portal}), number {ref}: {submissions}",
    ),
    "cli.only_a_test": (
        "C'est un test: personne n'est déclaré par un test.",
        "This is a test: a test declares nobody.",
    ),
    "cli.apart": (
        "{count} dépôts, pas un: une seule embauche par fichier pour un même employeur et un même mode.",
        "{count} deposits, not one: one file holds one employer and one mode.",
    ),
    "cli.then_mark": (
        "Déposez maintenant le fichier, puis: {program} mark-sent … --ref NUMÉRO. Sans nouvelles dans 10 minutes, "
        "l'envoi passe en doute.",
        "Now deposit the file, then: {program} mark-sent … --ref NUMBER. Without news within 10 minutes the attempt "
        "is in doubt.",
    ),
    "cli.notice": ("- {text}", "- {text}"),
    "cli.notice_urgent": ("! {text}", "! {text}"),
    "cli.ticked": (
        "{raised} échéance(s) traitée(s), {delivered} notification(s) affichée(s).",
        "{raised} deadline(s) handled, {delivered} notice(s) shown.",
    ),
}

_IMPORTS = {
    "cli.import.judging": ("Contrôle du fichier", "Checking the file"),
    "cli.import.writing": ("Enregistrement", "Recording"),
    "cli.import.line": ("ligne {line}: {said}", "line {line}: {said}"),
    "cli.import.column": ("ligne {line}, colonne {column}: {said}", "line {line}, column {column}: {said}"),
    "cli.import.more": ("… et {count} autres lignes à corriger.", "… and {count} more lines to correct."),
    "cli.import.refused": (
        "{name} est refusé: {count} ligne(s) à corriger, rien n'a été importé. Corrigez, ou importez le reste avec "
        "--keep-good.",
        "{name} is refused: {count} line(s) to correct, nothing was imported. Correct them, or import the rest with "
        "--keep-good.",
    ),
    "cli.import.unknown": (
        "Colonnes inconnues, laissées de côté: {columns}.",
        "Unknown columns, kept out: {columns}.",
    ),
    "cli.import.aside": (
        "{count} ligne(s) à corriger dans {file} (lisible de vous seul; il contient des données personnelles). "
        "Corrigez-le et importez-le de même.",
        "{count} line(s) to correct in {file} (readable by you only; it holds personal data). Correct it and import "
        "it likewise.",
    ),
    "cli.import.why": ("pourquoi", "why"),
    "cli.import.done": (
        "{name}: {new} nouveau(x), {unchanged} inchangé(s), {changed} mis à jour, {refused} refusé(s), {bad} à "
        "corriger.",
        "{name}: {new} new, {unchanged} unchanged, {changed} updated, {refused} refused, {bad} to correct.",
    ),
    "cli.import.alike": (
        "{reference} ressemble à {others}: même personne, même établissement, même jour. Une embauche en double?",
        "{reference} looks like {others}: same person, same establishment, same day. The same hire twice?",
    ),
    "cli.import.more_alike": (
        "… et {count} autres embauches qui en ressemblent une autre.",
        "… and {count} more hires that look like another.",
    ),
    "cli.import.file_changed": (
        "{name} a changé pendant l'import: des lignes ont été laissées. Relancez la même commande.",
        "{name} changed during the import: lines were left out. Run the same command again.",
    ),
    "input.reference_twice": (
        "la référence « {value} » est déjà celle de la ligne {first}, dont le contenu est autre: une référence par "
        "embauche.",
        "the reference “{value}” is already that of line {first}, whose content is another: one reference per hire.",
    ),
}

_RECEIPTS = {
    "cli.received": ("{file}: pris en compte.", "{file}: applied."),
    "cli.received_again": ("{file}: déjà reçu, rien n'a changé.", "{file}: received before, nothing changed."),
    "cli.received_tray": (
        "{file}: en attente d'une personne, {why:word:tray} (avis {receipt}).",
        "{file}: waits for a person, {why:word:tray} (receipt {receipt}).",
    ),
    "cli.received_later": (
        "{file}: placé depuis, grâce à un avis reçu ensuite ({submissions}).",
        "{file}: placed since, thanks to a later receipt ({submissions}).",
    ),
    "cli.received_not": ("{file}: n'a pas pu être enregistré.", "{file}: could not be recorded."),
    "cli.received_all": (
        "{files} fichier(s): {applied} pris en compte, {repeated} déjà reçu(s), {tray} en attente, {failed} en échec.",
        "{files} file(s): {applied} applied, {repeated} received before, {tray} waiting, {failed} failed.",
    ),
    "cli.received_hidden": (
        "{count} fichier(s) caché(s) laissé(s) de côté.",
        "{count} hidden file(s) left out.",
    ),
    "cli.then_tray": (
        "Voir ce qui attend et que faire: {program} tray",
        "See what waits and what to do: {program} tray",
    ),
    "cli.tray_empty": ("Aucun avis n'attend.", "No receipt waits."),
    "cli.tray_how": (
        "Numéro inconnu: notez-le (learn-ref DÉPÔT NUMÉRO) et l'avis se place seul. Sinon, dites ce qu'il dit: "
        "{program} attach AVIS ENVOI=accepted. Illisible: il reste gardé, redemandez-le au portail.",
        "Unknown number: note it (learn-ref DEPOSIT NUMBER) and the receipt finds its place. Else say what it says: "
        "{program} attach RECEIPT ATTEMPT=accepted. Unreadable: it is kept, ask the portal for it again.",
    ),
}

_LOOK = {
    "cli.title": ("Cabinet {cabinet}, base {db}", "Firm {cabinet}, database {db}"),
    "cli.clients": ("Clients", "Clients"),
    "cli.hires": ("Embauches", "Hires"),
    "cli.next": ("À faire", "What to do"),
    "cli.more_clients": ("… et {count} autres clients (--limit 0 pour tous).", "… and {count} more (--limit 0: all)."),
    "cli.more_hires": ("La suite: {program} status --after {last}", "The rest: {program} status --after {last}"),
    "cli.no_hire": ("Aucune embauche.", "No hire."),
    "cli.detail": (
        "{employee}, chez {client} ({siret}), le {hire} (heure de Paris). Client: {state:word:client_state}.",
        "{employee}, at {client} ({siret}), {hire} (Paris time). Client: {state:word:client_state}.",
    ),
    "cli.detail_elsewhere": ("Déclaré par ailleurs le {at}: {proof}", "Declared elsewhere on {at}: {proof}"),
    "cli.detail_prepared": ("    préparé le {at}", "    prepared on {at}"),
    "cli.detail_released": ("    libéré le {at}", "    released on {at}"),
    "cli.detail_sent": ("    envoyé le {at}", "    sent on {at}"),
    "cli.detail_deposit": (
        "    dépôt {deposit} ({portal}), numéro ADS: {ref} {guess}",
        "    deposit {deposit} ({portal}), ADS number: {ref} {guess}",
    ),
    "cli.guessed": ("(deviné d'après l'ADS, à vérifier)", "(guessed from the ADS, to be checked)"),
    "cli.detail_overdue": ("    réponse en retard depuis le {at}", "    answer overdue since {at}"),
    "cli.detail_irregular": ("    irrégulier: {reasons}", "    irregular: {reasons}"),
    "cli.detail_reason": ("    motif: {reason}", "    reason: {reason}"),
    "cli.detail_piece": (
        "    {slot}: {outcome:word:outcome}, {at} {message}",
        "    {slot}: {outcome:word:outcome}, {at} {message}",
    ),
    "cli.heading_deadlines": ("\nÉchéances", "\nDeadlines"),
    "cli.detail_events": (
        "\nPossible maintenant: {events:word:event}. Les raisons: {program} explain {reference}",
        "\nPossible now: {events:word:event}. The reasons: {program} explain {reference}",
    ),
    "cli.detail_no_attempt": (
        "Rien n'est préparé: {program} prepare {reference}",
        "Nothing is prepared: {program} prepare {reference}",
    ),
    "cli.can": ("+ {name} ({event}) → {dest}", "+ {name} ({event}) → {dest}"),
    "cli.cannot": ("- {name} ({event}) → {dest}", "- {name} ({event}) → {dest}"),
    "cli.because": ("    {because}", "    {because}"),
    "cli.reason": ("    non: {text}", "    no: {text}"),
    "cli.fault": ("{text}", "{text}"),
    "cli.sound": (
        "{cases} dossier(s), {entries} entrée(s): le journal tient.",
        "{cases} case(s), {entries} entries: the journal holds.",
    ),
    "cli.unsound": (
        "{cases} dossier(s), {entries} entrée(s), {faults} défaut(s): le journal ne tient pas. Gardez cette base à "
        "part et restaurez une sauvegarde.",
        "{cases} case(s), {entries} entries, {faults} fault(s): the journal does not hold. Keep this database apart "
        "and restore a backup.",
    ),
    "cli.sound_limits": (
        "Ce contrôle ne prouve rien contre qui peut écrire la base entière, sauf empreintes exportées auparavant.",
        "This check proves nothing against who can write the whole database, unless heads were exported before.",
    ),
}

_REASONS = {
    "cli.reason.no_mandate": ("sans mandat", "without a mandate"),
    "cli.reason.mandate_not_in_force": ("mandat hors vigueur", "mandate not in force"),
    "cli.reason.mandate_without_due": ("mandat sans la DUE", "mandate without the DUE"),
    "cli.reason.client_not_live": ("client pas en mode réel", "client not live"),
    "cli.reason.regime_not_covered": ("régime hors de ce canal", "regime outside this channel"),
    "cli.reason.territory_not_covered": ("territoire hors de ce canal", "territory outside this channel"),
    "cli.reason.establishment_unknown": ("établissement inconnu", "establishment unknown"),
    "cli.reason.window_not_open": ("plus de 8 jours avant l'embauche", "more than 8 days before the hire"),
    "cli.reason.hire_passed": ("après l'heure d'embauche", "after the hour of hire"),
    "cli.reason.hire_called_off": ("embauche annulée", "hire called off"),
    "cli.reason.declared_elsewhere": ("déclaré par ailleurs", "declared elsewhere"),
    "cli.reason.other_alive": ("un autre envoi réel est en cours", "another real attempt is under way"),
    "cli.reason.new_version_untested": ("version du logiciel non testée", "software version untested"),
}

_FAULTS = {
    "cli.usage.help": ("Aide: {command} --help", "Help: {command} --help"),
    "cli.usage.option": ("Option inconnue: {option}.", "Unknown option: {option}."),
    "cli.usage.option_close": (
        "Option inconnue: {option}. Vouliez-vous dire: {close}?",
        "Unknown option: {option}. Did you mean: {close}?",
    ),
    "cli.usage.command": ("Commande inconnue: {name}.", "Unknown command: {name}."),
    "cli.usage.no_command": ("Il manque la commande.", "The command is missing."),
    "cli.usage.missing": ("Il manque: {name}.", "Missing: {name}."),
    "cli.usage.choice": ("{name}: attendu l'un de {choices}.", "{name}: expected one of {choices}."),
    "cli.usage.value": ("{name}: cette valeur n'est pas celle attendue.", "{name}: this is not what is expected."),
    "cli.usage.extra": ("De trop: {extra}.", "One too many: {extra}."),
    "cli.usage.no_value": ("{option} demande une valeur.", "{option} needs a value."),
    "cli.usage.other": ("{said}", "{said}"),
    "cli.usage.some_or_all": ("Donnez des noms, ou --all (l'un des deux).", "Give names, or --all (one of both)."),
    "cli.usage.day": ("{option}: « {value} » n'est pas un jour (JJ/MM/AAAA).", "{option}: “{value}” is not a day."),
    "cli.usage.hour": (
        "{option}: « {value} » n'est pas un jour et une heure (JJ/MM/AAAA HH:MM).",
        "{option}: “{value}” is not a day and an hour (AAAA-MM-JJ HH:MM).",
    ),
    "cli.usage.outcome": ("« {value} » n'est pas un résultat: {known}.", "“{value}” is not an outcome: {known}."),
    "cli.usage.pair": ("« {value} »: attendu ENVOI=RÉSULTAT.", "“{value}”: expected ATTEMPT=OUTCOME."),
    "cli.usage.nothing_prepared": (
        "{reference}: aucun envoi préparé. D'abord: prepare {reference}",
        "{reference}: no attempt is prepared. First: prepare {reference}",
    ),
    "cli.usage.nothing_attempted": ("{reference}: aucun envoi.", "{reference}: no attempt."),
    "cli.usage.several_begun": (
        "{reference}: plusieurs envois sont en cours, dites lequel: {ids}.",
        "{reference}: several attempts are under way, say which: {ids}.",
    ),
    "cli.usage.no_deposit": ("{name} n'est dans aucun dépôt.", "{name} is in no deposit."),
    "cli.usage.several_receipts": (
        "{count} avis commencent par {name}: donnez plus de caractères.",
        "{count} receipts begin with {name}: give more characters.",
    ),
    "cli.usage.not_in_file": (
        "{file} n'a pas de bonne ligne pour {reference}.",
        "{file} has no good line for {reference}.",
    ),
    "cli.usage.too_many": ("{limit} envois à la fois au plus.", "{limit} attempts at a time at most."),
    "cli.usage.no_such_file": ("Introuvable: {files}.", "Not found: {files}."),
    "cli.advice.refused": (
        "Tout ce qui est possible, et pourquoi: {program} explain {case}",
        "All that is possible, and why: {program} explain {case}",
    ),
    "cli.advice.no_client": (
        "Les clients connus: {program} status. Pour en ajouter: {program} import clients FICHIER",
        "The clients known: {program} status. To add some: {program} import clients FILE",
    ),
    "cli.advice.no_receipt": ("Les avis en attente: {program} tray", "The receipts that wait: {program} tray"),
    "cli.advice.no_hire": ("Ce qui existe: {program} status", "What there is: {program} status"),
    "cli.advice.conflict": ("Relancez la même commande.", "Run the same command again."),
    "cli.advice.no_database": (
        "Pour essayer sans risque: {program} demo. Pour commencer: {program} import clients FICHIER",
        "To try without risk: {program} demo. To begin: {program} import clients FILE",
    ),
    "error.storage_missing": (
        "La base {path} n'existe pas: vérifiez --db, ou commencez-la.",
        "The database {path} does not exist: check --db, or begin it.",
    ),
    "cli.error.os": ("Fichier inutilisable: {name} ({why}).", "File unusable: {name} ({why})."),
    "cli.error.interrupted": (
        "Interrompu. Ce qui était enregistré le reste; relancez la même commande.",
        "Interrupted. What was recorded stays; run the same command again.",
    ),
    "cli.error.interrupted_at": (
        "Interrompu: {done} traité(s) et enregistré(s). Relancez la même commande, le reste suivra.",
        "Interrupted: {done} handled and recorded. Run the same command again for the rest.",
    ),
    "cli.error.unexpected": (
        "Erreur inattendue de ce programme ({kind}, {where}). Ce qui était enregistré le reste.",
        "Unexpected fault of this program ({kind}, {where}). What was recorded stays.",
    ),
}

WINDOW: dict[str, tuple[str, str]] = {
    **HELP,
    **_STEPS,
    **_COLUMNS,
    **_SAID,
    **_IMPORTS,
    **_RECEIPTS,
    **_LOOK,
    **_REASONS,
    **_FAULTS,
}
