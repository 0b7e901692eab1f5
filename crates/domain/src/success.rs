//! The formulas of success (contract, chapter 10).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// `part / whole × 100`, rounded to two decimals, half away from zero; 0.0 when
/// there is nothing to divide by.
pub fn percentage(part: i64, whole: i64) -> f64 {
    money_percentage(Decimal::from(part), Decimal::from(whole))
}

/// [`percentage`] of two amounts of money.
pub fn money_percentage(part: Decimal, whole: Decimal) -> f64 {
    if whole.is_zero() {
        return 0.0;
    }
    let percent = part * Decimal::ONE_HUNDRED / whole;
    let rounded =
        percent.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    rounded.to_f64().unwrap_or(0.0)
}

/// Mean amount over **all** outputs, those without an amount included, in two
/// decimals; 0 when there are none. (Kept from the original for compatibility.)
pub fn average(total: Decimal, outputs: i64) -> Decimal {
    if outputs == 0 {
        return Decimal::ZERO;
    }
    (total / Decimal::from(outputs))
        .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_of_six() {
        assert!((percentage(4, 6) - 66.67).abs() < f64::EPSILON);
        assert!(percentage(3, 0).abs() < f64::EPSILON);
    }

    #[test]
    fn average_counts_every_output() {
        assert_eq!(average(Decimal::from(100), 3).to_string(), "33.33");
        assert_eq!(average(Decimal::from(100), 0), Decimal::ZERO);
    }
}
