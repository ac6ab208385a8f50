//! Settings are read, or each that cannot be is named with its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::app::config::Config;
use pleach_fuzz::text::SafeText;

fuzz_target!(|text: &str| {
    let (config, complaints) = Config::read("config.toml", text);
    if complaints.is_empty() && text.trim().is_empty() {
        assert!(config == Config::default());
    }
    for complaint in complaints {
        assert!(complaint.starts_with("config.toml"), "{complaint}");
        assert!(!SafeText::block(&complaint).is_empty());
    }
});
