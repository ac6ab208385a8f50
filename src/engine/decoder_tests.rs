//! The decoder against llama.cpp used the plain way: one sequence, one token a step.

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use super::*;
use crate::reasoning::Segmentation;
use crate::tree::Sampling;

/// The most probable tokens after a prompt, and how far each is ahead of the second.
fn plain(backend: &LlamaBackend, model: &Model, prompt: &[i32], count: usize) -> Vec<(i32, f32)> {
    let mut context = context::new(backend, model, &ModelOptions::default()).unwrap();
    let mut batch = LlamaBatch::new(BATCH, 1);
    let mut found = Vec::new();
    let mut next: Vec<i32> = prompt.to_vec();
    let mut position = 0;
    while found.len() < count {
        batch.clear();
        let last = next.len() - 1;
        for (at, token) in next.iter().enumerate() {
            batch.add(LlamaToken(*token), position, &[0], at == last).unwrap();
            position += 1;
        }
        context.decode(&mut batch).unwrap();
        let logits = context.get_logits_ith(batch.n_tokens() - 1);
        let best = super::super::sample::alternatives(logits, 2);
        let token = i32::try_from(best[0].token).unwrap();
        found.push((token, best[0].logprob - best[1].logprob));
        next = vec![token];
    }
    found
}

/// Grows greedy steps of some tokens until a number is reached, each as a request of its own.
fn grown(decoder: &mut Decoder<'_>, prompt: &Prompt, step: u32, count: usize) -> Vec<i32> {
    let mut path = Vec::new();
    while path.len() < count {
        let mut prompt = prompt.clone();
        prompt.turns.last_mut().unwrap().content = Content::Tokens(path.clone());
        let mut events = Vec::new();
        let request = Request::Generate(Generate {
            prompt,
            seeds: vec![1, 2, 3],
            sampling: Sampling { temperature: 0.0, ..Sampling::default() },
            segmentation: Segmentation::Whole,
            max_tokens: step,
            ..Generate::default()
        });
        decoder.accept(request, &mut |event| events.push(event));
        while !decoder.is_idle() {
            decoder.step(&mut |event| events.push(event));
        }
        let branch = |wanted: u32| -> Vec<i32> {
            let of_branch = events.iter().filter_map(|event| match event {
                Event::Tokens { branch, tokens, .. } if *branch == wanted => Some(tokens),
                _ => None,
            });
            of_branch.flatten().map(|token| token.id).collect()
        };
        assert_eq!((branch(1), branch(2)), (branch(0), branch(0)));
        let more = branch(0);
        if more.is_empty() {
            break;
        }
        path.extend(more);
    }
    path.truncate(count);
    path
}

#[test]
fn greedy_tokens_are_those_of_a_plain_decode_whatever_is_shared_or_paged() {
    let mut backend = LlamaBackend::init().unwrap();
    backend.void_logs();
    let model = Model::load(&backend, &ModelOptions::default(), |_| {}).unwrap();
    for question in ["Use 4, 7, 8 and 8 to make 24.", "Use 1, 2, 3 and 9 to make 24."] {
        let prompt = Prompt::continuing(question, vec![]);
        let tokens = model.encode(&prompt).unwrap().tokens;
        let plain = plain(&backend, &model, &tokens, 40);
        let options = [
            ModelOptions::default(),
            ModelOptions { context: Some(256), cache: Some(64), ..ModelOptions::default() },
            ModelOptions { deterministic: true, ..ModelOptions::default() },
        ];
        for options in options {
            let mut decoder = Decoder::new(&backend, &model, &options).unwrap();
            for step in [3, 40] {
                let ours = grown(&mut decoder, &prompt, step, 40);
                for (at, (token, (wanted, ahead))) in ours.iter().zip(&plain).enumerate() {
                    // Rounding may turn over a choice between two that are next to equal.
                    if token != wanted {
                        assert!(*ahead < 0.05, "token {at}: {token}, not {wanted} by {ahead}");
                        break;
                    }
                }
                // Others push what was grown out of the cells.
                let other = Prompt::continuing("What is 3 + 4?", vec![]);
                grown(&mut decoder, &other, 100, 100);
            }
        }
    }
}
