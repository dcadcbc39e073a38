//! Operations on bitmaps of slots, a word at a time.
//!
//! Invariant: words that are not there are zero, so that no index is out of range. Deliberately absent: what a bit
//! means.

use std::ops::Range;

const WORD: u32 = u64::BITS;

/// The word at `index`; zero beyond the end.
fn word(bits: &[u64], index: usize) -> u64 {
    bits.get(index).copied().unwrap_or(0)
}

/// The words that `range` touches, each with the bits of it that belong to the range.
fn words(range: Range<u32>) -> impl Iterator<Item = (usize, u64)> {
    let touched = if range.is_empty() { 0..0 } else { range.start / WORD..(range.end - 1) / WORD + 1 };
    touched.map(move |index| {
        let first = index * WORD;
        let low = u64::MAX << range.start.saturating_sub(first).min(WORD - 1);
        let high = u64::MAX >> (WORD - (range.end - first).min(WORD));
        (index as usize, low & high)
    })
}

/// Whether every bit of the range is set.
pub(crate) fn all(bits: &[u64], range: Range<u32>) -> bool {
    words(range).all(|(index, mask)| word(bits, index) & mask == mask)
}

/// Whether a bit of the range is set.
pub(crate) fn any(bits: &[u64], range: Range<u32>) -> bool {
    words(range).any(|(index, mask)| word(bits, index) & mask != 0)
}

/// How many bits of the range are set.
pub(crate) fn count(bits: &[u64], range: Range<u32>) -> u32 {
    words(range).map(|(index, mask)| (word(bits, index) & mask).count_ones()).sum()
}

/// The words that the range touches.
pub(crate) const fn words_of(range: Range<u32>) -> Range<usize> {
    let end = range.end.div_ceil(WORD) as usize;
    let start = (range.start / WORD) as usize;
    if start < end { start..end } else { 0..0 }
}

/// The first bit of a word.
pub(crate) fn first_of(word: usize) -> u32 {
    u32::try_from(word).unwrap_or(u32::MAX).saturating_mul(WORD)
}

/// Those of these words that are there.
pub(crate) fn part(bits: &[u64], words: Range<usize>) -> &[u64] {
    let end = words.end.min(bits.len());
    bits.get(words.start.min(end)..end).unwrap_or(&[])
}

/// Sets the first `length` bits, and has no others.
pub(crate) fn fill(bits: &mut Vec<u64>, length: u32) {
    bits.clear();
    bits.extend(words(0..length).map(|(_, mask)| mask));
}

/// Whether a bit is set in both.
pub(crate) fn overlap(one: &[u64], other: &[u64]) -> bool {
    one.iter().zip(other).any(|(one, other)| one & other != 0)
}

/// How many bits in a row are set from this one on, as far as `at_most`.
pub(crate) fn run_from(bits: &[u64], bit: u32, at_most: u32) -> u32 {
    let mut run = 0;
    while run < at_most {
        let at = bit.saturating_add(run);
        let known = (word(bits, (at / WORD) as usize) >> (at % WORD)).trailing_ones();
        run += known;
        if known == 0 || known < WORD - at % WORD {
            break;
        }
    }
    run.min(at_most)
}

/// How many bits in a row are set below this one, as far as `at_most`.
pub(crate) fn run_before(bits: &[u64], bit: u32, at_most: u32) -> u32 {
    let mut run = 0;
    while run < at_most.min(bit) {
        // The last bit of the word that is not counted yet.
        let at = bit - run - 1;
        let known = (word(bits, (at / WORD) as usize) << (WORD - 1 - at % WORD)).leading_ones();
        run += known;
        if known < at % WORD + 1 {
            break;
        }
    }
    run.min(at_most)
}

/// A copy of the first `length` bits.
pub(crate) fn first(bits: &[u64], length: u32) -> Vec<u64> {
    words(0..length).map(|(index, mask)| word(bits, index) & mask).collect()
}

