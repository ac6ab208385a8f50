//! A stranger's chat template ends, and loses no turn without saying so.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::engine::protocol::Prompt;
use pleach_fuzz::engine::template::ChatTemplate;

fuzz_target!(|source: &str| {
    let template = ChatTemplate { source: source.to_owned(), bos: "<s>".into(), eos: "</s>".into() };
    let prompt = Prompt::continuing("2 + 2?", vec![5, 6]).then_ask("Rate it.");
    let _ = template.render(&prompt);
});
