//! What is refused, and that nothing runs without end.

use super::tests::{NOW, data, rendered};
use super::*;

fn check(template: &str, expected: &str) {
    match Template::parse(template) {
        Ok(_) => panic!("{template:?} is taken"),
        Err(error) => assert_eq!(error.to_string(), expected, "{template:?}"),
    }
}

#[test]
fn a_name_that_is_no_field_is_refused_with_what_was_meant() {
    check("a\nHi {{ first_name }}", "Line 2: there is no first_name. Write it as {{ lead.first_name }}.");
    check("{{ 'x' | append: name }}", "Line 1: there is no name. Write it as {{ lead.name }}.");
    check("{% if vip %}{% endif %}", "Line 1: there is no vip. Write it as {{ lead.vip }}.");
    check("{{ lead }}", "Line 1: name one field, like lead.first_name. It has no parts of its own.");
    check("{{ lead.name.first }}", "Line 1: name one field, like lead.first_name. It has no parts of its own.");
    check("{% assign lead = 'x' %}", "Line 1: lead has a meaning of its own. Choose another name.");
    check("{% capture nilsson %}{% endcapture %}", "Line 1: nilsson has a meaning of its own. Choose another name.");
    assert!(matches!(Template::parse("{{ lead[name] }}"), Err(TemplateError::Index { line: 1 })));
    assert!(matches!(Template::parse("{{ forloop.index }}"), Err(TemplateError::UnknownVariable { .. })));
}

#[test]
fn a_field_is_never_compared_with_a_number() {
    for condition in ["lead.employees > 50", "50 < lead.employees", "lead.employees == 50", "lead.vip == true"] {
        let parsed = Template::parse(&format!("{{% if lead.x or {condition} %}}{{% endif %}}"));
        assert!(matches!(parsed, Err(TemplateError::TextComparison { line: 1, .. })), "{condition}: {parsed:?}");
    }
    let assigned = Template::parse("{% assign n = lead.e | strip %}{% if n > 1 %}{% endif %}");
    assert!(matches!(assigned, Err(TemplateError::TextComparison { .. })));
    let case = Template::parse("{% case lead.e %}{% when 1 %}{% endcase %}");
    assert!(matches!(case, Err(TemplateError::TextComparison { .. })));
    let message = "Line 1: lead.e is a text, and a text never compares with a number, true or false. Compare it with a \
                   text in quotes, or first make a number of it: {% assign number = lead.e | plus: 0 %}.";
    check("{% if lead.e > 5 %}{% endif %}", message);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    check("a\n\n{{ lead.x ", "Line 3: }} is missing. Close what begins here.");
    check("{{ lead.x | append: \"a }}", "Line 1: a closing quote is missing. Put a text between two \" or two '.");
    check("{{ lead.x | append: “a” }}", "Line 1: write straight quotes, \" or ', within {{ }} and {% %}.");
    check("{% if lead.x %}", "Line 1: {% if %} is never closed. Add {% endif %}.");
    check("{% if lead.x %}\n{% for i in (1..2) %}{% endif %}", "Line 2: {% for %} is never closed. Add {% endfor %}.");
    check("{% raw %}", "Line 1: {% raw %} is never closed. Add {% endraw %}.");
    check("{{ lead.x | shout }}", "Line 1: there is no filter shout. Check how it is spelt.");
    check("\n{{ lead.x | append }}", "Line 2: the filter append does not take these values. Check how many it needs.");
    check("{{ lead.x | date: '%!' }}", "Line 1: this date format is not one. Write one like \"%d %B %Y\".");
    for template in [
        "{{ }}",
        "{{ {a} }}",
        "{{{ lead.x }}}",
        "{{ lead.x lead.y }}",
        "{{ lead.x | }}",
        "{{ lead. x }}",
        "{% %}",
        "{{%}",
        "{% if %}{% endif %}",
        "{% if lead.x = 'y' %}{% endif %}",
        "{% endif %}",
        "{% else %}",
        "{% elsif lead.x %}",
        "{% break %}",
        "{% assign x %}",
        "{% for x %}{% endfor %}",
        "{% case %}{% endcase %}",
        "{% if lead.größe %}",
        "{% if not lead.x %}{% endif %}",
        "{% unless lead.x %}{% elsif lead.y %}{% endunless %}",
        "{{ lead.x[0] }}",
        "{{ 99999999999999999999 }}",
        "{{ lead.x | append: a: 'b' }}",
        "{% cycle 'a', 'b' %}",
        "{% increment x %}",
        "{% ownlane_step 0 %}",
        "{% tablerow x in y %}{% endtablerow %}",
        "{% if lead.x %}{% else if lead.y %}{% endif %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% for x in lead.tags %}{% endfor %}",
        "{% layout 'x' %}",
        "{% if lead.x %}{% else %}{% else %}{% endif %}",
        "{% if lead.x %}{% else %}{% elsif lead.y %}{% endif %}",
        "{% case lead.x %}{% else %}{% when 'x' %}{% endcase %}",
        "{% assign ownlane_part_0 = 'x' %}",
    ] {
        let error = Template::parse(template).err().unwrap_or_else(|| panic!("{template:?} is taken"));
        assert_ne!(error, TemplateError::Liquid, "{template:?} has no words of its own");
        assert!(error.to_string().ends_with(['.', '!']), "{error}");
    }
}

