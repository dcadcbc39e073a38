# The customer portal in English. Every other language is measured by this file: its texts, and the variables each may use.
# docs/portal.md says how to write another one.

language-name = English
language-choose = Language

## Dates, times, lengths and money

weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
# Besides $hour and $minute there are $hour12 and $half, which is am or pm.
time = { $hour }:{ $minute }
date = { $weekday } { $day } { $month } { $year }
date-without-year = { $weekday } { $day } { $month }
# The days of a week, without their names.
week = { $first } { $first-month } – { $last } { $last-month } { $year }
moment = { $date }, { $time } { $zone }
span = { $date }, { $from } – { $to } { $zone }
# It ends on another day.
span-over-days = { $date }, { $from } – { $last-date }, { $to } { $zone }
# What clocks in a zone are said to show: CET, EST, +0545.
zone-short = { $zone }
zone-own = { $zone } (where the visit is)
length =
    { $hours ->
        [0] { $minutes } min
       *[other] { $minutes ->
            [0] { $hours } h
           *[other] { $hours } h { $minutes } min
        }
    }
# Two or more whole days.
length-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
decimal-mark = .
money = { $amount } { $currency }
price-from = from { $price }
price-per-person = { $price } a person
price-per-person-from = from { $price } a person
deposit-percent = { $percent } % in advance

## The frame

skip = Skip to content
foot = Bookings are kept with Slotledger
nobody = Booking
optional = optional
steps = Steps of a booking
step-service = Service
step-time = Time
step-details = Your details
step-confirm = Confirm

## What can be booked

services-title = Book an appointment
services-heading = What would you like to book?
services-none = Nothing can be booked here at the moment.
services-none-hint = Please come back later, or ask us directly.
services-tax = Prices are before tax.

## When

times-title = Choose a time
times-heading = When does it suit you?
times-change = Change
times-where = Where
times-with = With
times-anyone = Anyone
times-people = People
times-zone = Time zone
times-show = Show times
times-before = Week before
times-after = Week after
times-in-zone = Times in { $zone }.
times-in-own-zone = Times in { $zone }, where the visit is.
# Said by a script that knows where the visitor is; the zone is put in by it.
times-switch-zone = Show them in { $zone }
times-there = { $time } where you are, { $zone }
times-none = No time is free in this week.
times-other-week = Try another week.
times-other-week-or-person = Try another week, or anyone who is free.

## Who

details-title = Your details
details-heading = Who is it for?
details-choice = Your choice
details-again = Choose another time
details-name = Name
details-email = E-mail address
details-phone = Telephone
details-address = Address, if we come to you
details-remarks = Anything we should know
details-trap = Leave this empty
details-hold = Hold this time
details-held-for = { $minutes ->
    [one] It is held for a minute; you confirm it on the next page.
   *[other] It is held for { $minutes } minutes; you confirm it on the next page.
}
details-taken = This time has just been taken.
details-taken-own = Was it you? Then go forward again, to the page that holds it for you.
details-kept = Your details are still here.

## Facts about a visit

fact-service = Service
fact-when = When
fact-with = With
fact-anyone = Whoever is free
fact-where = Where
fact-people = People
fact-price = Price before tax
fact-paid = Paid
fact-left = Left to pay before tax
fact-remarks = Remarks
fact-why = Why
why-ran-out = It was not confirmed before the hold ended.
why-unsaid = No reason was given.

## The visit's page

