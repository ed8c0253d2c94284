"""Clean documents must come through unharmed: what takes out boilerplate has nothing to take from them."""

from __future__ import annotations

import re

import pytest

from ingest.builtin import STEPS
from ingest.document import Document
from ingest.step import Step

NAMES = "running_headers title widgets sharing newsletters cookies related legal tidy"

# Paragraphs are wrapped here; the test runs prose both as it stands and with each paragraph on a line of its own.
PROSE = {
    "en: a news report full of words that boilerplate also uses": """
Share this with your neighbours, the mayor said on Tuesday, and follow us down to the river: the
footbridge at Corby Lock opens again after eleven months of work. She then cut a ribbon that the
wind had already torn in two.

The old bridge was closed in March, when an inspector pushed his umbrella through the deck. "Read
more, worry less," he told the council, and handed over a report of ninety pages. Nobody read it
until the second bolt fell into a passing canoe.

The council was not allowed to accept all of the offers. It rejected four, and the fifth builder
asked for more time, more steel and more biscuits. Comments from the public filled two boxes.

Sign up sheets for the opening walk hung in the bakery, where the cookies are shaped like bridges
this week. We use cookies as change, said the baker, because nobody carries coins any more.

"It is a privacy policy of sorts," the lock keeper said about the new fence. All rights of way
stay as they were.

Related by marriage to half of the committee, the builder declined to say what the bolts had cost.
The path to the mill is open from seven in the morning until dusk.
""",
    "en: baking with cookies": """
Our oven is small, and this site is windy, so we bake in the morning. By the time we are using the
second tray, the first cookies have cooled. Cookies help us through the winter, as my aunt put it.

Cream the butter and the sugar until they are pale. Fold in the flour, and do not stir more than
you must: by continuing to stir you make the cookies tough, and tough cookies break teeth.

If you accept cookies from a stranger, ask what is in them. My aunt once stored cookies in a hat
box for a year; this shop uses tins. We place the cookies on a rack, and the dog places himself
beneath it.

Never miss an oven that is free. Get the dough out of the cold an hour early and let it rest.
""",
    "en: terms of a library, which are its content": """
Readers may borrow up to six books. A book may not be copied in whole, and maps must not be
reproduced without the consent of the keeper. The keeper may refuse a loan at any time.

Copyright in letters stays with the writer's heirs for as long as the law says. A reader who wants
to print a letter must ask them first, and must show the answer at the desk.

By signing the register, you agree to keep your hands clean. By submitting a request, you accept
that it may take a week. Privacy is kept: nobody is told what anybody reads.

All rights reserved to the village under the deed of 1871 stay with the village. The terms of use
of the reading room hang beside its door, and contact with the cat is at the reader's own risk.

Cookies are not allowed in the reading room. They must be left in the porch with the umbrellas.
""",
    "de: ein Bericht": """
Teilen Sie uns doch mit, wo der Schuh drückt, hatte die Bürgermeisterin geschrieben, und bekam
vierhundert Briefe zurück. In den meisten ging es um die Brücke am Wehr, die seit Ostern gesperrt
ist. Der Rest handelte von Tauben.

Die Anzeige gegen den Bauleiter wurde im Mai zurückgezogen. »Mehr zum Thema sage ich erst, wenn das
Gutachten da ist«, sagte er und stieg auf sein Fahrrad. Das Gutachten kam im Juli, es hatte
zweihundert Seiten und keinen Schluss.

Weiter flussabwärts steht eine zweite Brücke. Sie ist zu schmal für den Bus, aber breit genug für
eine Kuh, wie der Müller jedem erzählt. Folgen Sie uns, rief er den Besuchern zu, und ging voran.

Jetzt will der Rat einen Newsletter drucken, auf Papier, damit ihn auch alle erhalten. Kekse gibt
es dazu keine, denn für Cookies, wie der Kämmerer sie nennt, ist kein Geld da. Wir backen unsere
Cookies selbst, antwortete die Schulküche.

Alle Rechte vorbehalten hat sich auch der Angelverein: Wer am Wehr fischt, braucht seine Karte.
Zurück zur Fähre will in diesem Dorf jedenfalls niemand.
""",
    "fr: une chronique": """
À lire aussi vite, on perdrait le meilleur du livre : ses silences. L'auteur y raconte un été au
bord d'un canal où rien n'arrive, sinon une péniche par semaine et un chien qui n'aime pas les
péniches. Le reste appartient aux roseaux.

Partager ce banc avec l'éclusier, c'était accepter ses histoires. « Suivez-moi, disait-il, et
surtout ne marchez pas dans les orties. » Nous avons suivi, et nous avons marché dans les orties.

Nous utilisons encore les cookies de sa femme pour caler la porte, plaisantait-il. Elle en riait
la première, puis refermait la boîte. Tout accepter, ne rien refuser : telle était sa devise.

Recevez cette lettre comme un adieu, écrit-il à la fin. Les droits de pêche sont réservés aux
riverains, et tous droits réservés que nous soyons, nous avons ri jusqu'au soir.

Retour en ville en septembre. Le canal, lui, n'a pas bougé.
""",
    "es: una crónica": """
Comparte el pan quien tiene hambre, decía mi abuela, y ponía otro plato en la mesa. En aquella casa
del río siempre sobraba una silla y faltaba un cuchillo. Nadie se quejaba del cuchillo.

Síguenos, gritaron los niños, y bajamos todos a ver la crecida. El agua llevaba tablas, gallinas y
un armario entero con la puerta abierta. Más sobre el armario supimos después: era del alcalde.

Recibe la noticia con calma, le dijo el cartero. El correo llegó mojado, pero llegó. Usamos la sopa
para secar los sobres, cosa que no conviene repetir, y las galletas, que mi prima llama cookies,
se salvaron por estar en lo alto.

Últimas noticias no había, porque la radio también se había ido río abajo. Todos los derechos
reservados sobre aquella radio, bromeaba mi tío, que la había ganado en una rifa.
""",
    "it: un racconto": """
Leggi anche di notte, mi diceva il maestro, ma spegni la lampada prima dell'alba. Così ho imparato
i fiumi d'Italia e il nome di tutti i pesci. Il maestro pescava male e leggeva benissimo.

Seguici, dissero i cugini, e andammo a vedere la chiusa nuova. L'acqua saliva piano, come il latte
nel pentolino, e la barca con lei. Nessuno parlava, tranne il cane.

Ricevi questa lettera quando il grano sarà già tagliato. La posta da noi arriva il giovedì, se il
ponte regge. Usiamo ancora il traghetto quando piove; i biscotti, che lei chiama cookie, li tengo
per il traghettatore.

Condividi la barca con chi non sa nuotare, diceva mio padre. Tutti i diritti riservati ai pescatori
valgono fino al ponte, dopo comincia il comune di là.
""",
    "pt: uma crônica": """
Compartilhe a sombra, dizia a placa no jardim, e havia sempre três velhos no mesmo banco. Um lia o
jornal, outro ouvia, o terceiro discordava. Leia mais alto, pedia o que ouvia.

Siga-nos até a ponte, disse o guarda, que ali se vê melhor. A ponte tinha sido pintada de verde, e
o rio também, por descuido. Receba as minhas desculpas por e-mail, respondeu o pintor ao vereador.

Este site da cidade, quero dizer, este lugar, usa o rio como espelho. Nosso padeiro usa cookies
como troco desde que as moedas acabaram. Todos os direitos reservados aos patos, brincava ele.

Voltar à ponte é sempre um prazer. Anúncios não há, só o aviso antigo da balsa.
""",
    "nl: een verslag": """
Delen is eenvoudig, zei de molenaar, als er genoeg is voor iedereen. Die winter was er niet genoeg,
en dus werd er gepraat. Lees meer boeken, zei de een; stook minder hout, zei de ander.

Volg ons maar, riepen de kinderen, en ze liepen voor ons uit over de dijk. Het water stond hoog en
de schapen stonden op de weg. Meer over de schapen hoorden we later van de veerman.

Wij gebruiken de oude bakkerij als kantoor, en de cookies van de buurvrouw als betaalmiddel. Alle
rechten voorbehouden, lacht zij, als iemand om het recept vraagt. Terug naar boven, naar de zolder,
wil geen van ons met die trap.

Schrijf je in voor de schaatstocht, stond er in de nieuwsbrief van de school, maar het dooide al.
""",
    "pl: opowieść": """
Podziel się chlebem, mówiła babka, a reszta sama przyjdzie. Przychodziła zwykle w czwartki, z pocztą
i z plotkami. Więcej nie było trzeba nikomu we wsi.

Czytaj dalej, prosił dziadek, gdy kończyłem rozdział. Czytałem więc dalej, aż lampa zaczynała
kopcić, a kot wychodził z pieca. Zobacz też, jak śnieg leży, dodawał, bo chciał, żebym wyszedł po
drewno.

Zapisz się do chóru, radził organista, który nie słyszał, jak śpiewam. Używamy w tym chórze
ciasteczek jako nagrody, tłumaczył. Wszelkie prawa zastrzeżone ma u nas tylko proboszcz, śmiał się.

Wróć przed nocą, wołała matka. Wracałem zawsze, choć nie zawsze przed nocą.
""",
    "ru: рассказ": """
Поделиться новостью было не с кем: паром ушёл, а на берегу остались только гуси. Я сел на перевёрнутую
лодку и стал ждать. Далее всё произошло очень быстро.

Читайте также вслух, учил нас старый паромщик, иначе голос заржавеет. Мы читали ему расписание, и он
поправлял ударения. Ещё он знал наизусть все мосты выше по течению.

Подписывайтесь внизу, сказала почтальонша и дала мне карандаш. Письмо было из города, новости в нём
устарели на месяц. Мы используем печенье вместо сургуча, призналась она, и куки, как говорит внучка,
держат не хуже.

Все права защищены законом, сказал судья, даже права гусей. Наверх по тропинке я поднялся уже в
темноте.
""",
    "tr: bir öykü": """
Paylaş ki çoğalsın, derdi ninem, ve ekmeği ikiye bölerdi. Nehrin kıyısındaki evde her zaman bir
iskemle fazla, bir bıçak eksikti. Kimse bıçağı sormazdı.

Bizi takip edin, diye bağırdı çocuklar, ve hep birlikte köprüye indik. Su yükselmişti, tahtalar
ve tavuklar geçiyordu. Devamını oku, dedi dedem; ben de gazeteyi okumayı sürdürdüm.

Bültene abone olan tek kişi muhtardı, bülten de bir sayfaydı. Biz çay için çerez kullanırız, dedi
kahveci, şeker pahalı. Tüm hakları saklıdır bu köprünün, diye güldü bekçi.

Geri dönmek kolay olmadı. Yukarı çıkan yol çamurdu.
""",
    "ja: 随筆": """
川のほとりの古い家には、いつも椅子が一つ多く、包丁が一本足りなかった。祖母は、分け合えば増える
ものだと言って、パンを二つに割った。包丁のことは誰も聞かなかった。

続きを読むようにと祖父が言うので、私は新聞を声に出して読んだ。知らない橋の名前がたくさん出て
きた。もっと見たいと言って、妹は土手の上まで走っていった。

郵便局の人はクッキーを封蝋のかわりに利用していると笑った。古い渡し船は、今では橋の下で眠って
いる。次へ進む道は、雨でぬかるんでいた。

無断転載を禁じるという札が、なぜか橋のたもとに立っていた。誰も橋を写そうとはしなかった。
""",
    "zh: 散文": """
河边的老屋里总是多一把椅子，少一把刀。祖母说，分享的东西会变多，于是把馒头掰成两半。从来没有人
问起那把刀。

祖父让我继续往下读，我就把报纸大声念给他听。里面有许多我没听说过的桥的名字。更多的事，是妹妹从
堤上跑回来告诉我们的。

邮递员笑着说，他们用饼干代替封蜡，也就是城里人说的使用cookie。旧渡船如今睡在桥下。版权所有这四
个字，不知为什么写在桥头的木牌上。

返回的路被雨水泡软了，我们走得很慢。
""",
    "fa: داستان": """
مادربزرگ می‌گفت نان را که قسمت کنی زیاد می‌شود، و آن را دو نیم می‌کرد. در خانه‌ی کنار رود همیشه
یک صندلی زیاد بود و یک چاقو کم. هیچ‌کس سراغ چاقو را نمی‌گرفت.

پدربزرگ از من خواست که ادامه بدهم، و من روزنامه را با صدای بلند خواندم. نام پل‌هایی در آن بود که
هرگز ندیده بودم. بازگشت از پل در آن باران آسان نبود.
""",
    "hi: कहानी": """
नदी के किनारे वाले घर में हमेशा एक कुर्सी ज़्यादा और एक चाकू कम होता था। दादी कहती थीं कि बाँटने से
रोटी बढ़ती है, और उसे दो टुकड़े कर देती थीं। चाकू के बारे में किसी ने कभी नहीं पूछा।

दादा ने कहा कि आगे पढ़ो, और मैं अख़बार ज़ोर से पढ़ने लगा। उसमें ऐसे पुलों के नाम थे जो मैंने कभी नहीं
सुने थे। बारिश में वापस लौटना आसान नहीं था।
""",
}

