//! What a person who writes templates can rely on. Bounds and refusals stand in `tests_bounds.rs`.

use super::*;

pub(super) const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(time::Duration::days(20_000));

pub(super) fn data(lead: &[(&str, &str)]) -> MergeData {
    let own = |(field, value): &(&str, &str)| ((*field).to_owned(), (*value).to_owned());
    MergeData::new(lead.iter().map(own), [("name".to_owned(), "Sam".to_owned())])
}

pub(super) fn rendered(template: &str, lead: &[(&str, &str)]) -> Result<String, Blocked> {
    let template = Template::parse(template).unwrap_or_else(|error| panic!("{template:?}: {error}"));
    template.render(&data(lead), NOW)
}

fn check(template: &str, lead: &[(&str, &str)], expected: &str) {
    assert_eq!(rendered(template, lead).as_deref(), Ok(expected), "{template:?} with {lead:?}");
}

fn check_missing(template: &str, lead: &[(&str, &str)], fields: &[&str]) {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    assert_eq!(rendered(template, lead), Err(Blocked::Missing { fields }), "{template:?} with {lead:?}");
}

#[test]
fn fields_of_lead_and_sender_are_put_out() {
    check("Hi {{ lead.first_name }}, {{sender.name}}", &[("first_name", "Anna")], "Hi Anna, Sam");
    check("{{ lead[\"first_name\"] }} {{ lead['x-y'] }}", &[("first_name", "Anna"), ("x-y", "1")], "Anna 1");
    check("No field at all }} %} { {", &[], "No field at all }} %} { {");
}

#[test]
fn a_missing_or_blank_field_without_a_default_blocks() {
    check_missing("Hi {{ lead.first_name }}", &[], &["lead.first_name"]);
    for blank in ["", "   ", "\t\n", "\u{A0}", "\u{200B}", "\u{FEFF} "] {
        check_missing("Hi {{ lead.first_name }}", &[("first_name", blank)], &["lead.first_name"]);
        check("Hi {{ lead.first_name | default: \"there\" }}", &[("first_name", blank)], "Hi there");
    }
    for value in ["N/A", "-", "anna@example.com", "0", "false"] {
        check("{{ lead.first_name }}", &[("first_name", value)], value);
        check("{{ lead.first_name | default: 'x' }}", &[("first_name", value)], value);
    }
    check_missing("{{ sender.phone }}", &[], &["sender.phone"]);
}

#[test]
fn all_missing_fields_are_told_at_once() {
    let lead = [("city", "Ulm")];
    check_missing("{{ lead.b }} {{ lead.city }} {{ lead.a }} {{ lead.b }}", &lead, &["lead.a", "lead.b"]);
    // A mistake that comes later does not hide them.
    check_missing("{{ lead.a }} {{ lead.city | date: '%Y' }}", &lead, &["lead.a"]);
}

#[test]
fn no_filter_hides_a_missing_field() {
    for filter in ["append: '!'", "prepend: 'Dear '", "size", "split: ',' | join: '-'", "replace: 'a', 'b'", "plus: 1"]
    {
        check_missing(&format!("{{{{ lead.a | {filter} }}}}"), &[], &["lead.a"]);
        check(&format!("{{{{ lead.a | {filter} | default: 'x' }}}}"), &[], "x");
    }
    check_missing("{{ 'Hi ' | append: lead.a }}", &[], &["lead.a"]);
    check_missing("{{ lead.a | append: lead.b }}", &[("a", "x")], &["lead.b"]);
    check_missing("{% assign x = lead.a | append: '!' %}{{ x }}", &[], &["lead.a"]);
    // What the filters leave of a value counts, not the value.
    check_missing("{{ lead.a | remove: 'x' }}", &[("a", "xx")], &["lead.a"]);
    check_missing("{% assign p = lead.a | split: ',' %}{{ p[3] }}", &[("a", "1,2")], &["lead.a"]);
}

#[test]
fn a_default_that_is_itself_missing_blocks() {
    check_missing("{{ lead.a | default: '' }}", &[], &["lead.a"]);
    check_missing("{{ lead.a | default: ' ' | append: '!' }}x{{ lead.b }}", &[("b", " ")], &["lead.b"]);
    check_missing("{{ lead.a | default: lead.b | append: '!' }}", &[], &["lead.a", "lead.b"]);
    check("{{ lead.a | default: lead.b | append: '!' }}", &[("b", "x")], "x!");
    check("{{ lead.a | default: lead.b | default: 'c' | upcase }}", &[], "C");
}