visit-title = Your appointment
visit-to-confirm = Please confirm your appointment
visit-held = This time is held for you
visit-planned = Your appointment
visit-confirmed = Your appointment is confirmed
visit-en-route = We are on our way to you
arrival = We expect to be with you at about { $time }.
visit-in-progress = Your appointment is under way
visit-paused = Your appointment is interrupted
visit-completed = Your appointment is completed
visit-cancelled = This appointment is cancelled
visit-no-show = You were missed at this appointment
status-open = Open
status-scheduled = Scheduled
status-confirmed = Confirmed
status-en-route = On the way
status-in-progress = Under way
status-paused = Interrupted
status-completed = Completed
status-cancelled = Cancelled
status-no-show = Missed
done-held = The time is held for you. Keep the address of this page: it leads back here.
done-accept = It is confirmed. We look forward to seeing you.
done-decline = It is declined, and the time is free for others.
done-cancel = It is cancelled, and the time is free for others.
done-reschedule = It was moved. This is your new appointment.
done-sign = Thank you for signing.
due-amount = { $amount } are due in advance.
due-how = The company tells you how to pay.
due-reference = Name { $reference } as the reference. The appointment is confirmed once the payment is entered; open this page again to see it.
held-until = Held until { $moment }.
held-after = After that the time is free for others.
confirm-button = Confirm
sign-label = Sign for the work with your name
sign-button = Sign
signed = Signed by { $name } on { $moment }.
more-heading = Something else?
more-move = Choose another time
more-calendar = Add to calendar
decline-open = Decline it
decline-button = Decline
cancel-open = Cancel it
cancel-button = Cancel the appointment
reason = Why
book-another = Book another appointment

## Moving it

move-title = Choose another time
move-now = now { $when }
move-back = Leave it as it is
move-barred = It cannot be moved any more.
move-call = Call us if it cannot stay as it is.
move-hint = Choose the new time; the old one is given up when you do.

## In a calendar

calendar-summary = { $service } · { $company }
# The name of the file, without its end: letters, digits and hyphens.
calendar-file = appointment

## Links that lead nowhere, and problems

gone-title = This link does not work any more
gone-why = It may have been used already, be too old, or have been copied incompletely.
gone-help = Open the newest link that you were given, or ask the company for another one. Nothing was changed.
problem-title = Something is not right
problem-unknown = The page could not be shown. Try again in a moment.
problem-inside = Something went wrong on our side. Nothing was changed.
    .hint = Try again in a moment. If it happens again, call us and name the code.

## Fields of a form that are not as they should be

field-name = Give a name of at most 200 characters.
field-email = Give an e-mail address, such as mara@example.org. We answer there.
field-phone = Give a telephone number of at most 50 characters, or leave it out.
field-address = Give an address of at most 1,000 characters.
field-remarks = Write at most 2,000 characters.
field-reason = Write at most 1,000 characters.
field-start = Choose one of the times.
field-guests = Choose for how many people it is.

## What the rules and the server refuse, by their codes. What is not here is said in their own English.
## $number is the first whole number of that sentence, and $span the same as minutes in words.

SL0104 = What you wrote is too long.
    .hint = Shorten it, and send it again.
SL0105 = Some of your details are not as they should be.
    .hint = Correct them, and send the form again.
SL0107 = The address of this page is not complete.
    .hint = Go back, and choose again.
SL0109 = There is nothing at this address.
    .hint = Check the address.
SL0110 = This page cannot be opened in this way.
    .hint = Go back, and choose again.
SL0111 = That took too long.
    .hint = Try again; nothing is booked twice.
SL0112 = This form was sent before with other details, and the time is held with those.
    .hint = Go forward again, to the page of your appointment, or choose another time.
SL0122 = There were too many bookings from your connection.
    .hint = Wait a few minutes, and try again.
SL0123 = The form may come from another page.
    .hint = Open the page anew, and send the form from there.
SL0124 = This link does not work any more.
    .hint = Use the newest link that you were given, or ask for another one.
SL0125 = The appointment has changed since this link was made.
    .hint = Use the link of the newest message about it.
SL0126 = There is no booking page here.
    .hint = Check the address, or ask the company how it takes bookings.
SL0127 = The work is not completed yet.
    .hint = Sign once it is completed; this page is there until then.
SL0128 = The form looks filled in by a program.
    .hint = Empty the last field, which people do not see, and send the form again.
SL0129 = The work is signed for already.
    .hint = Nothing has to be done: the first signature counts.
SL0201 = No bookings are taken at the moment.
    .hint = Please come back later, or call us.
SL0202 = This place takes no bookings at the moment.
    .hint = Choose another place.
SL0203 = This cannot be booked at the moment.
    .hint = Choose another service.
SL0204 = This person takes no bookings at the moment.
    .hint = Choose somebody else, or anyone.
