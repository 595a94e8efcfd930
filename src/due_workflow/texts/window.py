"""What the windows say: the command line's headings and messages, joined with its help and its faults.

Keys are `cli.<part>.<code>`. Plain text throughout; only `help` and `options` are rich markup.
"""

from __future__ import annotations

from due_workflow.texts.faults import FAULTS
from due_workflow.texts.help import HELP
from due_workflow.texts.options import OPTIONS
from due_workflow.texts.purge import PURGE
from due_workflow.texts.working import WORKING

_COLUMNS = {
    "cli.col.siren": ("SIREN", "SIREN"),
    "cli.col.siret": ("SIRET", "SIRET"),
    "cli.col.client": ("Client", "Client"),
    "cli.col.client_state": ("État", "State"),
    "cli.col.mandate": ("Mandat", "Mandate"),
    "cli.col.collaborator": ("Suivi par", "Followed by"),
    "cli.col.reference": ("Référence", "Reference"),
    "cli.col.status": ("Statut", "Status"),
    "cli.col.hire": ("Embauche (Paris)", "Hire (Paris)"),
    "cli.col.employee": ("Salarié", "Employee"),
    "cli.col.count": ("Nombre", "Count"),
    "cli.col.due": ("Échéance", "Due"),
    "cli.col.case": ("Dossier", "Case"),
    "cli.col.deadline": ("Objet", "What"),
    "cli.col.seq": ("N°", "No."),
    "cli.col.at": ("Quand", "When"),
    "cli.col.by": ("Par", "By"),
    "cli.col.attempt": ("Envoi", "Attempt"),
    "cli.col.event": ("Événement", "Event"),
    "cli.col.from_to": ("État", "State"),
    "cli.col.receipt": ("Avis", "Receipt"),
    "cli.col.kind": ("Pièce", "Piece"),
    "cli.col.ref": ("Numéro ADS", "ADS number"),
    "cli.col.why": ("Pourquoi", "Why"),
    "cli.col.received": ("Reçu", "Received"),
    "cli.col.what": ("Ce qui attend", "What waits"),
    "cli.col.since": ("Depuis (Paris)", "Since (Paris)"),
    "cli.col.says": ("Ce qu'il dit", "What it says"),
}

_SAID = {
    "cli.health.outbox": ("Notifications à remettre", "Notices to deliver"),
    "cli.health.deadlines": ("Échéances à lever", "Deadlines to raise"),
    "cli.health.orders": ("Envois libérés et relèves à faire", "Released sendings and collections to do"),
    "cli.health.tray": ("Avis en attente d'une personne", "Receipts that wait for a person"),
    "cli.health.in_doubt": ("Dépôts en doute", "Deposits in doubt"),
    "cli.health.dead_letters": ("Notifications abandonnées", "Notices given up"),
    "cli.health.finding": ("À voir: {text}", "To look at: {text}"),
    "cli.health.calm": (
        "Rien d'urgent. Attendent une personne depuis peu: {tray} dans la bannette ({program} tray), {doubts} en doute "
        "({program} status). run --once finit par 7 tant qu'ils attendent; health, une fois leur limite passée.",
        "Nothing urgent. Waiting for a person, not for long: {tray} in the tray ({program} tray), {doubts} in doubt "
        "({program} status). run --once ends with 7 as long as they wait; health, once their limit has passed.",
    ),
    "cli.health.ok": ("Rien ne demande quelqu'un.", "Nothing needs anybody."),
    "cli.mandate": ("signé le {signed}", "signed on {signed}"),
    "cli.mandate.until": ("signé le {signed}, jusqu'au {ends}", "signed on {signed}, until {ends}"),
    "cli.mandate.revoked": ("retiré au {revoked}", "revoked as of {revoked}"),
    "cli.flag.overdue": ("(réponse en retard)", "(answer overdue)"),
    "cli.flag.late": ("(hors délai)", "(late)"),
    "cli.flag.mode": ("(MODE CONTREDIT par le portail)", "(MODE CONTRADICTED by the portal)"),
    "cli.flag.mode_not_declared": (
        "(MODE CONTREDIT par le portail, non déclaré)",
        "(MODE CONTRADICTED by the portal, not declared)",
    ),
    "cli.flag.mode_confirmed": ("(mode contredit, confirmé)", "(mode contradicted, confirmed)"),
    "cli.firm": ("Logiciel: {software}. Portail: {portal}.", "Software: {software}. Portal: {portal}."),
    "cli.client": ("{siren}  {client}: {state:word:client_state}", "{siren}  {client}: {state:word:client_state}"),
    "cli.document": (
        "{client}: document du mandat, empreinte SHA-256 {sha256}",
        "{client}: the mandate's document, SHA-256 {sha256}",
    ),
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
        "{raised:plural:# échéance traitée|# échéances traitées}, "
        "{delivered:plural:# notification affichée|# notifications affichées}.",
        "{raised:plural:# deadline|# deadlines} handled, {delivered:plural:# notice|# notices} shown.",
    ),
    "cli.tick_kept": (
        "{count:plural:Elle reste|Elles restent} à remettre: {program} worker (ou tick --deliver, à cet écran seulement).",
        "{count:plural:It is|They are} still to be delivered: {program} worker (or tick --deliver, to this screen only).",
    ),
}

