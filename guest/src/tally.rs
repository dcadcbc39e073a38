//! Counting, slot by slot, how many bitmaps are set.
//!
//! Counts are kept as binary digits, one bitmap a digit, so that adding a bitmap costs a few operations a word however
//! many were added before. Invariant: no count is lost, whatever is added. Deliberately absent: what is counted.

/// A count for each slot.
#[derive(Debug)]
pub(crate) struct Tally {
    words: usize,
    /// Bit `n` of digit `d` is set where 2^d is a part of the count of slot `n`.
    digits: Vec<Vec<u64>>,
}

impl Tally {
    /// Zero everywhere, for so many words of slots.
    pub(crate) const fn new(words: usize) -> Self {
        Self { words, digits: Vec::new() }
    }

    /// Adds one wherever a bit is set.
    pub(crate) fn add(&mut self, bits: &[u64]) {
        for (index, bits) in bits.iter().take(self.words).enumerate() {
            let (mut carry, mut digit) = (*bits, 0);
            while carry != 0 {
                if digit == self.digits.len() {
                    self.digits.push(vec![0; self.words]);
                }
                if let Some(word) = self.digits.get_mut(digit).and_then(|digit| digit.get_mut(index)) {
                    (*word, carry) = (*word ^ carry, *word & carry);
                }
                digit += 1;
            }
        }
    }

    /// Where the count is this or more.
    pub(crate) fn reaching(&self, count: u32) -> Vec<u64> {
        let digits = u32::try_from(self.digits.len()).unwrap_or(u32::MAX);
        if count.checked_shr(digits).is_some_and(|rest| rest > 0) {
            return vec![0; self.words];
        }
        (0..self.words).map(|index| self.word_reaching(index, count)).collect()
    }

    /// Compares from the highest digit down: who is ahead stays ahead, who is level goes on.
    fn word_reaching(&self, index: usize, count: u32) -> u64 {
        let (mut ahead, mut level) = (0, u64::MAX);
        for (digit, bits) in self.digits.iter().enumerate().rev() {
            let bits = bits.get(index).copied().unwrap_or(0);
            let asked = u32::try_from(digit).ok().and_then(|digit| count.checked_shr(digit));
            if asked.is_some_and(|asked| asked & 1 == 1) {
                level &= bits;
            } else {
                ahead |= level & bits;
                level &= !bits;
            }
        }
        ahead | level
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use super::*;
    use crate::bits;

    proptest! {
        #[test]
        fn counts_agree_with_a_bit_by_bit_reading(
            added in prop::collection::vec(prop::collection::vec(prop::num::u64::ANY, 0..4), 0..40),
            count in 0u32..50,
        ) {
            let mut tally = Tally::new(3);
            added.iter().for_each(|bits| tally.add(bits));
            let reaching = tally.reaching(count);
            for slot in 0..3 * u64::BITS {
                let there = added.iter().filter(|bits| bits::has(bits, slot)).count();
                prop_assert_eq!(bits::has(&reaching, slot), there >= count as usize);
            }
        }
    }
}