#[test]
fn no_template_is_too_long_or_too_deep() {
    check(&"a".repeat(limits::TEMPLATE_BYTES_MAX + 1), "A template has at most 32 KiB. Shorten this one.");
    let deep = |n: usize| format!("{}x{}", "{% if lead.a %}".repeat(n), "{% endif %}".repeat(n));
    assert!(Template::parse(&deep(limits::TEMPLATE_DEPTH_MAX)).is_ok());
    assert!(matches!(Template::parse(&deep(1000)), Err(TemplateError::Deep { .. })));
    let elsifs = format!("{{% if lead.a %}}{}{{% endif %}}", "{% elsif lead.a %}".repeat(1500));
    assert!(matches!(Template::parse(&elsifs), Err(TemplateError::ManyParts { .. })));
    let ors = format!("{{% if lead.a{} %}}{{% endif %}}", " or lead.a".repeat(3000));
    assert!(matches!(Template::parse(&ors), Err(TemplateError::ManyParts { .. })));
    let brackets = format!("{{{{ lead{} }}}}", "[lead".repeat(5000));
    assert!(Template::parse(&brackets).is_err());
}

#[test]
fn a_loop_has_an_end() {
    for range in ["(1..1000000000)", "(1..101)", "(-9223372036854775808..9223372036854775807)", "(1..n)", "(1.5..2)"] {
        let template = format!("{{% assign n = 5 %}}{{% for i in {range} %}}x{{% endfor %}}");
        assert!(matches!(Template::parse(&template), Err(TemplateError::Range { line: 1 })), "{range}");
    }
    assert_eq!(rendered("{% for i in (1..100) %}x{% endfor %}", &[]).map(|text| text.len()), Ok(100));
    let nested = |body: &str| {
        let depth = limits::TEMPLATE_DEPTH_MAX - 1;
        format!("{}{body}{}y", "{% for i in (1..100) %}".repeat(depth), "{% endfor %}".repeat(depth))
    };
    assert_eq!(rendered(&nested(""), &[]), Err(Blocked::Work));
    assert_eq!(rendered(&nested("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), &[]), Err(Blocked::Long));
    let captured = format!("{{% capture c %}}{}{{% endcapture %}}", nested(&"x".repeat(1000)));
    assert!(matches!(rendered(&captured, &[]), Err(Blocked::Work)));
}

#[test]
fn a_variable_does_not_grow_without_end() {
    let doubled = "{% assign a = a | append: a %}".repeat(60);
    let outcome = rendered(&format!("{{% assign a = 'xxxxxxxx' %}}{doubled}{{{{ a }}}}"), &[]);
    assert_eq!(outcome, Err(Blocked::Long));
    let squared = "{% assign a = a | replace: 'x', a %}".repeat(9);
    assert!(rendered(&format!("{{% assign a = 'xxxxxxxx' %}}{squared}{{{{ a }}}}"), &[]).is_err());
    let listed = "{% assign p = p | concat: p %}".repeat(60);
    assert!(rendered(&format!("{{% assign p = 'a,b' | split: ',' %}}{listed}{{{{ p }}}}"), &[]).is_err());
    let captured = "{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60);
    assert!(rendered(&format!("{{% assign a = 'xxxxxxxx' %}}{captured}{{{{ a }}}}"), &[]).is_err());
    let long = "x".repeat(40 * 1024);
    assert_eq!(rendered("{{ lead.x }}{{ lead.x }}", &[("x", &long)]), Err(Blocked::Long));
}

#[test]
fn numbers_that_overflow_block() {
    for chain in [
        "9223372036854775807 | plus: 1",
        "-9223372036854775808 | abs",
        "lead.n | times: lead.n",
        "1 | divided_by: 0",
        "1 | modulo: 0",
        "lead.n | slice: 0, 9",
        "'abc' | slice: lead.n",
        "'abc' | plus: 1",
        "'abc' | truncate: lead.n",
    ] {
        let outcome = rendered(&format!("{{{{ {chain} }}}}"), &[("n", "9223372036854775807")]);
        assert!(outcome.is_ok() || matches!(outcome, Err(Blocked::Filter { line: 1, .. })), "{chain}: {outcome:?}");
    }
    assert_eq!(rendered("{{ 2147483648 | times: 2147483648 }}", &[]).as_deref(), Ok("4611686018427387904"));
}

#[test]
fn a_template_goes_between_threads() {
    fn check<T: Send + Sync>(_: &T) {}
    check(&Template::parse("{{ lead.x }}").unwrap());
}

#[test]
fn one_template_renders_for_many_leads() {
    let text =
        "Hi {{ lead.first_name | default: 'there' }},\n{% if lead.company contains 'x' %}{{ lead.company }}{% endif %}";
    let template = Template::parse(text).unwrap();
    for number in 0..10_000 {
        let name = format!("Anna {number}");
        let outcome = template.render(&data(&[("first_name", &name)]), NOW);
        assert_eq!(outcome, Ok(format!("Hi {name},\n")));
    }
}
