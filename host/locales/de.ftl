# Das Kundenportal auf Deutsch.

language-name = Deutsch
language-choose = Sprache

## Datum, Uhrzeit, Dauer und Geld

weekday-1 = Mo
weekday-2 = Di
weekday-3 = Mi
weekday-4 = Do
weekday-5 = Fr
weekday-6 = Sa
weekday-7 = So
month-1 = Jan.
month-2 = Feb.
month-3 = März
month-4 = Apr.
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = Aug.
month-9 = Sept.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.
time = { $hour }:{ $minute }
date = { $weekday }, { $day }. { $month } { $year }
date-without-year = { $weekday }, { $day }. { $month }
week = { $first }. { $first-month } – { $last }. { $last-month } { $year }
moment = { $date }, { $time } Uhr ({ $zone })
span = { $date }, { $from } – { $to } Uhr ({ $zone })
span-over-days = { $date }, { $from } Uhr – { $last-date }, { $to } Uhr ({ $zone })
zone-short = { $zone ->
    [CET] MEZ
    [CEST] MESZ
    [EET] OEZ
    [EEST] OESZ
    [WET] WEZ
    [WEST] WESZ
   *[other] { $zone }
}
zone-own = { $zone } (am Ort des Termins)
length =
    { $hours ->
        [0] { $minutes } Min.
       *[other] { $minutes ->
            [0] { $hours } Std.
           *[other] { $hours } Std. { $minutes } Min.
        }
    }
length-days = { $days ->
    [one] { $days } Tag
   *[other] { $days } Tage
}
decimal-mark = ,
money = { $amount } { $currency ->
    [EUR] €
    [GBP] £
    [USD] $
   *[other] { $currency }
}
price-from = ab { $price }
price-per-person = { $price } pro Person
price-per-person-from = ab { $price } pro Person
deposit-percent = { $percent } % Anzahlung

## Der Rahmen

skip = Zum Inhalt springen
foot = Termine werden mit Slotledger verwaltet
nobody = Terminbuchung
optional = freiwillig
steps = Schritte der Buchung
step-service = Leistung
step-time = Zeit
step-details = Ihre Angaben
step-confirm = Bestätigen

## Was sich buchen lässt

services-title = Termin buchen
services-heading = Was möchten Sie buchen?
services-none = Im Moment lässt sich hier nichts buchen.
services-none-hint = Bitte schauen Sie später wieder vorbei oder fragen Sie uns direkt.
services-tax = Alle Preise verstehen sich zuzüglich Steuern.

## Wann

times-title = Zeit auswählen
times-heading = Wann passt es Ihnen?
times-change = Ändern
times-where = Ort
times-with = Bei
times-anyone = Egal, wer
times-people = Personen
times-zone = Zeitzone
times-show = Zeiten anzeigen
times-before = Vorherige Woche
times-after = Nächste Woche
times-in-zone = Zeitzone: { $zone }.
times-in-own-zone = Zeitzone: { $zone }, wie am Ort des Termins.
times-switch-zone = In der Zeitzone { $zone } anzeigen
times-there = bei Ihnen { $time }, { $zone }
times-none = In dieser Woche ist nichts mehr frei.
times-other-week = Versuchen Sie es mit einer anderen Woche.
times-other-week-or-person = Versuchen Sie es mit einer anderen Woche oder ohne festen Personenwunsch.

## Wer

details-title = Ihre Angaben
details-heading = Für wen ist der Termin?
details-choice = Ihre Auswahl
details-again = Andere Zeit wählen
details-name = Name
details-email = E-Mail-Adresse
details-phone = Telefon
details-address = Anschrift, falls wir zu Ihnen kommen
details-remarks = Was sollten wir noch wissen?
details-trap = Bitte leer lassen
details-hold = Zeit reservieren
details-held-for = { $minutes ->
    [one] Wir halten die Zeit eine Minute lang für Sie frei; bestätigen können Sie auf der nächsten Seite.
   *[other] Wir halten die Zeit { $minutes } Minuten lang für Sie frei; bestätigen können Sie auf der nächsten Seite.
}
details-taken = Diese Zeit ist gerade vergeben worden.
details-taken-own = Waren Sie das selbst? Dann gehen Sie wieder vor zur Seite, auf der sie für Sie reserviert ist.
details-kept = Ihre Angaben sind noch da.

