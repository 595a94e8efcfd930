"""Errors that are no fault of an input: what is not found, in conflict, or a storage that cannot be used."""

from __future__ import annotations

TROUBLE: dict[str, tuple[str, str]] = {
    # ---- other errors
    "error.transition_refused": (
        "{case} ({state:word:state}): « {event:word:event} » est refusé.",
        "{case} ({state:word:state}): “{event:word:event}” is refused.",
    ),
    "error.not_found": (
        "{what:word:what} introuvable dans ce cabinet: {id}.",
        "no such {what:word:what} in this firm: {id}.",
    ),
    "error.conflict": (
        "Un autre traitement a modifié la même chose en même temps ({refs}): rechargez et recommencez.",
        "Another writer changed the same thing at the same time ({refs}): load again and retry.",
    ),
    "error.key_reused": (
        "La clé d'idempotence « {key} » a déjà servi pour un autre contenu: prenez-en une autre.",
        "The idempotency key “{key}” was already used with other content: take another one.",
    ),
    "error.not_sent": (
        "Rien n'est parti ({why:trouble}): l'envoi reste à faire.",
        "Nothing left ({why:trouble}): it remains to be sent.",
    ),
    "error.portal_broke": (
        "L'échange avec le portail s'est rompu ({why:trouble}).",
        "The exchange with the portal broke ({why:trouble}).",
    ),
    "error.cannot_tell": (
        "Le portail ne peut pas dire s'il a reçu le dépôt ({why:trouble}).",
        "The portal cannot tell whether it has the deposit ({why:trouble}).",
    ),
    "error.retry": ("À réessayer plus tard ({why:trouble}).", "To be tried again later ({why:trouble})."),
    "error.undeliverable": ("Impossible à remettre ({why:trouble}).", "Cannot be delivered ({why:trouble})."),
    "error.record_of_another_version": (
        "{ref} a été écrit par une autre version de due_workflow (connue ici: {known}): mettez la bibliothèque à jour.",
        "{ref} was written by another version of due_workflow (known here: {known}): upgrade the library.",
    ),
    "error.record_unreadable": (
        "{ref} ne peut pas être lu ({why}): restaurez une sauvegarde.",
        "{ref} cannot be read ({why}): restore a backup.",
    ),
    "error.journal_gap": (
        "Journal de {case}: l'entrée {seq} manque.",
        "Journal of {case}: entry {seq} is missing.",
    ),
    "error.journal_changed": (
        "Journal de {case}: l'entrée {seq} a été modifiée ou déplacée.",
        "Journal of {case}: entry {seq} was changed or moved.",
    ),
    "error.journal_head": (
        "Journal de {case}: il ne finit pas à l'entrée {seq} que la fiche annonce.",
        "Journal of {case}: it does not end at entry {seq} as the record says.",
    ),
    "error.journal_fold": (
        "Journal de {case}: rejoué jusqu'à l'entrée {seq}, il ne donne pas la fiche.",
        "Journal of {case}: replayed up to entry {seq}, it does not give the record.",
    ),
    # ---- the storage
    "error.storage_missing": (
        "La base {path} n'existe pas: vérifiez --db, ou commencez-la.",
        "The database {path} does not exist: check --db, or begin it.",
    ),
    "error.storage_locked": (
        "Un autre programme occupe la base {path} depuis plus de {seconds} s. Fermez ce qui l'a ouverte (sauvegarde, visionneuse) puis recommencez: rien n'a été écrit.",
        "Another program has held {path} for more than {seconds} s. Close whatever has it open (a backup, a viewer), then try again: nothing was written.",
    ),
    "error.storage_read_only": (
        "La base {path} ou son dossier ne peut être lu ou écrit par cet utilisateur. Donnez-lui les droits de lecture et d'écriture sur le fichier et son dossier.",
        "This user cannot read or write {path} or its directory. Grant read and write access to the file and its directory.",
    ),
    "error.storage_foreign": (
        "{path} n'est pas une base de due_workflow: le fichier n'a pas été touché. Choisissez un autre chemin.",
        "{path} is not a due_workflow database: the file was left alone. Choose another path.",
    ),
    "error.storage_newer": (
        "La base {path} vient d'une version plus récente (schéma {found}, connu jusqu'à {known}). Mettez due_workflow à jour.",
        "{path} was written by a newer version (schema {found}, known up to {known}). Upgrade due_workflow.",
    ),
    "error.storage_older": (
        "La base {path} est d'une version antérieure (schéma {found}, attendu {known}): sauvegardez-la, puis lancez due-workflow db upgrade.",
        "{path} is of an older version (schema {found}, expected {known}): back it up, then run due-workflow db upgrade.",
    ),
    "error.storage_needs_extra": (
        'Cette base demande un paquet qui n\'est pas installé ({missing}): pip install "due-workflow[{extra}]".',
        'This database needs a package that is not installed ({missing}): pip install "due-workflow[{extra}]".',
    ),
    "error.storage_needs_driver": (
        "Le pilote de {database} n'est pas installé: pip install {missing}.",
        "The driver of {database} is not installed: pip install {missing}.",
    ),
    "error.storage_foreign_tables": (
        "La base {database} a déjà une table {table} qui n'est pas de nous: rien n'a été changé. "
        "Choisissez un autre préfixe que « {prefix} » (prefix, DUE_DB_PREFIX) ou un autre schéma.",
        "{database} already has a table {table} that is not ours: nothing was changed. "
        "Choose another prefix than “{prefix}” (prefix, DUE_DB_PREFIX) or another schema.",
    ),
    "error.storage_corrupt": (
        "La base {path} est endommagée. Arrêtez d'y écrire, gardez-en une copie et restaurez la dernière sauvegarde.",
        "{path} is damaged. Stop writing to it, keep a copy, and restore the last backup.",
    ),
    "error.storage_full": (
        "Le disque de {path} est plein: rien n'a été écrit. Libérez de la place puis recommencez.",
        "The disk of {path} is full: nothing was written. Free some space, then try again.",
    ),
    "error.storage_failed": (
        "La base {path} n'a pas pu servir: {why}. Rien n'a été écrit.",
        "{path} could not be used: {why}. Nothing was written.",
    ),
    "error.storage_no_wal": (
        "La base {path} n'accepte pas le journal WAL, qui demande un disque local. Placez-la sur un disque local, pas sur un partage réseau.",
        "{path} does not accept a write-ahead log, which needs a local disk. Put it on a local disk, not on a network share.",
    ),
    "error.storage_is_directory": (
        "{path} est un dossier: donnez le chemin d'un fichier.",
        "{path} is a directory: give the path of a file.",
    ),
    "error.storage_no_directory": (
        "Le dossier de {path} n'existe pas: créez-le d'abord.",
        "The directory of {path} does not exist: create it first.",
    ),
    "error.storage_not_a_file": (
        "« {path} » n'est pas un chemin de fichier. Pour un essai sans fichier, utilisez MemoryStorage.",
        "“{path}” is not a file path. For a trial without a file, use MemoryStorage.",
    ),
    "error.storage_no_tables": (
        "La base {database} n'a pas encore les tables « {prefix}… »: lancez due-workflow db upgrade.",
        "The database {database} does not have the “{prefix}…” tables yet: run due-workflow db upgrade.",
    ),
    "error.storage_older_tables": (
        "Les tables « {prefix}… » de {database} sont d'une version antérieure ({found}, attendu {known}): sauvegardez, "
        "puis lancez due-workflow db upgrade.",
        "The “{prefix}…” tables of {database} are of an older version ({found}, expected {known}): back up, then run "
        "due-workflow db upgrade.",
    ),
    "error.storage_newer_tables": (
        "Les tables « {prefix}… » de {database} sont d'une version plus récente ({found}, connue ici: {known}): "
        "mettez la bibliothèque à jour; due-workflow db upgrade n'y changera rien.",
        "The “{prefix}…” tables of {database} are of a newer version ({found}, known here: {known}): upgrade the "
        "library; due-workflow db upgrade will not change that.",
    ),
    "error.storage_unreachable": (
        "La base {database} ne répond pas ({why}): vérifiez qu'elle tourne et son adresse, puis recommencez.",
        "The database {database} does not answer ({why}): see that it runs and its address, then do it again.",
    ),
    "error.storage_no_connection": (
        "Aucune connexion libre vers {database}: agrandissez le pool (pool_size), ou occupez-la moins.",
        "No free connection to {database}: enlarge the pool (pool_size), or keep it less busy.",
    ),
    "error.storage_denied": (
        "La base {database} refuse l'accès aux tables « {prefix}… » ({why}): donnez les droits à ce compte.",
        "The database {database} denies access to the “{prefix}…” tables ({why}): grant this account its rights.",
    ),
    "error.storage_host_failed": (
        "La transaction de l'hôte avait déjà échoué ({why}): annulez-la (rollback), puis recommencez.",
        "The host's transaction had failed before ({why}): roll it back, then do it again.",
    ),
    "error.storage_outcome_unknown": (
        "La connexion à {database} s'est rompue pendant le commit, et nul ne peut dire s'il a eu lieu ({why}): "
        "rechargez avant de répéter quoi que ce soit.",
        "The connection to {database} broke during the commit, and nobody can tell whether it took place ({why}): "
        "load again before you repeat anything.",
    ),
    "error.storage_closed": (
        "La base {path} a été fermée par ce programme: ouvrez-la de nouveau.",
        "{path} was closed by this program: open it again.",
    ),
}
