"""jedeclare and the folders: why a deposit, a listing or a piece failed, and what to do about it."""

from __future__ import annotations

JEDECLARE: dict[str, tuple[str, str]] = {
    "error.piece_unavailable": (
        "Une pièce est annoncée mais n'est pas donnée ({why:trouble}).",
        "A piece is listed but not given ({why:trouble}).",
    ),
    "error.partial_listing": (
        "Une partie des pièces n'a pas pu être listée ({why:trouble}).",
        "A part of the pieces could not be listed ({why:trouble}).",
    ),
    "notice.pieces_missed": (
        "{account}: des pièces sont annoncées mais n'ont pas pu être prises ({pieces}; {why:trouble}). Les autres sont là, "
        "et celles-ci sont redemandées à chaque collecte. Si rien ne change, prenez-les sur le site du portail (receive).",
        "{account}: pieces are listed but could not be taken ({pieces}; {why:trouble}). The others are here, and these are "
        "asked for at each collection. If nothing changes, take them from the portal's site (receive).",
    ),
    "notice.collection_fails": (
        "{account}: la collecte échoue, {tries} fois de suite ({why:trouble}). Rien n'est perdu: elle est retentée au "
        "moins toutes les heures, plus tard si le portail le demande, et reprend où elle s'est arrêtée. Vérifiez l'accès "
        "au portail; d'ici là, lisez les avis sur son site (receive).",
        "{account}: the collection fails, {tries} times in a row ({why:trouble}). Nothing is lost: it is tried again "
        "every hour at least, later where the portal asks for it, and goes on where it stopped. Check the access to the "
        "portal; until then, take the receipts from its site (receive).",
    ),
    # ---- folders
    "error.folder_twice": (
        "Le fichier {file} a déjà été remis une fois, ou vient d'être retiré: il n'est pas remis une seconde fois. "
        "Voyez au portail ce qu'il est devenu.",
        "The file {file} was handed over before, or was just withdrawn: it is not handed over again. See at the portal "
        "what became of it.",
    ),
    "error.folder_failed": (
        "Le dossier de dépôt a lâché au moment de la remise de {file} ({why:trouble}): le fichier a pu être vu.",
        "The outgoing folder failed while {file} was handed over ({why:trouble}): the file may have been seen.",
    ),
    "error.folder_unreadable": (
        "Le dossier des pièces ne peut pas être lu ({why:trouble}): vérifiez son chemin et les droits.",
        "The folder of pieces cannot be read ({why:trouble}): check its path and the permissions.",
    ),
    "trouble.folder_error": (
        "le dossier refuse l'opération; vérifiez la place, les droits et le partage",
        "the folder refuses the operation; check room, permissions and the share",
    ),
    "trouble.folder_missing": (
        "le dossier est absent; vérifiez son chemin, et que le partage est monté",
        "the folder is missing; check its path, and that the share is mounted",
    ),
    "trouble.folder_name": (
        "le nom du fichier n'est pas un simple nom de fichier",
        "the file's name is not a plain file name",
    ),
    "trouble.folder_name_taken": (
        "un autre fichier porte déjà ce nom dans le dossier de dépôt, et n'est pas écrasé; déplacez-le",
        "another file has this name in the outgoing folder, and is not overwritten; move it away",
    ),
    "trouble.folder_withdrawn": (
        "le dépôt a été retiré entre-temps, avant que le fichier ne soit visible",
        "the deposit was withdrawn in the meantime, before the file could be seen",
    ),
    "trouble.folder_no_manifests": (
        "le dossier des manifestes est absent ou n'est pas celui qui a servi au dépôt",
        "the folder of manifests is missing, or is not the one that the deposit was made in",
    ),
    "trouble.folder_other": (
        "ce n'est pas le dossier pour lequel ce fichier a été fait, ou ses manifestes ont été retirés; vérifiez son "
        "chemin, et que le partage est monté",
        "it is not the folder that this file was made for, or its manifests were removed; check its path, and that the "
        "share is mounted",
    ),
    "trouble.folder_unmarked": (
        "rien de ce fichier n'est ici, et son nom ne dit pas pour quel dossier il a été fait; regardez sur le portail",
        "nothing of this file is here, and its name does not say which folder it was made for; look at the portal",
    ),
    "trouble.folder_manifest_gone": (
        "ce fichier a été remis au transport, et son manifeste a été retiré; regardez sur le portail ce qu'il est devenu",
        "this file was left for the transport, and its manifest was removed; look at the portal what became of it",
    ),
    "trouble.folder_file_there": (
        "ce fichier est dans le dossier de dépôt sans son manifeste: le transport le prendra, ou l'a pris déjà; regardez "
        "sur le portail ce qu'il est devenu, et laissez les manifestes en place",
        "this file lies in the outgoing folder without its manifest: the transport will take it, or has already; look at "
        "the portal what became of it, and leave the manifests in place",
    ),
    "trouble.folder_manifest_broken": (
        "le manifeste du fichier est abîmé",
        "the file's manifest is damaged",
    ),
    "trouble.folder_manifest_said": (
        "ce que le transport a écrit dans le manifeste du fichier ne se lit pas: ref est le numéro ADS, ref_at sa date "
        "(ISO ou JJ/MM/AAAA, avec l'heure); corrigez-le, ou dites ce qu'est devenu le dépôt (settle-doubt)",
        "what the transport wrote into the file's manifest cannot be read: ref is the numéro ADS, ref_at its date (ISO "
        "or JJ/MM/AAAA, with the hour); correct it, or say what became of the deposit (settle-doubt)",
    ),
    "trouble.folder_no_ads": (
        "le fichier a été remis au transport, qui n'a pas encore dit son numéro ADS",
        "the file was left for the transport, which has not told its numéro ADS yet",
    ),
    "trouble.folder_denied": (
        "illisibles; vérifiez les droits",
        "cannot be read; check the permissions",
    ),
    "trouble.folder_piece_denied": (
        "le fichier ne peut pas être lu; vérifiez ses droits",
        "the file cannot be read; check its permissions",
    ),
    "trouble.folder_piece_gone": (
        "le fichier n'est plus là; remettez-le dans le dossier des pièces",
        "the file is there no more; put it back into the folder of pieces",
    ),
    "trouble.folder_piece_changed": (
        "le fichier a changé depuis qu'il a été listé; il sera repris à la prochaine collecte",
        "the file changed after it was listed; the next collection takes it",
    ),
    "trouble.folder_piece_outside": (
        "ce n'est pas un fichier du dossier des pièces; les liens ne sont pas suivis",
        "it is no file of the folder of pieces; links are not followed",
    ),
    # ---- jedeclare
    "trouble.jedeclare_no_credentials": (
        "l'utilisateur ou le mot de passe du compte jedeclare manque; donnez-les dans l'environnement",
        "the user or the password of the account at jedeclare is missing; give them in the environment",
    ),
    "trouble.jedeclare_no_folder": (
        "aucun dossier de dépôt n'est réglé pour ce compte; jedeclare n'a pas de dépôt public par service web",
        "no outgoing folder is set for this account; jedeclare has no public web service for deposits",
    ),
    "trouble.jedeclare_ads_not_listed": (
        "le transport a dit ce numéro ADS, et le portail ne le liste pas encore",
        "the transport told this numéro ADS, and the portal does not list it yet",
    ),
    "trouble.jedeclare_compression": (
        "le portail ne donne pas cette pièce compressée; prenez-la sur son site",
        "the portal does not give this piece compressed; take it from its site",
    ),
    "trouble.jedeclare_malformed": (
        "le portail dit la demande mal formée; souvent, l'intervalle de dates est trop large: réduisez le réglage months",
        "the portal calls the request malformed; often the range of dates is too wide: lower the setting months",
    ),
    "trouble.jedeclare_unavailable": (
        "le portail n'a pas ce document à donner; voyez son site, la collecte le redemande",
        "the portal does not have this document to give; look on its site, the collection asks again",
    ),
    "trouble.jedeclare_not_yours": (
        "le portail dit que ce numéro n'est pas de ce compte; vérifiez le compte et l'utilisateur",
        "the portal says that this number is not of this account; check the account and the user",
    ),
    "trouble.jedeclare_procedure": (
        "le compte n'a pas cette téléprocédure, ou elle s'écrit autrement; vérifiez l'abonnement et le réglage procedures",
        "the account does not have this téléprocédure, or it is spelt otherwise; check the subscription and the setting "
        "procedures",
    ),
    "trouble.jedeclare_fault": (
        "le service du portail a échoué; réessayez plus tard, puis voyez avec le portail",
        "the portal's service failed; try again later, then ask the portal",
    ),
    "trouble.jedeclare_no_soap": (
        "la réponse n'est pas celle du service de jedeclare; vérifiez l'adresse et le proxy",
        "the answer is not that of jedeclare's service; check the address and the proxy",
    ),
    "trouble.jedeclare_no_list": (
        "la liste des dossiers clients ne peut pas être lue; vérifiez l'adresse",
        "the list of client files cannot be read; check the address",
    ),
    "trouble.jedeclare_no_pieces": (
        "le portail répond sans liste de pièces: on ne sait pas ce qui attend; voyez sur son site, et avec lui",
        "the portal answers without a list of pieces: it is not known what waits; look at its site, and ask it",
    ),
    "trouble.jedeclare_nameless": (
        "des lignes de la liste ne nomment aucune pièce; voyez avec le portail",
        "lines of the list name no piece; ask the portal",
    ),
    "input.jedeclare_setting": (
        "un réglage de jedeclare est vide, nul ou négatif: il faut une téléprocédure au moins, et des nombres positifs.",
        "a setting of jedeclare is empty, zero or negative: at least one téléprocédure and positive numbers are needed.",
    ),
    "input.jedeclare_no_files_address": (
        "l'adresse des dossiers clients n'est pas réglée.",
        "the address of the client files is not set.",
    ),
    "input.jedeclare_no_siret": (
        "jedeclare ne dit pas le SIRET principal de {siren}: donnez l'établissement vous-même.",
        "jedeclare does not tell the main SIRET of {siren}: give the establishment yourself.",
    ),
    "input.folder_names": (
        "les dossiers test, réel et manifestes doivent être trois noms simples et différents.",
        "the folders for test, real and manifests must be three plain and different names.",
    ),
    "input.folder_setting": (
        "un réglage du dossier des pièces est négatif, ou sa taille maximale nulle.",
        "a setting of the folder of pieces is negative, or its largest size zero.",
    ),
    "input.folder_unknown": (
        "aucun fichier de ce nom n'a été remis: {file}.",
        "no file of this name was handed over: {file}.",
    ),
}
