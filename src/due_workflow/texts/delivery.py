"""Delivery: what a mail says around a notice, why a notice could not be delivered, and the commands about notices."""

from __future__ import annotations

DELIVERY: dict[str, tuple[str, str]] = {
    # a mail
    "mail.urgent": ("URGENT", "URGENT"),
    "mail.about": ("Dossier", "Case"),
    "mail.at": ("Constaté le", "Noticed on"),
    "mail.firm": ("Cabinet", "Firm"),
    "mail.instead": (
        "Ce message était pour {names}, dont l'adresse n'est pas connue ou n'est plus servie.",
        "This message was for {names}, whose address is not known or no longer served.",
    ),
    "mail.automatic": (
        "Message automatique du suivi des déclarations d'embauche. Un doublon porte le même numéro et s'ignore.",
        "Automatic message of the follow-up of hire declarations. A repeat has the same number and can be ignored.",
    ),
    # who it is for
    # where a notice stands
    "notice_state.pending": ("à remettre", "to be delivered"),
    "notice_state.delivered": ("remise", "delivered"),
    "notice_state.dead": ("NON REMISE", "NOT DELIVERED"),
    "notice_state.untold": ("pour personne", "for nobody"),
    # why it could not be delivered
    "trouble.retry": ("à réessayer", "to be tried again"),
    "trouble.undeliverable": ("impossible à remettre", "cannot be delivered"),
    "trouble.no_answer": ("pas de réponse à temps", "no answer in time"),
    "trouble.no_such_notifier": (
        "ce canal n'est pas donné au programme qui remet",
        "this notifier is not given to the worker",
    ),
    "trouble.stopped": ("arrêté avant l'envoi", "stopped before it was sent"),
    "trouble.smtp_unreachable": ("le serveur de messagerie est injoignable", "the mail server cannot be reached"),
    "trouble.smtp_timeout": ("le serveur de messagerie ne répond pas", "the mail server does not answer"),
    "trouble.smtp_cut": ("le serveur de messagerie a coupé", "the mail server cut the line"),
    "trouble.smtp_auth": (
        "le serveur de messagerie refuse le nom ou le mot de passe",
        "the mail server refuses the user or the password",
    ),
    "trouble.smtp_no_starttls": (
        "le serveur de messagerie n'offre pas STARTTLS; rien n'est envoyé en clair",
        "the mail server offers no STARTTLS; nothing is sent in the clear",
    ),
    "trouble.smtp_certificate": (
        "le certificat du serveur de messagerie n'est pas reconnu",
        "the mail server's certificate is not trusted",
    ),
    "trouble.smtp_tls": (
        "le chiffrement avec le serveur de messagerie a échoué",
        "encryption with the mail server failed",
    ),
    "trouble.smtp_busy": ("le serveur de messagerie demande d'attendre", "the mail server asks to wait"),
    "trouble.smtp_sender": (
        "le serveur de messagerie refuse l'expéditeur",
        "the mail server refuses the sender",
    ),
    "trouble.smtp_address": ("adresse refusée par le serveur de messagerie", "address refused by the mail server"),
    "trouble.smtp_refused": ("message refusé par le serveur de messagerie", "message refused by the mail server"),
    "trouble.mail_no_address": (
        "aucune adresse de messagerie pour ce cabinet",
        "no e-mail address for this firm",
    ),
    "trouble.http_unreachable": ("l'adresse du programme est injoignable", "the webhook's address cannot be reached"),
    "trouble.http_timeout": ("le programme ne répond pas", "the webhook does not answer"),
    "trouble.http_certificate": (
        "le certificat du programme n'est pas reconnu",
        "the webhook's certificate is not trusted",
    ),
    "trouble.http_private": (
        "l'adresse du programme est privée, ce qui n'est pas permis",
        "the webhook's address is private, which is not allowed",
    ),
    "trouble.http_busy": ("le programme demande d'attendre", "the webhook asks to wait"),
    "trouble.http_redirect": (
        "le programme renvoie ailleurs; ce n'est pas suivi",
        "the webhook redirects; not followed",
    ),
    "trouble.http_refused": ("le programme refuse la notification", "the webhook refuses the notice"),
    "trouble.http_gone": ("le programme ne veut plus de notifications", "the webhook wants no notices any more"),
    "trouble.apprise_failed": ("le service n'a pas pris la notification", "the service did not take the notice"),
    # the commands about notices
    "cli.help.notices": (
        "Les notifications: ce qui reste à remettre, ce qui n'a pas pu l'être, et le remettre de nouveau.",
        "The notices: what is still to be delivered, what could not be, and delivering it again.",
    ),
    "cli.example.notices": (
        "Exemple: due-workflow notices list --dead",
        "Example: due-workflow notices list --dead",
    ),
    "cli.help.notices.list": (
        "Montre les notifications du cabinet et où en est chacune. Pour une qui n'est pas remise: par quel canal, "
        "pourquoi, et quand il réessaie. Ne change rien.",
        "Shows the firm's notices and how far each came. For one that is not delivered: by which notifier, why, and "
        "when it tries again. Changes nothing.",
    ),
    "cli.example.notices.list": (
        "Exemple: due-workflow notices list --dead --pending",
        "Example: due-workflow notices list --dead --pending",
    ),
    "cli.help.notices.replay": (
        "Fait remettre de nouveau des notifications qui n'ont pas pu l'être, une fois la cause réparée; le prochain "
        "passage de worker s'en charge.\n\nQui l'a déjà reçue ne la reçoit pas deux fois.",
        "Has notices that could not be delivered tried again, once the cause is mended; the next round of the worker "
        "does it.\n\nWhoever has got it already does not get it twice.",
    ),
    "cli.example.notices.replay": (
        "Exemple: due-workflow notices replay --all",
        "Example: due-workflow notices replay --all",
    ),
    "cli.opt.dead": ("Celles qui n'ont pas pu être remises.", "Those that could not be delivered."),
    "cli.opt.pending": ("Celles qui restent à remettre.", "Those still to be delivered."),
    "cli.opt.after_notice": ("Après cette notification: la page suivante.", "After this notice: the next page."),
    "cli.opt.all_dead": (
        "Toutes celles qui n'ont pas pu être remises.",
        "All that could not be delivered.",
    ),
    "cli.arg.notices": (
        "Les notifications, par leur numéro (« notices list » le donne).",
        "The notices, by their id (“notices list” gives it).",
    ),
    "cli.col.notice": ("Notification", "Notice"),
    "cli.col.notice_state": ("Remise", "Delivery"),
    "cli.col.notice_says": ("Ce qu'elle dit", "What it says"),
    "cli.notice_next": (
        "{name}: {why:trouble}; essai {tries}, le prochain {due}",
        "{name}: {why:trouble}; try {tries}, the next one {due}",
    ),
    "cli.notice_given_up": (
        "{name}: {why:trouble}; abandonné après {tries:plural:# essai|# essais}",
        "{name}: {why:trouble}; given up after {tries} try or tries",
    ),
    "cli.more_notices": (
        "La suite: {program} notices list{narrowed} --after {last}",
        "The rest: {program} notices list{narrowed} --after {last}",
    ),
    "cli.no_notice": ("Aucune notification.", "No notice."),
    "cli.notices_dead": (
        "{count:plural:# notification non remise|# notifications non remises}. Réparez la cause, puis: {program} notices "
        "replay --all",
        "{count:plural:# notice|# notices} not delivered. Mend the cause, then: {program} notices replay --all",
    ),
    "cli.next.dead_notices": (
        "{count:plural:# notification n'a|# notifications n'ont} pas atteint leur destinataire: voyez pourquoi, "
        "réparez, puis notices replay --all.",
        "{count:plural:# notice|# notices} did not reach whom they were for: see why, mend it, then notices replay --all.",
    ),
    "cli.advice.no_notice": (
        "Celles qui existent: {program} notices list",
        "Those that exist: {program} notices list",
    ),
    "cli.replaying": ("Remise de nouveau", "Delivering again"),
    "cli.replayed": (
        "{count:plural:# notification|# notifications} à remettre de nouveau, au prochain passage: {program} worker --once",
        "{count:plural:# notice|# notices} to be delivered again, in the next round: {program} worker --once",
    ),
    # the settings of the environment
    "input.bad_setting": (
        "cette valeur ne convient pas (elle n'est pas montrée). Forme attendue: {name:word:setting}",
        "this value cannot be used (it is not shown). Expected: {name:word:setting}",
    ),
    "input.setting_missing": (
        "ce réglage n'est pas donné. Forme attendue: {name:word:setting}",
        "this setting is not given. Expected: {name:word:setting}",
    ),
    "input.setting_http": (
        "adresse http:// (en clair), refusée sauf DUE_WEBHOOK_ALLOW=http",
        "an http:// address (in the clear), refused unless DUE_WEBHOOK_ALLOW=http",
    ),
    "input.setting_private": (
        "adresse d'un réseau privé, refusée sauf DUE_WEBHOOK_ALLOW=private",
        "an address of a private network, refused unless DUE_WEBHOOK_ALLOW=private",
    ),
    "setting.DUE_SMTP_URL": (
        "smtp://utilisateur@serveur:587 (STARTTLS), smtps://utilisateur@serveur:465, smtp://serveur:25?security=none; le mot "
        "de passe va dans DUE_SMTP_PASSWORD",
        "smtp://user@host:587 (STARTTLS), smtps://user@host:465, smtp://host:25?security=none; the password goes into "
        "DUE_SMTP_PASSWORD",
    ),
    "setting.DUE_SMTP_PASSWORD": ("le mot de passe de cet utilisateur", "the password of that user"),
    "setting.DUE_MAIL_FROM": ("DUE <due@cabinet.example>", "DUE <due@cabinet.example>"),
    "setting.DUE_MAIL_TO": (
        "paie@cabinet.example, associe@cabinet.example",
        "paie@cabinet.example, associe@cabinet.example",
    ),
    "setting.DUE_MAIL_COLLABORATORS": (
        "Camille Martin=camille@cabinet.example, Agnès=agnes@cabinet.example",
        "Camille Martin=camille@cabinet.example, Agnès=agnes@cabinet.example",
    ),
    "setting.DUE_WEBHOOK_URL": ("https://serveur/chemin", "https://host/path"),
    "setting.DUE_WEBHOOK_SECRET": (
        "whsec_… (plusieurs, séparés par des espaces, le temps d'un remplacement)",
        "whsec_… (several, separated by spaces, while one is replaced)",
    ),
    "setting.DUE_WEBHOOK_ALLOW": (
        "private, http, ou les deux: ce qui est refusé sinon",
        "private, http, or both: what is refused otherwise",
    ),
    "setting.DUE_APPRISE_URLS": (
        "msteams://… slack://… (séparés par des espaces)",
        "msteams://… slack://… (separated by spaces)",
    ),
    "input.extra_not_installed": (
        "il manque le module {module}: pip install 'due-workflow[{extra}]'",
        "the module {module} is missing: pip install 'due-workflow[{extra}]'",
    ),
}
