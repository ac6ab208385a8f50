//! What a search may spend and when it may stop, as a person sets it.

use super::Effect;
use super::argument::Arguments;
use super::model::Model;
use crate::search::{Limits, Policy};

/// What can be limited, and what the number means.
const LIMITS: [(&str, &str); 6] = [
    ("nodes", "nodes to add"),
    ("tokens", "tokens to decode, those of judging too"),
    ("evaluations", "judgements by the model"),
    ("seconds", "seconds of growing"),
    ("repeats", "times that a repeated step is sampled again"),
    ("agreement", "share of the answers that agree, from 0.5 to 1"),
];

/// Sets a limit from here on, also while the search runs; `none` takes it away. Without a name, says
/// what holds.
pub(super) fn limit(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let mut limits = current(model);
    let (Some(name), value) = (arguments.word(0), arguments.word(1)) else {
        model.tell(format!("Limits: {}.", words(&limits)));
        return Vec::new();
    };
    match set(&mut limits, name, value.unwrap_or_default()) {
        Ok(()) => {
            model.policy.limit(limits);
            if let Some(bench) = model.workbench_mut() {
                bench.driver.limit(limits);
            }
            model.tell(format!("Limits: {}.", words(&limits)));
        }
        Err(why) => model.complain(why),
    }
    Vec::new()
}

/// The names of what can be limited.
pub(super) fn names(_: &Model) -> Vec<String> {
    LIMITS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn current(model: &Model) -> Limits {
    let policy: &Policy = model.workbench().map_or(&model.policy, |bench| bench.driver.policy());
    policy.limits()
}

fn set(limits: &mut Limits, name: &str, value: &str) -> Result<(), String> {
    let Some((_, about)) = LIMITS.iter().find(|(own, _)| *own == name) else {
        let names: Vec<_> = LIMITS.iter().map(|(name, _)| *name).collect();
        return Err(format!("{name} cannot be limited; name one of: {}.", names.join(", ")));
    };
    let refused = || format!("Write {name} as a number ({about}), or none.");
    let whole = || match value {
        "none" => Ok(None),
        value => value.parse().map(Some).map_err(|_| refused()),
    };
    match name {
        "nodes" => limits.budget.nodes = whole()?,
        "tokens" => limits.budget.tokens = whole()?,
        "evaluations" => limits.budget.evaluations = whole()?,
        "seconds" => limits.budget.seconds = whole()?,
        "repeats" => {
            let repeats = whole()?.unwrap_or(0);
            limits.resamples = u32::try_from(repeats).map_err(|_| refused())?.min(100);
        }
        _ => {
            limits.confidence = match value {
                "none" => None,
                value => {
                    let share: f64 = value.parse().map_err(|_| refused())?;
                    if !(0.5..=1.0).contains(&share) {
                        return Err(refused());
                    }
                    Some(share)
                }
            };
        }
    }
    Ok(())
}

/// The limits that hold, in words.
fn words(limits: &Limits) -> String {
    let Limits { budget, resamples, confidence } = limits;
    let mut parts = Vec::new();
    for (name, value) in [
        ("nodes", budget.nodes),
        ("tokens", budget.tokens),
        ("evaluations", budget.evaluations),
        ("seconds", budget.seconds),
    ] {
        parts.extend(value.map(|value| format!("{value} {name}")));
    }
    if *resamples > 0 {
        parts.push(format!("repeats sampled again {resamples} times"));
    }
    parts.extend(confidence.map(|share| format!("{:.0} % of the answers agree", share * 100.0)));
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_told_and_taken_away() {
        let mut model = Model::new((80, 24), 0);
        let mut run = |line: &str| {
            limit(&mut model, &Arguments::new(line));
            model.notice.as_ref().unwrap().text.clone()
        };
        assert_eq!(run(""), "Limits: 60 nodes.");
        assert_eq!(run("tokens 2000"), "Limits: 60 nodes, 2000 tokens.");
        assert_eq!(run("nodes none"), "Limits: 2000 tokens.");
        assert_eq!(run("agreement 0.9"), "Limits: 2000 tokens, 90 % of the answers agree.");
        assert!(run("repeats 2").contains("sampled again 2 times"));
        assert!(run("evaluations 30").contains("30 evaluations"));
        for (line, part) in [
            ("agreement 7", "from 0.5 to 1"),
            ("nodes many", "Write nodes as a number"),
            ("hope 3", "name one of: nodes"),
        ] {
            assert!(run(line).contains(part), "{line}");
        }
        assert_eq!(model.policy.budget.evaluations, Some(30));
    }
}
