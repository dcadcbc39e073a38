//! The catalogue of what can go wrong, apart from the booking rules.
//!
//! Invariant: a code never changes its meaning and is never given away again. `SL01` is about the request, `SL03`
//! about what is stored, `SL04` about the rules component, `SL05` about the books. `SL02` belongs to the rules
//! component, which states its own codes, sentences and hints; here is kept only which of them speak of a conflict, and
//! the one under which extensions refuse.

/// One thing that can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `SL` and four digits.
    pub code: &'static str,
    /// What it is, in a few words that never change.
    pub title: &'static str,
    /// The HTTP status it is answered with.
    pub status: u16,
    /// What to do about it.
    pub hint: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal, $hint:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code { code: $code, title: $title, status: $status, hint: $hint };)*

        /// Every code of the host, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// No API key, or one that is not known.
    UNAUTHORIZED = "SL0101", 401, "An API key is needed",
        "Log in, or send the header `Authorization: Bearer <key>` with an API key.";
    /// The body is not JSON.
    NOT_JSON = "SL0102", 400, "The body is not JSON",
        "Send one JSON value in UTF-8; `detail` says where reading it failed.";
    /// The body is declared to be something other than JSON.
    NOT_DECLARED_JSON = "SL0103", 415, "The body is not declared as JSON",
        "Send the header `Content-Type: application/json`.";
    /// The body is longer than the host reads.
    BODY_TOO_LARGE = "SL0104", 413, "The body is too large",
        "Send at most 1 MiB; split what is longer into several requests.";
    /// Fields are missing, unknown, of the wrong type or out of range.
    INVALID = "SL0105", 422, "Some fields are not as they should be",
        "Correct the fields listed in `errors`; `/openapi.json` states what each may hold.";
    /// An identifier in the path has the wrong form.
    BAD_PATH = "SL0106", 400, "The identifier in the path has the wrong form",
        "Use the identifier exactly as the API gave it.";
    /// A query parameter is unknown, repeated or out of range.
    BAD_QUERY = "SL0107", 400, "The query is not as it should be",
        "`detail` names the parameter; percent-encode values, `+` included.";
    /// A header has the wrong form.
    BAD_HEADER = "SL0108", 400, "A header is not as it should be",
        "`detail` names the header and the form it takes.";
    /// There is nothing at this path.
    NO_SUCH_PATH = "SL0109", 404, "There is nothing at this path",
        "`/openapi.json` lists every path.";
    /// The path does not take this method.
    METHOD_NOT_ALLOWED = "SL0110", 405, "The path does not take this method",
        "The header `Allow` lists the methods it takes.";
    /// The request was not answered in time.
    TOO_SLOW = "SL0111", 503, "The request took too long",
        "Repeat it with the same Idempotency-Key: it is carried out once.";
    /// An idempotency key came again with another request.
    KEY_REUSED = "SL0112", 422, "The Idempotency-Key was used for another request",
        "Use a new key for each request; repeat a request with its own key and the same body.";
    /// A change of a record has to name the version it is made on.
    IF_MATCH_MISSING = "SL0113", 428, "The version to be changed is not named",
        "Read the record first and send its `ETag` as `If-Match`.";
    /// A recurrence rule cannot be read.
    RULE_UNREADABLE = "SL0114", 422, "The recurrence rule cannot be read",
        "Write it by RFC 5545, without `DTSTART`: `FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10`.";
    /// A recurrence rule repeats within a day.
    RULE_TOO_FINE = "SL0115", 422, "The recurrence rule repeats within a day",
        "Let it repeat daily or less often; `start` says at which time of the day.";
    /// A recurrence rule goes on for ever or for too long.
    RULE_TOO_LONG = "SL0116", 422, "The series is too long",
        "Let it end with `COUNT`, `UNTIL` or the field `until`: within two years and 200 occurrences.";
    /// A recurrence rule has no occurrence.
    RULE_EMPTY = "SL0117", 422, "The series has no occurrence",
        "Check the rule against `start`, its end and the excluded dates; a preview lists what it means.";
    /// A notice without the signature it should have.
    NOTICE_UNSIGNED = "SL0118", 401, "The notice is not signed as it should be",
        "Sign the body with the secret that `[notices.NAME]` in the configuration names, and check both clocks.";
    /// The role or the key does not go with what was asked for.
    FORBIDDEN = "SL0119", 403, "It is not allowed to you",
        "Ask an administrator for a role, or a key with a scope, that allows it; `/openapi.json` says which do.";
    /// A request that does not say whose data it is about, from somebody who may not see everybody's.
    REACH_UNNAMED = "SL0120", 403, "The request does not say whose data it is about",
        "Name the company, the branch, the provider or the customer that you may work for.";
    /// A wrong name or password.
    LOG_IN_REFUSED = "SL0121", 401, "The name or the password is not right",
        "Check both; an administrator can make a link that sets a new password.";
    /// Too many tries.
    TOO_OFTEN = "SL0122", 429, "There were too many tries",
        "Wait as long as `Retry-After` says.";
    /// A write with a session's cookie that another page may have caused.
    FOREIGN_PAGE = "SL0123", 403, "The request may come from another page",
        "Send it from a page of this server, with the session's token in `Slotledger-Csrf`.";
    /// A link that was never good, or is no longer.
    LINK_OVER = "SL0124", 410, "The link does not hold",
        "Use the newest link that was sent, or ask for another one.";
    /// A link whose appointment has changed since.
    LINK_MOVED_ON = "SL0125", 409, "The appointment has changed since the link was made",
        "Use the link of the newest message about it.";
    /// A company without pages for customers, or none at all. Which of the two is not said.
    NO_PORTAL = "SL0126", 404, "There is no booking page here",
        "Check the address, or ask the company how it takes bookings.";
    /// A signature for work that is not finished.
    UNFINISHED = "SL0127", 409, "The work is not completed yet",
        "Sign once it is completed; the link holds until then.";
    /// A form in which a field is filled that people do not see.
    AUTOMATIC = "SL0128", 422, "The form looks filled in by a program",
        "Empty the last field, which people do not see, and send the form again.";
    /// A second signature under work that a customer has signed for.
    SIGNED = "SL0129", 409, "The work is signed for already",
        "Nothing has to be done: the first signature counts.";
    /// Somebody who sets out says when they arrive, and nobody can mean that.
    NO_ARRIVAL = "SL0130", 422, "Nobody arrives at that time",
        "Name a moment within the next 24 hours, in UTC, or leave `expected_arrival` out.";
    /// Something that is sent as a photo is none of a kind that is taken.
    NO_PICTURE = "SL0131", 415, "The file is no picture that is taken",
        "Send a JPEG, PNG or WebP. An iPhone makes JPEG with Settings, Camera, Formats, Most Compatible.";
    /// A photo that cannot be read to its end.
    BROKEN_PICTURE = "SL0132", 422, "The picture cannot be read",
        "Look whether it opens elsewhere, and send it whole, or take it anew.";
    /// Days that are no period of a report.
    BAD_PERIOD = "SL0133", 400, "There is no report on these days",
        "Name `from` and `to` as days, `from` no later than `to`, and no more than 371 days from the first to the last.";
    /// A photo of more bytes than are read.
    PHOTO_TOO_LARGE = "SL0134", 413, "The photo is too large",
        "Send at most 10 MB; a smaller picture shows the work as well.";
    /// A photo of more pixels than are painted.
    TOO_MANY_PIXELS = "SL0135", 422, "The picture has too many pixels",
        "Send one of at most 52 million pixels, which are scaled to 2048 on the long side anyway.";
    /// There is no ledger for a sample company.
    NO_TRIAL_BOOKS = "SL0136", 409, "There are no books to try things out with",
        "Add a connection of the kind `ledger` to the configuration, with a file of its own, and start the server again.";
    /// A company that was not made as a sample is to be removed.
    NO_SAMPLE = "SL0137", 409, "The company was not made as a sample",
        "Switch it off with `active` instead: what was booked and posted for it stays.";
    /// A sample company whose books cannot be emptied is to be removed.
    SAMPLE_KEPT = "SL0138", 409, "The sample company's books cannot be emptied",
        "Leave it, or switch it off with `active`: books that hold anything of others are never emptied.";
    /// A visit has as many notes or photos as it can have.
    VISIT_FULL = "SL0139", 409, "The visit has no room for more",
        "Put what is left into one note, or have a photo removed that is not needed.";
    /// Somebody comes from their provider whom it has not let in, or who was not sent there by this browser.
    NOT_LET_IN = "SL0140", 403, "Logging in was broken off",
        "Begin anew on the page to log in.";
    /// Somebody comes from their provider who has no account here.
    NO_ACCOUNT = "SL0141", 403, "There is no account here for whoever the provider knows",
        "Ask an administrator for an account with the address that the provider has.";
    /// A provider that people log in with does not answer.
    PROVIDER_AWAY = "SL0142", 503, "The provider does not answer",
        "Try again in a moment, or log in with a password.";
    /// A provider that people log in with answers something that is not believed.
    PROVIDER_UNBELIEVED = "SL0143", 502, "The provider's answer is not believed",
        "Compare the issuer, the client and the clocks; the log says what was wrong with it.";

    /// An extension speaks against it. The answer carries the extension's own message, and its name in the hint.
    EXTENSION_REFUSED = "SL0290", 422, "A rule of the company refuses it",
        "Follow the message; the administrator can see what the extension was shown.";

    /// A record or an appointment does not exist.
    MISSING = "SL0301", 404, "It does not exist",
        "Check the identifier; `detail` says what was looked for.";
    /// It has changed since the caller read it.
    STALE = "SL0302", 412, "It has changed since it was read",
        "Read it again, decide anew, and send its present `ETag` as `If-Match`.";
    /// Somebody else was given the slot in the same moment.
    TAKEN = "SL0303", 409, "The time has just been taken",
        "Search for openings again and choose another.";
    /// It exists already.
    EXISTS = "SL0304", 409, "It exists already",
        "Read the one that exists and change it instead.";
    /// A change that does not fit the present state of what it would change.
    OUT_OF_STATE = "SL0305", 409, "Its present state does not allow this",
        "Read it again: its state says what can still be done.";
    /// Too much changes at once.
    BUSY = "SL0306", 503, "Too much is changing at once",
        "Repeat the request after a moment; nothing was changed.";
    /// The store does not answer.
    NOT_READY = "SL0307", 503, "The store does not answer",
        "Repeat the request with the same Idempotency-Key after a moment: it is carried out once. The server's log names the \
         cause.";
    /// The store failed.
    STORE_FAILED = "SL0308", 500, "The store failed",
        "Nothing was changed. The server's log names the cause beside the request's id.";
    /// Something failed that nobody foresaw.
    UNFORESEEN = "SL0309", 500, "The server made a mistake",
        "The server's log names the cause beside the request's id; please report it.";

    /// The rules component's file is no component.
    RULES_NOT_A_COMPONENT = "SL0401", 500, "The rules are not a WebAssembly component",
        "Build the component again and check it with `slotledger check`.";
    /// The rules component is made for another world.
    RULES_WRONG_WORLD = "SL0402", 500, "The rules component does not fit the rules world",
        "Build it against `wit/rules`, without imports.";
    /// The rules component is made for another version of the world.
    RULES_WRONG_VERSION = "SL0403", 500, "The rules component was built for another version",
        "Build it against the version of `wit/rules` that this server ships.";
    /// The rules component is not the one the configuration names.
    RULES_DIGEST = "SL0404", 500, "The rules component is not the one configured",
        "Put the expected file back, or review the new one and configure its digest.";
    /// The rules component's file is too large.
    RULES_TOO_LARGE = "SL0405", 500, "The rules component is too large",
        "Build it in release mode and strip it.";
    /// The rules component's file could not be read.
    RULES_UNREADABLE = "SL0406", 500, "The rules component could not be read",
        "Check the path, and that the server's user may read the file.";
    /// The engine failed.
    RULES_ENGINE = "SL0407", 503, "The WebAssembly engine failed",
        "Repeat the request after a moment; if it persists, check the machine's limits on memory mappings.";
    /// The rules component crashed.
    RULES_TRAPPED = "SL0411", 500, "The rules component crashed",
        "Nothing was changed. Report `detail` to the component's author.";
    /// The rules component ran out of fuel.
    RULES_FUEL = "SL0412", 500, "The rules component did not come to an answer",
        "Ask for a shorter range; if it persists, report it to the component's author.";
    /// The rules component did not answer in time.
    RULES_DEADLINE = "SL0413", 503, "The rules component did not answer in time",
        "Repeat the request after a moment: the machine is overloaded.";
    /// The rules component wanted too much memory.
    RULES_MEMORY = "SL0414", 500, "The rules component asked for too much memory",
        "Ask for a shorter range; if it persists, report it to the component's author.";
    /// The rules component answered too much.
    RULES_OUTPUT = "SL0415", 500, "The rules component answered too much",
        "Ask for fewer openings at once.";
    /// The rules component granted something that cannot be carried out.
    RULES_CONTRADICT = "SL0416", 500, "The rules component contradicts itself",
        "Nothing was changed. Report `detail` to the component's author.";

    /// An extension answered something that it may not answer.
    EXTENSION_MISBEHAVED = "SL0421", 422, "The extension does not keep to its contract",
        "Report `detail` to the extension's author.";
    /// An extension failed, and the company decides nothing without it.
    EXTENSION_FAILED = "SL0422", 503, "An extension failed",
        "Try again later. The administrator can see why, and let bookings go on without the extension (`on_failure`).";
    /// An extension is parked.
    EXTENSION_PARKED = "SL0423", 503, "An extension is parked",
        "It is tried again after a minute. The administrator can switch it off, or let bookings go on without it.";
    /// Two extensions contradict each other.
    EXTENSIONS_CONFLICT = "SL0424", 503, "Two extensions contradict each other",
        "The administrator has to change the settings of one of them, or switch it off.";

    /// The company does not use the extension.
    EXTENSION_NOT_USED = "SL0425", 404, "The company does not use the extension",
        "`slotledger rules changes` says which extensions companies use; `POST /api/v1/extensions` adds one.";
    /// A component that companies use is to be removed.
    COMPONENT_IN_USE = "SL0426", 409, "The component is in use",
        "Switch it off at these companies first: `slotledger rules mode NAME off --company ID`.";
    /// An extension is to be used twice at one company.
    EXTENSION_USED_ALREADY = "SL0427", 409, "The company uses the extension already",
        "Change the use that `detail` names, or switch it off first: `slotledger rules mode NAME off --company ID`.";
    /// A project of an extension that cannot be made, found or built.
    PROJECT_UNUSABLE = "SL0428", 422, "The project of an extension cannot be built",
        "The message says what is missing and what installs it; `slotledger rules new` writes a project that builds.";
    /// A fixture that cannot be asked.
    FIXTURE_UNUSABLE = "SL0429", 422, "A fixture is not as it should be",
        "Correct the field that is named; docs/rules/reference.md says how fixtures are written.";

    /// An extension without a signature.
    EXTENSION_UNSIGNED = "SL0431", 422, "The extension is not signed",
        "Ask its author for a signed one, or review it and allow it by its SHA-256.";
    /// An extension that a key signed which is not trusted here.
    EXTENSION_UNKNOWN_KEY = "SL0432", 422, "The extension is signed by an unknown key",
        "Compare the key with what its owner publishes, and trust it: `slotledger rules keys trust`.";
    /// A signature of other bytes, or none at all.
    EXTENSION_SIGNATURE_WRONG = "SL0433", 422, "The signature does not fit the extension",
        "Fetch both again; if it persists, tell the extension's author.";
    /// An extension with another digest than was expected.
    EXTENSION_MOVED = "SL0434", 409, "The extension is not the one that was expected",
        "Find out why it changed, and review the new one before accepting it.";
    /// An extension, or something on its way, that is too long.
    EXTENSION_TOO_LARGE = "SL0435", 422, "The extension is larger than is fetched",
        "Build it in release mode, strip it, and leave out libraries that it does not use.";
    /// A source at which there is nothing.
    EXTENSION_MISSING = "SL0436", 422, "There is no extension there",
        "Check the path, the address or the tag.";
    /// A source that cannot be read for the time being.
    EXTENSION_AWAY = "SL0437", 503, "The extension's source does not answer",
        "Try again later; check the network and the address.";
    /// A source that wants credentials, or others.
    EXTENSION_LOCKED = "SL0438", 422, "The extension's source refuses access",
        "Give an account that may do this.";
    /// A source that is written wrongly, or holds something else.
    EXTENSION_UNUSABLE = "SL0439", 422, "No extension can be taken from the source",
        "Name a file, an address, or an artefact that `slotledger rules publish` wrote.";
    /// A key that cannot be read.
    EXTENSION_KEY = "SL0440", 422, "The key cannot be used",
        "Name the key as `slotledger rules keys new` prints it.";

    /// The books are out of reach or not able.
    BOOKS_AWAY = "SL0501", 503, "The books do not answer",
        "Try again later; documents already asked for are delivered by themselves.";
    /// The books did not accept the credentials.
    BOOKS_LOCKED = "SL0502", 502, "The books did not accept the credentials",
        "Renew the ERP connection's credentials in the configuration.";
    /// The books refused.
    BOOKS_REFUSED = "SL0503", 502, "The books refused",
        "`detail` repeats the ERP's own words; its administrator can act on them.";
    /// The books answered something unknown.
    BOOKS_UNCLEAR = "SL0504", 502, "The books gave an answer that is not understood",
        "Please report `detail` with the ERP's version.";
    /// The company's ERP connection is not configured.
    BOOKS_UNKNOWN = "SL0505", 503, "The company's books are not configured",
        "Add a connection of that name to the configuration, or change the company's `erp`.";
    /// The books are kept in a currency that the company's documents cannot be in.
    BOOKS_CURRENCY = "SL0506", 422, "The books are kept in another currency",
        "Choose a connection whose books are kept in the company's currency, or change the company's `currency`.";
    /// The document in the books is not what was asked for.
    BOOKS_DIFFER = "SL0507", 409, "The document is not what was asked for",
        "Correct the document in the ERP, or name another one; then adopt it again.";
    /// A finding of a reconciliation cannot be put right in this way.
    NOT_REPAIRABLE = "SL0508", 409, "The finding cannot be put right this way",
        "`detail` says why; the finding lists the repairs that fit it.";
    /// The company's documents went to the books that it would leave.
    BOOKS_IN_USE = "SL0509", 422, "The company has documents in its books",
        "Leave the company's `erp` as it is; to keep other books from now on, add a company for them.";
}

