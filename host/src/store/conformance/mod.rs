//! What every engine has to do, as cases that take a store: [`conformance!`] makes a test of each for one engine.
//!
//! A case gets one database opened twice, as two processes on it would, and uses now one, now the other.
//!
//! Deliberately absent: what only one engine can be asked, such as its triggers and plans. That stands with the engine.

pub(crate) mod accounts;
pub(crate) mod connections;
pub(crate) mod decisions;
pub(crate) mod diary;
pub(crate) mod extensions;
pub(crate) mod house;
pub(crate) mod lists;
pub(crate) mod mending;
pub(crate) mod occupancy;
pub(crate) mod opening;
pub(crate) mod outbox;
pub(crate) mod reconcile;
pub(crate) mod records;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod roster;
pub(crate) mod samples;
pub(crate) mod turns;
pub(crate) mod views;
pub(crate) mod visits;
pub(crate) mod waitlist;

use super::SharedStore;

/// One database, opened twice.
pub(crate) struct Twice {
    pub(crate) one: SharedStore,
    pub(crate) other: SharedStore,
}

impl Twice {
    /// The one for even numbers and the other for odd ones.
    pub(crate) fn side(&self, number: usize) -> SharedStore {
        if number.is_multiple_of(2) { self.one.clone() } else { self.other.clone() }
    }
}

