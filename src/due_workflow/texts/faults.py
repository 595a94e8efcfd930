"""What the command line says when something does not go through, and what to do next. Plain text."""

from __future__ import annotations

_STEPS = {
    "cli.next.tick": (
        "Des échéances sont venues et n'ont pas été levées: les statuts peuvent dater. Faites passer tick "
        "régulièrement.",
        "Deadlines have come and were not raised: statuses may be out of date. Run tick regularly.",
    ),
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
    "cli.next.late_begin": (
        "{reference}: l'heure d'embauche est passée sans déclaration. L'envoi réel est prêt: commencez-le hors délai.",
        "{reference}: the hour of hire has passed undeclared. The real sending is ready: begin it, late.",
    ),
    "cli.next.late_renew": (
        "{reference}: l'heure d'embauche est passée sans déclaration, et l'envoi réel n'a pas abouti. Renouvelez-le, "
        "puis begin-send --late.",
        "{reference}: the hour of hire has passed undeclared, and the real sending did not succeed. Renew it, then "
        "begin-send --late.",
    ),
    "cli.next.late_mandate": (
        "{reference}: l'heure d'embauche est passée sans déclaration, et {client} n'a pas de mandat en vigueur. Notez "
        "d'abord le mandat signé; à défaut, déclarez-la tout de suite par une autre voie (declared-elsewhere).",
        "{reference}: the hour of hire has passed undeclared, and {client} has no mandate in force. First note the "
        "mandate once signed; failing that, declare it another way at once (declared-elsewhere).",
    ),
    "cli.next.late_no_mandate": (
        "{reference}: l'heure d'embauche est passée sans déclaration, et {client} n'a pas de mandat en vigueur: ce "
        "canal lui est fermé. Déclarez-la tout de suite par une autre voie, notez-le, puis faites signer le mandat.",
        "{reference}: the hour of hire has passed undeclared, and {client} has no mandate in force: this channel is "
        "closed to it. Declare it another way at once, note it, then have the mandate signed.",
    ),
    "cli.next.late_closed": (
        "{reference}: l'heure d'embauche est passée sans déclaration, et ce canal est fermé à cette embauche de "
        "{client} (explain {reference} dit pourquoi). Déclarez-la tout de suite par une autre voie, puis notez-le.",
        "{reference}: the hour of hire has passed undeclared, and this channel is closed to this hire of {client} "
        "(explain {reference} says why). Declare it another way at once, then note it.",
    ),
    "cli.next.late_elsewhere": (
        "{reference}: l'heure d'embauche est passée sans déclaration, et {client} n'est pas en mode réel. Déclarez-la "
        "tout de suite par une autre voie, puis notez-le.",
        "{reference}: the hour of hire has passed undeclared, and {client} is not live. Declare it another way at "
        "once, then note it.",
    ),
    "cli.next.other_mode_real": (
        "{submission}: le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}. Rien ne "
        "prouve une déclaration: demandez tout de suite au portail ce qu'il a pris sous le numéro {ref}. La page de "
        "l'embauche dit la suite.",
        "{submission}: the portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode. Nothing "
        "proves a declaration: ask the portal at once what it took under the number {ref}. The hire's page says what then.",
    ),
    "cli.next.other_mode_test": (
        "{submission}: le portail dit l'avoir pris en mode {said:word:mode}, il est parti en mode {ours:word:mode}. "
        "L'embauche est peut-être déclarée pour de bon: demandez tout de suite au portail ce qu'il a pris sous le numéro "
        "{ref}. La page de l'embauche dit la suite.",
        "{submission}: the portal says that it took it in {said:word:mode} mode, it left in {ours:word:mode} mode. The hire "
        "may be declared for good: ask the portal at once what it took under the number {ref}. The hire's page says what "
        "then.",
    ),
    "cli.next.tray_attach": (
        "{kind:word:kind} {ref} attend une personne ({why:word:tray}): dites de quels envois il parle, ou mettez-le de "
        "côté (set-aside {receipt} --reason …).",
        "{kind:word:kind} {ref} waits for a person ({why:word:tray}): say which attempts it speaks of, or set it "
        "aside (set-aside {receipt} --reason …).",
    ),
    "cli.next.tray_partly": (
        "{kind:word:kind} {ref} (avis {receipt}) attend une personne: {why:word:tray}. Déjà attaché: {reached}.",
        "{kind:word:kind} {ref} (receipt {receipt}) waits for a person: {why:word:tray}. Attached already: {reached}.",
    ),
    "cli.next.tray_aside": (
        "L'avis {receipt} ({kind:word:kind}) attend une personne: {why:word:tray}. Voyez avec le portail, puis "
        "mettez-le de côté: il reste gardé.",
        "The receipt {receipt} ({kind:word:kind}) waits for a person: {why:word:tray}. Ask the portal, then set it "
        "aside: it is kept.",
    ),
    "cli.next.tray": (
        "{count} avis en tout attendent une personne.",
        "{count} receipts in all wait for a person.",
    ),
    "cli.next.refused": (
        "{reference} est refusé: corrigez, puis renouvelez l'envoi.",
        "{reference} is refused: correct it, then renew.",
    ),
    "cli.next.abandoned": (
        "{submission} est abandonné ici, mais le destinataire l'a peut-être: attendez sa réponse (receive), ou "
        "confirmez qu'il ne compte plus. D'ici là aucun autre envoi réel de cette embauche ne part.",
        "{submission} was given up here, but the recipient may hold it: await its answer (receive), or confirm that "
        "it no longer counts. Until then no other real attempt of this hire leaves.",
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
        "Étape 3: sélectionnez les premières entreprises ({count:plural:# connue|# connues}, dont {client}). Sans --take, "
        "la même commande montre la proposition et ses raisons.",
        "Step 3: select the first companies ({count} known, {client} among them). Without --take the same command shows "
        "the proposal and its reasons.",
    ),
    "cli.next.select_wave": (
        "Étape 3: commencez la vague suivante ({count:plural:# client attend|# clients attendent}, dont {client}). Sans "
        "--take, la même commande montre toutes les vagues.",
        "Step 3: begin the next wave ({count:plural:# client waits|# clients wait}, {client} among them). Without --take "
        "the same command shows all waves.",
    ),
    "cli.next.request": (
        "Étape 4: envoyez le mandat à signer ({count:plural:# client|# clients}, dont {client}).",
        "Step 4: send the mandate for signature ({count:plural:# client|# clients}, {client} among them).",
    ),
    "cli.next.sign": (
        "Étape 4: notez le mandat dès qu'il est signé ({count:plural:# attendu|# attendus}, dont {client}).",
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
    "cli.next.renew_real": (
        "Étape 7: {reference} n'est PAS déclaré, son envoi réel n'a pas abouti: renouvelez l'opération.",
        "Step 7: {reference} is NOT declared, its real sending did not succeed: renew it.",
    ),
    "cli.next.go_live": (
        "Étape 7: un test a été accepté. Passez {client} en mode réel.",
        "Step 7: a test was accepted. Switch {client} to real mode.",
    ),
    "cli.next.sending": (
        "{submission} est en cours d'envoi: dès que le fichier est déposé, notez-le.",
        "{submission} is being sent: once the file is deposited, note it.",
    ),
    "cli.next.sending_here": (
        "{submission} est en train de partir. Si le programme a été arrêté pendant l'envoi, tick le met en doute au bout "
        "de {minutes} minutes; collect demande ensuite au portail. Ne le renvoyez pas.",
        "{submission} is leaving now. If the program was stopped while it sent, tick puts it in doubt after {minutes} "
        "minutes; collect then asks the portal. Do not send it again.",
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

_BLANKS = {
    "cli.blank.number": ("NUMERO", "NUMBER"),
    "cli.blank.name": ("NOM", "NAME"),
    "cli.blank.account": ("COMPTE", "ACCOUNT"),
    "cli.blank.editor": ("EDITEUR", "EDITOR"),
    "cli.blank.product": ("PRODUIT", "PRODUCT"),
    "cli.blank.day": ("JJ/MM/AAAA", "YYYY-MM-DD"),
    "cli.blank.instant": ("'JJ/MM/AAAA HH:MM'", "'YYYY-MM-DD HH:MM'"),
    "cli.blank.text": ("…", "…"),
    "cli.blank.outcome": ("ENVOI=RESULTAT", "ATTEMPT=OUTCOME"),
    "cli.blank.receipt": ("AVIS", "RECEIPT"),
    "cli.blank.avis": ("AVIS/", "RECEIPTS/"),
    "cli.blank.hires": ("embauches.csv", "hires.csv"),
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
    "cli.usage.empty_path": ("{name}: le chemin est vide.", "{name}: the path is empty."),
    "cli.usage.no_value": ("{option} demande une valeur.", "{option} needs a value."),
    "cli.usage.other": ("{said}", "{said}"),
    "cli.usage.some_or_all": ("Donnez des noms, ou --all (l'un des deux).", "Give names, or --all (one of both)."),
    "cli.usage.day": (
        "{option}: « {value} » n'est pas un jour (JJ/MM/AAAA).",
        "{option}: “{value}” is not a day (YYYY-MM-DD).",
    ),
    "cli.usage.hour": (
        "{option}: « {value} » n'est pas un jour et une heure (JJ/MM/AAAA HH:MM).",
        "{option}: “{value}” is not a day and an hour (YYYY-MM-DD HH:MM).",
    ),
    "cli.usage.outcome": ("« {value} » n'est pas un résultat: {known}.", "“{value}” is not an outcome: {known}."),
    "cli.usage.pair": ("« {value} »: attendu ENVOI=RÉSULTAT.", "“{value}”: expected ATTEMPT=OUTCOME."),
    "cli.usage.nothing_prepared": (
        "{reference}: aucun envoi préparé. D'abord: prepare {reference}",
        "{reference}: no attempt is prepared. First: prepare {reference}",
    ),
    "cli.usage.handed_over": (
        "{submission} est déjà remis (état: {state:word:state}); rien d'autre n'est préparé pour {reference}. Pour la suite: "
        "status {reference}",
        "{submission} was handed over already (state: {state:word:state}); nothing else is prepared for {reference}. For "
        "what follows: status {reference}",
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
    "cli.usage.address_ambiguous": (
        "L'adresse de la base contient plusieurs « @ ». Dans un nom ou un mot de passe, écrivez %40 pour @, %2F pour /, "
        "%3A pour :. Mieux: le mot de passe dans PGPASSWORD.",
        "The database's address holds more than one “@”. In a name or a password write %40 for @, %2F for /, %3A for :. "
        "Better: the password in PGPASSWORD.",
    ),
    "cli.usage.no_firm": (
        "Rien du cabinet « {name} » dans cette base: vérifiez --cabinet (ou DUE_CABINET) et --db.",
        "Nothing of the firm “{name}” in this database: check --cabinet (or DUE_CABINET) and --db.",
    ),
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
    "cli.advice.no_tables": ("Pour les préparer: {program} db upgrade", "To prepare them: {program} db upgrade"),
    "cli.advice.no_hire": ("Ce qui existe: {program} status", "What there is: {program} status"),
    "cli.advice.conflict": ("Relancez la même commande.", "Run the same command again."),
    "cli.advice.no_database": (
        "Pour essayer sans risque: {program} demo. Pour commencer: {program} import clients FICHIER",
        "To try without risk: {program} demo. To begin: {program} import clients FILE",
    ),
    "cli.db.upgraded": (
        "Base {db}: tables à la version {revision} (avant: {before}).",
        "Database {db}: tables at version {revision} (before: {before}).",
    ),
    "cli.db.unchanged": (
        "Base {db}: déjà à la version {revision}, rien à faire.",
        "Database {db}: at version {revision} already, nothing to do.",
    ),
    "cli.db.current": ("Base {db}: tables à la version {revision}.", "Database {db}: tables at version {revision}."),
    "cli.db.none": (
        "Base {db}: pas encore de tables. Pour les créer: due-workflow db upgrade",
        "Database {db}: no tables yet. To make them: due-workflow db upgrade",
    ),
    "cli.db.ready": (
        "Base {db}: prête, tables à la version {revision}.",
        "Database {db}: ready, tables at version {revision}.",
    ),
    "cli.error.os": ("Fichier inutilisable: {name} ({why}).", "File unusable: {name} ({why})."),
    "cli.os.missing": ("il n'existe pas", "it does not exist"),
    "cli.os.denied": ("accès refusé", "access denied"),
    "cli.os.full": ("le disque est plein", "the disk is full"),
    "cli.os.folder": ("c'est un dossier", "it is a folder"),
    "cli.os.exists": ("il existe déjà", "it exists already"),
    "cli.os.no_folder": ("ce n'est pas un dossier", "it is no folder"),
    "cli.error.interrupted": (
        "Interrompu. Ce qui était enregistré le reste; relancez la même commande.",
        "Interrupted. What was recorded stays; run the same command again.",
    ),
    "cli.error.interrupted_at": (
        "Interrompu: {done:plural:rien n'est enregistré|# traité et enregistré|# traités et enregistrés}. Relancez la même "
        "commande, le reste suivra.",
        "Interrupted: {done:plural:nothing is recorded|# handled and recorded|# handled and recorded}. Run the same command "
        "again for the rest.",
    ),
    "cli.error.unexpected": (
        "Erreur inattendue de ce programme ({kind}, {where}). Ce qui était enregistré le reste.",
        "Unexpected fault of this program ({kind}, {where}). What was recorded stays.",
    ),
}

FAULTS: dict[str, tuple[str, str]] = {**_STEPS, **_BLANKS, **_REASONS, **_FAULTS}
