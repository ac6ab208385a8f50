use proptest::prelude::*;

use super::*;

fn value(text: &str) -> Result<String, ExpressionError> {
    let evaluation = Expression::parse(text)?.evaluate()?;
    Ok(evaluation.value.to_string())
}

fn canonical(text: &str) -> String {
    Expression::parse(text).unwrap().canonical()
}

#[test]
fn computes_exact_values() {
    let cases = [
        ("8*3", "24"),
        ("3 × 8", "24"),
        ("3 x 8", "24"),
        ("6 ÷ (1 − 3/4)", "24"),
        ("8/(3-8/3)", "24"),
        ("2+3*4", "14"),
        ("2-3-4", "-5"),
        ("16/4/2", "2"),
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("2**-1", "1/2"),
        ("2^3^2", "512"),
        ("2^{10}", "1024"),
        ("--3*-2", "-6"),
        ("0.1+0.2", "3/10"),
        ("1,000+1", "1001"),
        ("1e3", "1000"),
        (r"\frac{1}{2}+\dfrac12", "1"),
        (r"\left(1+2\right) \times 4 \cdot 2 \div 3", "8"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn lists_the_numbers_used() {
    let evaluation = Expression::parse(r"(8-4)*-(7-1.5)+\frac{8}{2}").unwrap().evaluate().unwrap();
    let literals: Vec<_> = evaluation.literals.iter().map(Rational::to_string).collect();
    assert_eq!(literals, ["8", "4", "7", "3/2", "8", "2"]);
}

#[test]
fn says_why_a_text_is_refused() {
    let cases = [
        ("", "The expression stops where a number has to follow; complete it."),
        ("(8 -", "The expression stops where a number has to follow; complete it."),
        ("(8 - 3", "The expression stops where a closing parenthesis has to follow; complete it."),
        ("8 3", "The expression has `3` where an operator has to stand; correct it."),
        ("8 * é", "The expression has `é` where a number has to stand; correct it."),
        ("2x", "The expression has `x` where an operator has to stand; correct it."),
        ("1,00", "The expression has `,` where an operator has to stand; correct it."),
        ("8/(4-4)", "The expression divides by zero; choose another divisor."),
        ("0^-1", "The expression divides by zero; choose another divisor."),
        (
            "99^99",
            "A value in the expression is too large to compute exactly; use smaller numbers.",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn bounds_length_and_depth() {
    let deep = format!("{}1{}", "(".repeat(900), ")".repeat(900));
    assert_eq!(value(&deep), Err(ExpressionError::TooDeep));
    assert_eq!(value(&"2^".repeat(900)), Err(ExpressionError::TooDeep));
    assert_eq!(value(&format!("{}1", "-".repeat(1998))).as_deref(), Ok("1"));
    assert_eq!(value(&format!("{}1", "1+".repeat(999))).as_deref(), Ok("1000"));
    assert_eq!(value(&"1".repeat(2001)), Err(ExpressionError::TooLong(2001)));
}

#[test]
fn has_one_form_up_to_commutativity_and_associativity() {
    let equal = [
        ("8 * 3", "3×8"),
        ("1+(2+3)", "3+2+1"),
        ("5-(2-1)", "1+5-2"),
        ("8/(3/4)", "4*8/3"),
        ("(-2)*3", "-(3*2)"),
        ("2 + -3", "2-3"),
        (r"\frac{1}{2}*3", "3*0.5"),
        ("(8-4)*(7-1)", "(7-1)*(8-4)"),
    ];
    for (left, right) in equal {
        assert_eq!(canonical(left), canonical(right));
    }
    for (left, right) in [("6*4", "8*3"), ("8-3", "3-8"), ("2^3", "3^2"), ("1*8", "8")] {
        assert_ne!(canonical(left), canonical(right));
    }
}

fn expressions() -> impl Strategy<Value = String> {
    let number =
        prop_oneof![(0_u32..20).prop_map(|number| number.to_string()), Just("0.5".to_owned())];
    number.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/", "^"]), inner.clone())
                .prop_map(|(left, sign, right)| format!("({left}) {sign} ({right})")),
            inner.prop_map(|inner| format!("-({inner})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), signs in "[-+*/^(){}0-9., xe]{0,60}") {
        for text in [text, signs] {
            if let Ok(expression) = Expression::parse(&text) {
                let _ = expression.evaluate();
                let form = expression.canonical();
                prop_assert_eq!(canonical(&form), form.clone());
            }
        }
    }

    #[test]
    fn the_form_keeps_the_value(text in expressions()) {
        let expression = Expression::parse(&text).unwrap();
        let form = Expression::parse(&expression.canonical()).unwrap();
        prop_assert_eq!(form.canonical(), expression.canonical());
        if let (Ok(before), Ok(after)) = (expression.evaluate(), form.evaluate()) {
            prop_assert_eq!(before.value, after.value);
        }
    }

    #[test]
    fn order_does_not_matter(left in expressions(), right in expressions()) {
        prop_assert_eq!(canonical(&format!("({left})+({right})")), canonical(&format!("({right})+({left})")));
        prop_assert_eq!(canonical(&format!("({left})*({right})")), canonical(&format!("({right})*({left})")));
    }
}