/// Makes a test of every case. `$open` is an async function that gives a guard to keep and a [`Twice`].
macro_rules! conformance {
    ($open:path) => {
        $crate::store::conformance::conformance! { $open;
            records: a_record_is_read_as_it_was_written,
            records: a_record_is_inserted_once,
            records: a_record_needs_its_company,
            records: a_replaced_record_has_its_new_fields,
            records: only_the_expected_version_is_replaced,
            records: every_change_raises_the_catalogue_version,
            records: a_record_judged_on_an_earlier_catalogue_is_not_replaced,
            records: a_customer_is_read_with_the_catalogue_of_their_company,
            records: records_come_in_pages_by_kind_and_company,
            records: a_record_is_not_kept_without_its_answer,
            records: names_are_read_together,
            records: customers_are_found_by_what_people_remember,
            records: customers_come_in_pages_by_name,
            diary: an_appointment_is_read_as_it_was_committed,
            diary: numbers_have_no_gaps,
            diary: a_title_stands_behind_the_number,
            diary: a_new_appointment_may_have_gone_further,
            diary: a_new_appointment_gives_its_number_to_its_documents,
            diary: of_fifty_for_one_slot_one_wins,
            diary: neighbours_do_not_overlap,
            diary: an_overlap_is_found_whichever_way_it_lies,
            diary: a_slot_may_move_over_itself,
            diary: a_released_slot_is_taken_in_the_same_commit,
            diary: two_appointments_can_change_places,
            diary: a_released_slot_is_free,
            diary: a_stale_revision_is_refused,
            diary: a_stale_catalogue_is_refused,
            diary: a_decision_rests_on_the_appointments_beside_it,
            diary: an_unknown_appointment_is_missing,
            diary: a_refused_commit_leaves_nothing,
            diary: a_request_sent_twenty_times_at_once_books_once,
            lists: appointments_are_filtered,
            lists: appointments_come_in_pages,
            lists: appointments_are_found_by_their_customers,
            lists: a_text_is_found_at_few_and_at_many,
            lists: appointments_come_in_the_order_of_visits,
            lists: the_trail_is_in_order,
            lists: the_agenda_is_what_takes_time_from_whom,
            lists: entries_are_read_from_a_number_on,
            lists: claims_are_found_by_provider_and_span,
            lists: expired_holds_come_longest_ago_first,
            lists: whose_work_waits_to_be_invoiced_is_found_in_order,
            occupancy: a_unit_is_used_once_at_a_time,
            occupancy: a_unit_with_room_for_two_is_shared_by_two,
            occupancy: a_unit_and_its_parts_are_not_used_at_once,
            occupancy: a_part_takes_a_place_of_a_whole_in_use,
            occupancy: of_twenty_for_one_unit_one_wins,
            occupancy: a_shared_visit_has_its_seats,
            occupancy: a_shared_visit_is_in_one_place,
            occupancy: busy_days_follow_the_claims,
            occupancy: workloads_count_days_and_bookings,
            occupancy: the_last_provider_is_known,
            waitlist: a_place_is_read_as_it_was_added,
            waitlist: a_place_is_added_once_for_a_request,
            waitlist: places_are_in_line_by_age,
            waitlist: a_place_is_given_up_while_it_waits,
            waitlist: a_place_is_offered_once,
            waitlist: an_offer_goes_the_way_of_its_hold,
            waitlist: time_becomes_free_with_whatever_gives_it_up,
            waitlist: changed_master_data_are_a_reason_to_look,
            waitlist: freed_time_is_in_one_hand_at_a_time,
            outbox: a_delivery_is_read_as_it_was_asked_for,
            outbox: a_key_is_taken_once,
            outbox: twenty_claimers_lease_each_delivery_once,
            outbox: no_more_than_the_limit_is_claimed,
            outbox: a_delivery_that_is_done_keeps_its_document,
            outbox: a_delivery_is_not_claimed_before_it_is_due,
            outbox: a_lease_that_ran_out_passes_on,
            outbox: whoever_lost_the_lease_cannot_finish,
            mending: a_parked_delivery_is_retried_by_hand,
            mending: only_what_waits_is_retried,
            outbox: deliveries_are_filtered_and_paged,
            outbox: the_next_delivery_is_known,
            outbox: every_try_is_kept,
            outbox: what_was_not_tried_is_as_before,
            outbox: companies_are_passed_over,
            mending: a_delivery_is_skipped_and_what_comes_after_it_goes_on,
            mending: a_document_is_adopted_and_made_again,
            mending: codes_change_with_the_delivery_or_not_at_all,
            outbox: what_waits_is_counted_by_company,
            outbox: documents_are_found_by_key_and_by_day,
            connections: what_answered_and_what_is_left_alone_is_known,
            connections: the_newest_mapping_of_a_code_holds,
            connections: imported_records_are_replaced_and_forgotten,
            reconcile: a_night_is_looked_at_once_and_by_one_host,
            reconcile: a_finding_is_kept_once_until_it_changes,
            reconcile: two_looks_keep_one_finding,
            reconcile: what_is_not_seen_again_is_closed,
            extensions: a_component_is_kept_once,
            extensions: a_component_that_is_used_stays_and_whatever_is_done_is_noted,
            extensions: a_company_has_one_active_use_of_an_extension,
            decisions: a_decision_is_recorded_with_what_it_changes,
            decisions: what_is_not_committed_is_not_recorded,
            decisions: decisions_are_filtered_and_listed_both_ways,
            decisions: what_extensions_said_is_listed,
            decisions: the_oldest_decisions_are_forgotten_some_at_a_time,
            reports: visits_are_counted_by_time_and_by_whose_they_are,
            reports: a_customers_visits_are_counted,
            reports: prices_are_added_up_exactly_by_currency,
            reports: invoices_are_added_up_less_what_was_credited,
            reports: taken_time_is_what_lies_in_the_period_once,
            reports: whatever_changes_a_figure_is_noted,
            reports: whatever_changes_an_invoice_is_noted,
            extensions: a_customers_history_is_counted,
            turns: deliveries_of_an_appointment_go_in_order,
            turns: a_failing_delivery_holds_up_its_own_appointment_only,
            turns: what_comes_after_a_parked_delivery_waits,
            turns: what_waits_for_a_parked_delivery_holds_up_nobody_else,
            turns: what_comes_after_another_appointments_delivery_waits,
            turns: a_prerequisite_that_nobody_asked_for_is_refused,
            turns: a_retried_delivery_goes_before_the_later_ones,
            turns: a_retried_delivery_waits_for_the_one_in_hand,
            turns: what_is_made_again_holds_up_other_appointments_too,
            turns: whatever_is_made_again_is_made_in_order,
            turns: what_was_parked_or_in_hand_waits_for_what_is_made_again,
            requests: an_answer_is_kept_once,
            requests: old_answers_are_forgotten,
            accounts: a_key_is_known_by_its_hash,
            accounts: a_key_is_used_and_revoked,
            accounts: an_account_is_read_as_it_was_written,
            accounts: a_session_ends_when_it_is_revoked,
            accounts: of_two_who_take_away_each_others_rights_one_is_left,
            accounts: a_link_ends_with_the_next_one_and_with_the_address_it_went_to,
            accounts: what_a_provider_calls_somebody_is_theirs_alone,
            accounts: an_invitation_is_used_once,
            accounts: there_is_one_first_administrator,
            accounts: tries_to_log_in_are_slowed_down,
            accounts: of_twenty_tries_at_once_three_are_made,
            accounts: what_was_done_is_kept_and_a_secret_is_made_once,
            accounts: work_is_signed_for_once,
            accounts: the_trail_names_who_it_was,
            roster: accounts_are_found_and_come_in_pages_by_name,
            roster: it_is_known_how_an_account_is_come_in_with,
            roster: whoever_tried_too_often_is_told_apart,
            roster: the_accounts_of_providers_are_found,
            roster: a_key_is_read_by_its_identifier,
            views: a_view_is_kept_under_a_name_once,
            visits: notes_are_read_in_order_with_who_wrote_them,
            visits: a_visit_has_only_so_many_notes_and_photos,
            visits: what_is_sent_twice_is_added_once,
            visits: a_picture_goes_and_its_photo_stays,
            samples: a_sample_is_marked_when_it_is_made,
            samples: a_sample_goes_with_everything_in_it_and_nothing_else,
            samples: what_is_no_sample_stays,
            samples: a_sample_stays_while_a_document_of_it_is_sent_or_its_books_are_kept,
        }
    };
    ($open:path; $($module:ident : $case:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let (_guard, twice) = $open().await;
            $crate::store::conformance::$module::$case(&twice).await;
        }
    )*};
}

pub(crate) use conformance;
