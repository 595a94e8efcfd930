"""What the command line says about the portals: its settings file, sending, collecting, and the rounds of `run`."""

from __future__ import annotations

WIRE: dict[str, tuple[str, str]] = {
    # ---- the settings, each by its table and name
    "setting.firm.cabinet": (
        "Le cabinet, dans la base (sinon « cabinet »).",
        "The firm, in the database (else “cabinet”).",
    ),
    "setting.firm.db": (
        "La base: un fichier SQLite (relatif à ce fichier), ou l'adresse d'une base sans mot de passe (sinon DUE_DB).",
        "The database: an SQLite file (relative to this file), or a database's address without password (else DUE_DB).",
    ),
    "setting.firm.language": ("La langue: fr ou en.", "The language: fr or en."),
    "setting.software.editor": (
        "L'éditeur du logiciel qui se présente au portail.",
        "The editor of the software that presents itself to the portal.",
    ),
    "setting.software.product": ("Le logiciel.", "The software."),
    "setting.software.version": (
        "Sa version, celle que les tests ont qualifiée.",
        "Its version, the one that the tests qualified.",
    ),
    "setting.portal.type": (
        "Le type du portail: urssaf (API DPAE), jedeclare (dépôt par dossier, collecte par le réseau) ou folder (deux dossiers).",
        "The type of portal: urssaf (API DPAE), jedeclare (deposit by a folder, collection over the network) or folder (two folders).",
    ),
    "setting.portal.recipient": (
        "Le destinataire dont l'ARS fait foi.",
        "The recipient whose ARS decides.",
    ),
    "setting.urssaf.addresses": (
        "Ses adresses, pour un simulateur ou un relais: une table.",
        "Its addresses, for a simulator or a relay: a table.",
    ),
    "setting.jedeclare.addresses": (
        "Ses adresses, comme jedeclare ou l'éditeur les a données: une table.",
        "Its addresses, as jedeclare or the editor gave them: a table.",
    ),
    "setting.jedeclare.months": (
        "L'intervalle le plus large d'une demande, en mois.",
        "The widest range of one question, in months.",
    ),
    "setting.portal.message": (
        "Comment le message est écrit, là où sa description n'est pas publique: une table.",
        "How the message is written, where its description is not public: a table.",
    ),
    "setting.portal.line": ("La ligne HTTP: une table.", "The HTTP line: a table."),
    "setting.urssaf.account": (
        "Le SIRET du déclarant inscrit à l'API DPAE.",
        "The SIRET of the declarant registered at the API DPAE.",
    ),
    "setting.urssaf.surname": ("Le nom du déclarant, tel qu'inscrit", "The declarant's surname, as registered"),
    "setting.urssaf.first_name": ("Le prénom du déclarant, tel qu'inscrit", "The declarant's first name, as registered"),
    "setting.urssaf.service": (
        "Le service: 25 déclarant, 98 concentrateur.",
        "The service: 25 declarant, 98 concentrator.",
    ),
    "setting.urssaf.authenticate": ("Où s'authentifier.", "Where to authenticate."),
    "setting.urssaf.deposit": ("Où déposer.", "Where to deposit."),
    "setting.urssaf.returns": ("Où lister les retours d'un flux.", "Where to list the returns of a flux."),
    "setting.jedeclare.account": ("Le compte du cabinet sur jedeclare.", "The firm's account at jedeclare."),
    "setting.jedeclare.user": (
        "Le nom d'utilisateur, s'il n'est pas celui du compte.",
        "The user's name, where it is not the account's.",
    ),
    "setting.jedeclare.procedures": (
        "Les téléprocédures collectées.",
        "The téléprocédures that are collected.",
    ),
    "setting.jedeclare.collection": (
        "L'adresse du service Communication V2, comme jedeclare ou l'éditeur l'a donnée.",
        "The address of the service Communication V2, as jedeclare or the editor gave it.",
    ),
    "setting.jedeclare.start": (
        "Le premier jour collecté, la première fois (sinon 18 mois en arrière).",
        "The first day that is collected, the first time (else 18 months back).",
    ),
    "setting.jedeclare.account_id": (
        "Le numéro du compte dans l'adresse des dossiers clients, s'il est autre.",
        "The account's number in the address of the client files, where it is another.",
    ),
    "setting.jedeclare.files": (
        "L'adresse des dossiers clients, si le cabinet les lit.",
        "The address of the client files, where the firm reads them.",
    ),
    "setting.folder.name": (
        "Le portail derrière ces dossiers, comme le cabinet l'a noté (due-workflow portal).",
        "The portal behind these folders, as the firm noted it (due-workflow portal).",
    ),
    "setting.folder.account": ("Le compte du cabinet là-bas.", "The firm's account there."),
    "setting.folder.outgoing": (
        "Le dossier où les fichiers à déposer sont écrits (relatif à ce fichier).",
        "The folder that files to deposit are written to (relative to this file).",
    ),
    "setting.folder.incoming": (
        "Le dossier où les avis arrivent (relatif à ce fichier).",
        "The folder that receipts arrive in (relative to this file).",
    ),
    "setting.folder.quiet": (
        "Secondes sans changement avant qu'un fichier arrivé soit lu.",
        "Seconds without a change before a file that arrived is read.",
    ),
    "setting.line.connect": ("Secondes pour joindre le portail.", "Seconds to reach the portal."),
    "setting.line.read": ("Secondes sans un octet avant d'abandonner.", "Seconds without a byte before giving up."),
    "setting.line.deadline": ("Secondes pour un échange entier.", "Seconds for one whole exchange."),
    "setting.line.proxy": (
        "Le serveur mandataire (proxy), sans mot de passe.",
        "The proxy, without password.",
    ),
    "setting.line.ca_file": (
        "Un fichier PEM d'autorités de certification (relatif à ce fichier).",
        "A PEM file of certificate authorities (relative to this file).",
    ),
    "setting.line.hosts": (
        "D'autres hôtes où le portail peut renvoyer, en liste.",
        "Further hosts that the portal may point to, as a list.",
    ),
    "setting.run.every": ("Secondes d'attente quand rien n'est dû.", "Seconds to wait when nothing is due."),
    "setting.run.limit": ("Dossiers par tâche et par tour, au plus.", "Cases per task and round, at most."),
    "setting.run.tasks": (
        "Les tâches: tick (échéances), send_released (envois libérés), collect (collecte), deliver (notifications).",
        "The tasks: tick (deadlines), send_released (released sendings), collect (collection), deliver (notices).",
    ),
    "setting.email.url": (
        "Le serveur de messagerie, sans mot de passe: smtp://utilisateur@serveur:587, smtps://…",
        "The mail server, without password: smtp://user@host:587, smtps://…",
    ),
    "setting.email.from": ("L'expéditeur.", "The sender."),
    "setting.email.to": ("Les boîtes du cabinet, en liste.", "The firm's mailboxes, as a list."),
    "setting.email.collaborators": (
        "La boîte de chaque collaborateur, par son nom.",
        "Each collaborator's mailbox, by name.",
    ),
    "setting.webhook.url": ("L'adresse https:// du programme à prévenir.", "The https:// address of the program to tell."),
    "setting.webhook.allow": (
        "Ce qui est refusé sinon: private (réseau privé), http (en clair).",
        "What is refused otherwise: private (a private network), http (in the clear).",
    ),
    "setting.notifiers.email": ("Courriel: une table.", "E-mail: a table."),
    "setting.notifiers.webhook": ("Webhook: une table.", "Webhook: a table."),
    "setting.notifiers.apprise": (
        "Apprise: la table [notifiers.apprise], vide; ses adresses vont dans DUE_APPRISE_URLS.",
        "Apprise: the table [notifiers.apprise], empty; its addresses go into DUE_APPRISE_URLS.",
    ),
    "setting.notifiers.log": (
        "Les notifications écrites sur l'erreur standard: la table [notifiers.log], vide.",
        "Notices written to standard error: the table [notifiers.log], empty.",
    ),
    "setting.secret.db": (
        "l'adresse de la base, si elle porte un mot de passe",
        "the database's address, where it has a password",
    ),
    "setting.secret.portal": ("le mot de passe au portail", "the password at the portal"),
    "setting.secret.proxy": (
        "l'adresse du proxy, si elle porte un mot de passe",
        "the proxy's address, where it has a password",
    ),
    # ---- mistakes of the file
    "input.config_not_found": (
        "ce fichier de réglages n'existe pas; pour en commencer un: due-workflow config example",
        "this settings file does not exist; to begin one: due-workflow config example",
    ),
    "input.config_not_utf8": ("le fichier n'est pas en UTF-8", "the file is not UTF-8"),
    "input.config_too_large": (
        "le fichier est trop grand pour des réglages",
        "the file is too large for settings",
    ),
    "input.config_not_toml": (
        "ce n'est pas du TOML (colonne {column}): les textes vont entre guillemets, les tables entre crochets",
        "this is not TOML (column {column}): texts go between quotes, tables between brackets",
    ),
    "input.config_table": (
        "une table est attendue ici, comme [firm]",
        "a table is expected here, such as [firm]",
    ),
    "input.config_unknown": ("réglage inconnu; connus: {known}", "unknown setting; known: {known}"),
    "input.config_close": (
        "réglage inconnu; vouliez-vous dire {close}?",
        "unknown setting; did you mean {close}?",
    ),
    "input.config_missing": (
        "ce réglage manque. {setting:word:setting}",
        "this setting is missing. {setting:word:setting}",
    ),
    "input.config_field": (
        "cette valeur ne convient pas (elle n'est pas montrée). {setting:word:setting}",
        "this value cannot be used (it is not shown). {setting:word:setting}",
    ),
    "input.config_limits": ("valeur hors des limites ({limits})", "value out of its limits ({limits})"),
    "input.config_no_folder": (
        "le dossier {path} n'existe pas: créez-le, ou corrigez le chemin",
        "the folder {path} does not exist: create it, or put the path right",
    ),
    "input.config_label": (
        "nom de table: une lettre, puis lettres, chiffres, - ou _ (40 au plus)",
        "name of a table: a letter, then letters, digits, - or _ (40 at most)",
    ),
    "input.config_label_taken": (
        "ce nom donne les mêmes variables que portals.{other}: prenez-en un autre",
        "this name gives the same variables as portals.{other}: take another one",
    ),
    "input.config_type": (
        "le type du portail manque ou n'est pas connu; possibles: {known}",
        "the type of portal is missing or not known; possible: {known}",
    ),
    "input.config_secret": (
        "un secret n'a pas sa place dans ce fichier: ôtez-le d'ici et mettez-le dans la variable {variable}",
        "a secret has no place in this file: take it out and put it into the variable {variable}",
    ),
    "input.secret_missing": (
        "cette variable n'est pas donnée ({use:word:setting}; portals.{portal})",
        "this variable is not given ({use:word:setting}; portals.{portal})",
    ),
    "input.no_portal_set": (
        "Aucun portail n'est réglé: il en faut un dans due-workflow.toml. Pour commencer: {program} config example",
        "No portal is set up: one is needed in due-workflow.toml. To begin: {program} config example",
    ),
    "input.no_such_portal": (
        "Aucun portail « {name} » dans les réglages; il y a: {known}",
        "No portal “{name}” in the settings; there are: {known}",
    ),
    "input.portal_not_chosen": (
        "Le cabinet n'a pas noté par quel portail il envoie (étape 1): {program} portal {name} {account}",
        "The firm has not noted by which portal it sends (step 1): {program} portal {name} {account}",
    ),
    "input.portal_differs": (
        "Le cabinet envoie par {chosen}, mais les réglages ont: {known}. Corrigez le compte ou le nom dans "
        "due-workflow.toml, ou notez l'autre portail ({program} portal NOM COMPTE: de nouveaux tests seront à passer).",
        "The firm sends by {chosen}, but the settings have: {known}. Put the account or the name right in "
        "due-workflow.toml, or note the other portal ({program} portal NAME ACCOUNT: new tests are then due).",
    ),
    # ---- the commands about the file
    "cli.opt.config": (
        "Le fichier de réglages (DUE_CONFIG, sinon due-workflow.toml ici).",
        "The settings file (DUE_CONFIG, else due-workflow.toml here).",
    ),
    "cli.help.config": (
        "Les réglages du cabinet (due-workflow.toml): les vérifier, en commencer un.",
        "The firm's settings (due-workflow.toml): check them, begin one.",
    ),
    "cli.example.config": (
        "Exemple: due-workflow config check",
        "Example: due-workflow config check",
    ),
    "cli.help.config.check": (
        "Montre ce que le fichier de réglages dit, quelles variables sont données ou manquent, et ce qui ne va pas. "
        "N'appelle aucun portail et ne montre aucun secret.\n\n"
        "Toutes les fautes du fichier sont dites ensemble, avec leur ligne (code 3); un secret qui manque ou un portail "
        "qui n'est pas celui du cabinet: code 7.",
        "Shows what the settings file says, which variables are given or missing, and what is wrong. Calls no portal "
        "and shows no secret.\n\n"
        "All mistakes of the file are told together, each with its line (code 3); a secret that is missing, or a portal "
        "that is not the firm's: code 7.",
    ),
    "cli.example.config.check": (
        "Exemple: due-workflow config check",
        "Example: due-workflow config check",
    ),
    "cli.help.config.example": (
        "Écrit un fichier de réglages commenté, à compléter.",
        "Prints a commented settings file, to be filled in.",
    ),
    "cli.example.config.example": (
        "Exemple: due-workflow config example > due-workflow.toml",
        "Example: due-workflow config example > due-workflow.toml",
    ),
    "cli.config.head": (
        "Les réglages de due-workflow; à garder sous le nom {file}, là où les commandes sont lancées. Aucun mot de passe "
        "ici: il va dans une variable au nom du portail, comme {variable}. À vérifier par: due-workflow config check",
        "The settings of due-workflow; keep it as {file}, where the commands are run. No password here: it goes into a "
        "variable with the portal's name, such as {variable}. Check it by: due-workflow config check",
    ),
    "cli.config.file": ("Réglages lus dans {path}.", "Settings read from {path}."),
    "cli.config.no_file": (
        "Pas de fichier de réglages ici ({file}): les valeurs par défaut servent.",
        "No settings file here ({file}): the defaults serve.",
    ),
    "cli.config.firm": (
        "Cabinet {cabinet}, base {db}, langue {language}.",
        "Firm {cabinet}, database {db}, language {language}.",
    ),
    "cli.config.no_portal": (
        "Aucun portail n'est réglé: send, collect et run en demandent un ({program} config example).",
        "No portal is set up: send, collect and run need one ({program} config example).",
    ),
    "cli.config.wrong": ("À corriger: {why}", "To put right: {why}"),
    "cli.config.software": (
        "À corriger: les réglages disent {asked}, le cabinet a noté {noted}. Les tests valent pour ce qui est noté: "
        "{program} software ÉDITEUR PRODUIT VERSION",
        "To put right: the settings say {asked}, the firm noted {noted}. Tests count for what is noted: {program} "
        "software EDITOR PRODUCT VERSION",
    ),
    "cli.config.set": ("donnée", "set"),
    "cli.config.missing": ("MANQUE", "MISSING"),
    "cli.config.unset": ("non, pas nécessaire", "no, not needed"),
    "cli.config.good": ("Rien à corriger.", "Nothing to put right."),
    "cli.yes": ("oui", "yes"),
    "cli.col.setting": ("Réglage", "Setting"),
    "cli.col.portal": ("Portail", "Portal"),
    "cli.col.account": ("Compte", "Account"),
    "cli.col.recipient": ("Destinataire", "Recipient"),
    "cli.col.sends": ("Le cabinet envoie par là", "The firm sends by it"),
    "cli.col.variable": ("Variable", "Variable"),
    "cli.col.is": ("Donnée", "Given"),
    "cli.col.meaning": ("Sens", "Meaning"),
    # ---- send
    "cli.help.send": (
        "Envoie des déclarations par le portail du cabinet, tout de suite: par leur envoi, par leur référence, ou avec "
        "--released toutes celles qu'une personne a libérées.\n\n"
        "Ce qui manque aux messages est dit avant que rien ne parte. Un envoi RÉEL que personne n'a libéré demande une "
        "confirmation (--yes pour un script). Ce qui est refusé l'est avec toutes ses raisons et n'arrête pas les "
        "autres. Si la ligne se coupe après le départ, l'envoi est EN DOUTE: il n'est jamais renvoyé à l'aveugle, collect "
        "demande au portail.\n\n"
        "Codes: 1 refusé, 3 le message est incomplet, 6 rien n'est parti, 7 en doute. Réglages: due-workflow.toml "
        "(config example).",
        "Sends declarations through the firm's portal, now: by their attempt, by their reference, or with --released all "
        "that a person released.\n\n"
        "What the messages lack is told before anything leaves. A REAL sending that nobody released asks to be confirmed "
        "(--yes for a script). What is refused is told with all its reasons and does not stop the others. If the line is "
        "cut after bytes left, the sending is IN DOUBT: it is never sent again blindly, collect asks the portal.\n\n"
        "Codes: 1 refused, 3 the message is not complete, 6 nothing left, 7 in doubt. Settings: due-workflow.toml (config "
        "example).",
    ),
    "cli.example.send": (
        "Exemple: due-workflow send E-0001 E-0002/real/1",
        "Example: due-workflow send E-0001 E-0002/real/1",
    ),
    "cli.opt.released": (
        "Tout ce qui est libéré (release) et n'est pas encore parti.",
        "All that is released (release) and has not left yet.",
    ),
    "cli.opt.send_yes": (
        "Envoie aussi en réel ce que personne n'a libéré, sans poser de question.",
        "Also sends for real what nobody released, without a question.",
    ),
    "cli.usage.some_or_released": (
        "Nommez des envois ou des références, ou donnez --released (l'un ou l'autre).",
        "Name attempts or references, or give --released (one or the other).",
    ),
    "cli.usage.real_needs_yes": (
        "{count:plural:# envoi RÉEL que personne n'a libéré|# envois RÉELS que personne n'a libérés}: rien n'est parti. "
        "Donnez --yes, ou libérez d'abord ({program} release).",
        "{count:plural:# REAL sending that nobody released|# REAL sendings that nobody released}: nothing left. Give "
        "--yes, or release first ({program} release).",
    ),
    "cli.usage.real_not_confirmed": (
        "Pas de confirmation: rien n'est parti.",
        "Not confirmed: nothing left.",
    ),
    "cli.send.none_released": ("Rien n'est libéré.", "Nothing is released."),
    "cli.send.lacks": (
        "{submission}: le message n'est pas complet; rien n'est parti.",
        "{submission}: the message is not complete; nothing left.",
    ),
    "cli.send.cut": ("À savoir: {what}", "Note: {what}"),
    "cli.send.complete_first": (
        "{count:plural:# envoi mis de côté|# envois mis de côté}: complétez le client ou l'embauche, puis renew --from ou "
        "un nouvel import.",
        "{count:plural:# attempt set aside|# attempts set aside}: complete the client or the hire, then renew --from or "
        "import anew.",
    ),
    "cli.send.real": (
        "{count:plural:# embauche va être déclarée POUR DE VRAI|# embauches vont être déclarées POUR DE VRAI}: {references}",
        "{count:plural:# hire is about to be declared FOR REAL|# hires are about to be declared FOR REAL}: {references}",
    ),
    "cli.send.word": ("réel", "real"),
    "cli.send.type": ("Tapez {word} pour envoyer: ", "Type {word} to send: "),
    "cli.sending": ("Envoi", "Sending"),
    "cli.send.sent": (
        "{submission}  {mode:word:mode}: déposé, ADS {ref}",
        "{submission}  {mode:word:mode}: deposited, ADS {ref}",
    ),
    "cli.send.sent_no_ref": (
        "{submission}  {mode:word:mode}: remis; le portail n'a pas encore donné de numéro",
        "{submission}  {mode:word:mode}: handed over; the portal has given no number yet",
    ),
    "cli.send.not_sent": ("{submission}: {why}", "{submission}: {why}"),
    "cli.send.in_doubt": ("{submission}: EN DOUTE. {why}", "{submission}: IN DOUBT. {why}"),
    "cli.send.doubt": (
        "Dépôt {deposit} en doute, jamais renvoyé à l'aveugle. {program} collect demande au portail; s'il ne peut le dire, "
        "regardez-y vous-même, puis: {program} settle-doubt {deposit} --ref NUMÉRO, ou --not-found",
        "Deposit {deposit} in doubt, never sent again blindly. {program} collect asks the portal; if it cannot tell, look "
        "there yourself, then: {program} settle-doubt {deposit} --ref NUMBER, or --not-found",
    ),
    "cli.send.stopped": (
        "Interrompu: {count:plural:# envoi n'est pas parti|# envois ne sont pas partis}. La même commande reprend.",
        "Interrupted: {count:plural:# attempt has not left|# attempts have not left}. The same command goes on.",
    ),
    "cli.send.given_up": (
        "Le portail ne prend rien pour l'instant: {count:plural:# envoi n'a pas été tenté|# envois n'ont pas été tentés}.",
        "The portal takes nothing now: {count:plural:# attempt was not tried|# attempts were not tried}.",
    ),
    "cli.send.done": (
        "{count:plural:# envoi parti|# envois partis}. La suite arrive par: {program} collect",
        "{count:plural:# attempt sent|# attempts sent}. What follows comes by: {program} collect",
    ),
    # ---- collect
    "cli.help.collect": (
        "Collecte les avis qui attendent aux portails (ADS, ACS, ARS), chacun une fois, et demande d'abord ce que sont "
        "devenus les envois en doute.\n\n"
        "Avec --list, montre seulement: sur jedeclare, un avis récupéré ici est marqué « récupéré » pour tous les "
        "logiciels du cabinet. Ctrl-C ne perd rien: ce qui est pris reste, le reste viendra la prochaine fois.",
        "Collects the receipts that wait at the portals (ADS, ACS, ARS), each once, and first asks what became of the "
        "sendings in doubt.\n\n"
        "With --list it only shows: at jedeclare a receipt that is fetched here is marked “retrieved” for every software "
        "of the firm. Ctrl-C loses nothing: what was taken in stays, the rest comes next time.",
    ),
    "cli.example.collect": (
        "Exemple: due-workflow collect --list",
        "Example: due-workflow collect --list",
    ),
    "cli.opt.wire_portal": (
        "Un seul portail, par le nom de sa table dans les réglages.",
        "One portal only, by the name of its table in the settings.",
    ),
    "cli.opt.since_pieces": (
        "Depuis ce jour (sinon depuis la dernière collecte, deux jours en plus).",
        "Since this day (else since the last collection, two days more).",
    ),
    "cli.opt.list_pieces": (
        "Montre ce qui attend sans rien récupérer.",
        "Shows what waits without fetching anything.",
    ),
    "cli.collecting": ("Collecte", "Collecting"),
    "cli.col.piece": ("Numéro", "Number"),
    "cli.col.stamp": ("Version", "Version"),
    "cli.col.here": ("Ici", "Here"),
    "cli.collect.here": ("déjà reçu", "received"),
    "cli.collect.not_here": ("à récupérer", "to be fetched"),
    "cli.collect.listed": (
        "{portal}: {count:plural:# avis|# avis}, dont {fresh} à récupérer. Rien n'a été récupéré; pour le faire: {program} "
        "collect --portal {portal}",
        "{portal}: {count:plural:# receipt|# receipts}, {fresh} of them to be fetched. Nothing was fetched; to do it: "
        "{program} collect --portal {portal}",
    ),
    "cli.collect.piece": ("{kind:word:kind} {number}", "{kind:word:kind} {number}"),
    "cli.collect.piece_tray": (
        "{kind:word:kind} {number}: dans la bannette ({why:word:tray}), {receipt}",
        "{kind:word:kind} {number}: in the tray ({why:word:tray}), {receipt}",
    ),
    "cli.collect.done": (
        "{portal}: {applied:plural:# avis pris|# avis pris}, {tray} dans la bannette, {known} déjà connus.",
        "{portal}: {applied:plural:# receipt taken in|# receipts taken in}, {tray} in the tray, {known} known before.",
    ),
    "cli.collect.missed": (
        "{piece}: pas pris. {why} La prochaine collecte le redemande.",
        "{piece}: not taken in. {why} The next collection asks for it again.",
    ),
    "cli.collect.settled": (
        "{count:plural:# doute levé|# doutes levés} par le portail.",
        "{count:plural:# doubt|# doubts} settled by the portal.",
    ),
    "cli.collect.failed": ("{portal}: la collecte n'a pas abouti.", "{portal}: the collection did not succeed."),
    # ---- what to do next, where the settings have a line to the portal
    "cli.next.send_test": (
        "Étape 6: {reference} est prêt pour l'envoi en test.",
        "Step 6: {reference} is ready to be sent as a test.",
    ),
    "cli.next.send_real": (
        "Étape 7: {reference} est prêt pour l'envoi réel; une confirmation sera demandée.",
        "Step 7: {reference} is ready to be sent for real; you will be asked to confirm.",
    ),
    "cli.next.send_late": (
        "{reference}: l'heure d'embauche est passée sans déclaration. L'envoi réel est prêt: envoyez-le hors délai.",
        "{reference}: the hour of hire has passed undeclared. The real sending is ready: send it, late.",
    ),
    "cli.next.collect": (
        "{reference} attend sa réponse: collectez les avis du portail (run le fait aussi).",
        "{reference} waits for its answer: collect the portal's receipts (run does it too).",
    ),
    # ---- run
    "cli.help.run": (
        "Fait tout le travail du cabinet avec ses portails, en tours: échéances, envois libérés, collecte des avis, "
        "notifications, selon due-workflow.toml.\n\n"
        "Rien de réel ne part de soi-même: seulement ce qu'une personne a libéré (release). Tourne jusqu'à Ctrl-C (ou "
        "SIGTERM): l'échange en cours est terminé, ce qui était réservé est rendu. Avec --once, pour cron: une passe. Dans "
        "une base de plusieurs cabinets, seul celui des réglages est servi; worker fait les échéances de tous.\n\n"
        "Codes de --once: 0 bien; 6 un portail ou la base n'a pas servi; 7 un avis ou un envoi en doute attend une personne.",
        "Does all the work of the firm with its portals, in rounds: deadlines, released sendings, collection of receipts, "
        "notices, as due-workflow.toml says.\n\n"
        "Nothing real leaves by itself: only what a person released (release). Runs until Ctrl-C (or SIGTERM): the "
        "exchange in hand is finished, what was reserved is given back. With --once, for cron: one pass. In a database of "
        "several firms only the settings' own is served; worker does the deadlines of all.\n\n"
        "Codes of --once: 0 well; 6 a portal or the database could not be used; 7 a receipt or a sending in doubt waits "
        "for a person.",
    ),
    "cli.example.run": (
        "Exemple: due-workflow run --once",
        "Example: due-workflow run --once",
    ),
    "cli.opt.every_run": (
        "Secondes d'attente quand rien n'est dû (sinon [run] every, ou 15).",
        "Seconds to wait when nothing is due (else [run] every, or 15).",
    ),
    "cli.opt.tasks_run": (
        "Les tâches, séparées par des virgules: tick, send_released, collect, deliver (sinon [run] tasks, ou toutes).",
        "The tasks, separated by commas: tick, send_released, collect, deliver (else [run] tasks, or all).",
    ),
    "cli.worker.task.send_released": (
        "{count:plural:# envoi libéré|# envois libérés}",
        "{count:plural:# released sending|# released sendings}",
    ),
    "cli.worker.task.collect": ("{count:plural:# collecte|# collectes}", "{count:plural:# collection|# collections}"),
    "cli.run.no_notifier": (
        "Ni courriel ni webhook n'est réglé ([notifiers] dans les réglages, ou les variables): les notifications attendent.",
        "Neither e-mail nor webhook is set ([notifiers] in the settings, or the variables): notices wait.",
    ),
    "cli.run.not_collected": (
        "{portal} {account} est réglé, mais le cabinet ne l'a pas noté: il n'est pas collecté ici. {program} portal "
        "--subscribed --account {account}, ou {program} collect à la main.",
        "{portal} {account} is set up, but the firm has not noted it: it is not collected here. {program} portal "
        "--subscribed --account {account}, or {program} collect by hand.",
    ),
    "cli.run.trouble": (
        "{order}: essai {tries} sans succès ({why}); le prochain {due}.",
        "{order}: try {tries} did not succeed ({why}); the next one {due}.",
    ),
    "cli.run.waits": (
        "Une personne est attendue: {tray} dans la bannette ({program} tray), {doubts} en doute ({program} health).",
        "A person is awaited: {tray} in the tray ({program} tray), {doubts} in doubt ({program} health).",
    ),
}