SL0205 = You cannot book here.
    .hint = Please call us.
SL0207 = This person does not do that.
    .hint = Choose somebody else, or anyone.
SL0208 = This person does not work here.
    .hint = Choose somebody else, or anyone.
SL0209 = Nobody does this here at the moment.
    .hint = Choose another place, or call us.
SL0210 = A visit cannot start at this minute.
    .hint = Choose one of the times that are shown.
SL0211 = Nobody is at work long enough for it.
    .hint = Choose another day.
SL0212 = Whoever would come is away.
    .hint = Choose another day, or somebody else.
SL0213 = All times are taken.
    .hint = Choose another time, or somebody else.
SL0214 = We are closed for a part of that time.
    .hint = Choose a time inside our opening hours.
SL0215 = That is too soon: it has to be booked { $span } ahead.
    .plain = This time is over already.
    .hint = Choose a later time.
SL0216 = That is too far ahead: it can be booked at most { $span } ahead.
    .hint = Choose an earlier time.
SL0217 = That is too late in the day.
    .hint = Choose an earlier time of the day.
SL0218 = No time can be booked there yet.
    .hint = Choose another week.
SL0220 = It is for { $number ->
        [one] one person
       *[other] { $number } people
    } at least.
    .hint = Book for more people.
SL0221 = It is for { $number ->
        [one] one person
       *[other] { $number } people
    } at most.
    .hint = Book for fewer people.
SL0222 = There is no price for so many people.
    .hint = Book for another number of people, or call us.
SL0238 = The appointment was changed too often.
    .hint = Book a new one, or call us.
SL0240 = That is done already.
    .hint = There is nothing to do.
SL0241 = That cannot be done any more, as the appointment stands now.
    .hint = Look at how it stands, and choose what fits.
SL0242 = The time was held too long ago, and is free for others again.
    .hint = Book it again, if it is still free.
SL0244 = That cannot be done here.
    .hint = Please call us.
SL0245 = The visit has not started yet.
    .hint = Wait until it has.
SL0247 = Nothing would change.
    .hint = Choose something else.
SL0249 = More is due in advance than before.
    .hint = Please call us.
SL0250 = It is too late to cancel it: that was possible until { $span } before the start.
    .hint = Please call us.
SL0251 = It is too late to move it: that was possible until { $span } before the start.
    .hint = Please call us.
SL0252 = It can be moved { $number ->
        [one] once
       *[other] { $number } times
    }, and was.
    .hint = Please call us.
SL0253 = The reason is missing.
    .hint = Say why.
SL0255 = Another appointment has taken its place.
    .hint = Look at that one.
SL0256 = The deposit is not paid yet.
    .hint = Pay it as the page says; the appointment is confirmed once it is entered.
SL0263 = Something that the visit needs is in use at that time.
    .hint = Choose another time.
SL0264 = This place lacks something that the visit needs.
    .hint = Choose another place, or call us.
SL0265 = Something that the visit needs is in use at that time.
    .hint = Choose another time.
SL0266 = Something that the visit needs is in use at that time.
    .hint = Choose another time.
SL0267 = This place lacks something that the visit needs.
    .hint = Please call us.
SL0268 = Something that the visit needs is in use at that time.
    .hint = Choose another time.
SL0270 = Not enough places are left.
    .hint = Book for fewer people, or choose another time.
SL0272 = Nobody fits what was asked for.
    .hint = Please call us.
SL0273 = Nobody else is free at that time.
    .hint = Choose another time.
# The sentence is the company's own rule's.
SL0290 =
    .hint = Choose otherwise, or call us.
SL0301 = It is not there any more.
    .hint = Go back, and choose again.
SL0302 = The appointment has changed in the meantime.
    .hint = You see how it stands now. Choose again, if it still fits.
SL0303 = This time has just been taken.
    .hint = Choose another time.
SL0305 = That cannot be done any more, as the appointment stands now.
    .hint = Look at how it stands, and choose what fits.
SL0306 = Too much is going on at once.
    .hint = Try again in a moment; nothing was changed.
SL0307 = Bookings cannot be reached at the moment.
    .hint = Try again in a moment; nothing is booked twice.
