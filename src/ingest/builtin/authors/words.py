"""Word lists that tell names from what stands where names stand."""

from __future__ import annotations

__all__ = [
    "ACCOUNTS",
    "DEGREES",
    "DESKS",
    "JOBS",
    "LEADS",
    "LOWERED",
    "NOT_NAMES",
    "ORGANISATIONS",
    "PARTICLES",
    "PLACES",
    "ROLES",
    "SURNAMES",
    "WRITERS",
]

PARTICLES = frozenset(
    "de del della delle dello dei degli der den des di da dal do dos das du van von vom zu zur zum la le las les lo el "
    "al bin ibn ben bint abu af av ten ter te y i san".split()
)

LOWERED = PARTICLES - {"ben", "san", "la", "le", "lo", "el", "al", "abu"}
"""Particles that are written in lower case when a name in capitals is put into title case."""

DEGREES = frozenset(
    "phd md ms ma ba bs bsc msc rd rn rdn cpa cfp cfa jd mba dds esq dvm llm llb dphil edd psyd dr prof fand lcsw mph np "
    "do od pharmd mfa meng usa inc ltd llc".split()
)

JOBS = frozenset(
    # Compared word by word, accents folded.
    "writer writers reporter reporters editor editors correspondent correspondents journalist journalists columnist "
    "contributor contributors contributing staff senior junior chief deputy freelance photographer photographers "
    "producer director professor lecturer analyst critic blogger managing assistant associate intern guest special "
    "attorney lawyer educator horticulturalist reviewer gardener strategist engineer scientist researcher advisor adviser "
    "coach therapist nutritionist dietitian physician agent realtor lead officer vp coordinator owner publisher instructor "
    "planner accountant developer designer marketer manager founder cofounder ceo cto president consultant specialist expert author translator "
    "rechtsanwalt rechtsanwaltin anwalt anwaltin experte expertin redakteur redakteurin redakteure redaktion redaktor redaktorin autor autorin korrespondent korrespondentin "
    "reporterin journalistin freier freie chefredakteur chefredakteurin volontar volontarin leiter leiterin "
    "journaliste redacteur redactrice correspondante chef auteur autrice pigiste "
    "periodista redactor redactora corresponsal editora reportera colaborador colaboradora enviado enviada "
    "giornalista redattore redattrice inviato inviata corrispondente autore "
    "jornalista reporter correspondente colunista "
    "verslaggever redactie "
    "dziennikarz dziennikarzem dziennikarka redaktor redaktorem redaktorka "
    "корреспондент журналист журналистка редактор автор обозреватель".split()
)

WRITERS = frozenset(
    # The jobs of people who write for outlets, accents folded.
    "writer writers reporter reporters editor editors correspondent correspondents journalist journalists columnist "
    "columnists contributor contributors critic blogger author photojournalist photographer "
    "redakteur redakteurin redakteure redaktor redaktorin autor autorin korrespondent korrespondentin reporterin "
    "journalistin chefredakteur chefredakteurin volontar volontarin kolumnist kolumnistin "
    "journaliste redacteur redactrice correspondante auteur autrice chroniqueur chroniqueuse "
    "periodista redactor redactora corresponsal reportera columnista "
    "giornalista redattore redattrice inviato inviata corrispondente "
    "jornalista correspondente colunista redator redatora reporter "
    "verslaggever verslaggeefster redacteur columniste "
    "dziennikarz dziennikarzem dziennikarka redaktor redaktorem redaktorka korespondent korespondentem korespondentka publicysta publicystka "
    "корреспондент журналист журналистка редактор обозреватель колумнист".split()
)

NOT_NAMES = frozenset(
    # Words of menus, outlets, dates and sentences that are capitalised in places where names stand.
    "the a an and or of for with from your our my this that these all more new news press agency agencies team media "
    "magazine times daily weekly post herald tribune gazette journal ledger chronicle bulletin newsletter report "
    "reports online radio tv channel network wire service services association associates society institute "
    "foundation university college school department office ministry committee council company inc ltd llc gmbh corp "
    "license licence lizenz licencia licenza licença licencja public general "
    "group studio studios home about contact us privacy policy terms login sign subscribe share read editorial board "
    "desk newsroom redaktion type types size case cases price brand location role stage need needs date time subject "
    "topic topics category categories industry functionality continent country region status name title use default "
    "clicking using submitting subscribing continuing checking proceeding completing view aktuell pressemitteilung content paid real estate health in digital print edition today usa end way far "
    "january february march april june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday books designs januar februar marz mai juni juli oktober dezember montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag janvier fevrier mars avril juin juillet aout septembre octobre novembre "
    "decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre uhr "
    "der die das den dem des ein eine im am zum und oder nicht auf mit fur aus bei nach uber les une dans pour sur "
    "kommentar kommentare keine kein comentarios commentaires commenti agencia agence agenzia agentur efe xinhua "
    "copy link photo photos foto fotos image bild video audio credit courtesy getty images reuters afp dpa ap "
    "department advertisement comments comment facebook twitter instagram linkedin youtube "
    "construction solutions consulting software systems academy clinic dental assistance funding help get tax "
    "he she they we you it is was are were has have had will can be been".split()
)

