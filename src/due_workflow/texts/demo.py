"""What the demo tells: the procedure's steps by their numbers and words, then what happened, in short lines.

A line about a test never holds the word of a declaration by itself: it shows the hire's own status word.
"""

from __future__ import annotations

DEMO: dict[str, tuple[str, str]] = {
    # the command
    "demo.opt.folder": (
        "Dossier de la démonstration: la base, les tableaux et les avis y sont écrits.",
        "The demo's folder: the database, the tables and the receipts are written there.",
    ),
    "demo.opt.force": (
        "Recommencer: efface d'abord les fichiers de la démonstration précédente, et eux seuls.",
        "Start anew: first removes the earlier demo's own files, and only those.",
    ),
    "demo.folder_taken": (
        "{folder} contient déjà une démonstration: --force pour la recommencer, --folder pour en écrire une ailleurs.",
        "{folder} holds a demo already: --force to start anew, --folder to write one elsewhere.",
    ),
    "demo.folder_foreign": (
        "{folder} contient autre chose qu'une démonstration ({found}): choisissez un autre dossier avec --folder. "
        "Rien n'a été touché.",
        "{folder} holds something else than a demo ({found}): choose another folder with --folder. "
        "Nothing was touched.",
    ),
    "demo.importing": ("Import", "Importing"),
    "demo.sending": ("Envoi", "Sending"),
    "demo.receiving": ("Réception des avis", "Receiving"),
    # the frame
    "demo.title": (
        "Démonstration: un cabinet met en place la DUE électronique",
        "Demo: an accounting firm takes up electronic hire declarations (DUE)",
    ),
    "demo.warning": (
        "Tout est inventé, le portail est simulé sur ce poste: rien n'est transmis.",
        "All is invented, the portal is simulated on this machine: nothing is sent.",
    ),
    "demo.days": ("lun. mar. mer. jeu. ven. sam. dim.", "Mon Tue Wed Thu Fri Sat Sun"),
    "demo.mode.test": ("TEST", "TEST"),
    "demo.mode.real": ("RÉEL", "REAL"),
    # the procedure, in its own words
    "demo.step": ("Étape {number}: {title}", "Step {number}: {title}"),
    "demo.ticked": (
        "« Effectué »: {step} (preuve: {case}, écriture {seq}).",
        "Done: {step} (proof: {case}, entry {seq}).",
    ),
    "demo.plan": (
        "Mode opératoire commencé le {start:long}; aux temps du document, il finirait le {ends:long}.",
        "Procedure begun on {start:long}; by the document's times it would end on {ends:long}.",
    ),
    # steps 0 to 5
    "demo.version": (
        "L'éditeur confirme que la partie DUE fonctionne.",
        "The editor confirms that the DUE part works.",
    ),
    "demo.portal": ("Portail {portal}, compte {account}.", "Portal {portal}, account {account}."),
    "demo.documents": (
        "Modèle de mandat rempli: un mandat couvre toutes les téléprocédures et se signe une seule fois.",
        "Model of the mandate filled in: one mandate covers every téléprocédure and is signed once.",
    ),
    "demo.imported_clients": (
        "{companies} entreprises ({places} établissements) importées de clients.csv.",
        "{companies} companies ({places} establishments) imported from clients.csv.",
    ),
    "demo.selected": (
        "{count} proposées par les critères et sélectionnées pour commencer, suivies par {collaborators} collaborateurs.",
        "{count} proposed by the criteria and selected to begin with, followed by {collaborators} collaborators.",
    ),
    "demo.other_regime": (
        "{client}: régime agricole (MSA) noté; mise de côté, ce canal n'est pas le sien.",
        "{client}: farming regime (MSA) noted; set aside, this channel is not its own.",
    ),
    "demo.printed": ("{count} mandats imprimés dans papiers/.", "{count} mandates printed into papiers/."),
    "demo.requested": (
        "{count} mandats envoyés pour signature; aucune inscription auprès des destinataires.",
        "{count} mandates sent for signature; no registration with the recipients.",
    ),
    "demo.signed": ("{count} mandats signés sur {total}.", "{count} of {total} mandates signed."),
    "demo.mandate_reminder": (
        "Rappel: le mandat de {client} n'est toujours pas signé.",
        "Reminder: the mandate of {client} is still not signed.",
    ),
    "demo.software": (
        "{product} {version} installé: les tests valent pour cette version.",
        "{product} {version} installed: tests count for this version.",
    ),
    "demo.imported_hires": (
        "{count} embauches importées de hires.csv.",
        "{count} hires imported from hires.csv.",
    ),
    # step 6
    "demo.tests_sent": ("{count} envois: {references}.", "{count} sent: {references}."),
    "demo.ads_received": (
        "{count} ADS (avis de dépôt signés) collectés au portail.",
        "{count} ADS (signed deposit receipts) collected from the portal.",
    ),
    "demo.acs_accepted": (
        "{count} ACS acceptés: le portail transmet au CIRSO.",
        "{count} ACS accepted: the portal passes them on to the CIRSO.",
    ),
    "demo.portal_rejected": (
        "{submission}: ACS rejeté par le portail: « {message} ».",
        "{submission}: ACS rejected by the portal: “{message}”.",
    ),
    "demo.cirso_rejected": (
        "{submission}: ARS rejeté par le CIRSO: « {message} ».",
        "{submission}: ARS rejected by the CIRSO: “{message}”.",
    ),
    "demo.renewed_urssaf": (
        "Opération renouvelée: {submission}, code URSSAF {before} corrigé en {after}.",
        "Operation renewed: {submission}, URSSAF code {before} corrected to {after}.",
    ),
    "demo.renewed_birthplace": (
        "Opération renouvelée: {submission}, commune de naissance corrigée.",
        "Operation renewed: {submission}, place of birth corrected.",
    ),
    "demo.too_early_for_real": ("Passage en réel refusé. {why}", "Going live refused. {why}"),
    "demo.test_without_mandate": ("{reference}: envoi refusé. {why}", "{reference}: sending refused. {why}"),
    "demo.ars_before_acs": (
        "{submission}: l'ARS accepté arrive avant son ACS; il fait foi.",
        "{submission}: the accepted ARS comes before its ACS; it is authoritative.",
    ),
    "demo.acs_after_ars": (
        "{submission}: l'ACS arrive après coup; gardé, il ne change rien.",
        "{submission}: the ACS comes afterwards; kept, it changes nothing.",
    ),
    "demo.ars_accepted": (
        "{count} ARS acceptés par le CIRSO. Ces embauches restent: {status:word:status}.",
        "{count} ARS accepted by the CIRSO. These hires remain: {status:word:status}.",
    ),
    "demo.ars_one": (
        "{submission}: ARS accepté. L'embauche reste: {status:word:status}.",
        "{submission}: ARS accepted. The hire remains: {status:word:status}.",
    ),
    # step 7
    "demo.live": (
        "{count} entreprises passent du mode test au mode réel, par un acte exprès.",
        "{count} companies go from test mode to real mode, by a deliberate act.",
    ),
    "demo.stays_in_test": ("{client} poursuit ses tests.", "{client} goes on testing."),
    "demo.real_sent": (
        "Envoi réel: {references}. ADS puis ACS acceptés; l'ARS est attendu.",
        "Sent for real: {references}. ADS, then ACS accepted; the ARS is awaited.",
    ),
    "demo.declared": (
        "{reference}: ARS accepté par le CIRSO → {status:word:status}.",
        "{reference}: ARS accepted by the CIRSO → {status:word:status}.",
    ),
    "demo.window_closed": ("{reference}: refusé. {why}", "{reference}: refused. {why}"),
    "demo.overseas": (
        "{reference} est à La Réunion: 8 h sur place, soit {paris} à Paris.",
        "{reference} is in La Réunion: 8:00 there is {paris} in Paris.",
    ),
    "demo.special_regime": ("{reference}: refusé. {why}", "{reference}: refused. {why}"),
    "demo.elsewhere": (
        "{reference}: fait sur le site de la MSA, preuve notée → {status:word:status}.",
        "{reference}: done on the MSA's site, proof noted → {status:word:status}.",
    ),
    "demo.received_twice": (
        "{submission}: le même ARS revient par courriel; reconnu, rien ne change.",
        "{submission}: the same ARS comes again by e-mail; recognised, nothing changes.",
    ),
    "demo.called_off": (
        "{reference}: la personne s'est désistée → {status:word:status}.",
        "{reference}: the person withdrew → {status:word:status}.",
    ),
    "demo.two_in_one": (
        "Envoi réel de deux embauches dans un fichier: {references}. ADS, ACS acceptés.",
        "Two hires sent for real in one file: {references}. ADS, ACS accepted.",
    ),
    "demo.test_under_way": (
        "{reference}: envoyé, ADS et ACS reçus: {status:word:status}.",
        "{reference}: sent, ADS and ACS received: {status:word:status}.",
    ),
    "demo.mixed_in_tray": (
        "ARS des deux: un accepté, un rejeté, sans dire lequel. Gardé dans la bannette, rien n'est supposé.",
        "ARS of both: one accepted, one rejected, without saying which. Kept in the tray, nothing is assumed.",
    ),
    "demo.attached": (
        "{reference}: rattaché d'après le suivi du portail → {status:word:status}.",
        "{reference}: attached after a look at the portal's follow-up → {status:word:status}.",
    ),
    "demo.line_cut": (
        "{reference}: la ligne est coupée pendant l'envoi.",
        "{reference}: the line is cut while sending.",
    ),
    "demo.in_doubt": (
        "{reference}: {status:word:status}; il ne sera pas renvoyé à l'aveugle.",
        "{reference}: {status:word:status}; it is never sent again blindly.",
    ),
    "demo.overdue": (
        "{reference}: 5 jours ouvrés sans ARS (échus le {last} au soir). Signalé; un retard n'est pas un rejet.",
        "{reference}: 5 jours ouvrés without an ARS (over on the evening of {last}). Flagged; late is not rejected.",
    ),
    "demo.late_hire": (
        "{reference}: l'heure d'embauche est passée sans mandat ({client}).",
        "{reference}: the hour of hire has passed without a mandate ({client}).",
    ),
    "demo.aside": (
        "{client}: le mandat n'est toujours pas signé; mise de côté, les autres n'attendent pas.",
        "{client}: the mandate is still not signed; set aside, the others do not wait.",
    ),
    "demo.report_written": (
        "Écrit dans {name}: difficultés, gains attendus et constatés, déclarations suivantes.",
        "Written to {name}: difficulties, gains expected and observed, what comes next.",
    ),
    "demo.remark.gains": (
        "Les embauches ne sont plus ressaisies sur le site; l'accusé est au dossier sans qu'on le classe.",
        "Hires are no longer typed in again on the site; the acknowledgement is in the file without being filed away.",
    ),
    "demo.remark.following": (
        "D'abord les clients restants, par vagues; ensuite la DSN.",
        "First the clients that are left, in waves; then the DSN.",
    ),
    # the end
    "demo.clients": ("Les clients", "The clients"),
    "demo.hires": ("Les embauches", "The hires"),
    "demo.deadlines": ("Les prochaines échéances", "The next deadlines"),
    "demo.next": ("Que faire maintenant", "What to do now"),
    "demo.try": ("À essayer sur cette base", "To try on this database"),
    "demo.try.status": ("Où en est tout le monde", "Where everybody stands"),
    "demo.try.hire": ("Un dossier, ses envois et ses preuves", "One case, its attempts and its proofs"),
    "demo.try.explain": ("Ce qui est possible, et pourquoi pas le reste", "What is possible, and why the rest is not"),
    "demo.try.journal": ("Ce qui a été décidé, dans l'ordre", "What was decided, in order"),
    "demo.try.tick": ("Lever les échéances, lire ce qui est nouveau", "Raise deadlines, read what is new"),
    "demo.sound": (
        "Journal vérifié: {cases} dossiers, {entries} écritures, chaînes intactes.",
        "Journal verified: {cases} cases, {entries} entries, chains intact.",
    ),
    "demo.proof": (
        "{sent} envois, {received} avis reçus et gardés.",
        "{sent} sent, {received} receipts received and kept.",
    ),
    "demo.unsound": (
        "Le journal ne tient pas: {faults}",
        "The journal does not hold: {faults}",
    ),
    "demo.left": (
        "La base: {database}. Les messages envoyés: {out}. L'avis reçu par courriel: {avis}.",
        "The database: {database}. The messages sent: {out}. The receipt that came by e-mail: {avis}.",
    ),
    "demo.papers": (
        "Le compte rendu, le mode opératoire en image et les mandats: {papers}.",
        "The report, the procedure as a chart and the mandates: {papers}.",
    ),
    "demo.not_printed": (
        "Sans le paquet d'impression (pip install due-workflow[print]) il n'y a ni PDF ni mandats.",
        "Without the printing package (pip install due-workflow[print]) there are no PDF and no mandates.",
    ),
}
