"""What the command line says about the portals: its settings file, sending, collecting, and the rounds of `run`."""

from __future__ import annotations

WIRE: dict[str, tuple[str, str]] = {
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
    # ---- send
    "cli.help.send": (
        "Envoie des déclarations par le portail du cabinet, tout de suite: par leur envoi, par leur référence, ou avec "
        "--released toutes celles qu'une personne a libérées.\n\n"
        "Ce qui manque aux messages est dit avant que rien ne parte. Un envoi RÉEL que personne n'a libéré demande une "
        "confirmation (--yes pour un script). Ce qui est refusé l'est avec toutes ses raisons et n'arrête pas les "
        "autres. Si la ligne se coupe après le départ, l'envoi est EN DOUTE: il n'est jamais renvoyé à l'aveugle, et il "
        "est dit qui peut lever le doute.\n\n"
        "Codes: 1 refusé, 3 le message est incomplet, 6 rien n'est parti, 7 en doute. Réglages: due-workflow.toml "
        "(config example).",
        "Sends declarations through the firm's portal, now: by their attempt, by their reference, or with --released all "
        "that a person released.\n\n"
        "What the messages lack is told before anything leaves. A REAL sending that nobody released asks to be confirmed "
        "(--yes for a script). What is refused is told with all its reasons and does not stop the others. If the line is "
        "cut after bytes left, the sending is IN DOUBT: it is never sent again blindly, and it is said who can settle "
        "it.\n\n"
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
        "{count:plural:# envoi n'est pas parti: il est préparé et ne change plus|# envois ne sont pas partis: ils sont "
        "préparés et ne changent plus}. Complétez le client (import clients) ou la ligne de l'embauche dans "
        "son fichier, puis pour chacun: {program} renew {submission} --from FICHIER --reason MOTIF",
        "{count:plural:# attempt has not left: it is prepared and changes no more|# attempts have not left: they are "
        "prepared and change no more}. Complete the client (import clients) or the hire's line in its file, then for "
        "each: {program} renew {submission} --from FILE --reason WHY",
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
    "cli.send.contradicted": (
        "{submission}  {mode:word:mode}: MODE CONTREDIT par le portail, ADS {ref}",
        "{submission}  {mode:word:mode}: MODE CONTRADICTED by the portal, ADS {ref}",
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
    "cli.send.doubts": (
        "{count} dépôts en doute, jamais renvoyés à l'aveugle: {deposits}. {program} collect demande au portail; s'il ne "
        "peut le dire, regardez-y vous-même, puis pour chacun: {program} settle-doubt DÉPÔT --ref NUMÉRO, ou --not-found",
        "{count} deposits in doubt, never sent again blindly: {deposits}. {program} collect asks the portal; if it cannot "
        "tell, look there yourself, then for each: {program} settle-doubt DEPOSIT --ref NUMBER, or --not-found",
    ),
    "cli.send.doubt_unasked": (
        "Dépôt {deposit} en doute, jamais renvoyé à l'aveugle. Ce portail ne sait pas dire ce qu'il a pris: regardez sur "
        "{site:word:site}, puis: {program} settle-doubt {deposit} --ref NUMÉRO s'il y est, --not-found s'il n'y est pas",
        "Deposit {deposit} in doubt, never sent again blindly. This portal cannot tell what it took: look on "
        "{site:word:site}, then: {program} settle-doubt {deposit} --ref NUMBER if it is there, --not-found if it is not",
    ),
    "cli.send.doubts_unasked": (
        "{count} dépôts en doute, jamais renvoyés à l'aveugle: {deposits}. Ce portail ne sait pas dire ce qu'il a pris: "
        "regardez sur {site:word:site}, puis pour chacun: {program} settle-doubt DÉPÔT --ref NUMÉRO s'il y est, "
        "--not-found s'il n'y est pas",
        "{count} deposits in doubt, never sent again blindly: {deposits}. This portal cannot tell what it took: look on "
        "{site:word:site}, then for each: {program} settle-doubt DEPOSIT --ref NUMBER if it is there, --not-found if it "
        "is not",
    ),
    "site.urssaf": ("le site de l'URSSAF", "the URSSAF's site"),
    "cli.send.stopped": (
        "Interrompu: {count:plural:# envoi n'est pas parti|# envois ne sont pas partis}. La même commande reprend.",
        "Interrupted: {count:plural:# attempt has not left|# attempts have not left}. The same command goes on.",
    ),
    "cli.send.wrong_mode": (
        "ATTENTION: le portail dit avoir pris le dépôt {deposit} en mode {said:word:mode}, alors qu'il est parti en mode "
        "{ours:word:mode}. Demandez-lui tout de suite ce qu'il a pris; aucune réponse sans mode ne sera prise en compte. "
        "L'avis attend: {program} tray",
        "WARNING: the portal says that it took deposit {deposit} in {said:word:mode} mode, though it left in "
        "{ours:word:mode} mode. Ask it at once what it took; no answer without a mode will count. The receipt waits: "
        "{program} tray",
    ),
    "cli.send.no_number": (
        "{submission}  {mode:word:mode}: le portail dit l'avoir pris, mais sans numéro: collect ne peut rien demander pour "
        "lui. Demandez ce numéro au portail, puis: {program} learn-ref {deposit} NUMÉRO",
        "{submission}  {mode:word:mode}: the portal says that it took it, but gives no number: collect can ask for nothing "
        "of it. Ask the portal for the number, then: {program} learn-ref {deposit} NUMBER",
    ),
    "cli.send.cut_short": (
        "Coupé en plein échange. Ce qui est parti avant est enregistré, le reste n'est pas parti; l'envoi en cours est "
        "peut-être EN DOUTE: il n'est jamais renvoyé à l'aveugle. Voyez {program} status, puis {program} collect.",
        "Cut short in the middle of an exchange. What left before is recorded, the rest has not left; the sending in hand "
        "may be IN DOUBT: it is never sent again blindly. See {program} status, then {program} collect.",
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
        "logiciels du cabinet. Ctrl-C ne perd rien: ce qui est pris reste, le reste viendra la prochaine fois.\n\n"
        "Codes: 6 un portail n'a pas servi ou un avis n'a pas pu être pris, 7 un avis ou un dépôt en doute attend une "
        "personne.",
        "Collects the receipts that wait at the portals (ADS, ACS, ARS), each once, and first asks what became of the "
        "sendings in doubt.\n\n"
        "With --list it only shows: at jedeclare a receipt that is fetched here is marked “retrieved” for every software "
        "of the firm. Ctrl-C loses nothing: what was taken in stays, the rest comes next time.\n\n"
        "Codes: 6 a portal did not serve or a receipt could not be taken in, 7 a receipt or a deposit in doubt awaits a "
        "person.",
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
    "cli.next.in_doubt_asked": (
        "{submission} est en doute: collect demande d'abord au portail. S'il ne peut le dire (l'URSSAF ne le peut jamais), "
        "cherchez-le vous-même dans son suivi, puis dites ce qu'il en est (--ref NUMÉRO s'il y est, --not-found s'il n'y "
        "est pas). Ne renvoyez pas avant.",
        "{submission} is in doubt: collect first asks the portal. If it cannot tell (the URSSAF never can), look for it "
        "yourself in its follow-up, then say what became of it (--ref NUMBER if it is there, --not-found if it is not). Do "
        "not send again before.",
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
        "{count:plural:# ordre d'envoi traité|# ordres d'envoi traités}",
        "{count:plural:# order to send handled|# orders to send handled}",
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
        "Une personne est attendue: {tray} dans la bannette ({program} tray), {doubts} en doute ({program} status).",
        "A person is awaited: {tray} in the tray ({program} tray), {doubts} in doubt ({program} status).",
    ),
    "cli.run.calm": (
        "Rien d'urgent: health n'alerte qu'une fois passées {tray} heures pour un avis, {doubts} pour un doute.",
        "Nothing urgent: health alerts only once {tray} hours have passed for a receipt, {doubts} for a doubt.",
    ),
}