#[test]
fn only_what_is_really_rendered_counts() {
    let template = "Hi{% if lead.company %} at {{ lead.company }}{% endif %}!";
    check(template, &[], "Hi!");
    check(template, &[("company", "\u{A0}")], "Hi!");
    check(template, &[("company", "Acme")], "Hi at Acme!");
    let nested = "{% if lead.a %}{% if lead.b %}{{ lead.b }}{% else %}{{ lead.c }}{% endif %}{% else %}none{% endif %}";
    check(nested, &[("b", "x")], "none");
    check(nested, &[("a", "1"), ("b", "x")], "x");
    check_missing(nested, &[("a", "1")], &["lead.c"]);
    check("{% unless lead.a %}no a{% endunless %}", &[], "no a");
}

#[test]
fn conditions_hold_for_missing_fields_too() {
    let check_if = |condition: &str, lead: &[(&str, &str)], is_true| {
        let template = format!("{{% if {condition} %}}yes{{% else %}}no{{% endif %}}");
        check(&template, lead, if is_true { "yes" } else { "no" });
    };
    check_if("lead.a == \"x\"", &[], false);
    check_if("lead.a != \"x\"", &[], true);
    check_if("lead.a == \"\"", &[], true);
    check_if("lead.a != \"\"", &[], false);
    check_if("lead.a != ''", &[("a", "x")], true);
    check_if("lead.a == blank", &[], true);
    check_if("lead.a == nil", &[], true);
    check_if("lead.a contains \"x\"", &[], false);
    check_if("lead.a contains \"x\"", &[("a", "axa")], true);
    check_if("lead.a contains lead.b", &[("a", "axa")], false);
    check_if("lead.b or lead.a contains \"x\"", &[("b", "1")], true);
    check_if("lead.a and lead.b or lead.c", &[("c", "1")], true);
    check_if("lead.a > \"a\"", &[("a", "b")], true);
    check_if("lead.a > \"a\"", &[], false);
    check("{% case lead.c %}{% when 'DE', 'AT' %}Hallo{% when '' %}none{% else %}Hi{% endcase %}", &[], "none");
    check("{% case lead.c %}{% when 'DE' or 'AT' %}Hallo{% else %}Hi{% endcase %}", &[("c", "AT")], "Hallo");
    check("{% assign n = lead.a | downcase %}{% if n contains 'x' %}1{% else %}2{% endif %}", &[], "2");
}

#[test]
fn variables_hold_what_they_were_given() {
    let assigned = "{% assign name = lead.first_name | default: 'there' %}Hi {{ name }}";
    check(assigned, &[], "Hi there");
    check(assigned, &[("first_name", "Anna")], "Hi Anna");
    check_missing("{% assign n = lead.first_name %}Hi {{ n }}", &[], &["lead.first_name"]);
    check("{% assign n = lead.first_name %}Hi {{ n | default: 'you' }}", &[], "Hi you");
    check("{% capture g %}Hi {{ lead.a }}{% endcapture %}{{ g }}, {{ g }}", &[("a", "x")], "Hi x, Hi x");
    check_missing("{% capture g %}{{ lead.a }}{% endcapture %}ok", &[], &["lead.a"]);
    check("{% capture g %} {% endcapture %}{{ g | default: 'x' }}", &[], "x");
    check_missing("{% if lead.a %}{% assign v = 'x' %}{% endif %}{{ v }}", &[], &["v"]);
    check("{% assign n = lead.e | plus: 0 %}{% if n > 50 %}large{% else %}small{% endif %}", &[("e", "80")], "large");
}

#[test]
fn loops_go_over_parts() {
    let template = "{% assign parts = lead.tags | split: ',' %}{% for p in parts %}{{ forloop.index }}{{ p | strip }} {% endfor %}";
    check(template, &[("tags", "a, b,c")], "1a 2b 3c ");
    check_missing(&format!("x{template}{{{{ lead.y }}}}"), &[], &["lead.y"]);
    check("{% for i in (1..5) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", &[], "12");
    check("{% for i in (1..3) reversed %}{{ i }}{% endfor %}", &[], "321");
    let parts = "{% assign p = lead.t | split: ',' %}{% for x in p limit:2 %}{{ x }}{% else %}none{% endfor %}";
    check(parts, &[("t", "a,b,c")], "ab");
    check(parts, &[], "none");
    check("{% assign p = lead.t | split: '' %}{{ p | join: '-' }}", &[("t", "äbc")], "ä-b-c");
    check("{% assign p = lead.t | split: ',' %}{% for x in p %}{{ x }};{% endfor %}", &[("t", "a,b, ,")], "a;b;");
}

