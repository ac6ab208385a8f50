//! How the search goes about it, as a person sets it: the policy, and by which aggregator answers
//! are ranked.

use super::Effect;
use super::argument::Arguments;
use super::list::{self, Entry};
use super::model::Model;
use super::workbench::Workbench;
use crate::aggregate::{self, AGGREGATORS, Debate, Poll};
use crate::search::{Busy, Policy, Term, View};

/// Goes on under another policy, also while the search runs; without a name, lists all.
pub(super) fn policy(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let name = arguments.text();
    if name.is_empty() {
        let entries = Policy::names().into_iter().filter_map(|name| {
            let note = Policy::named(name).ok()?.about.to_owned();
            let line = format!("policy {name}");
            Some(Entry { name: name.to_owned(), note, aside: String::new(), line })
        });
        let entries = entries.collect();
        let now = model.workbench().map_or(&model.policy, |bench| bench.driver.policy()).name;
        return list::open_at(model, "Policies", entries, now);
    }
    let policy = match Policy::named(name) {
        Ok(policy) => policy,
        Err(why) => {
            model.complain(format!("{}.", capital(&why)));
            return Vec::new();
        }
    };
    model.policy = policy.clone();
    model.tell(format!("The policy is {name}: {}.", policy.about));
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let turn = bench.driver.switch(&bench.tree, policy);
    bench.rank();
    bench.take(turn, now)
}

/// Ranks the answers by another aggregator; without a name, lists all.
pub(super) fn believe(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let name = arguments.text();
    if name.is_empty() {
        let entries = AGGREGATORS.iter().map(|aggregator| Entry {
            name: aggregator.name().to_owned(),
            note: aggregator.about().to_owned(),
            aside: String::new(),
            line: format!("believe {}", aggregator.name()),
        });
        let entries = entries.collect();
        let now = model.workbench().map(|bench| bench.ranked_by().to_owned());
        return list::open_at(model, "Aggregators", entries, &now.unwrap_or_default());
    }
    if AGGREGATORS.iter().any(|aggregator| aggregator.name() == name) {
        if let Some(bench) = model.workbench_mut() {
            bench.aggregator = Some(name.to_owned());
            bench.rank();
        }
        model.tell(format!("Answers are ranked by {name}."));
    } else {
        let names: Vec<_> = aggregators(model);
        model.complain(format!("There is no aggregator {name}; there are: {}.", names.join(", ")));
    }
    Vec::new()
}

/// The names of policies.
pub(super) fn policies(_: &Model) -> Vec<String> {
    Policy::names().into_iter().map(str::to_owned).collect()
}

/// The names of aggregators.
pub(super) fn aggregators(_: &Model) -> Vec<String> {
    AGGREGATORS.iter().map(|aggregator| aggregator.name().to_owned()).collect()
}

/// A sentence from words that begin small.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Workbench {
    /// Returns what speaks for the chosen node under the policy, as the selector scores it.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        let policy = self.driver.policy();
        let busy = Busy::default();
        let top = crate::tree::NodeId::ROOT;
        let view = View { tree: &self.tree, policy, top, busy: &busy, seed: 0 };
        policy.selector.explain(&view, self.cursor)
    }

    /// Returns the name of the aggregator that ranks the answers: the person's choice, else the
    /// debate's where one has decided about these answers, else the policy's.
    #[must_use]
    pub fn ranked_by(&self) -> &str {
        let decided = self.tree.verdict().map(|_| Debate::NAME);
        let own = self.aggregator.as_deref().or(decided);
        own.unwrap_or(self.driver.policy().aggregator)
    }

    /// Ranks the answers anew. The two usual ways are read from the running count.
    pub(super) fn rank(&mut self) {
        self.answers = match self.ranked_by() {
            "best" => self.tally.by_value(),
            "weighted" => self.tally.answers(),
            name => {
                let policy = self.driver.policy();
                let poll = Poll { tree: &self.tree, values: policy.values, vetoes: policy.vetoes };
                aggregate::named(name).rank(&poll)
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_exist_is_told_with_those_that_do() {
        let mut model = Model::new((80, 24), 0);
        policy(&mut model, &Arguments::new("nonsense"), 0);
        let told = model.notice.as_ref().unwrap();
        assert!(
            told.is_error && told.text.starts_with("There is no policy named nonsense; "),
            "{}",
            told.text
        );
        policy(&mut model, &Arguments::new("beam"), 0);
        assert_eq!(model.policy.name, "beam");
        believe(&mut model, &Arguments::new("nonsense"));
        assert!(model.notice.as_ref().unwrap().text.contains("rpc"));
    }
}