## Angaben zum Termin

fact-service = Leistung
fact-when = Zeit
fact-with = Bei
fact-anyone = Wer gerade frei ist
fact-where = Ort
fact-people = Personen
fact-price = Preis zzgl. Steuern
fact-paid = Bezahlt
fact-left = Noch zu zahlen zzgl. Steuern
fact-remarks = Anmerkungen
fact-why = Grund
why-ran-out = Der Termin wurde nicht rechtzeitig bestätigt.
why-unsaid = Es wurde kein Grund angegeben.

## Die Seite des Termins

visit-title = Ihr Termin
visit-to-confirm = Bitte bestätigen Sie Ihren Termin
visit-held = Diese Zeit ist für Sie reserviert
visit-planned = Ihr Termin
visit-confirmed = Ihr Termin ist bestätigt
visit-en-route = Wir sind unterwegs zu Ihnen
arrival = Wir sind voraussichtlich gegen { $time } Uhr bei Ihnen.
visit-in-progress = Ihr Termin läuft gerade
visit-paused = Ihr Termin ist unterbrochen
visit-completed = Ihr Termin ist abgeschlossen
visit-cancelled = Dieser Termin ist abgesagt
visit-no-show = Sie haben diesen Termin versäumt
status-open = Offen
status-scheduled = Geplant
status-confirmed = Bestätigt
status-en-route = Unterwegs
status-in-progress = Läuft
status-paused = Unterbrochen
status-completed = Abgeschlossen
status-cancelled = Abgesagt
status-no-show = Versäumt
done-held = Die Zeit ist für Sie reserviert. Heben Sie die Adresse dieser Seite auf: Sie führt hierher zurück.
done-accept = Der Termin ist bestätigt. Wir freuen uns auf Sie.
done-decline = Der Termin ist abgelehnt, die Zeit steht wieder anderen offen.
done-cancel = Der Termin ist abgesagt, die Zeit steht wieder anderen offen.
done-reschedule = Der Termin wurde verlegt. Dies ist Ihr neuer Termin.
done-sign = Vielen Dank für Ihre Unterschrift.
due-amount = Vorab sind { $amount } zu zahlen.
due-how = Wie Sie zahlen können, erfahren Sie von uns.
due-reference = Geben Sie als Verwendungszweck { $reference } an. Der Termin ist bestätigt, sobald die Zahlung verbucht ist; öffnen Sie dann diese Seite erneut.
held-until = Reserviert bis { $moment }.
held-after = Danach steht die Zeit wieder anderen offen.
confirm-button = Bestätigen
sign-label = Bestätigen Sie die Arbeit mit Ihrem Namen
sign-button = Unterschreiben
signed = Unterschrieben von { $name } am { $moment }.
more-heading = Möchten Sie etwas ändern?
more-move = Andere Zeit wählen
more-calendar = In den Kalender eintragen
decline-open = Termin ablehnen
decline-button = Ablehnen
cancel-open = Termin absagen
cancel-button = Termin jetzt absagen
reason = Grund
book-another = Weiteren Termin buchen

## Verlegen

move-title = Andere Zeit wählen
move-now = bisher { $when }
move-back = Termin so lassen
move-barred = Der Termin lässt sich nicht mehr verlegen.
move-call = Rufen Sie uns an, wenn Sie ihn nicht wahrnehmen können.
move-hint = Wählen Sie die neue Zeit; die bisherige wird dabei frei.

## Im Kalender

calendar-summary = { $service } · { $company }
calendar-file = termin

## Links, die ins Leere führen, und Fehler

gone-title = Dieser Link gilt nicht mehr
gone-why = Er wurde vielleicht schon verwendet, ist zu alt oder wurde nicht vollständig kopiert.
gone-help = Öffnen Sie den neuesten Link, den Sie bekommen haben, oder bitten Sie um einen neuen. Es wurde nichts geändert.
problem-title = Hier stimmt etwas nicht
problem-unknown = Die Seite konnte nicht angezeigt werden. Bitte versuchen Sie es gleich noch einmal.
problem-inside = Bei uns ist etwas schiefgegangen. Es wurde nichts geändert.
    .hint = Bitte versuchen Sie es gleich noch einmal. Hilft das nicht, rufen Sie uns an und nennen Sie den Code.

## Felder, die nicht richtig ausgefüllt sind

