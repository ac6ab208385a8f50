//! The program `pleach`: parse arguments, call one verb.

fn main() -> std::process::ExitCode {
    pleach::cli::main()
}
