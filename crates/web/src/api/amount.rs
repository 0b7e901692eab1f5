//! Amounts of money as clients send them.

use archivist_domain::money::{self, InvalidAmount};
use rust_decimal::Decimal;
use serde::Deserialize;
use utoipa::ToSchema;

/// An amount, sent as a number or as a text; rounded to cents and within range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AmountInput")]
pub(crate) struct Amount(pub(crate) Decimal);

/// An amount of money: a number, or a text such as `50000.50`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "an amount is a number, or a text such as 50000.50"
)]
pub(crate) enum AmountInput {
    /// `50000.5`
    Number(f64),
    /// `"50000.50"`
    Text(String),
}

impl TryFrom<AmountInput> for Amount {
    type Error = InvalidAmount;
    fn try_from(input: AmountInput) -> Result<Self, InvalidAmount> {
        let text = match input {
            // The shortest text that reads back as the same number: what was sent,
            // for anything that fits the column.
            AmountInput::Number(number) => number.to_string(),
            AmountInput::Text(text) => text,
        };
        money::parse(&text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<String, String> {
        let amount: Result<Amount, _> = serde_json::from_str(json);
        amount
            .map(|amount| amount.0.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_and_texts_are_the_same_amount() {
        for json in ["50000.5", "\"50000.5\"", "\"50,000.50\"", "5.00005e4"] {
            assert_eq!(read(json).as_deref(), Ok("50000.50"), "{json}");
        }
        assert_eq!(read("0").as_deref(), Ok("0.00"));
        assert_eq!(read("9999999999.99").as_deref(), Ok("9999999999.99"));
    }

    #[test]
    fn what_is_no_amount_is_told() {
        assert!(read("-1").unwrap_err().contains("negative"));
        assert!(read("10000000000").unwrap_err().contains("9999999999.99"));
        assert!(read("\"lots\"").unwrap_err().contains("not an amount"));
        assert!(read("true").unwrap_err().contains("a number, or a text"));
    }
}