field-name = Bitte geben Sie einen Namen mit höchstens 200 Zeichen an.
field-email = Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel mara@example.org. Dorthin antworten wir.
field-phone = Bitte geben Sie eine Telefonnummer mit höchstens 50 Zeichen an oder lassen Sie das Feld leer.
field-address = Bitte geben Sie eine Anschrift mit höchstens 1000 Zeichen an.
field-remarks = Bitte schreiben Sie höchstens 2000 Zeichen.
field-reason = Bitte schreiben Sie höchstens 1000 Zeichen.
field-start = Bitte wählen Sie eine der Zeiten.
field-guests = Bitte wählen Sie, für wie viele Personen der Termin ist.

## Was die Regeln und der Server ablehnen, nach ihren Codes

SL0104 = Ihr Text ist zu lang.
    .hint = Bitte kürzen Sie ihn und senden Sie ihn erneut.
SL0105 = Einige Ihrer Angaben stimmen noch nicht.
    .hint = Bitte berichtigen Sie sie und senden Sie das Formular erneut.
SL0107 = Die Adresse dieser Seite ist nicht vollständig.
    .hint = Bitte gehen Sie zurück und wählen Sie erneut.
SL0109 = Unter dieser Adresse gibt es nichts.
    .hint = Bitte prüfen Sie die Adresse.
SL0110 = So lässt sich diese Seite nicht öffnen.
    .hint = Bitte gehen Sie zurück und wählen Sie erneut.
SL0111 = Das hat zu lange gedauert.
    .hint = Bitte versuchen Sie es noch einmal; doppelt gebucht wird nichts.
SL0112 = Dieses Formular wurde schon einmal mit anderen Angaben gesendet; mit diesen ist die Zeit reserviert.
    .hint = Bitte gehen Sie wieder vor zur Seite Ihres Termins, oder wählen Sie eine andere Zeit.
SL0122 = Von Ihrem Anschluss kamen zu viele Buchungen.
    .hint = Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.
SL0123 = Das Formular kommt möglicherweise von einer anderen Seite.
    .hint = Bitte öffnen Sie die Seite neu und senden Sie das Formular von dort.
SL0124 = Dieser Link gilt nicht mehr.
    .hint = Verwenden Sie den neuesten Link, den Sie bekommen haben, oder bitten Sie um einen neuen.
SL0125 = Der Termin hat sich geändert, seit dieser Link erstellt wurde.
    .hint = Verwenden Sie den Link aus der neuesten Nachricht dazu.
SL0126 = Hier gibt es keine Buchungsseite.
    .hint = Prüfen Sie die Adresse oder fragen Sie das Unternehmen, wie es Termine vergibt.
SL0127 = Die Arbeit ist noch nicht abgeschlossen.
    .hint = Unterschreiben Sie, sobald sie abgeschlossen ist; diese Seite bleibt bis dahin bestehen.
SL0128 = Das Formular scheint von einem Programm ausgefüllt zu sein.
    .hint = Leeren Sie das letzte, unsichtbare Feld und senden Sie das Formular erneut.
SL0129 = Für die Arbeit wurde bereits unterschrieben.
    .hint = Sie müssen nichts weiter tun: Die erste Unterschrift gilt.
SL0201 = Im Moment werden keine Buchungen angenommen.
    .hint = Bitte schauen Sie später wieder vorbei oder rufen Sie uns an.
SL0202 = An diesem Ort werden im Moment keine Buchungen angenommen.
    .hint = Bitte wählen Sie einen anderen Ort.
SL0203 = Diese Leistung lässt sich im Moment nicht buchen.
    .hint = Bitte wählen Sie eine andere Leistung.
SL0204 = Diese Person nimmt im Moment keine Termine an.
    .hint = Bitte wählen Sie jemand anderen oder „Egal, wer“.
SL0205 = Sie können hier nicht buchen.
    .hint = Bitte rufen Sie uns an.
SL0207 = Diese Person bietet die Leistung nicht an.
    .hint = Bitte wählen Sie jemand anderen oder „Egal, wer“.
SL0208 = Diese Person arbeitet nicht an diesem Ort.
    .hint = Bitte wählen Sie jemand anderen oder „Egal, wer“.
SL0209 = Im Moment bietet hier niemand diese Leistung an.
    .hint = Bitte wählen Sie einen anderen Ort oder rufen Sie uns an.
