use proptest::prelude::*;

use super::*;

fn rational(numerator: i128, denominator: i128) -> Rational {
    Rational::new(numerator, denominator).unwrap()
}

#[test]
fn reads_decimal_numbers() {
    let cases = [
        ("24", Some((24, 1))),
        ("1,000", Some((1000, 1))),
        ("12,345,678.50", Some((24_691_357, 2))),
        (".5", Some((1, 2))),
        ("3.", Some((3, 1))),
        ("1e3", Some((1000, 1))),
        ("25E-2", Some((1, 4))),
        ("0e9999", Some((0, 1))),
        ("1,00", None),
        ("1000,000", None),
        (",100", None),
        (".", None),
        ("", None),
        ("1e", None),
        ("1e99", None),
        ("1e-9999999999", None),
        ("1.2.3", None),
        ("-1", None),
        ("²", None),
    ];
    for (text, expected) in cases {
        let expected = expected.map(|(above, below)| rational(above, below));
        assert_eq!(Rational::parse_decimal(text), expected, "{text}");
    }
    assert_eq!(Rational::parse_decimal(&"9".repeat(1_000_000)), None);
}

#[test]
fn refuses_what_does_not_fit() {
    let large = rational(i128::MAX, 1);
    assert_eq!(large.checked_add(large), None);
    assert_eq!(large.checked_mul(large), None);
    assert_eq!(Rational::new(1, 0), None);
    assert_eq!(rational(0, 5).reciprocal(), None);
    assert_eq!(rational(2, 1).checked_power(rational(127, 1)), None);
    assert_eq!(rational(2, 1).checked_power(rational(1, 2)), None);
    assert_eq!(rational(-2, 1).checked_power(rational(-3, 1)), Some(rational(-1, 8)));
}

proptest! {
    #[test]
    fn adding_the_negative_is_zero(a in any::<i64>(), b in 1_i64..) {
        let value = rational(i128::from(a), i128::from(b));
        let sum = value.checked_add(value.negated());
        prop_assert!(sum.is_none() || sum == Some(Rational::from(0)));
    }

    #[test]
    fn reads_what_it_writes(number in any::<u64>()) {
        let value = rational(i128::from(number), 1);
        prop_assert_eq!(Rational::parse_decimal(&value.to_string()), Some(value));
    }
}