#[test]
fn a_condition_about_a_part_that_is_not_there_is_false() {
    let template = "{% assign p = lead.t | split: ',' %}{% if lead.x %}1{% elsif p[1] == 'b' %}2{% elsif p.size > 2 %}3\
                    {% else %}4{% endif %}{% if p[1] != 'b' %}5{% endif %}{% case p[0] %}{% when p[2] %}6{% else %}7{% endcase %}";
    check(template, &[("t", "a,b")], "27");
    check(template, &[("t", "a,c,a")], "356");
    check(template, &[], "456");
    check("{% for i in (1..3) %}{{ i }}{% unless forloop.last %}, {% endunless %}{% endfor %}", &[], "1, 2, 3");
    check("{% if lead.a == '%}{{' %}1{% else %}2{% endif %}", &[("a", "%}{{")], "1");
}

#[test]
fn whitespace_raw_blocks_and_comments_are_liquids() {
    check("a \n {{- lead.x -}} \t\n b", &[("x", "1")], "a1b");
    check("a\n{%- if lead.x -%}\n {{ lead.x }} \n{%- endif -%}\nb", &[("x", "1")], "a1b");
    check("{% for i in (1..2) -%}\n  {{ i }}\n{%- endfor %}", &[], "12");
    check("{% raw %}{{ lead.x }} {% if %}{{% endraw %}{{ lead.x }}", &[("x", "1")], "{{ lead.x }} {% if %}{1");
    check("a{ {%- raw -%} {{ {%- endraw -%} }b", &[], "a{{{}b");
    check("a{% comment %}{{ nonsense | }} {% comment %}x{% endcomment %}{% if %}{% endcomment %}b", &[], "ab");
    check("{{ \"}} %} {{ '\" }}{{ '\"' }}", &[], "}} %} {{ '\"");
}

#[test]
fn a_value_is_put_out_as_it_is_and_never_read_as_a_template() {
    for value in [
        "Smith & Sons <EU>",
        "O'Brien \"Bob\"",
        "{{ lead.company }}",
        "{% raw %}",
        "{% endraw %}{{",
        "%recipient%",
        "}}",
        "a | upcase",
        "now",
        "ownlane_step",
        "  two  blanks ",
        "Ünïcödé 👩‍👩‍👧 عربى",
        "\\n$1",
        "nil",
    ] {
        check("{{ lead.x }}|{{ lead.x | default: 'd' }}", &[("x", value)], &format!("{value}|{value}"));
        check("{% assign v = lead.x %}{% capture c %}{{ v }}{% endcapture %}{{ c }}", &[("x", value)], value);
    }
}

#[test]
fn filters_are_liquids() {
    check(
        "{{ lead.x | capitalize }} {{ lead.x | upcase | truncate: 5 }}",
        &[("x", "hello world")],
        "Hello world HE...",
    );
    check("{{ lead.x | split: ' ' | first }} {{ lead.x | size }}", &[("x", "hello world")], "hello 11");
    check("{{ lead.x | plus: 1.5 | times: 2 }} {{ 7 | divided_by: 2 }}", &[("x", "2")], "7.0 3");
    check(
        "{{ 10.1 | minus: 2.2 }} {{ 10 | divided_by: 4.0 }} {{ lead.x | plus: 0.1 }}",
        &[("x", "0.2")],
        "7.9 2.5 0.3",
    );
    check("{{ lead.x | truncatewords: 2 }}", &[("x", " a  b\tc d")], "a b...");
    check("{{ lead.x | truncatewords: 4 }}", &[("x", "a  b\tc d")], "a  b\tc d");
    check("{{ lead.x | url_encode }}", &[("x", "a b&c")], "a+b%26c");
    check("{{ lead.x | split: ' ' | join: '-' }}", &[("x", "a  b\nc")], "a-b-c");
    check("{{ lead.x | newline_to_br }}", &[("x", "a\r\nb\nc")], "a<br />\nb<br />\nc");
    check("{{ lead.x | replace: 'GmbH', '' | strip }}", &[("x", "Acme GmbH")], "Acme");
}

