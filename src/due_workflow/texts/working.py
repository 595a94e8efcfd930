"""What the command line says about the worker: its help, its options, its rounds and its end."""

from __future__ import annotations

WORKING: dict[str, tuple[str, str]] = {
    "cli.help.worker": (
        "Fait le travail qui n'attend personne, pour tous les cabinets de la base: lève les échéances venues et remet "
        "les notifications.\n\n"
        "Tourne jusqu'à Ctrl-C (ou SIGTERM): le dossier en cours est terminé, ce qui était réservé est rendu. Avec "
        "--once, pour cron: une passe jusqu'à ce que rien ne soit dû, puis fin. Plusieurs à la fois ne se gênent pas.\n\n"
        "À qui les notifications sont remises: variables DUE_SMTP_URL, DUE_SMTP_PASSWORD, DUE_MAIL_FROM, DUE_MAIL_TO, "
        "DUE_MAIL_COLLABORATORS, DUE_WEBHOOK_URL, DUE_WEBHOOK_SECRET, DUE_WEBHOOK_ALLOW, DUE_APPRISE_URLS; les mêmes pour "
        "tous les processus d'une base. Sans aucune d'elles (ni --log), les notifications attendent.",
        "Does the work that waits for no person, for all firms of the database: raises the deadlines that have come "
        "and delivers the notices.\n\n"
        "Runs until Ctrl-C (or SIGTERM): the case in hand is finished, what was reserved is given back. With --once, "
        "for cron: one pass until nothing is due, then it ends. Several at a time do no harm to each other.\n\n"
        "Where notices are delivered: variables DUE_SMTP_URL, DUE_SMTP_PASSWORD, DUE_MAIL_FROM, DUE_MAIL_TO, "
        "DUE_MAIL_COLLABORATORS, DUE_WEBHOOK_URL, DUE_WEBHOOK_SECRET, DUE_WEBHOOK_ALLOW, DUE_APPRISE_URLS; the same for all "
        "processes of one database. Without any of them (nor --log), notices wait.",
    ),
    "cli.example.worker": (
        "Exemple: due-workflow worker --db cabinet.sqlite --once",
        "Example: due-workflow worker --db firm.sqlite --once",
    ),
    "cli.opt.once": (
        "Une passe jusqu'à ce que rien ne soit dû, puis fin (pour cron).",
        "One pass until nothing is due, then end (for cron).",
    ),
    "cli.meta.seconds": ("SECONDES", "SECONDS"),
    "cli.opt.every": (
        "Secondes d'attente quand rien n'est dû.",
        "Seconds to wait when nothing is due.",
    ),
    "cli.opt.tasks": (
        "Les tâches, séparées par des virgules: tick (échéances), deliver (notifications).",
        "The tasks, separated by commas: tick (deadlines), deliver (notices).",
    ),
    "cli.opt.log": (
        "Écrit aussi les notifications ici (erreur standard); elles comptent alors comme remises de cette façon.",
        "Also writes notices here (standard error); they then count as delivered that way.",
    ),
    "cli.opt.deliver": (
        "Remet les notifications à cet écran: elles comptent comme remises, et aucun courriel ne les porte plus.",
        "Delivers notices to this screen: they count as delivered, and no mail will carry them any more.",
    ),
    "cli.opt.batch": (
        "Combien de dossiers par tâche et par tour, au plus.",
        "How many cases per task and round, at most.",
    ),
    "cli.usage.tasks": (
        "--tasks: {value} n'est pas une tâche. Possibles: {known}.",
        "--tasks: {value} is not a task. Possible: {known}.",
    ),
    "cli.usage.no_line": (
        "--tasks: {value} demande une ligne vers le portail, que cette commande n'a pas: due-workflow run l'a (ou votre "
        "application, avec ses portails). Ici: {known}.",
        "--tasks: {value} needs a line to the portal, which this command does not have: due-workflow run has it (or "
        "your application, with its portals). Here: {known}.",
    ),
    "cli.worker.started": (
        "Au travail: {tasks}. Un tour toutes les {every} s quand rien n'est dû. Ctrl-C pour finir proprement.",
        "At work: {tasks}. One round every {every} s when nothing is due. Ctrl-C to end in good order.",
    ),
    "cli.worker.no_notifier": (
        "Ni courriel ni webhook n'est réglé: les échéances seulement. Les notifications sont gardées jusqu'à ce qu'un moyen "
        "de remise soit réglé (DUE_SMTP_URL, DUE_WEBHOOK_URL, DUE_APPRISE_URLS) ou --log donné; avec --tasks tick, rien "
        "n'en est dit.",
        "Neither e-mail nor webhook is set: deadlines only. Notices are kept until a way of delivery is set (DUE_SMTP_URL, "
        "DUE_WEBHOOK_URL, DUE_APPRISE_URLS) or --log is given; with --tasks tick nothing is said of it.",
    ),
    "cli.worker.round": ("{at}  {done}", "{at}  {done}"),
    "cli.worker.stopping": (
        "Arrêt demandé: le dossier en cours est terminé d'abord. Encore une fois pour couper.",
        "Told to stop: the case in hand is finished first. Once more to cut it short.",
    ),
    "cli.worker.outage": (
        "Base inutilisable, nouvel essai à intervalles: {why}",
        "Database unusable, trying again at intervals: {why}",
    ),
    "cli.worker.back": ("La base répond de nouveau.", "The database answers again."),
    "cli.worker.ended": ("Fini: {done}.", "Finished: {done}."),
    "cli.worker.cut": (
        "Interrompu: {done}. Ce qui restait sera repris par le prochain.",
        "Interrupted: {done}. What was left will be taken up by the next one.",
    ),
    "cli.worker.task.tick": ("{count:plural:# échéance|# échéances}", "{count:plural:# deadline|# deadlines}"),
    "cli.worker.task.deliver": (
        "{count:plural:# notification traitée|# notifications traitées}",
        "{count:plural:# notice handled|# notices handled}",
    ),
}