_IMPORTS = {
    "cli.import.judging": ("Contrôle du fichier", "Checking the file"),
    "cli.import.writing": ("Enregistrement", "Recording"),
    "cli.import.line": ("ligne {line}: {said}", "line {line}: {said}"),
    "cli.import.column": ("ligne {line}, colonne {column}: {said}", "line {line}, column {column}: {said}"),
    "cli.import.more": (
        "… et {count:plural:# autre ligne|# autres lignes} à corriger.",
        "… and {count:plural:# more line|# more lines} to correct.",
    ),
    "cli.import.refused": (
        "{name} est refusé: {count:plural:# ligne|# lignes} à corriger, rien n'a été importé. Corrigez, ou importez le "
        "reste avec --keep-good.",
        "{name} is refused: {count:plural:# line|# lines} to correct, nothing was imported. Correct "
        "{count:plural:it|them}, or import the rest with --keep-good.",
    ),
    "cli.import.unknown": (
        "Colonnes inconnues, laissées de côté: {columns}.",
        "Unknown columns, kept out: {columns}.",
    ),
    "cli.import.aside": (
        "{count:plural:# ligne|# lignes} à corriger dans {file} (lisible de vous seul; il contient des données "
        "personnelles). Corrigez-le et importez-le de même.",
        "{count:plural:# line|# lines} to correct in {file} (readable by you only; it holds personal data). Correct it "
        "and import it likewise.",
    ),
    "cli.import.why": ("pourquoi", "why"),
    "cli.import.done": (
        "{name}: {new:plural:# nouveau|# nouveaux}, {unchanged:plural:# inchangé|# inchangés}, {changed} mis à jour, "
        "{refused:plural:# refusé|# refusés}, {bad} à corriger.",
        "{name}: {new} new, {unchanged} unchanged, {changed} updated, {refused} refused, {bad} to correct.",
    ),
    "cli.import.alike": (
        "{reference} ressemble à {others}: même personne, même établissement, même jour. Une embauche en double?",
        "{reference} looks like {others}: same person, same establishment, same day. The same hire twice?",
    ),
    "cli.import.more_alike": (
        "… et {count:plural:# autre embauche qui ressemble|# autres embauches qui ressemblent} à une autre.",
        "… and {count:plural:# more hire that looks|# more hires that look} like another.",
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
        "{files:plural:# fichier|# fichiers}: {applied} pris en compte, {repeated:plural:# déjà reçu|# déjà reçus}, "
        "{tray} en attente, {failed} en échec.",
        "{files:plural:# file|# files}: {applied} applied, {repeated} received before, {tray} waiting, {failed} failed.",
    ),
    "cli.received_hidden": (
        "{count:plural:# fichier caché laissé|# fichiers cachés laissés} de côté.",
        "{count:plural:# hidden file|# hidden files} left out.",
    ),
    "cli.then_tray": (
        "Voir ce qui attend et que faire: {program} tray",
        "See what waits and what to do: {program} tray",
    ),
    "cli.received_aside": (
        "{file}: déjà reçu et mis de côté, rien n'a changé.",
        "{file}: received before and set aside, nothing changed.",
    ),
    "cli.tray_has": ("(déjà attaché: {submissions})", "(attached already: {submissions})"),
    "cli.attached_partly": (
        "L'avis {receipt} parle encore d'autres envois: il reste en attente ({program} tray).",
        "The receipt {receipt} speaks of other attempts too: it stays in the tray ({program} tray).",
    ),
    "cli.set_aside": (
        "Avis {receipt}: mis de côté. Il reste gardé et peut encore être attaché.",
        "Receipt {receipt}: set aside. It is kept and can still be attached.",
    ),
    "cli.tray_empty": ("Aucun avis n'attend.", "No receipt waits."),
    "cli.tray_how.mode": (
        "Mode contredit ou différent: demandez d'abord au portail ce qu'il a pris, et ne rattachez rien avant. {program} "
        "status EMBAUCHE dit la suite selon sa réponse; ce qui n'a plus à être rattaché se met de côté.",
        "Mode contradicted or different: ask the portal first what it took, and attach nothing before. {program} status "
        "HIRE says what then, by its answer; what need not be attached any more is set aside.",
    ),
    "cli.tray_how.ref": (
        "Numéro inconnu: notez-le ({program} learn-ref DÉPÔT NUMÉRO) et l'avis se place seul.",
        "Unknown number: note it ({program} learn-ref DEPOSIT NUMBER) and the receipt finds its place.",
    ),
    "cli.tray_how.attach": (
        "Un avis qui ne se place pas seul: dites ce qu'il dit ({program} attach AVIS ENVOI=accepted).",
        "A receipt that finds no place by itself: say what it says ({program} attach RECEIPT ATTEMPT=accepted).",
    ),
    "cli.tray_how.aside": (
        "Illisible, ou pas pour vous: redemandez-le au portail et mettez-le de côté ({program} set-aside AVIS --reason …), "
        "il reste gardé.",
        "Unreadable, or not for you: ask the portal for it again and set it aside ({program} set-aside RECEIPT --reason …), "
        "it is kept.",
    ),
}