# Lines mean something here, so they stay as they stand.
LINES = {
    "en: a ballad with a refrain": """
The miller's boy went down to the weir,
    Follow, follow me home,
With a lamp in his hand and a bell in his ear,
    Follow, follow me home.

He called to the heron, he called to the eel,
    Follow, follow me home,
He called to the water that turned the wheel,
    Follow, follow me home.

More
and more
and more it rained,
Next
came the flood, and the lamp remained,
    Follow, follow me home.
""",
    "en: a short modern poem of single words": """
Home

More
than the door
or the search
for a key:

Home

is the contact
of hand
and latch

Next
Back
Close
""",
    "en: a rondel whose first line comes again": """
The river carries the lamps away

The river carries the lamps away,
And one by one the windows close.
The ferryman ties up his day
And nobody asks him where he goes.

The river carries the lamps away,
Past barley field and osier bed,
And what the millwheel had to say
It said, and there was nothing said.

The river carries the lamps away
""",
    "en: a song, and what the singer says about it": """
Down to the weir

Row, row, down to the weir,
Row with the stream and row,
The lamp is lit and the night is clear,
Row with the stream and row.

Row, row, down to the weir,
Row with the stream and row,
The one you left is waiting here,
Row with the stream and row.

The song was written down in a lock house from the singing of a keeper who would not give his name.
""",
    "en: a dialogue": """
The telephone rang twice before anyone moved.

"Home?"
"No, the office. Can you hear me? The line is dreadful tonight."
"Reply when I ask you something."
"OK."
"Help!"
"More?"
"Yes, more. There were nine of them in the boat when we left the quay, and nine came back."
"Thanks."

She put the receiver down and looked at the map again for a long time.
""",
    "ru: диалог с тире": """
Паромщик долго молчал и смотрел на другой берег, где уже зажигали фонари.

— Назад?
— Далее.
— Понятно.
— Хорошо.
— Закрыть?
— Закрыть. И лампу погаси, а то гуси не уснут до самого утра.
— Ещё!
— Помощь?
— Нет.

Он оттолкнулся шестом, и лодка пошла сама, будто знала дорогу лучше нас.
""",
    "fr: dialogue": """
Le patron posa les deux verres sur le comptoir et attendit que la pluie cesse de battre la vitre.

– Retour ?
– Suivant !
– Aide-moi donc à fermer les volets avant que le vent ne les emporte jusqu'au canal.
– Fermer.
– Partagez.
– Refuser ?
– Accepter.

Personne ne parla plus jusqu'à ce que la péniche fût passée sous le pont de pierre.
""",
    "es: diálogo": """
El barquero miró el cielo, que se había puesto del color de una sartén vieja, y escupió en el agua.

—¿Volver?
—Volver.
—Anterior no hubo ninguno que cruzara con esta corriente, y menos con una vaca a bordo.
—Siguiente.
—Aceptar.
—Compartir.

La vaca, que hasta entonces no había dicho nada, mugió dos veces y se tumbó en la barca.
""",
    "en: a recipe": """
Lentil soup for a cold evening

Serves 4. Takes an hour, most of which the pot spends alone.

Ingredients

- 250 g brown lentils
- 2 carrots
- 1 onion
- 1 l stock
- Salt

Method

1. Rinse the lentils and pick out the stones, because there is always one stone in every bag.
2. Soften the onion in oil.
3. Add the rest.
4. Simmer for forty minutes, and stir whenever you walk past the stove.

Contact with cold water stops the cooking. Serve at once.

Notes

Keeps for three days.
""",
    "de: ein Rezept": """
Kartoffelsuppe mit Majoran

Für vier Personen, die vom Holzhacken kommen, oder für sechs, die nur zugesehen haben.

Zutaten
1 kg Kartoffeln
2 Zwiebeln
1 l Brühe
Majoran
Salz

Zubereitung
Die Kartoffeln schälen und würfeln, die Zwiebeln in Butter glasig dünsten und beides mit Brühe
aufgießen. Eine halbe Stunde leise kochen lassen. Mit Majoran und Salz abschmecken.

Tipp
Am nächsten Tag schmeckt sie besser.
""",
    "it: ricetta": """
Pasta e ceci

Per quattro persone con fame, oppure per due persone molto educate che aspettano il treno.

Ingredienti
300 g di ceci
200 g di pasta corta
Rosmarino
Sale

Preparazione
Mettete i ceci a bagno la sera prima, cambiate l'acqua e lessateli per un'ora abbondante.
Scaldate l'olio con il rosmarino.
Unite la pasta e servite.
""",
    "en: documentation with code": """
Retrying a failed job

The queue keeps a job that failed for as long as its owner says, and tries it again after a pause.

    def home(menu):
        search = menu.pop()
        return search

    home()
    quote(home)
    if more:
        close()
    else:
        print()

Every attempt doubles the pause, so that a server that is down is not hit by everybody at once.

    <nav>
      Home
      Search
    </nav>
    #include <menu.h>
    $ cancel --all
    next
    continue

The last line hands control back to the loop, which has been waiting since the first attempt.
""",
    "en: a form described as a list of its fields": """
The application has five fields, and each of them must be filled in before the clerk will look at it.

- Name
- Email
- Website
- Message
- Password

The clerk reads the message first. The buttons below the form have these names, from left to right:

1. Back
2. Cancel
3. Submit
4. Help

Whoever presses the third button gets an answer within a week, or a postcard with an excuse.
""",
    "en: a table of bare numbers": """
Water levels at the weir, in centimetres, as read by the keeper each morning at seven o'clock.

Monday	12	14	9
Tuesday	13	15	10
1
2
3
4
5
Total	101

Readings above two hundred are marked with a cross, and the keeper calls the miller at once.

2019
2020
2021
2022

The years above are those in which the weir froze, as far as anybody in the village remembers.
""",
    "en: a dictionary": """
Words that sailors use on the canal, with their meaning on land, as told by three lock keepers.

ad
    a notice nailed to a lock gate, usually about a lost dog.
home
    wherever the boat is moored for the night.
line
    a rope that is in use; otherwise it is a rope.
pin
    an iron peg driven into the bank to hold a line.
x
    the mark on the chart where nobody should moor.

Other words were told to us as well, but the lock keepers asked that they should not be printed.
""",
    "en: verses with numbers": """
1 In the beginning there was a puddle, and the puddle was without form, and ducks were in it.
2 And the keeper said, Let there be a weir: and there was a weir, though it leaked.
3 And the keeper saw the weir, that it was good enough.
4 And the ducks he called ducks.

1 Now the miller was more subtle than any ferryman of the valley.
2 And he said unto the keeper, Yea, hast thou measured the water?
3 And the keeper answered him nothing.
""",
    "de: ein Gesetz": """
§ 1 Geltung

Diese Ordnung gilt für alle Brücken, Stege und Fähren der Gemeinde, soweit nichts anderes bestimmt ist.

§ 2 Datenschutz

(1) Wer eine Fähre benutzt, muss seinen Namen nicht nennen.
(2) Das Fährbuch darf nur mit Einwilligung der Gemeinde kopiert werden.

§ 3 Widerrufsrecht

Die Erlaubnis kann widerrufen werden, wenn der Steg nicht mehr sicher ist oder die Gebühr nicht gezahlt wird.

Hilfe

Kontakt

§ 4 Inkrafttreten

Diese Ordnung tritt am Tag nach ihrer Bekanntmachung in Kraft und am Tag danach in Vergessenheit.
""",
    "pl: wiersz": """
Więcej światła, więcej wody,
więcej ryb i więcej mgły,
wróć
nad rzekę, póki młody,
wróć,
bo znikną sny.

Dalej,
dalej niesie rzeka,
dalej niż pamięta młyn,
wróć,
bo ktoś na ciebie czeka,
wróć,
i kładkę nową zbij.
""",
    "tr: şiir": """
Geri
dön, dedi nehir,
geri.

Ara
beni köprünün altında,
ara.

Paylaş
ekmeğini kuşlarla,
paylaş.
""",
    "ja: 詩": """
次へ
次へと
橋をわたる

戻る
道はない

検索
しても見つからない
川の名前
""",
    "zh: 诗": """
更多
的雨
落在桥上

返回
的船
没有灯

分享
一个馒头
和一条河
""",
    "pt: lista de compras": """
Lista para a travessia de domingo, que este ano começa mais cedo por causa da maré e do padre.

Pão
Queijo
Ajuda
Corda
Lanterna

Quem trouxer guitarra não precisa trazer mais nada, e quem não trouxer guitarra traz o dobro do vinho.
""",
    "nl: een handleiding": """
Zo bedient u de sluis zonder dat de eenden ervan schrikken, in vier stappen en met droge voeten.

Openen
Draai de hendel langzaam naar links tot u de klik hoort; dat kan bij vorst een minuut duren.

Sluiten
Draai de hendel terug.

Zoeken
Staat het schip scheef, zoek dan de tweede haak aan de wand van de sluiskamer en leg hem vast.

Volgende
Wuif het volgende schip naar binnen, maar nooit meer dan twee tegelijk, hoe klein ze ook zijn.
""",
    "en: an interview": """
Q: You grew up on a barge. What did home mean to you when the address changed every single night?

A: Home was the stove.

Q: And school?

A: More or less a rumour. We had a teacher who came aboard at one lock and left at the next.

Q: Share: is that a word you like?

A: Share the rope, share the blame.

Q: What is next?

A: A bridge. I have wanted to stand still above the water since I was four years old.
""",
    "en: a letter": """
Dear Agnes,

The parcel came on Thursday, and the cookies in it had survived the ferry, all but three of them.

Read more slowly, you wrote, and I do. The book about locks lasts me a page a night now.

See also the enclosed leaf: it fell on the deck during the storm of which you read in the paper.

More from me when the ice is off the canal.

Yours,
Edith

P.S. Copyright of the enclosed poem is yours, if you can bear it.
""",
    "en: essay that ends in a list": """
Five bridges that are worth the walk, in the order in which my knees would like to meet them again.

The Corby footbridge is new and smells of paint, and you can see the heron's nest from its middle.

Recommended

The mill bridge
The iron bridge
The two planks
The bridge of sighs, so called by the postman
""",
    "en: essay with a list of sources": """
The river has been measured since 1788, first by a clergyman with a stick and then by his daughter.

The stick survives. It is kept in the town hall, in a case that nobody has the key to any longer.

See also

A clergyman's stick: notes on early gauging
The daughter's diary, second volume
Floods and their keepers
""",
    "en: a chronicle with a heading above every part": """
The lock in four seasons

Spring

The gates are painted in March, green on the outside and, for reasons nobody remembers, red within.

Archives

The lock keeper's books go back to the first boat, which carried lime and a bishop with a cold.

Featured

A plate over the door shows three herrings, although herrings have never been seen so far inland.

Help

Whoever falls in should call out loudly, since the keeper is deaf in the ear that faces the water.
""",
}