/// Sets one bit, if it lies in the bitmap.
pub(crate) fn set(bits: &mut [u64], bit: u32) {
    if let Some(word) = bits.get_mut((bit / WORD) as usize) {
        *word |= 1 << (bit % WORD);
    }
}

/// Clears every bit of the range.
pub(crate) fn clear(bits: &mut [u64], range: Range<u32>) {
    let end = u32::try_from(bits.len()).unwrap_or(u32::MAX).saturating_mul(WORD);
    for (index, mask) in words(range.start..range.end.min(end)) {
        if let Some(word) = bits.get_mut(index) {
            *word &= !mask;
        }
    }
}

/// Sets the bits that are set in `other`.
pub(crate) fn add(bits: &mut [u64], other: &[u64]) {
    for (bit, other) in bits.iter_mut().zip(other) {
        *bit |= other;
    }
}

/// Sets the bits that are set in `other`, and grows as far as it reaches.
pub(crate) fn join(bits: &mut Vec<u64>, other: &[u64]) {
    bits.resize(bits.len().max(other.len()), 0);
    add(bits, other);
}

/// Keeps the bits that are set in `other` too.
pub(crate) fn keep(bits: &mut [u64], other: &[u64]) {
    for (index, bit) in bits.iter_mut().enumerate() {
        *bit &= word(other, index);
    }
}

/// Keeps the bits that are not set in `other`.
pub(crate) fn drop_set(bits: &mut [u64], other: &[u64]) {
    for (bit, other) in bits.iter_mut().zip(other) {
        *bit &= !other;
    }
}

/// Keeps the bits at which a run of `length` set bits begins.
///
/// The run known of doubles with every pass, so that a run of 1440 slots takes eleven passes.
pub(crate) fn keep_runs(bits: &mut [u64], length: u32) {
    let mut known = 1;
    while known < length {
        let by = known.min(length - known);
        let (skip, shift) = ((by / WORD) as usize, by % WORD);
        for index in 0..bits.len() {
            let near = word(bits, index.saturating_add(skip)) >> shift;
            let far = match shift {
                0 => 0,
                _ => word(bits, index.saturating_add(skip).saturating_add(1)) << (WORD - shift),
            };
            if let Some(bit) = bits.get_mut(index) {
                *bit &= near | far;
            }
        }
        known += by;
    }
}

/// Moves every bit up by `by`; what leaves at the top is lost.
pub(crate) fn move_up(bits: &mut [u64], by: u32) {
    let (skip, shift) = ((by / WORD) as usize, by % WORD);
    for index in (0..bits.len()).rev() {
        let at =
            |back: usize| index.checked_sub(skip.saturating_add(back)).map_or(0, |index| word(bits, index));
        let carried = match shift {
            0 => 0,
            _ => at(1) >> (WORD - shift),
        };
        let moved = at(0) << shift | carried;
        if let Some(bit) = bits.get_mut(index) {
            *bit = moved;
        }
    }
}

/// Whether the bit is set.
pub(crate) fn has(bits: &[u64], bit: u32) -> bool {
    word(bits, (bit / WORD) as usize) >> (bit % WORD) & 1 == 1
}

/// Whether no bit is set.
pub(crate) fn is_empty(bits: &[u64]) -> bool {
    bits.iter().all(|word| *word == 0)
}

/// One beyond the highest bit that is set; zero if none is.
pub(crate) fn end(bits: &[u64]) -> u32 {
    let last = bits.iter().rposition(|word| *word != 0);
    let above = |index: usize| bits.get(index).map_or(0, |word| word.leading_zeros());
    last.map_or(0, |index| first_of(index.saturating_add(1)).saturating_sub(above(index)))
}

