"""The settings file of the command line: what each setting means, its mistakes, and the commands about it."""

from __future__ import annotations

SETTINGS: dict[str, tuple[str, str]] = {
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
    "setting.urssaf.first_name": (
        "Le prénom du déclarant, tel qu'inscrit",
        "The declarant's first name, as registered",
    ),
    "setting.urssaf.service": (
        "Le service: 25 déclarant, 98 concentrateur.",
        "The service: 25 declarant, 98 concentrator.",
    ),
    "setting.urssaf.listing": (
        "Secondes que les questions d'une collecte peuvent prendre ensemble; la suivante reprend où elle s'est arrêtée.",
        "Seconds that the questions of one collection may take together; the next one goes on where it ended.",
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
    "setting.jedeclare.bare_is_none": (
        "Une réponse de succès sans liste dit qu'il n'y a rien (true), ou que la collecte a échoué (false).",
        "An answer of success without a list says that nothing is there (true), or that the collection failed (false).",
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
    "setting.line.largest": (
        "La plus grande réponse acceptée, en octets.",
        "The largest answer taken, in bytes.",
    ),
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
    "setting.webhook.url": (
        "L'adresse https:// du programme à prévenir.",
        "The https:// address of the program to tell.",
    ),
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
        "cette valeur ne convient pas (elle n'est pas montrée); attendu: {kind:word:setting_kind}{limits}, comme {sample}. "
        "{setting:word:setting}",
        "this value cannot be used (it is not shown); expected: {kind:word:setting_kind}{limits}, such as {sample}. "
        "{setting:word:setting}",
    ),
    "setting_kind.number": ("un nombre sans guillemets", "a number without quotes"),
    "setting_kind.whole": ("un nombre entier sans guillemets", "a whole number without quotes"),
    "setting_kind.yes_no": ("true ou false", "true or false"),
    "setting_kind.day": ("un jour AAAA-MM-JJ sans guillemets", "a day YYYY-MM-DD without quotes"),
    "setting_kind.list": ("une liste entre crochets", "a list between brackets"),
    "setting_kind.word": ("un de ces textes entre guillemets", "one of these texts between quotes"),
    "setting_kind.text": ("un texte entre guillemets", "a text between quotes"),
    "input.config_same_account": (
        "portals.{other} a déjà ce portail et ce compte: un seul portail par compte",
        "portals.{other} has this portal and account already: one portal an account",
    ),
    "input.config_same_folder": (
        "c'est le même dossier que {other}: les fichiers à déposer et les avis ont chacun le leur",
        "this is the same folder as {other}: files to deposit and receipts each have their own",
    ),
    "input.config_addresses_mixed": (
        "certaines adresses sont de ce poste (essai), d'autres du vrai portail: donnez-les toutes, ou aucune",
        "some addresses are this machine's (practice), others the true portal's: give all of them, or none",
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
    "cli.config.no_outgoing": (
        "À corriger: le cabinet envoie par portals.{label}, qui n'a pas de dossier d'envoi: rien ne partira par send ni run. "
        'Donnez outgoing = "…".',
        "To put right: the firm sends by portals.{label}, which has no folder to send by: nothing will leave by send or run. "
        'Give outgoing = "…".',
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
}
