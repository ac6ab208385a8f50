//! A stranger's chat template ends, and loses no turn without saying so.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::engine::protocol::Prompt;
use pleach_fuzz::engine::template::ChatTemplate;

fuzz_target!(|source: &str| {
    // A list taken a hundred million times becomes a text before minijinja (3.1) asks whether there is fuel
    // for it. The worker has bounds of time and memory for that; here nothing else would be found.
    if source.contains('*') {
        return;
    }
    let template = ChatTemplate { source: source.to_owned(), bos: "<s>".into(), eos: "</s>".into() };
    let prompt = Prompt::continuing("2 + 2?", vec![5, 6]).then_ask("Rate it.");
    let _ = template.render(&prompt);
});
