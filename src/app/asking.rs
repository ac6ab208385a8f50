//! How the model is asked, as a person sets it: the proposer of new steps, and what an evaluator
//! says of the chosen step.

use super::Effect;
use super::argument::Arguments;
use super::list::{self, Entry};
use super::model::{EngineState, Model};
use super::searching::capital;
use super::workbench;
use crate::assets;
use crate::evaluate;
use crate::search::proposers;

/// Proposes steps in another way from here on; without a name, lists all ways.
pub(super) fn proposer(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let name = arguments.text();
    if name.is_empty() {
        let entries = proposers::all().into_iter().map(|proposer| Entry {
            name: proposer.name().to_owned(),
            note: proposer.about().to_owned(),
            aside: String::new(),
            line: format!("proposer {}", proposer.name()),
        });
        let entries = entries.collect();
        let policy = model.workbench().map_or(&model.policy, |bench| bench.driver.policy());
        let now = policy.proposer.name();
        return list::open_at(model, "Proposers", entries, now);
    }
    match proposers::named(name) {
        Ok(proposer) => {
            let words = format!("Steps are proposed by {name}: {}.", proposer.about());
            model.policy.proposer = proposer.clone();
            if let Some(bench) = model.workbench_mut() {
                bench.driver.propose_by(proposer);
            }
            let limited = limited(model, name);
            model.tell(words + limited);
        }
        Err(why) => model.complain(format!("{}.", capital(&why))),
    }
    Vec::new()
}

/// What is to be known of a proposer with the model that is loaded.
fn limited(model: &Model, name: &str) -> &'static str {
    let embedded =
        matches!(&model.engine, EngineState::Ready(info) if assets::is_embedded(&info.name));
    if embedded && !["sample", "correct"].contains(&name) {
        " The embedded model does not understand this and just goes on."
    } else {
        ""
    }
}

/// Grows children of the chosen node by a proposer, once.
pub(super) fn grow_by(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    match proposers::named(arguments.text()) {
        Ok(proposer) => workbench::change(model, now, |bench| {
            bench.driver.expand_by(&bench.tree, bench.cursor, &proposer)
        }),
        Err(why) => {
            model.complain(format!("{}.", capital(&why)));
            Vec::new()
        }
    }
}

/// Asks an evaluator about the chosen node.
pub(super) fn evaluate(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    match evaluate::named(arguments.text()) {
        Ok(evaluator) => workbench::change(model, now, |bench| {
            bench.driver.evaluate(&bench.tree, bench.cursor, &evaluator)
        }),
        Err(why) => {
            model.complain(format!("{}.", capital(&why)));
            Vec::new()
        }
    }
}

/// The names of proposers.
pub(super) fn proposer_names(_: &Model) -> Vec<String> {
    proposers::all().iter().map(|proposer| proposer.name().to_owned()).collect()
}

/// The names of evaluators.
pub(super) fn evaluator_names(_: &Model) -> Vec<String> {
    evaluate::all().iter().map(|evaluator| evaluator.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposer_is_chosen_by_name_and_what_does_not_exist_is_told() {
        let mut model = Model::new((80, 24), 0);
        proposer(&mut model, &Arguments::new("plan"));
        assert_eq!(model.policy.proposer.name(), "plan");
        proposer(&mut model, &Arguments::new("nonsense"));
        let told = &model.notice.as_ref().unwrap().text;
        assert!(told.starts_with("There is no proposer named nonsense"), "{told}");
        proposer(&mut model, &Arguments::new(""));
        assert_eq!(model.overlays.len(), 1);
        evaluate(&mut model, &Arguments::new("nonsense"), 0);
        assert!(model.notice.as_ref().unwrap().text.contains("pairwise"));
    }
}
