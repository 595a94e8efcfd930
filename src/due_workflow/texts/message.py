"""What is said of the message: what a declaration lacks for it, what is cut, and what a file that is read has wrong."""

from __future__ import annotations

MESSAGE: dict[str, tuple[str, str]] = {
    # the fields, by the columns of the files of clients and hires
    "message_field.siret": ("le SIRET", "the SIRET"),
    "message_field.ape": ("le code APE", "the APE code"),
    "message_field.code_postal": ("le code postal de l'établissement", "the establishment's postal code"),
    "message_field.raison_sociale": ("la raison sociale", "the company's name"),
    "message_field.adresse": ("l'adresse de l'établissement", "the establishment's address"),
    "message_field.ville": ("la ville de l'établissement", "the establishment's town"),
    "message_field.telephone": ("le téléphone de l'établissement", "the establishment's telephone number"),
    "message_field.code_urssaf": ("le code URSSAF de l'établissement", "the establishment's URSSAF code"),
    "message_field.sante_travail": ("le service de santé au travail", "the occupational health service"),
    "message_field.nom": ("le nom de naissance", "the surname at birth"),
    "message_field.nom_usage": ("le nom d'usage", "the usual name"),
    "message_field.prenoms": ("les prénoms", "the first names"),
    "message_field.commune_naissance": ("la commune de naissance", "the place of birth"),
    "message_file.clients": ("la fiche du client", "the client's file"),
    "message_file.hires": ("l'embauche", "the hire"),
    "message_admitted.latin": (
        "les lettres, chiffres et signes des langues d'Europe de l'Ouest (ISO-8859-1)",
        "the letters, digits and signs of the languages of Western Europe (ISO-8859-1)",
    ),
    "message_admitted.plain": (
        "lettres, chiffres et signes courants, é è ê ë â à ä ö ô û ü î ï ç",
        "letters, digits and common signs, é è ê ë â à ä ö ô û ü î ï ç",
    ),
    "message_admitted.person": (
        "lettres (accents et minuscules sont convertis), espace, apostrophe, point, tiret, &",
        "letters (accents and small letters are converted), space, apostrophe, full stop, hyphen, &",
    ),
    "message_admitted.town": (
        "lettres (accents et minuscules sont convertis), chiffres, espace, apostrophe, point, tiret, &",
        "letters (accents and small letters are converted), digits, space, apostrophe, full stop, hyphen, &",
    ),
    # before anything is sent
    "input.message_needed": (
        "il manque {column:word:message_field}, que la DUE exige. À compléter: {file:word:message_file} (colonne {column}).",
        "{column:word:message_field} is missing, and the DUE needs it. To be completed: {file:word:message_file} (column "
        "{column}).",
    ),
    "input.message_signs": (
        "{column:word:message_field}: la DUE ne peut pas porter {signs}. Admis: {admitted:word:message_admitted}. À "
        "corriger: {file:word:message_file} (colonne {column}).",
        "{column:word:message_field}: the DUE cannot hold {signs}. Admitted: {admitted:word:message_admitted}. To be "
        "corrected: {file:word:message_file} (column {column}).",
    ),
    "input.message_nothing": (
        "{column:word:message_field}: rien de ce qui est saisi ne peut être écrit dans la DUE. Admis: "
        "{admitted:word:message_admitted}. À corriger: {file:word:message_file} (colonne {column}).",
        "{column:word:message_field}: nothing of what was typed can be written in the DUE. Admitted: "
        "{admitted:word:message_admitted}. To be corrected: {file:word:message_file} (column {column}).",
    ),
    "input.message_phone": (
        "{column:word:message_field} n'est pas un numéro français de 10 chiffres, que la DUE exige ici. À corriger: "
        "{file:word:message_file} (colonne {column}).",
        "{column:word:message_field} is no French number of 10 digits, which the DUE needs here. To be corrected: "
        "{file:word:message_file} (column {column}).",
    ),
    # warnings
    "notice.message_shortened": (
        "{submission}: la DUE partie ne porte pas en entier: {columns}. Vérifiez que ce qui reste ne prête pas à confusion.",
        "{submission}: the DUE that left does not hold all of: {columns}. See that what remains cannot be mistaken.",
    ),
    "input.message_cut": (
        "{column:word:message_field} compte {length} caractères, et la DUE n'en porte que {limit}: la fin n'est pas "
        "transmise. Abrégez si ce qui reste prête à confusion.",
        "{column:word:message_field} has {length} characters, and the DUE holds only {limit}: the end is not sent. "
        "Shorten it if what is left can be misunderstood.",
    ),
    "input.message_phone_left_out": (
        "{column:word:message_field} n'est pas un numéro français de 10 chiffres: il n'est pas transmis. La DUE part "
        "sans lui.",
        "{column:word:message_field} is no French number of 10 digits: it is not sent. The DUE leaves without it.",
    ),
    # a file of several attempts
    "input.message_indicators": (
        "l'indicateur de test ({test}) doit différer de celui du mode réel ({real}, et 120 dans tous les cas): un test "
        "serait une vraie déclaration.",
        "the indicator of a test ({test}) must differ from that of real mode ({real}, and 120 in any case): a test would "
        "be a real declaration.",
    ),
    "input.message_filename": (
        "un nom de fichier commence par 1 à 40 lettres sans accent, chiffres ou tirets: « {value} » n'en est pas.",
        "a file name begins with 1 to 40 plain letters, digits or hyphens: “{value}” is none.",
    ),
    "input.message_no_hire": (
        "le fichier n'a aucune embauche: il en faut une au moins.",
        "the file holds no hire: it needs one at least.",
    ),
    "input.message_too_many_hires": (
        "un fichier porte {limit:plural:# embauche|# embauches} au plus, et il y en a {count}: répartissez-les.",
        "a file holds {limit:plural:# hire|# hires} at most, and there are {count}: spread them over several.",
    ),
    "input.message_other_employer": (
        "un fichier n'a qu'un employeur, et celui de {first} diffère ({columns:word:message_field}): envoyez cette embauche "
        "à part.",
        "a file has one employer, and that of {first} differs ({columns:word:message_field}): send this hire by itself.",
    ),
    "input.message_no_content": (
        "{reference}: le contenu de la déclaration n'est plus là (données effacées), elle ne peut plus être envoyée.",
        "{reference}: the declaration's content is no longer there (data erased), it cannot be sent any more.",
    ),
    "input.message_mode": (
        "le message dit « {told:word:mode} », l'envoi est « {meant:word:mode} »: rien n'est transmis.",
        "the message says “{told:word:mode}”, the attempt is “{meant:word:mode}”: nothing is sent.",
    ),
    "trouble.message_mode": (
        "le fichier ne dit pas le mode de l'envoi",
        "the file does not say the mode of the attempt",
    ),
    "trouble.message_changed": (
        "le fichier n'est plus celui qui a été préparé",
        "the file is no longer the one that was prepared",
    ),
    "trouble.message_unreadable": (
        "le fichier n'est pas un message lisible",
        "the file is no readable message",
    ),
    # a message that is read
    "input.message_unreadable": (
        "le fichier n'est pas un message FR_DUE_Upload lisible: {why:word:message_why}.",
        "the file is no readable FR_DUE_Upload message: {why:word:message_why}.",
    ),
    "message_why.empty": ("il est vide", "it is empty"),
    "message_why.too_large": ("il est trop grand", "it is too large"),
    "message_why.too_many": ("il a trop d'éléments", "it has too many elements"),
    "message_why.encoding": (
        "il n'annonce pas l'encodage ISO-8859-1 à sa première ligne",
        "it does not announce the encoding ISO-8859-1 in its first line",
    ),
    "message_why.doctype": ("il a un DOCTYPE, refusé pour sa sécurité", "it has a DOCTYPE, refused for safety"),
    "message_why.bad_xml": ("ce n'est pas du XML bien formé", "it is not well-formed XML"),
    "message_why.root": ("son premier élément est un autre", "its first element is another one"),
    "input.message_twice": (
        "l'élément est là deux fois: une seule est attendue.",
        "the element is there twice: once is expected.",
    ),
    "input.message_order": (
        "l'élément vient après {after}: l'ordre du message est fixe.",
        "the element comes after {after}: the order of the message is fixed.",
    ),
    "input.message_absent": (
        "il y manque l'élément {element}.",
        "its element {element} is missing.",
    ),
    "input.message_not_text": (
        "un texte est attendu ici, sans autre élément.",
        "a text is expected here, without another element.",
    ),
    "input.message_value": (
        "la valeur n'a pas la forme attendue: {expected:word:message_expected}.",
        "the value has not the form that is expected: {expected:word:message_expected}.",
    ),
    "message_expected.siret": ("un SIRET de 14 chiffres, clé juste", "a SIRET of 14 digits, its key right"),
    "message_expected.ape": ("4 chiffres et une lettre", "4 digits and a letter"),
    "message_expected.urssaf_code": ("3 chiffres", "3 digits"),
    "message_expected.postal_code": ("5 chiffres", "5 digits"),
    "message_expected.phone": ("des chiffres", "digits"),
    "message_expected.sex": ("1 ou 2", "1 or 2"),
    "message_expected.nir": (
        "13 caractères et leur clé de 2 chiffres, juste",
        "13 characters and their key of 2 digits, right",
    ),
    "message_expected.day": ("une date AAAA-MM-JJ", "a date YYYY-MM-DD"),
    "message_expected.hour": ("une heure HH:MM:SS", "an hour HH:MM:SS"),
    "message_expected.department": ("01 à 95, 2A, 2B, 97, 98 ou 99", "01 to 95, 2A, 2B, 97, 98 or 99"),
    "message_expected.kind": ("CDD, CDI ou CTT", "CDD, CDI or CTT"),
    "message_expected.days": ("un nombre de jours", "a number of days"),
    "message_expected.text": ("un texte de 250 caractères au plus", "a text of 250 characters at most"),
    "input.message_indicator": (
        "l'indicateur de test n'est ni {test} (test) ni {real} (réel): le mode du fichier n'est pas sûr.",
        "the test indicator is neither {test} (test) nor {real} (real): the mode of the file is not certain.",
    ),
    "input.message_unfit": (
        "le texte est plus long que la DUE ne le porte, ou a des signes qu'elle n'admet pas.",
        "the text is longer than the DUE holds, or has signs that it does not admit.",
    ),
    "input.message_several_employers": (
        "le fichier a plusieurs employeurs: un seul est attendu.",
        "the file has several employers: one is expected.",
    ),
}