SURNAMES = frozenset("das brand price case post page stage read may march august use".split())
"""Of these words, those that are surnames as well."""

LEADS = frozenset(
    # First words of what stands in front of a name, lower case, without a colon.
    "by byline written posted published reported words story text article compiled created submitted geschrieben verfasst "
    "veröffentlicht erstellt eingestellt ein eine escrito publicado scritto pubblicato écrit rédigé publié a à author authors "
    "autor autorin autoren autores autora autore auteur auteure auteurs autrice redakteur redakteurin texte texto testo "
    "redaktion reporter writer tekst автор авторы текст yazar yazan von vom par por di door av af przez kommentar".split()
)

PLACES = frozenset(
    {
        "new york", "los angeles", "san francisco", "san diego", "hong kong", "washington dc", "washington d c",
        "new delhi", "sao paulo", "rio de janeiro", "buenos aires", "mexico city", "kuala lumpur", "tel aviv",
        "cape town", "new orleans", "las vegas", "st petersburg", "st louis", "san jose", "addis ababa",
        "united states", "united kingdom", "new zealand", "south africa", "north america", "south korea",
        "frankfurt am main", "la paz", "el paso", "santa fe", "salt lake city", "new jersey", "north carolina",
        "el pais", "la stampa", "le monde", "le figaro", "il post", "la repubblica",
    }
)  # fmt: skip

ACCOUNTS = frozenset(
    "admin administrator root webmaster web webadmin wpadmin wp editor editors editorial user guest test system site "
    "cms ops host hostmaster postmaster author authors autor name none null undefined unknown anonymous anonym "
    "anonymus nobody by view posts view all posts staff writer default super superadmin moderator bot "
    "autoren post blog".split()
) | {
    "view all posts", "super user", "guest author", "gast autor", "gastautor", "staff writer", "staff writers",
    "site admin", "web admin", "webmaster", "author name", "your name", "firstname lastname", "john doe", "no author",
    "the editors", "the editor", "news desk", "guest post", "guest contributor", "contributing writer", "press release",
    "more posts", "all posts", "see bio", "about the author", "about the authors", "about author", "uber den autor",
    "author bio", "read more", "full bio",
}  # fmt: skip

DESKS = frozenset(
    "newsdesk newsroom redaktion onlineredaktion newsredaktion redaction redaccion redazione redacao redactie "
    "redakcja toimitus redaksjonen redaktionen pressestelle editorial webredaktion 編集部 编辑部 編輯部 本报讯 редакция".split()
)

ORGANISATIONS = frozenset(
    # Words, accents folded, that no person's name or nickname holds.
    "gmbh ag kg ev ltd llc inc corp plc srl spa sarl oy ab verlag stiftung foundation agency agencies agentur agenturen "
    "agencia agencias news press presse media medien magazin magazine zeitung newspaper times online team publisher "
    "university universitat universite universidad institut institute instituto verband verein redaktion redaccion "
    "sponsored gesponserte inhalte advertorial unbenannt association society council ministry group studio".split()
)

ROLES = frozenset(
    # Local parts of addresses that belong to an office and never to a person.
    "info information infos tips tip support help helpdesk service services sales contact contacts contactus kontakt "
    "contacto contato contatto newsdesk news newsroom editor editors editorial letters press presse prensa media "
    "medien redaktion redaccion redaction redazione redacao redactie redakcja office mail email post admin "
    "administrator webmaster web site hello hi hallo hola bonjour team staff crew ops host hostmaster postmaster abuse "
    "noreply no-reply donotreply do-not-reply privacy legal datenschutz security billing payments orders order "
    "bestellung shop store customerservice customercare customer care kundenservice service-center feedback "
    "subscribe subscriptions abo newsletter advertising ads anzeigen marketing pr publicidad jobs careers bewerbung hr "
    "partnerships partner business enquiries enquiry inquiries inquiry general reception secretariat sekretariat "
    "events tickets membership members donate donations volunteer community forum moderation comments leserbriefe "
    "leserservice lizenzen permissions syndication licensing copyright dmca imprint impressum verlag corrections "
    "yourfriends friend friends example user name username firstname lastname yourname youremail someone".split()
)