#[test]
fn a_date_is_read_in_the_forms_of_files() {
    let check_date = |text: &str, expected: &str| {
        check("{{ lead.d | date: '%Y-%m-%d %H:%M' }}", &[("d", text)], expected);
    };
    for text in [
        "2026-12-17",
        "2026/12/17",
        "17.12.2026",
        "12/17/2026",
        "17/12/2026",
        "17 Dec 2026",
        "17 December 2026",
        "Dec 17, 2026",
        "December 17, 2026",
        "17-Dec-2026",
        " 2026-12-17 ",
        "2026-12-17 00:00:00",
    ] {
        check_date(text, "2026-12-17 00:00");
    }
    check_date("2026-12-17 10:00:00", "2026-12-17 10:00");
    check_date("2026-12-17T10:00:00Z", "2026-12-17 10:00");
    check_date("2026-12-17T10:00:00+01:00", "2026-12-17 10:00");
    check_date("2026-12-17 10:00:00 +0100", "2026-12-17 10:00");
    check_date("2026-12-17T10:00:00.123-05:00", "2026-12-17 10:00");
    check_date("17.12.2026 10:05", "2026-12-17 10:05");
    check_date("12/17/2026 3:05 PM", "2026-12-17 15:05");
    check_date("7.3.2026", "2026-03-07 00:00");
    check_date("05/05/2026", "2026-05-05 00:00");
    check("{{ lead.d | date: '%-d %B %Y, %A' }}", &[("d", "2026-03-07")], "7 March 2026, Saturday");
}

#[test]
fn a_date_that_cannot_be_read_blocks() {
    let template = "{{ lead.d | date: '%Y' }}";
    for text in ["soon", "31.02.2026", "2026-13-01", "17.12.26", "46373", "now", "today", "2026", "Q4 2026", "12:30"] {
        let blocked = Blocked::Date { field: "lead.d".to_owned(), value: text.to_owned() };
        assert_eq!(rendered(template, &[("d", text)]), Err(blocked), "{text}");
    }
    let blocked = Blocked::AmbiguousDate { field: "lead.d".to_owned(), value: "03/04/2026".to_owned() };
    assert_eq!(rendered(template, &[("d", "03/04/2026")]), Err(blocked));
    check_missing(template, &[], &["lead.d"]);
    check("{{ lead.d | date: '%Y' | default: 'soon' }}", &[], "soon");
}

#[test]
fn now_is_the_time_that_was_handed_in() {
    check("{{ 'now' | date: '%Y-%m-%d %H:%M' }}", &[], "2024-10-04 00:00");
    check("{{ \"today\" | date: '%A' }} {{ now | date: '%Y' }} {{ today }}", &[], "Friday 2024 2024-10-04");
}

#[test]
fn a_subject_is_one_line() {
    let subject = |template: &str, value: &str| {
        let template = Template::parse(template).unwrap();
        template.render_subject(&data(&[("x", value)]), NOW)
    };
    let check = |template, value, expected: &str| assert_eq!(subject(template, value).as_deref(), Ok(expected));
    check(" Hi\n{{ lead.x }}\r\n", "Anna", "Hi Anna");
    check("Hi {{ lead.x }}", "A\r\nBcc: b@example.com", "Hi A Bcc: b@example.com");
    check("{{ lead.x }}", "a\u{2028}b\u{0}c\td", "a b c d");
    check("{{ lead.x }}", "Smith & Sons  <EU>", "Smith & Sons  <EU>");
    assert_eq!(subject("{% if lead.y %}x{% endif %}\n", "a"), Err(Blocked::Empty));
    assert_eq!(subject("{{ lead.x }}", "\n"), Err(Blocked::Missing { fields: vec!["lead.x".to_owned()] }));
}

#[test]
fn a_template_tells_its_fields() {
    let template = "{{ lead.a }}{{ lead.b | default: lead.c }}{% if lead.d == 'x' %}{% endif %}\
                    {% assign v = lead.e %}{{ v | default: 'x' }}{% assign w = lead.f %}{{ w }}{{ sender.name }}";
    let template = Template::parse(template).unwrap();
    let told: Vec<_> = template.fields().iter().map(|field| (field.name.as_str(), field.is_needed)).collect();
    let expected = [("a", true), ("b", false), ("c", true), ("d", false), ("e", false), ("f", true), ("name", true)];
    assert_eq!(told, expected);
}

#[test]
fn a_misspelt_field_is_told_with_the_one_that_was_meant() {
    let known = ["first_name", "company"].map(str::to_owned).into_iter().collect();
    let template = Template::parse("{{ lead.firstname }} {{ lead.company }} {{ lead.zip }} {{ sender.x }}").unwrap();
    let unknown = |name: &str, suggestion: Option<&str>| UnknownField {
        name: name.to_owned(),
        suggestion: suggestion.map(str::to_owned),
    };
    assert_eq!(template.unknown_fields(&known), [unknown("firstname", Some("first_name")), unknown("zip", None)]);
}
