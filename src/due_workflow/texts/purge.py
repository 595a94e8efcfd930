"""What `due-workflow purge` says, with its help. Help and options are rich markup, the rest plain text."""

from __future__ import annotations

PURGE: dict[str, tuple[str, str]] = {
    "cli.help.purge": (
        "Efface les données personnelles des embauches dont la durée de conservation est atteinte (5 ans, CNIL "
        "2019-160). Sans --yes: dit seulement ce qui serait effacé.\n\n"
        "Partent: la déclaration (nom, NIR…), les octets des dépôts, les avis et leurs messages. Restent: la preuve du "
        "dépôt (ADS, ACS et ARS acceptés en mode réel, avec leurs octets), les faits et le journal, qui dit qui a effacé "
        "quoi et quand. Une embauche qui attend une réponse n'est jamais effacée: la raison est dite.",
        "Erases the personal data of hires whose retention period has ended (5 years, CNIL 2019-160). Without --yes: "
        "only tells what would be erased.\n\n"
        "What goes: the declaration (name, NIR…), the bytes of deposits, receipts and their messages. What stays: the "
        "proof of filing (ADS, ACS and ARS accepted in real mode, with their bytes), the facts and the journal, which "
        "says who erased what and when. A hire that waits for an answer is never erased: the reason is told.",
    ),
    "cli.example.purge": (
        "Exemple: due-workflow purge --before 01/01/2021 --yes",
        "Example: due-workflow purge --before 2021-01-01 --yes",
    ),
    "cli.arg.purge_references": (
        "Ces embauches seulement; toutes celles dont la durée est atteinte sans cela.",
        "These hires only; without any, all whose period has ended.",
    ),
    "cli.opt.purge_before": (
        "Seulement les embauches d'avant ce jour. Ne raccourcit jamais la durée de conservation.",
        "Only hires before this day. Never shortens the retention period.",
    ),
    "cli.opt.purge_yes": ("Efface pour de bon.", "Erase for good."),
    "cli.opt.purge_early": (
        "Avant terme, à la demande de la personne: seulement une embauche qui n'a pas lieu et que nul destinataire ne "
        "détient. Demande --reason.",
        "Before its time, at the person's request: only a hire that does not take place and that no recipient holds. Needs "
        "--reason.",
    ),
    "cli.opt.purge_reason": (
        "Pourquoi, en une ligne, sans nom de personne: elle reste au journal.",
        "Why, in one line, without anyone's name: it stays in the journal.",
    ),
    "cli.purge.running": ("Effacement", "Erasing"),
    "cli.purge.done": (
        "Effacé: {hires:plural:# embauche|# embauches}, {receipts} avis, les octets de {parcels:plural:# dépôt|# dépôts}, "
        "les messages de {notices:plural:# notification|# notifications}. Gardé comme preuve: "
        "{kept:plural:# pièce acceptée|# pièces acceptées}.",
        "Erased: {hires:plural:# hire|# hires}, {receipts:plural:# receipt|# receipts}, the bytes of "
        "{parcels:plural:# deposit|# deposits}, the messages of {notices:plural:# notice|# notices}. Kept as proof: "
        "{kept:plural:# accepted piece|# accepted pieces}.",
    ),
    "cli.purge.would": (
        "Serait effacé: {hires:plural:# embauche|# embauches}, {receipts} avis, les octets de "
        "{parcels:plural:# dépôt|# dépôts}, les messages de {notices:plural:# notification|# notifications}. Resterait "
        "comme preuve: {kept:plural:# pièce acceptée|# pièces acceptées}. Rien n'a été changé.",
        "Would be erased: {hires:plural:# hire|# hires}, {receipts:plural:# receipt|# receipts}, the bytes of "
        "{parcels:plural:# deposit|# deposits}, the messages of {notices:plural:# notice|# notices}. Would stay as "
        "proof: {kept:plural:# accepted piece|# accepted pieces}. Nothing was changed.",
    ),
    "cli.purge.more": (
        "… et {count:plural:# autre embauche|# autres embauches}.",
        "… and {count:plural:# more hire|# more hires}.",
    ),
    "cli.purge.left": (
        "{count:plural:# embauche n'est pas effacée|# embauches ne sont pas effacées}.",
        "{count:plural:# hire is|# hires are} not erased.",
    ),
    "cli.purge.stays": ("{reference} n'est pas effacé:", "{reference} is not erased:"),
    "cli.purge.nothing": ("Rien à effacer pour l'instant.", "Nothing to erase for now."),
    "cli.purge.how": ("Pour effacer: {command}", "To erase: {command}"),
    "cli.purged": (
        "Données personnelles effacées le {at} par {by}.",
        "Personal data erased on {at} by {by}.",
    ),
    "cli.usage.purge_what": (
        "Donnez des références, ou --before, pas les deux.",
        "Give references, or --before, not both.",
    ),
    "cli.reason.answer_awaited": ("un envoi attend une réponse", "an attempt waits for an answer"),
    "cli.reason.receipt_in_tray": ("un avis attend une personne", "a receipt waits for a person"),
    "cli.reason.purged": ("données personnelles effacées", "personal data erased"),
}
