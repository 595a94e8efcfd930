"""Portals over the wire: why the line or the portal's answer failed, and what to do about it."""

from __future__ import annotations

PORTALS: dict[str, tuple[str, str]] = {
    "error.portal_trouble": ("{portal}: {why:trouble}.", "{portal}: {why:trouble}."),
    # the line
    "trouble.line_no_name": (
        "le nom du portail est introuvable; vérifiez l'adresse et l'accès à Internet de ce poste",
        "the portal's name cannot be found; check the address and this machine's access to the Internet",
    ),
    "trouble.line_no_connection": (
        "le portail est injoignable; vérifiez l'accès à Internet, le pare-feu et le proxy, puis réessayez",
        "the portal cannot be reached; check the access to the Internet, the firewall and the proxy, then try again",
    ),
    "trouble.line_certificate": (
        "le certificat du portail n'est pas reconnu; vérifiez l'adresse, l'horloge du poste et le fichier de "
        "certificats (un proxy qui déchiffre a le sien)",
        "the portal's certificate is not trusted; check the address, this machine's clock and the file of "
        "certificates (a proxy that decrypts has its own)",
    ),
    "trouble.line_tls": (
        "le chiffrement avec le portail a échoué; vérifiez l'adresse et le proxy",
        "encryption with the portal failed; check the address and the proxy",
    ),
    "trouble.line_proxy": (
        "le proxy du cabinet refuse la liaison; vérifiez son adresse, son utilisateur et ce qu'il autorise",
        "the firm's proxy refuses the connection; check its address, its user and what it allows",
    ),
    "trouble.line_timeout": (
        "le portail n'a pas répondu à temps",
        "the portal did not answer in time",
    ),
    "trouble.line_cut": (
        "la liaison a été coupée avant la fin de la réponse",
        "the line was cut before the end of the answer",
    ),
    "trouble.line_no_http": (
        "ce qui répond à cette adresse ne parle pas HTTP; vérifiez l'adresse et le proxy",
        "what answers at this address does not speak HTTP; check the address and the proxy",
    ),
    "trouble.line_too_large": (
        "la réponse dépasse la taille admise; voyez avec le portail, ou relevez la limite",
        "the answer is larger than allowed; ask the portal, or raise the limit",
    ),
    "trouble.line_encoding": (
        "la réponse est compressée d'une façon illisible; réessayez, puis voyez avec le portail",
        "the answer is compressed in a way that cannot be read; try again, then ask the portal",
    ),
    "trouble.line_redirect": (
        "le portail renvoie à une autre adresse, qui n'est pas suivie; vérifiez l'adresse auprès du portail",
        "the portal points to another address, which is not followed; check the address with the portal",
    ),
    "trouble.line_host": (
        "l'adresse donnée mène à un hôte qui n'est pas autorisé; s'il est bien celui du portail, ajoutez-le aux hôtes "
        "autorisés",
        "the address given leads to a host that is not allowed; if it truly is the portal's, add it to the allowed "
        "hosts",
    ),
    "trouble.line_address": (
        "une adresse donnée par le portail ou les réglages n'est pas une adresse https",
        "an address given by the portal or the settings is no https address",
    ),
    "trouble.line_request": (
        "un réglage contient un caractère qui ne peut pas être envoyé; vérifiez le logiciel, l'éditeur et le compte",
        "a setting holds a character that cannot be sent; check the software, the editor and the account",
    ),
    # the portal's answer, by its status
    "trouble.portal_login": (
        "le portail refuse l'identification; vérifiez l'utilisateur, le mot de passe et le compte",
        "the portal refuses the login; check the user, the password and the account",
    ),
    "trouble.portal_forbidden": (
        "le portail refuse l'accès: compte ou service bloqué; vérifiez l'abonnement et les droits auprès du portail",
        "the portal denies access: account or service blocked; check the subscription and the rights with the portal",
    ),
    "trouble.portal_not_found": (
        "le portail n'a rien (ou plus rien) à cette adresse; vérifiez l'adresse, et sur le site du portail ce qu'est "
        "devenu l'envoi",
        "the portal has nothing (or nothing any more) at this address; check the address, and on the portal's site "
        "what became of the sending",
    ),
    "trouble.portal_format": (
        "le portail refuse la forme de la demande; vérifiez les réglages du portail et la version du logiciel",
        "the portal refuses the form of the request; check the portal's settings and the software's version",
    ),
    "trouble.portal_content": (
        "le portail refuse le contenu; corrigez la déclaration d'après son motif, puis préparez un nouvel envoi",
        "the portal refuses the content; correct the declaration by its reason, then prepare another sending",
    ),
    "trouble.portal_busy": (
        "le portail reçoit trop de demandes; attendez, puis réessayez",
        "the portal gets too many requests; wait, then try again",
    ),
    "trouble.portal_fault": (
        "le portail est en panne; réessayez plus tard, et voyez sur son site s'il annonce une interruption",
        "the portal is out of order; try again later, and look on its site whether it announces an interruption",
    ),
    "trouble.portal_unexpected": (
        "le portail répond autrement que prévu; voyez avec lui si rien ne s'arrange",
        "the portal answers otherwise than foreseen; ask it if nothing improves",
    ),
    "trouble.portal_no_document": (
        "le portail répond par autre chose que la pièce demandée; réessayez plus tard, et vérifiez l'adresse",
        "the portal answers with something else than the piece asked for; try again later, and check the address",
    ),
    # the URSSAF's API
    "trouble.urssaf_no_credentials": (
        "les identifiants du déclarant manquent; donnez SIRET, nom, prénom et mot de passe de son compte URSSAF",
        "the declarant's credentials are missing; give the SIRET, surname, first name and password of its URSSAF account",
    ),
    "trouble.urssaf_other_account": (
        "les identifiants sont ceux d'un autre SIRET que le compte; vérifiez lesquels vont avec ce cabinet",
        "the credentials are those of another SIRET than the account's; check which go with this firm",
    ),
    "trouble.urssaf_no_token": (
        "le portail a accepté l'identification sans donner de jeton; réessayez plus tard",
        "the portal accepted the login without giving a token; try again later",
    ),
    "trouble.urssaf_no_ads": (
        "la réponse au dépôt ne peut pas être lue; cherchez l'envoi sur le site de l'URSSAF avant de le refaire",
        "the answer to the deposit cannot be read; look for it on the URSSAF's site before you send again",
    ),
    "trouble.urssaf_refused": (
        "le portail a refusé le dépôt; réessayez plus tard, ou corrigez d'après son motif",
        "the portal refused the deposit; try again later, or correct it by its reason",
    ),
    "trouble.urssaf_state": (
        "le portail donne une référence sans dire que le dépôt est pris; cherchez-la sur le site de l'URSSAF avant de "
        "le refaire",
        "the portal gives a reference without saying that the deposit is taken; look for it on the URSSAF's site "
        "before you send again",
    ),
    "trouble.urssaf_listing_time": (
        "le temps d'une relève était écoulé avant la fin; la suivante reprend là",
        "the time of one listing was over before its end; the next one goes on from there",
    ),
    "trouble.urssaf_no_list": (
        "la liste des retours ne peut pas être lue; réessayez plus tard",
        "the list of returns cannot be read; try again later",
    ),
    "trouble.urssaf_reference": (
        "la référence notée n'est pas celle d'un flux (idflux); corrigez-la",
        "the reference that was noted is not that of a flux (idflux); correct it",
    ),
    "trouble.urssaf_gone": (
        "le retour a été remplacé ou retiré depuis qu'il a été listé; la prochaine collecte prend le nouveau",
        "the return was replaced or withdrawn since it was listed; the next collection takes the new one",
    ),
    "trouble.urssaf_cannot_find": (
        "cette API ne cherche pas un dépôt par son contenu; cherchez-le sur le site de l'URSSAF, puis notez sa référence",
        "this API does not look for a deposit by its content; look for it on the URSSAF's site, then note its reference",
    ),
    "input.urssaf_environment": (
        "il manque dans l'environnement: {missing}.",
        "missing in the environment: {missing}.",
    ),
    "input.urssaf_service": (
        "le service est 25 (déclarant) ou 98 (concentrateur), sur deux chiffres.",
        "the service is 25 (declarant) or 98 (concentrator), in two digits.",
    ),
    # settings
    "input.line_setting": (
        "le réglage {setting} doit être plus grand que zéro.",
        "the setting {setting} must be greater than zero.",
    ),
    "input.line_proxy": (
        "l'adresse du proxy doit être de la forme http://hote:port.",
        "the proxy's address must look like http://host:port.",
    ),
    "input.line_address": (
        "une adresse de {portal} n'est pas une adresse https; en http, seule cette machine est admise, et sur demande.",
        "an address of {portal} is no https address; over http, only this machine is allowed, and on request.",
    ),
    "input.line_ca_file": (
        "le fichier de certificats est introuvable ou illisible: donnez un fichier PEM.",
        "the file of certificates is missing or unreadable: give a PEM file.",
    ),
}