def flowing(text: str) -> str:
    """Put every paragraph on a line of its own."""
    gap = "" if re.search("[\u3040-\u9fff]", text) else " "
    return "\n\n".join(gap.join(paragraph.split("\n")) for paragraph in text.split("\n\n"))


TEXTS = {
    **{f"{name}, wrapped": text.strip("\n") for name, text in PROSE.items()},
    **{f"{name}, flowing": flowing(text.strip("\n")) for name, text in PROSE.items()},
    **{name: text.strip("\n") for name, text in LINES.items()},
}


def cleaners() -> list[Step]:
    names = NAMES.split()
    return [step.model_validate({}) for name in names for step in STEPS if step.name == name]


def cleaned(text: str) -> tuple[Document, list[str]]:
    """Run the cleaning steps; give the document, and every piece that went with the step that took it."""
    doc, gone = Document("clean", text), []
    for step in cleaners():
        (result,) = step.process([doc])
        assert isinstance(result, Document)
        taken = [doc.text[edit.start : edit.end].strip() for edit in result.edits]
        gone += [f"{step.name}: {piece}" for piece in taken if piece and piece != result.title]
        doc = result.replace(edits=())
    return doc, gone


def test_all_cleaning_steps_are_tested() -> None:
    assert [step.name for step in cleaners()] == NAMES.split()


@pytest.mark.parametrize("name", TEXTS)
def test_clean_text_loses_nothing(name: str) -> None:
    text = TEXTS[name]
    doc, gone = cleaned(text)
    assert gone == []
    assert (doc.title or "").split() + doc.text.split() == text.split() or doc.text.split() == text.split()


@pytest.mark.parametrize("name", [name for name in TEXTS if "wrapped" not in name])
def test_a_headline_above_is_all_that_goes(name: str) -> None:
    text = TEXTS[name]
    doc, gone = cleaned(f"The keeper and the weir\n\n{text}")
    assert gone == []
    assert doc.text.split() in (text.split(), ["The", "keeper", "and", "the", "weir", *text.split()])


@pytest.mark.parametrize("name", [name for name in TEXTS if "wrapped" not in name])
def test_cleaning_twice_changes_nothing_more(name: str) -> None:
    once, _ = cleaned(TEXTS[name])
    twice, gone = cleaned(once.text)
    assert gone == []
    assert twice.text.split() == once.text.split() or twice.title is not None
