//! Why a template is refused when it is saved, and what stops a mail when it is rendered. Never quotes more of a lead's
//! data than is needed to find the place.

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("A template has at most {} KiB. Shorten this one.", crate::limits::TEMPLATE_BYTES_MAX / 1024)]
    Long,
    #[error("Line {line}: {end} is missing. Close what begins here.")]
    Unclosed { line: usize, end: String },
    #[error("Line {line}: a closing quote is missing. Put a text between two \" or two '.")]
    Quote { line: usize },
    #[error("Line {line}: write straight quotes, \" or ', within {{{{ }}}} and {{% %}}.")]
    CurlyQuotes { line: usize },
    #[error("Line {line}: {character} cannot stand here. Names have letters without accents, digits, _ and - only.")]
    Character { line: usize, character: char },
    #[error("Line {line}: this number is too large. Use a smaller one.")]
    LargeNumber { line: usize },
    #[error("Line {line}: write the name itself between [ and ], like lead[\"first_name\"], or a position, like [0].")]
    Index { line: usize },
    #[error("Line {line}: a tag begins with its name, like {{% if lead.company %}}.")]
    TagName { line: usize },
    #[error("Line {line}: {{% {tag} %}} is never closed. Add {{% end{tag} %}}.")]
    NotClosed { line: usize, tag: String },
    #[error("Line {line}: {{% {tag} %}} has nothing that it belongs to. Take it out, or open its block before.")]
    NotOpen { line: usize, tag: String },
    #[error("Line {line}: there is no tag {tag} here. Use if, unless, case, for, assign, capture, comment or raw.")]
    UnknownTag { line: usize, tag: String },
    #[error("Line {line}: {{% {tag} %}} would need another template, and there is none. Write its text here.")]
    Include { line: usize, tag: String },
    #[error("Line {line}: there is no filter {filter}. Check how it is spelt.")]
    UnknownFilter { line: usize, filter: String },
    #[error("Line {line}: the filter {filter} does not take these values. Check how many it needs.")]
    FilterArguments { line: usize, filter: String },
    #[error("Line {line}: this date format is not one. Write one like \"%d %B %Y\".")]
    DateFormat { line: usize },
    #[error("Line {line}: there is no {name}. Write it as {{{{ lead.{name} }}}}.")]
    UnknownVariable { line: usize, name: String },
    #[error("Line {line}: name one field, like {scope}.first_name. It has no parts of its own.")]
    NotAField { line: usize, scope: String },
    #[error("Line {line}: {name} has a meaning of its own. Choose another name.")]
    Reserved { line: usize, name: String },
    #[error(
        "Line {line}: {name} is a text, and a text never compares with a number, true or false. Compare it with a text \
         in quotes, or first make a number of it: {{% assign number = {name} | plus: 0 %}}."
    )]
    TextComparison { line: usize, name: String },
    #[error(
        "Line {line}: write the range as two whole numbers with at most {} turns, like (1..5).",
        crate::limits::RANGE_TURNS_MAX
    )]
    Range { line: usize },
    #[error("Line {line}: a field is one text. Cut it first: {{% assign parts = {name} | split: \",\" %}}.")]
    LoopOverText { line: usize, name: String },
    #[error(
        "Line {line}: blocks stand within blocks more than {} deep. Make it flatter.",
        crate::limits::TEMPLATE_DEPTH_MAX
    )]
    Deep { line: usize },
    #[error("Line {line}: a condition has at most {} parts. Shorten it.", crate::limits::CONDITION_PARTS_MAX)]
    ManyParts { line: usize },
    #[error("Line {line}: this cannot be read. {hint}")]
    Syntax { line: usize, hint: &'static str },
    /// What liquid itself refuses after all of the above.
    #[error("This template cannot be read. Check its tags one by one.")]
    Liquid,
}

/// Why a mail is not written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Blocked {
    #[error("There is no value for {}. Fill it in, or give a default in the template.", fields.join(", "))]
    Missing { fields: Vec<String> },
    #[error("“{value}” in {field} is not a date that can be read. Write it like 2026-12-17.")]
    Date { field: String, value: String },
    #[error("“{value}” in {field} can mean two days. Write it like 2026-12-17.")]
    AmbiguousDate { field: String, value: String },
    #[error("Nothing is left to send. Write a text that does not depend on a field.")]
    Empty,
    #[error("The text becomes longer than {} KiB. Shorten it.", crate::limits::RENDERED_BYTES_MAX / 1024)]
    Long,
    #[error("The template has too much to do. Take loops out.")]
    Work,
    #[error("Line {line}: the filter {filter} cannot work with what it is given. Check the value before it.")]
    Filter { line: usize, filter: String },
    /// The first line of what liquid said; the others hold the lead's data.
    #[error("The template failed: {0}. Check its conditions and loops.")]
    Failed(String),
}
