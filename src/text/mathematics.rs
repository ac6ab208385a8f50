//! Formulas in Unicode: TeX between `$` signs, `\(` and `\)`, or `\[` and `\]`, where all of it
//! has a form that a terminal can show.
//!
//! Responsible for how a formula is read by a person. A formula with anything that is not known
//! here stays as it was written, whole; what is stored is never touched. Nothing here panics on
//! any input, and code between backticks is left alone.

use std::borrow::Cow;

/// Formulas longer than this stay as they are, in bytes.
const LONGEST: usize = 4000;
/// Braces that are nested deeper than this are not read.
const DEEPEST: u32 = 16;

/// Returns text with its formulas in Unicode, as far as they can be.
#[must_use]
pub fn with_formulas(text: &str) -> Cow<'_, str> {
    if !text.contains(['$', '\\']) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\\', '`']) {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        let (formula, length) = match formula(from) {
            Some((tex, length)) => (unicode(tex), length),
            None => (None, as_it_is(from)),
        };
        let (whole, after) = from.split_at(length);
        shown.push_str(formula.as_deref().unwrap_or(whole));
        rest = after;
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// The formula that a text begins with: what is between its marks, and its length with them.
fn formula(text: &str) -> Option<(&str, usize)> {
    const MARKS: [(&str, &str); 4] = [("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("$", "$")];
    if let Some(rest) = text.strip_prefix("\\boxed{") {
        let end = closing(rest)?;
        let length = text.len() - rest.len() + end + 1;
        return text.get(..length).map(|whole| (whole, length));
    }
    let (open, close) = MARKS.into_iter().find(|(open, _)| text.starts_with(open))?;
    let inside = text.get(open.len()..)?;
    let limit =
        inside.char_indices().find(|(at, _)| *at > LONGEST).map_or(inside.len(), |(at, _)| at);
    let tex = inside.get(..limit)?.split_once(close)?.0;
    let length = open.len() + tex.len() + close.len();
    let is_price = open == "$"
        && (tex.starts_with(char::is_whitespace)
            || tex.ends_with(char::is_whitespace)
            || tex.contains('\n')
            || text.get(length..)?.starts_with(|next: char| next.is_ascii_digit()));
    (!tex.trim().is_empty() && !is_price).then_some((tex, length))
}

/// How much of a text stays as it is: code to its end, or one character.
fn as_it_is(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 0 {
        // An escaped sign begins no formula.
        let is_escape = text.starts_with("\\$") || text.starts_with("\\\\");
        return if is_escape { 2 } else { 1 };
    }
    let fence = &text[..ticks];
    text[ticks..].find(fence).map_or(ticks, |end| ticks + end + ticks)
}

/// Where the brace closes that is open before a text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A formula in Unicode; nothing if any of it is not known.
fn unicode(tex: &str) -> Option<String> {
    let mut reader = Reader { rest: tex.trim(), depth: 0 };
    let text = reader.read(None)?;
    Some(text.trim().to_owned())
}

struct Reader<'tex> {
    rest: &'tex str,
    depth: u32,
}

impl Reader<'_> {
    /// Reads on to a closing character, or to the end.
    fn read(&mut self, close: Option<char>) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                next if Some(next) == close => return Some(text),
                '}' => return None,
                '{' => text += &self.inside('}')?,
                '^' => text += &raised(&self.argument()?, SUPERSCRIPTS, '^'),
                '_' => text += &raised(&self.argument()?, SUBSCRIPTS, '_'),
                '\'' => text.push('′'),
                '~' => text.push(' '),
                '&' | '#' | '%' => return None,
                '\\' => self.command(&mut text)?,
                next => text.push(next),
            }
        }
        close.is_none().then_some(text)
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn inside(&mut self, close: char) -> Option<String> {
        self.depth += 1;
        let text = if self.depth > DEEPEST { None } else { self.read(Some(close)) };
        self.depth -= 1;
        text
    }

    /// The next group, command or character.
    fn argument(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        match self.next()? {
            '{' => self.inside('}'),
            '\\' => {
                let mut text = String::new();
                self.command(&mut text)?;
                Some(text)
            }
            '}' | '^' | '_' => None,
            next => Some(next.to_string()),
        }
    }

    /// A group as it is written, for words.
    fn words(&mut self) -> Option<String> {
        let inside = self.rest.trim_start().strip_prefix('{')?;
        let end = closing(inside)?;
        self.rest = &inside[end + 1..];
        let words = &inside[..end];
        (!words.contains(['\\', '$'])).then(|| words.to_owned())
    }

    fn command(&mut self, text: &mut String) -> Option<()> {
        let letters = self.rest.len()
            - self.rest.trim_start_matches(|next: char| next.is_ascii_alphabetic()).len();
        if letters == 0 {
            match self.next()? {
                ',' | ':' | ';' | ' ' => text.push(' '),
                '!' => {}
                '|' => text.push('‖'),
                '\\' => text.push('\n'),
                sign @ ('{' | '}' | '%' | '$' | '#' | '&' | '_') => text.push(sign),
                _ => return None,
            }
            return Some(());
        }
        let (name, rest) = self.rest.split_at(letters);
        self.rest = rest;
        match name {
            "frac" | "dfrac" | "tfrac" => {
                let (above, below) = (self.argument()?, self.argument()?);
                text.extend([&bracketed(&above), "/", &bracketed(&below)]);
            }
            "sqrt" => {
                let root = if let Some(rest) = self.rest.strip_prefix('[') {
                    self.rest = rest;
                    match self.inside(']')?.as_str() {
                        "3" => "∛",
                        "4" => "∜",
                        _ => return None,
                    }
                } else {
                    "√"
                };
                text.push_str(root);
                text.push_str(&bracketed(&self.argument()?));
            }
            "boxed" | "fbox" => text.extend(["[", &self.argument()?, "]"]),
            "text" | "mathrm" | "textbf" | "textit" | "operatorname" | "mbox" => {
                text.push_str(&self.words()?);
            }
            "mathbf" | "mathit" | "mathsf" | "displaystyle" | "limits" | "left" | "right"
            | "big" | "Big" | "bigl" | "bigr" | "Bigl" | "Bigr" => {
                if self.rest.starts_with('.') && matches!(name, "left" | "right") {
                    self.next();
                }
            }
            "mathbb" => text.push(double_struck(&self.argument()?)?),
            "quad" | "qquad" => text.push_str("  "),
            "pmod" => text.extend([" (mod ", &self.argument()?, ")"]),
            name => {
                let (_, symbol) = SYMBOLS.iter().find(|(known, _)| *known == name)?;
                text.push_str(symbol);
                let is_word = symbol.bytes().all(|byte| byte.is_ascii_alphabetic());
                if is_word && self.rest.starts_with(char::is_alphanumeric) {
                    text.push(' ');
                }
            }
        }
        Some(())
    }
}

/// A part of a fraction or a root, in brackets unless it is one thing.
fn bracketed(part: &str) -> String {
    let is_one =
        part.chars().all(|each| each.is_alphanumeric() || each == '.') || part.chars().count() <= 1;
    if is_one { part.to_owned() } else { format!("({part})") }
}

/// An exponent or index: in small characters if all of it has them.
fn raised(part: &str, small: &[(char, char)], mark: char) -> String {
    let of = |each: char| small.iter().find(|(from, _)| *from == each).map(|(_, to)| *to);
    let all: Option<String> = part.chars().filter(|each| *each != ' ').map(of).collect();
    match all.filter(|all| !all.is_empty()) {
        Some(all) => all,
        None if part.chars().count() == 1 => format!("{mark}{part}"),
        None => format!("{mark}({part})"),
    }
}

fn double_struck(letter: &str) -> Option<char> {
    const LETTERS: [(&str, char); 7] =
        [("C", 'ℂ'), ("E", '𝔼'), ("N", 'ℕ'), ("P", 'ℙ'), ("Q", 'ℚ'), ("R", 'ℝ'), ("Z", 'ℤ')];
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, symbol)| *symbol)
}

#[rustfmt::skip] // tables are read in columns
const SUPERSCRIPTS: &[(char, char)] = &[
    ('0', '⁰'), ('1', '¹'), ('2', '²'), ('3', '³'), ('4', '⁴'), ('5', '⁵'), ('6', '⁶'), ('7', '⁷'),
    ('8', '⁸'), ('9', '⁹'), ('+', '⁺'), ('-', '⁻'), ('=', '⁼'), ('(', '⁽'), (')', '⁾'), ('n', 'ⁿ'),
    ('i', 'ⁱ'), ('a', 'ᵃ'), ('b', 'ᵇ'), ('c', 'ᶜ'), ('d', 'ᵈ'), ('e', 'ᵉ'), ('f', 'ᶠ'), ('g', 'ᵍ'),
    ('h', 'ʰ'), ('j', 'ʲ'), ('k', 'ᵏ'), ('l', 'ˡ'), ('m', 'ᵐ'), ('o', 'ᵒ'), ('p', 'ᵖ'), ('r', 'ʳ'),
    ('s', 'ˢ'), ('t', 'ᵗ'), ('u', 'ᵘ'), ('v', 'ᵛ'), ('w', 'ʷ'), ('x', 'ˣ'), ('y', 'ʸ'), ('z', 'ᶻ'),
    ('T', 'ᵀ'), ('°', '°'), ('′', '′'), ('∘', '°'),
];

#[rustfmt::skip]
const SUBSCRIPTS: &[(char, char)] = &[
    ('0', '₀'), ('1', '₁'), ('2', '₂'), ('3', '₃'), ('4', '₄'), ('5', '₅'), ('6', '₆'), ('7', '₇'),
    ('8', '₈'), ('9', '₉'), ('+', '₊'), ('-', '₋'), ('=', '₌'), ('(', '₍'), (')', '₎'), ('a', 'ₐ'),
    ('e', 'ₑ'), ('h', 'ₕ'), ('i', 'ᵢ'), ('j', 'ⱼ'), ('k', 'ₖ'), ('l', 'ₗ'), ('m', 'ₘ'), ('n', 'ₙ'),
    ('o', 'ₒ'), ('p', 'ₚ'), ('r', 'ᵣ'), ('s', 'ₛ'), ('t', 'ₜ'), ('u', 'ᵤ'), ('v', 'ᵥ'), ('x', 'ₓ'),
];

#[rustfmt::skip]
const SYMBOLS: &[(&str, &str)] = &[
    ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("epsilon", "ε"),
    ("varepsilon", "ε"), ("zeta", "ζ"), ("eta", "η"), ("theta", "θ"), ("iota", "ι"), ("kappa", "κ"),
    ("lambda", "λ"), ("mu", "μ"), ("nu", "ν"), ("xi", "ξ"), ("pi", "π"), ("rho", "ρ"),
    ("sigma", "σ"), ("tau", "τ"), ("phi", "φ"), ("varphi", "φ"), ("chi", "χ"), ("psi", "ψ"),
    ("omega", "ω"), ("Gamma", "Γ"), ("Delta", "Δ"), ("Theta", "Θ"), ("Lambda", "Λ"), ("Xi", "Ξ"),
    ("Pi", "Π"), ("Sigma", "Σ"), ("Phi", "Φ"), ("Psi", "Ψ"), ("Omega", "Ω"),
    ("times", "×"), ("cdot", "·"), ("div", "÷"), ("pm", "±"), ("mp", "∓"), ("ast", "∗"),
    ("star", "⋆"), ("circ", "∘"), ("bullet", "•"), ("oplus", "⊕"), ("otimes", "⊗"),
    ("leq", "≤"), ("le", "≤"), ("geq", "≥"), ("ge", "≥"), ("neq", "≠"), ("ne", "≠"), ("lt", "<"),
    ("gt", ">"), ("ll", "≪"), ("gg", "≫"), ("approx", "≈"), ("equiv", "≡"), ("sim", "∼"),
    ("simeq", "≃"), ("cong", "≅"), ("propto", "∝"), ("mid", "∣"), ("nmid", "∤"), ("parallel", "∥"),
    ("perp", "⊥"), ("angle", "∠"), ("triangle", "△"), ("degree", "°"),
    ("in", "∈"), ("notin", "∉"), ("ni", "∋"), ("subset", "⊂"), ("subseteq", "⊆"), ("supset", "⊃"),
    ("supseteq", "⊇"), ("cup", "∪"), ("cap", "∩"), ("setminus", "∖"), ("emptyset", "∅"),
    ("varnothing", "∅"), ("forall", "∀"), ("exists", "∃"), ("neg", "¬"), ("land", "∧"),
    ("wedge", "∧"), ("lor", "∨"), ("vee", "∨"),
    ("to", "→"), ("rightarrow", "→"), ("leftarrow", "←"), ("leftrightarrow", "↔"),
    ("Rightarrow", "⇒"), ("Leftarrow", "⇐"), ("Leftrightarrow", "⇔"), ("implies", "⟹"),
    ("iff", "⟺"), ("mapsto", "↦"), ("uparrow", "↑"), ("downarrow", "↓"), ("longrightarrow", "⟶"),
    ("sum", "∑"), ("prod", "∏"), ("int", "∫"), ("oint", "∮"), ("partial", "∂"), ("nabla", "∇"),
    ("infty", "∞"), ("ldots", "…"), ("dots", "…"), ("cdots", "⋯"), ("vdots", "⋮"), ("therefore", "∴"),
    ("because", "∵"), ("prime", "′"), ("hbar", "ℏ"), ("ell", "ℓ"), ("Re", "ℜ"), ("Im", "ℑ"),
    ("lfloor", "⌊"), ("rfloor", "⌋"), ("lceil", "⌈"), ("rceil", "⌉"), ("langle", "⟨"),
    ("rangle", "⟩"), ("vert", "|"), ("Vert", "‖"), ("lbrace", "{"), ("rbrace", "}"),
    ("sin", "sin"), ("cos", "cos"), ("tan", "tan"), ("cot", "cot"), ("sec", "sec"), ("csc", "csc"),
    ("arcsin", "arcsin"), ("arccos", "arccos"), ("arctan", "arctan"), ("log", "log"), ("exp", "exp"),
    ("ln", "ln"), ("lim", "lim"), ("max", "max"), ("min", "min"), ("gcd", "gcd"), ("lcm", "lcm"),
    ("det", "det"), ("deg", "deg"), ("mod", "mod"), ("bmod", "mod"), ("square", "□"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_read_as_people_write_them() {
        for (tex, shown) in [
            ("so $x^2 + y_1 \\le 3$.", "so x² + y₁ ≤ 3."),
            ("\\(\\frac{a+b}{2}\\)", "(a+b)/2"),
            ("$$\\sqrt{16} = 4$$", "√16 = 4"),
            ("$\\sqrt[3]{x+1}$", "∛(x+1)"),
            ("\\[ e^{i\\pi} + 1 = 0 \\]", "e^(iπ) + 1 = 0"),
            ("$a \\times b \\neq 0$", "a × b ≠ 0"),
            ("the answer is \\boxed{\\frac{1}{2}}", "the answer is [1/2]"),
            ("$x \\in \\mathbb{R}$", "x ∈ ℝ"),
            ("$\\sin x + 5\\%$", "sin x + 5%"),
            ("$90^\\circ$", "90°"),
            ("$\\text{speed} = 3$", "speed = 3"),
        ] {
            assert_eq!(with_formulas(tex), shown, "{tex}");
        }
    }

    #[test]
    fn what_is_not_known_stays_whole_and_prices_are_no_formulas() {
        for text in [
            "$\\begin{matrix}a\\end{matrix}$",
            "costs $5 and $6 more",
            "from $ 5 to 6 $",
            "`$x^2$` and ```\n$y^2$\n```",
            "\\$x^2\\$",
            "$\\frac{1}$",
            "$unclosed",
            "\\boxed{unclosed",
        ] {
            assert_eq!(with_formulas(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(text in "[\\\\$^_{}()a-z0-9\\[\\]` \n]{0,200}") {
            let _ = with_formulas(&text);
        }
    }
}