_LOOK = {
    "cli.title": ("Cabinet {cabinet}, base {db}", "Firm {cabinet}, database {db}"),
    "cli.clients": ("Les clients", "The clients"),
    "cli.hires": ("Les embauches", "The hires"),
    "cli.deadlines": ("Les prochaines échéances", "The next deadlines"),
    "cli.next": ("À faire", "What to do"),
    "cli.more_clients": (
        "… et {count:plural:# autre client|# autres clients} (--limit 0 pour tous).",
        "… and {count} more (--limit 0: all).",
    ),
    "cli.more_hires": ("La suite: {program} status --after {last}", "The rest: {program} status --after {last}"),
    "cli.no_hire": ("Aucune embauche.", "No hire."),
    "cli.detail": (
        "{employee}, chez {client} ({siret}), le {hire} (heure de Paris){there}. Client: {state:word:client_state}.",
        "{employee}, at {client} ({siret}), {hire} (Paris time){there}. Client: {state:word:client_state}.",
    ),
    "cli.detail_there": (", {hour} sur place", ", {hour} at the workplace"),
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
    "cli.detail_ads": ("    ADS: {at}", "    ADS: {at}"),
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
    "cli.deposit_page": ("Dépôt {deposit}: {state:word:standing}", "Deposit {deposit}: {state:word:standing}"),
    "cli.deposit_where": (
        "Portail {portal}, mode {mode:word:mode}, remis le {at}, numéro ADS: {ref} {guess}",
        "Portal {portal}, {mode:word:mode} mode, handed over {at}, ADS number: {ref} {guess}",
    ),
    "cli.mode.real": (
        "    MODE CONTREDIT: le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}. Rien "
        "ne prouve une déclaration: demandez au portail ce qu'il a pris sous le numéro {ref}.",
        "    MODE CONTRADICTED: the portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode. "
        "Nothing proves a declaration: ask the portal what it took under the number {ref}.",
    ),
    "cli.mode.test": (
        "    MODE CONTREDIT: le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}. "
        "L'embauche est peut-être déclarée pour de bon: demandez au portail ce qu'il a pris sous le numéro {ref}.",
        "    MODE CONTRADICTED: the portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode. The "
        "hire may be declared for good: ask the portal what it took under the number {ref}.",
    ),
    "cli.mode.was_test": (
        "    S'il répond « test »: {program} abandon {submission} --reason … --confirm, puis {program} renew {submission} "
        "--reason …",
        "    If it answers “test”: {program} abandon {submission} --reason … --confirm, then {program} renew {submission} "
        "--reason …",
    ),
    "cli.mode.was_real": (
        "    S'il répond « réel »: {program} declared-elsewhere {reference} --at … --proof …, puis {program} abandon "
        "{submission} --reason … --confirm; l'embauche ne se déclare pas deux fois.",
        "    If it answers “real”: {program} declared-elsewhere {reference} --at … --proof …, then {program} abandon "
        "{submission} --reason … --confirm; a hire is not declared twice.",
    ),
    "cli.mode.as_meant": (
        "    S'il répond « {ours:word:mode} »: {program} attach {receipt} {submission}=accepted --confirm --reason …, le "
        "motif étant sa réponse.",
        "    If it answers “{ours:word:mode}”: {program} attach {receipt} {submission}=accepted --confirm --reason …, its "
        "answer being the reason.",
    ),
    "cli.mode.confirmed": (
        "    Le portail disait l'avoir pris en mode {said:word:mode}; {by} a confirmé le mode {ours:word:mode}: {reason}",
        "    The portal said that it took it in {said:word:mode} mode; {by} confirmed {ours:word:mode} mode: {reason}",
    ),
    "cli.mode.past": (
        "    Le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}.",
        "    The portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode.",
    ),
    "cli.deposit_mode": (
        "MODE CONTREDIT: le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}. Demandez-"
        "lui ce qu'il a pris; une réponse qui ne dit pas son mode ne compte pas.",
        "MODE CONTRADICTED: the portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode. Ask it "
        "what it took; an answer that says no mode of its own does not count.",
    ),
    "cli.deposit_withdrawn": ("Retiré avant l'envoi.", "Withdrawn before sending."),
    "cli.deposit_standing": ("({standing:word:standing})", "({standing:word:standing})"),
    "cli.deposit_settle": (
        "\nDites ce qu'il est devenu: {program} settle-doubt {deposit} --ref NUMERO, ou --not-found",
        "\nSay what became of it: {program} settle-doubt {deposit} --ref NUMBER, or --not-found",
    ),
    "cli.deposit_learn": (
        "\nQuand le portail donne son numéro: {program} learn-ref {deposit} NUMERO",
        "\nOnce the portal gives its number: {program} learn-ref {deposit} NUMBER",
    ),
    "cli.explain_deposit": (
        "{deposit} est un dépôt ({state:word:standing}): ce qui est possible se dit de chacun de ses envois.",
        "{deposit} is a deposit ({state:word:standing}): what is possible is told of each of its attempts.",
    ),
    "cli.explain_item": ("    {program} explain {submission}", "    {program} explain {submission}"),
    "cli.by.worker": ("automate", "worker"),
    "cli.can": ("+ {name} ({event}) → {dest}", "+ {name} ({event}) → {dest}"),
    "cli.cannot": ("- {name} ({event}) → {dest}", "- {name} ({event}) → {dest}"),
    "cli.because": ("    {because}", "    {because}"),
    "cli.reason": ("    non: {text}", "    no: {text}"),
    "cli.fault": ("{text}", "{text}"),
    "cli.sound": (
        "{cases:plural:# dossier|# dossiers}, {entries:plural:# écriture|# écritures}: le journal tient.",
        "{cases:plural:# case|# cases}, {entries:plural:# entry|# entries}: the journal holds.",
    ),
    "cli.unsound": (
        "{cases:plural:# dossier|# dossiers}, {entries:plural:# écriture|# écritures}, {faults:plural:# défaut|# défauts}: "
        "le journal ne tient pas. Gardez cette base à part et restaurez une sauvegarde.",
        "{cases:plural:# case|# cases}, {entries:plural:# entry|# entries}, {faults:plural:# fault|# faults}: the journal "
        "does not hold. Keep this database apart and restore a backup.",
    ),
    "cli.sound_limits": (
        "Ce contrôle ne prouve rien contre qui peut écrire la base entière, sauf empreintes exportées auparavant.",
        "This check proves nothing against who can write the whole database, unless heads were exported before.",
    ),
}

WINDOW: dict[str, tuple[str, str]] = {
    **HELP,
    **OPTIONS,
    **FAULTS,
    **PURGE,
    **WORKING,
    **_COLUMNS,
    **_SAID,
    **_IMPORTS,
    **_RECEIPTS,
    **_LOOK,
}
