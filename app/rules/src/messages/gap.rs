//! The pause between two mails of a mailbox. The dice are handed in.

use crate::mailboxes::Gap;
use crate::time::Duration;

/// A whole number of seconds from the shortest to the longest gap, both included, each as likely as the others (but for
/// one in some 300 000, as 2^32 is no multiple of their number).
pub fn draw_gap(gap: Gap, dice: [u8; 4]) -> Duration {
    let (min, max) = (i64::from(gap.min_mins()) * 60, i64::from(gap.max_mins()) * 60);
    let choices = max - min + 1;
    Duration::seconds(min + ((i64::from(u32::from_be_bytes(dice)) * choices) >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_lies_between_its_bounds_and_reaches_both() {
        let gap = Gap::new(4, 12).unwrap();
        assert_eq!(draw_gap(gap, [0; 4]), Duration::minutes(4));
        assert_eq!(draw_gap(gap, [255; 4]), Duration::minutes(12));
        assert_eq!(draw_gap(gap, [128, 0, 0, 0]), Duration::minutes(8));
        assert_eq!(draw_gap(Gap::new(240, 240).unwrap(), [77; 4]), Duration::minutes(240));
    }

    #[test]
    fn every_second_is_as_likely_as_the_others() {
        let gap = Gap::new(4, 5).unwrap();
        let mut seen = [0_u32; 61];
        for dice in 0..=u16::MAX {
            let [high, low] = dice.to_be_bytes();
            let secs = draw_gap(gap, [high, low, 0, 0]).whole_seconds() - 240;
            seen[usize::try_from(secs).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (1074..=1075).contains(count)), "{seen:?}");
    }
}
