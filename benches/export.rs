//! Export: how long 10,000 trajectories take in every format, and in how much memory.
//!
//! Sessions are read, folded, judged, deduplicated, split and written durably, as by the verb;
//! only the tokenizer is made up (one token a byte), since what is measured is not llama.cpp.
//! `cargo bench --bench export`; `PLEACH_TRAJECTORIES` changes how many.

#![allow(clippy::expect_used, clippy::print_stdout)] // a measurement fails loudly and prints

#[path = "support/curated.rs"]
mod curated;

use std::time::Instant;

use pleach::engine::template::ChatTemplate;
use pleach::export::{Encoding, FORMATS, Format, Options, Rendering, Tokenizer, Tools, dataset};

/// Trajectories of a session.
const EACH: u32 = 100;

fn main() {
    let all =
        std::env::var("PLEACH_TRAJECTORIES").map_or(10_000, |text| text.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = curated::write(folder.path(), all / EACH, EACH);
    let source = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    let template = ChatTemplate { source: source.into(), bos: String::new(), eos: String::new() };
    let rendering = Rendering::of(&template).expect("a rendering");
    let bytes = |text: &str, _| Ok(text.bytes().map(i32::from).collect());
    println!(
        "{} sessions, {all} trajectories; resident at the start: {} MiB",
        sources.len(),
        resident()
    );
    println!("| format | records | JSON Lines, s (CPU) | Parquet, s (CPU) | most resident, MiB |");
    println!("|---|---|---|---|---|");
    for format in FORMATS {
        let mut seconds = Vec::new();
        let mut records = 0;
        for encoding in [Encoding::Jsonl, Encoding::Parquet] {
            let options = Options { encoding, test_share: 0.1, ..Options::default() };
            let out = folder.path().join(format!("{}-{encoding:?}", format.name));
            let mut progress = |_, _| true;
            let mut tools = Tools {
                rendering: Some(&rendering),
                tokenizer: Some(Tokenizer { fingerprint: "", tokenize: &bytes }),
                progress: &mut progress,
            };
            let (began, worked) = (Instant::now(), cpu_seconds());
            let made = dataset::write(&sources, &[format as &Format], &options, &out, &mut tools);
            seconds.push((began.elapsed().as_secs_f64(), cpu_seconds() - worked));
            match made {
                Ok((report, _)) => records = report.formats[0].rows(),
                // Nothing here is a splice.
                Err(error) => assert_eq!(format.name, "agent-r", "{error}"),
            }
        }
        println!(
            "| `{}` | {records} | {:.2} ({:.2}) | {:.2} ({:.2}) | {} |",
            format.name,
            seconds[0].0,
            seconds[0].1,
            seconds[1].0,
            seconds[1].1,
            resident()
        );
    }
}

/// The most memory that was resident so far, in MiB; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

/// Seconds that processors worked for this process so far, of which a busy machine takes no
/// more; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, which may have spaces, ends at the last bracket; user and system time are the
    // 12th and 13th field after it, in hundredths of a second.
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
