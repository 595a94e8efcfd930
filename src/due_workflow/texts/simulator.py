"""What is said about the simulator: its command, its addresses, and what each fault does."""

from __future__ import annotations

SIMULATOR: dict[str, tuple[str, str]] = {
    "cli.help.simulator": (
        "Un portail d'exercice: l'API DPAE de l'URSSAF et jedeclare, en HTTP, sur cette machine seulement. Rien n'est "
        "déclaré à personne.\n\n"
        "Il contrôle ce qu'il reçoit, sépare test et réel, rend ADS, ACS et ARS, et tient le grand livre de ce qu'il a "
        "vraiment pris: GET /simulator/ledger. Tout compte est connu, avec le mot de passe « simulator », tant que "
        "--settings n'en nomme pas.\n\n"
        "Ce qui va mal se règle avec --rate (une faute et sa probabilité, tirée de --seed), --faults (un fichier JSON) ou en "
        "cours de route par /simulator/faults. --list montre toutes les fautes. Tourne jusqu'à Ctrl-C, SIGTERM ou --for.",
        "A portal to practise against: the API DPAE of the URSSAF and jedeclare, over HTTP, on this machine alone. Nothing "
        "is declared to anybody.\n\n"
        "It checks what it gets, keeps test and real apart, gives ADS, ACS and ARS, and keeps the ledger of what it truly "
        "took: GET /simulator/ledger. Every account is known, with the password “simulator”, until --settings names "
        "some.\n\n"
        "What goes wrong is set by --rate (a fault and its probability, drawn from --seed), --faults (a JSON file) or on the "
        "way through /simulator/faults. --list shows every fault. Runs until Ctrl-C, SIGTERM or --for.",
    ),
    "cli.example.simulator": (
        "Exemple: due-workflow simulator --port 8790 --rate cut_after=0.1 --seed 7",
        "Example: due-workflow simulator --port 8790 --rate cut_after=0.1 --seed 7",
    ),
    "cli.opt.sim_port": ("Le port; 0: un port libre.", "The port; 0: a free one."),
    "cli.opt.sim_host": (
        "L'adresse d'écoute, de cette machine seulement: 127.0.0.1 ou ::1.",
        "The address to listen on, of this machine alone: 127.0.0.1 or ::1.",
    ),
    "cli.opt.sim_drop": (
        "Le dossier où les fichiers pour jedeclare sont déposés (sous-dossiers test et real).",
        "The folder in which files for jedeclare are left (subfolders test and real).",
    ),
    "cli.opt.sim_account": (
        "Le compte de ces fichiers: l'utilisateur avec lequel on les collecte.",
        "The account of these files: the login that they are collected with.",
    ),
    "cli.opt.sim_seed": ("La graine des tirages.", "The seed of the draws."),
    "cli.opt.sim_rate": (
        "Une faute et sa probabilité de 0 à 1, par exemple late=0.2; plusieurs fois possible.",
        "A fault and its probability from 0 to 1, as late=0.2; may be given several times.",
    ),
    "cli.opt.sim_faults": ("Un fichier JSON: seed, rates, rules.", "A JSON file: seed, rates, rules."),
    "cli.opt.sim_settings": (
        "Un fichier JSON de réglages: delays, accounts, client_files, per_file…",
        "A JSON file of settings: delays, accounts, client_files, per_file…",
    ),
    "cli.opt.sim_for": ("Finit de lui-même après tant de secondes.", "Ends by itself after so many seconds."),
    "cli.opt.sim_list": ("Montre toutes les fautes, puis finit.", "Shows every fault, then ends."),
    "cli.meta.rate": ("FAUTE=TAUX", "FAULT=RATE"),
    "cli.usage.sim_setting": (
        "Le simulateur ne peut pas démarrer ainsi: {why}",
        "The simulator cannot start so: {why}",
    ),
    "cli.usage.sim_host": (
        "--host: le simulateur n'écoute que sur cette machine (127.0.0.1 ou ::1), pas sur {value}.",
        "--host: the simulator listens on this machine alone (127.0.0.1 or ::1), not on {value}.",
    ),
    "cli.usage.sim_port": (
        "Le port {port} est déjà pris: choisissez-en un autre, ou --port 0.",
        "Port {port} is taken already: choose another one, or --port 0.",
    ),
    "cli.usage.sim_drop": (
        "--drop: le dossier {path} n'existe pas.",
        "--drop: there is no folder {path}.",
    ),
    "cli.usage.sim_rate": (
        "--rate: {value} n'est pas une faute et son taux de 0 à 1 (late=0.2). Les fautes: due-workflow simulator --list",
        "--rate: {value} is no fault with its rate from 0 to 1 (late=0.2). The faults: due-workflow simulator --list",
    ),
    "cli.usage.sim_json": (
        "{option}: ce fichier n'est pas un objet JSON.",
        "{option}: this file is no JSON object.",
    ),
    "cli.simulator.listening": (
        "Simulateur à l'écoute, sur cette machine seulement: {url}",
        "Simulator listening, on this machine alone: {url}",
    ),
    "cli.simulator.urssaf": ("API DPAE de l'URSSAF", "API DPAE of the URSSAF"),
    "cli.simulator.jedeclare": ("jedeclare", "jedeclare"),
    "cli.simulator.control": ("Commandes (grand livre, fautes, horloge)", "Control (ledger, faults, clock)"),
    "cli.simulator.address": ("  {what}: {url}", "  {what}: {url}"),
    "cli.simulator.at": ("{what}: {url}", "{what}: {url}"),
    "cli.simulator.what.authenticate": ("s'authentifier", "authenticate"),
    "cli.simulator.what.deposit": ("déposer", "deposit"),
    "cli.simulator.what.returns": ("retours, suivi de l'idflux", "returns, followed by the idflux"),
    "cli.simulator.what.communication": ("Communication V2 (SOAP)", "Communication V2 (SOAP)"),
    "cli.simulator.what.files": (
        "dossiers clients, suivi de <compte>/dossierClient",
        "client files, followed by <account>/dossierClient",
    ),
    "cli.simulator.what.depot": ("dépôt d'un fichier, suivi du compte", "deposit of a file, followed by the account"),
    "cli.simulator.password": (
        "Mot de passe de tous les comptes: {password}",
        "Password of every account: {password}",
    ),
    "cli.simulator.drop": (
        "Dossier {path}: ses fichiers sont au compte {account}. Collectez avec cet utilisateur "
        "(DUE_JEDECLARE_USER={account}), ou nommez le vôtre par --account.",
        "Folder {path}: its files belong to the account {account}. Collect with that login "
        "(DUE_JEDECLARE_USER={account}), or name yours by --account.",
    ),
    "cli.simulator.unlisted": (
        "L'utilisateur {other} collecte, et n'a aucun fichier: {count:plural:# dépôt attend|# dépôts attendent} au compte "
        "{account}. Collectez avec l'utilisateur {account}, ou relancez avec --account {other}.",
        "The login {other} collects, and has no files: {count:plural:# deposit waits|# deposits wait} at the account "
        "{account}. Collect with the login {account}, or start again with --account {other}.",
    ),
    "cli.simulator.nothing_real": (
        "Rien n'est déclaré à personne. Ctrl-C pour finir.",
        "Nothing is declared to anybody. Ctrl-C to end.",
    ),
    "cli.simulator.ended": (
        "Fini: {count:plural:# dépôt pris|# dépôts pris}, dont {double} en double.",
        "Finished: {count:plural:# deposit taken|# deposits taken}, {double} of them double.",
    ),
    "cli.col.fault": ("Faute", "Fault"),
    "cli.col.portals": ("Portails", "Portals"),
    "cli.col.plays_at": ("Où", "Where"),
    "cli.col.does": ("Ce qu'elle fait", "What it does"),
    "simulator.fault.cut_early": (
        "la ligne est coupée avant que la demande soit lue: rien n'est pris",
        "the line is cut before the request is read: nothing is taken",
    ),
    "simulator.fault.cut_before": (
        "la demande est lue, rien n'est pris, la ligne est coupée",
        "the request is read, nothing is taken, the line is cut",
    ),
    "simulator.fault.cut_after": (
        "le travail est fait (un dépôt est pris), la ligne est coupée sans réponse",
        "the work is done (a deposit is taken), the line is cut without an answer",
    ),
    "simulator.fault.cut_midway": (
        "le travail est fait, la ligne est coupée au milieu de la réponse",
        "the work is done, the line is cut in the middle of the answer",
    ),
    "simulator.fault.error": (
        "une erreur HTTP au choix (status d'une règle; 500 sinon), rien n'est fait",
        "an HTTP error of one's choice (status of a rule; else 500), nothing is done",
    ),
    "simulator.fault.error_500": ("HTTP 500, rien n'est fait", "HTTP 500, nothing is done"),
    "simulator.fault.error_503": ("HTTP 503, rien n'est fait", "HTTP 503, nothing is done"),
    "simulator.fault.error_429": (
        "HTTP 429 avec Retry-After, rien n'est fait",
        "HTTP 429 with Retry-After, nothing is done",
    ),
    "simulator.fault.token_expired": ("le jeton a expiré: HTTP 401", "the token has expired: HTTP 401"),
    "simulator.fault.error_in_200": (
        "une erreur dite dans un HTTP 200, rien n'est fait",
        "an error told inside HTTP 200, nothing is done",
    ),
    "simulator.fault.soap_fault": (
        "une erreur SOAP dans un HTTP 200, rien n'est fait",
        "a SOAP fault inside HTTP 200, nothing is done",
    ),
    "simulator.fault.slow": ("la réponse vient tard, mais entière", "the answer comes late, but whole"),
    "simulator.fault.slow_bytes": ("la réponse vient octet par octet", "the answer comes byte by byte"),
    "simulator.fault.wrong_mode": (
        "le dépôt est pris, sa réponse dit l'autre mode",
        "the deposit is taken, its answer says the other mode",
    ),
    "simulator.fault.no_ads": (
        "le dépôt est pris, sa réponse n'a pas de référence",
        "the deposit is taken, its answer has no reference",
    ),
    "simulator.fault.redirect": (
        "HTTP 307 vers un autre hôte, rien n'est fait",
        "HTTP 307 to another host, nothing is done",
    ),
    "simulator.fault.huge": ("une réponse de 64 Mio", "an answer of 64 MiB"),
    "simulator.fault.bomb": (
        "une petite réponse gzip qui se déplie en 256 Mio",
        "a small gzip answer that unfolds to 256 MiB",
    ),
    "simulator.fault.endless": ("une réponse qui ne finit jamais", "an answer that never ends"),
    "simulator.fault.wrong_type": (
        "HTTP 200 avec la page web d'un autre, rien n'est fait",
        "HTTP 200 with a web page of somebody else, nothing is done",
    ),
    "simulator.fault.foreign_url": (
        "la liste nomme des adresses chez un autre hôte",
        "the list names addresses at another host",
    ),
    "simulator.fault.late": (
        "ACS et ARS viennent plus tard (réglage delays.late)",
        "ACS and ARS come later (setting delays.late)",
    ),
    "simulator.fault.twice": (
        "chaque pièce vient une seconde fois, sous un autre numéro",
        "each piece comes a second time, under another number",
    ),
    "simulator.fault.out_of_order": (
        "l'ARS est là d'abord, puis l'ACS, l'ADS en dernier",
        "the ARS is there first, then the ACS, the ADS last",
    ),
    "simulator.fault.lost_ads": (
        "l'ADS n'est pas listé jusqu'à la vidange",
        "the ADS is not listed until the drain",
    ),
    "simulator.fault.lost": (
        "ACS et ARS ne sont pas listés jusqu'à la vidange",
        "ACS and ARS are not listed until the drain",
    ),
    "simulator.fault.lost_forever": ("ACS et ARS ne sont jamais listés", "ACS and ARS are never listed"),
    "simulator.fault.contradictory": (
        "un ARS dit le contraire avant que vienne le vrai",
        "an ARS says the contrary before the true one comes",
    ),
    "simulator.fault.no_return": (
        "un ARS dit sansRetour avant que vienne le vrai",
        "an ARS says sansRetour before the true one comes",
    ),
    "simulator.fault.restated": (
        "après l'ARS vient un autre, qui le répète comme dit auparavant",
        "after the ARS comes another one, which repeats it as told before",
    ),
    "simulator.fault.overwritten": (
        "le retour dit d'abord le contraire, puis est écrasé par le vrai",
        "the return says the contrary first, then the true one overwrites it",
    ),
    "simulator.fault.wrong_mode_return": (
        "un retour dit l'autre mode avant que vienne le vrai",
        "a return says the other mode before the true one comes",
    ),
    "simulator.fault.taken_by_other": (
        "un autre programme a déjà récupéré les pièces",
        "another program has retrieved the pieces already",
    ),
}