SL0210 = Zu dieser Minute kann kein Termin beginnen.
    .hint = Bitte wählen Sie eine der angezeigten Zeiten.
SL0211 = Niemand ist lange genug im Dienst.
    .hint = Bitte wählen Sie einen anderen Tag.
SL0212 = Die zuständige Person ist abwesend.
    .hint = Bitte wählen Sie einen anderen Tag oder jemand anderen.
SL0213 = Alle Zeiten sind vergeben.
    .hint = Bitte wählen Sie eine andere Zeit oder jemand anderen.
SL0214 = Wir haben in einem Teil dieser Zeit geschlossen.
    .hint = Bitte wählen Sie eine Zeit innerhalb unserer Öffnungszeiten.
SL0215 = Das ist zu kurzfristig: Buchen Sie mindestens { $span } im Voraus.
    .plain = Diese Zeit ist schon vorbei.
    .hint = Bitte wählen Sie eine spätere Zeit.
SL0216 = Das liegt zu weit in der Zukunft: Buchen können Sie höchstens { $span } im Voraus.
    .hint = Bitte wählen Sie eine frühere Zeit.
SL0217 = Dafür ist es zu spät am Tag.
    .hint = Bitte wählen Sie eine frühere Uhrzeit.
SL0218 = Dort lässt sich noch keine Zeit buchen.
    .hint = Bitte wählen Sie eine andere Woche.
SL0220 = Die Leistung ist für mindestens { $number ->
        [one] eine Person
       *[other] { $number } Personen
    }.
    .hint = Bitte buchen Sie für mehr Personen.
SL0221 = Die Leistung ist für höchstens { $number ->
        [one] eine Person
       *[other] { $number } Personen
    }.
    .hint = Bitte buchen Sie für weniger Personen.
SL0222 = Für so viele Personen gibt es keinen Preis.
    .hint = Bitte wählen Sie eine andere Zahl von Personen oder rufen Sie uns an.
SL0238 = Der Termin wurde zu oft geändert.
    .hint = Bitte buchen Sie einen neuen oder rufen Sie uns an.
SL0240 = Das ist bereits geschehen.
    .hint = Sie müssen nichts weiter tun.
SL0241 = So, wie der Termin jetzt steht, geht das nicht mehr.
    .hint = Bitte sehen Sie nach, wie er steht, und wählen Sie, was dazu passt.
SL0242 = Die Reservierung ist abgelaufen, die Zeit steht wieder anderen offen.
    .hint = Bitte buchen Sie sie erneut, falls sie noch frei ist.
SL0244 = Das ist hier nicht möglich.
    .hint = Bitte rufen Sie uns an.
SL0245 = Der Termin hat noch nicht begonnen.
    .hint = Bitte warten Sie, bis er begonnen hat.
SL0247 = Es würde sich nichts ändern.
    .hint = Bitte wählen Sie etwas anderes.
SL0249 = Vorab ist jetzt mehr zu zahlen als bisher.
    .hint = Bitte rufen Sie uns an.
SL0250 = Zum Absagen ist es zu spät: Das war bis { $span } vor Beginn möglich.
    .hint = Bitte rufen Sie uns an.
SL0251 = Zum Verlegen ist es zu spät: Das war bis { $span } vor Beginn möglich.
    .hint = Bitte rufen Sie uns an.
SL0252 = Der Termin lässt sich { $number ->
        [one] einmal
       *[other] { $number }-mal
    } verlegen; das ist bereits geschehen.
    .hint = Bitte rufen Sie uns an.
SL0253 = Der Grund fehlt.
    .hint = Bitte nennen Sie einen Grund.
SL0255 = Ein anderer Termin ist an die Stelle dieses Termins getreten.
    .hint = Bitte sehen Sie sich den anderen an.
SL0256 = Die Anzahlung fehlt noch.
    .hint = Bitte zahlen Sie sie wie auf der Seite beschrieben; der Termin ist bestätigt, sobald sie verbucht ist.
SL0263 = Etwas, das für den Termin gebraucht wird, ist zu dieser Zeit belegt.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0264 = An diesem Ort fehlt etwas, das für den Termin gebraucht wird.
    .hint = Bitte wählen Sie einen anderen Ort oder rufen Sie uns an.