/// The set bits, lowest first.
pub(crate) fn ones(bits: &[u64]) -> impl Iterator<Item = u32> {
    (0..).step_by(WORD as usize).zip(bits).flat_map(|(first, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| first + rest.trailing_zeros())?;
            rest &= rest - 1;
            Some(bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use super::*;

    fn some_words(at_most: usize) -> impl proptest::strategy::Strategy<Value = Vec<u64>> {
        prop::collection::vec(prop::num::u64::ANY, 0..at_most)
    }

    fn plain(bits: &[u64], length: u32) -> Vec<bool> {
        (0..length).map(|bit| has(bits, bit)).collect()
    }

    proptest! {
        #[test]
        fn ranges_agree_with_a_bit_by_bit_reading(
            bits in some_words(5), start in 0u32..400, length in 0u32..400,
        ) {
            let range = start..start + length;
            let ones = range.clone().filter(|bit| has(&bits, *bit)).count();
            prop_assert_eq!(count(&bits, range.clone()) as usize, ones);
            prop_assert_eq!(all(&bits, range.clone()), ones == length as usize);
            prop_assert_eq!(any(&bits, range.clone()), ones > 0);
            let mut cleared = bits.clone();
            clear(&mut cleared, range.clone());
            for bit in 0..400 {
                prop_assert_eq!(has(&cleared, bit), has(&bits, bit) && !range.contains(&bit));
            }
        }

        #[test]
        fn runs_agree_with_a_bit_by_bit_reading(
            thin in some_words(4), more in some_words(4), length in 1u32..200,
        ) {
            let bits: Vec<u64> =
                thin.iter().zip(more.iter().chain(&[0; 4])).map(|(a, b)| a | b | a.rotate_left(1) | b.rotate_right(2)).collect();
            let size = bits.len() as u32 * WORD;
            let mut runs = bits.clone();
            keep_runs(&mut runs, length);
            let naive: Vec<bool> =
                (0..size).map(|bit| (bit..bit + length).all(|bit| has(&bits, bit))).collect();
            prop_assert_eq!(plain(&runs, size), naive);
        }

        #[test]
        fn runs_beside_a_bit_agree_with_a_bit_by_bit_reading(
            thin in some_words(5), bit in 0u32..400, at_most in 0u32..200,
        ) {
            let bits: Vec<u64> = thin.iter().map(|word| word | word << 1 | word << 7 | word >> 3).collect();
            let from = (bit..).take(at_most as usize).take_while(|bit| has(&bits, *bit)).count();
            let before = (0..bit).rev().take(at_most as usize).take_while(|bit| has(&bits, *bit)).count();
            prop_assert_eq!(run_from(&bits, bit, at_most) as usize, from);
            prop_assert_eq!(run_before(&bits, bit, at_most) as usize, before);
        }

        #[test]
        fn parts_are_the_words_of_a_range(bits in some_words(5), start in 0u32..400, length in 0u32..100) {
            let touched = super::words_of(start..start + length);
            let slots: Vec<u32> = (start..start + length).filter(|bit| has(&bits, *bit)).collect();
            let first = first_of(touched.start);
            let there = ones(part(&bits, touched)).map(|bit| bit + first);
            let inside: Vec<u32> = there.filter(|bit| (start..start + length).contains(bit)).collect();
            prop_assert_eq!(inside, slots);
        }

        #[test]
        fn moving_up_keeps_order(bits in some_words(4), by in 0u32..300) {
            let size = bits.len() as u32 * WORD;
            let mut moved = bits.clone();
            move_up(&mut moved, by);
            let naive: Vec<u32> = ones(&bits).map(|bit| bit + by).filter(|bit| *bit < size).collect();
            prop_assert_eq!(ones(&moved).collect::<Vec<_>>(), naive);
        }

        #[test]
        fn set_and_first_agree(bits in some_words(4), length in 0u32..300) {
            let copy = first(&bits, length);
            let mut again = vec![0; copy.len()];
            ones(&bits).filter(|bit| *bit < length).for_each(|bit| set(&mut again, bit));
            prop_assert_eq!(copy, again);
        }
    }
}