/// Findings of the rules that speak of a conflict with the present state of things, so that the same request may be
/// right at another moment; the others speak of a request that breaks a rule.
const CONFLICTS: &[&str] = &[
    "SL0213", // the time is taken
    "SL0228", // the appointment has another currency than the company
    "SL0238", // changed as often as can be counted
    "SL0240", // it is there already
    "SL0241", // the command does not fit the status
    "SL0242", // the hold has run out
    "SL0243", // the hold has not run out
    "SL0245", // the visit has not started
    "SL0246", // it is the same provider
    "SL0247", // nothing would change
    "SL0249", // more is due in advance
    "SL0255", // another appointment has its work
    "SL0256", // the deposit is due
    "SL0257", // nothing is due in advance
    "SL0263", // the unit is in use
    "SL0265", // all units of the type are in use
    "SL0266", // the free units are parts of each other
    "SL0268", // the shared visit is in other units
    "SL0270", // too few seats are left
    "SL0284", // nothing waits to be invoiced
    "SL0285", // it goes on another invoice
];

/// Whether a finding of the rules says that others have what was asked for, who may give it up at any moment.
#[must_use]
pub fn is_taken(finding: &str) -> bool {
    matches!(finding, "SL0213" | "SL0263" | "SL0265" | "SL0266" | "SL0268" | "SL0270")
}

/// Whether a finding of the rules says that a command leads to the status an appointment has already.
#[must_use]
pub fn is_done_already(finding: &str) -> bool {
    matches!(finding, "SL0240")
}

/// Whether a finding of the rules is answered with 409 rather than 422.
#[must_use]
pub fn is_conflict(finding: &str) -> bool {
    CONFLICTS.contains(&finding)
}

/// The code of this number.
#[must_use]
pub fn find(code: &str) -> Option<Code> {
    ALL.iter().copied().find(|known| known.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_order() {
        for pair in ALL.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
        }
    }

    #[test]
    fn every_code_says_what_it_is_and_what_to_do() {
        for code in ALL {
            assert!(code.code.starts_with("SL") && code.code.len() == 6, "{}", code.code);
            assert!((400..600).contains(&code.status), "{}", code.code);
            assert!(!code.title.ends_with('.') && code.hint.ends_with('.'), "{}", code.code);
        }
    }
}