SL0265 = Etwas, das für den Termin gebraucht wird, ist zu dieser Zeit belegt.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0266 = Etwas, das für den Termin gebraucht wird, ist zu dieser Zeit belegt.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0267 = An diesem Ort fehlt etwas, das für den Termin gebraucht wird.
    .hint = Bitte rufen Sie uns an.
SL0268 = Etwas, das für den Termin gebraucht wird, ist zu dieser Zeit belegt.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0270 = Es sind nicht mehr genügend Plätze frei.
    .hint = Bitte buchen Sie für weniger Personen oder wählen Sie eine andere Zeit.
SL0272 = Niemand passt zu dem, was gewünscht ist.
    .hint = Bitte rufen Sie uns an.
SL0273 = Zu dieser Zeit ist niemand anderes frei.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0290 =
    .hint = Bitte wählen Sie etwas anderes oder rufen Sie uns an.
SL0301 = Das gibt es nicht mehr.
    .hint = Bitte gehen Sie zurück und wählen Sie erneut.
SL0302 = Der Termin hat sich inzwischen geändert.
    .hint = Sie sehen, wie er jetzt steht. Bitte wählen Sie erneut, falls es noch passt.
SL0303 = Diese Zeit ist gerade vergeben worden.
    .hint = Bitte wählen Sie eine andere Zeit.
SL0305 = So, wie der Termin jetzt steht, geht das nicht mehr.
    .hint = Bitte sehen Sie nach, wie er steht, und wählen Sie, was dazu passt.
SL0306 = Gerade geschieht zu viel auf einmal.
    .hint = Bitte versuchen Sie es gleich noch einmal; es wurde nichts geändert.
SL0307 = Die Termine sind im Moment nicht erreichbar.
    .hint = Bitte versuchen Sie es gleich noch einmal; doppelt gebucht wird nichts.

## Namen von Zeitzonen; die anderen heißen, wie sie in der Adresse stehen

zone-Pacific-Honolulu = Pazifik/Honolulu
zone-America-Anchorage = Amerika/Anchorage
zone-America-Los_Angeles = Amerika/Los Angeles
zone-America-Denver = Amerika/Denver
zone-America-Phoenix = Amerika/Phoenix
zone-America-Chicago = Amerika/Chicago
zone-America-Mexico_City = Amerika/Mexiko-Stadt
zone-America-New_York = Amerika/New York
zone-America-Toronto = Amerika/Toronto
zone-America-Bogota = Amerika/Bogotá
zone-America-Lima = Amerika/Lima
zone-America-Halifax = Amerika/Halifax
zone-America-Caracas = Amerika/Caracas
zone-America-Santiago = Amerika/Santiago de Chile
zone-America-Sao_Paulo = Amerika/São Paulo
zone-America-Argentina-Buenos_Aires = Amerika/Buenos Aires
zone-Atlantic-Azores = Atlantik/Azoren
zone-UTC = Koordinierte Weltzeit (UTC)
zone-Europe-London = Europa/London
zone-Europe-Lisbon = Europa/Lissabon
zone-Africa-Lagos = Afrika/Lagos
zone-Europe-Berlin = Europa/Berlin
zone-Europe-Paris = Europa/Paris
zone-Europe-Madrid = Europa/Madrid
zone-Europe-Rome = Europa/Rom
zone-Europe-Warsaw = Europa/Warschau
zone-Europe-Athens = Europa/Athen
zone-Europe-Kyiv = Europa/Kiew
zone-Africa-Cairo = Afrika/Kairo
zone-Africa-Johannesburg = Afrika/Johannesburg
zone-Europe-Istanbul = Europa/Istanbul
zone-Africa-Nairobi = Afrika/Nairobi
zone-Asia-Dubai = Asien/Dubai
zone-Asia-Tehran = Asien/Teheran
zone-Asia-Karachi = Asien/Karatschi
zone-Asia-Kolkata = Asien/Kolkata
zone-Asia-Dhaka = Asien/Dhaka
zone-Asia-Bangkok = Asien/Bangkok
zone-Asia-Shanghai = Asien/Shanghai
zone-Asia-Singapore = Asien/Singapur
zone-Asia-Tokyo = Asien/Tokio
zone-Australia-Perth = Australien/Perth
zone-Australia-Sydney = Australien/Sydney
zone-Pacific-Auckland = Pazifik/Auckland
