#!/usr/bin/env bash
# liquid 0.26.11 (crates.io), rustc 1.95, beside liquidjs 10.21.0 (npm), Node.js 20.
# A field that holds a text, compared with `true`: in the crate every text equals true, "no" and "false" as well, and so does
# every number; with `== false` none does. In the language's other implementations a text equals no boolean. So a template that
# says {% if lead.customer == true %} writes to all whose column says "no" what is meant for customers. No error is raised.
# Output seen:
#   liquid    no == true: A   false == true: A   0 == true: A   no == false: B
#   liquidjs  no == true: B   false == true: B   0 == true: B   no == false: B
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
liquid = "=0.26.11"
liquid-core = "=0.26.11"
liquid-lib = "=0.26.11"
TOML
cat > "$folder/src/main.rs" <<'RUST'
use liquid::model::Value;

fn main() {
    let parser = liquid::ParserBuilder::with_stdlib().build().unwrap();
    let said = |shown: &str, value: Value, other: &str| {
        let template = format!("{{% if lead.customer == {other} %}}A{{% else %}}B{{% endif %}}");
        let lead = liquid::object!({ "lead": { "customer": value } });
        format!("{shown} == {other}: {}", parser.parse(&template).unwrap().render(&lead).unwrap())
    };
    let all = [
        said("no", Value::scalar("no"), "true"),
        said("false", Value::scalar("false"), "true"),
        said("0", Value::scalar(0_i64), "true"),
        said("no", Value::scalar("no"), "false"),
    ];
    println!("liquid    {}", all.join("   "));
}
RUST
cat > "$folder/said.cjs" <<'JS'
const { Liquid } = require('liquidjs');
const engine = new Liquid();
const said = (value, other) => `${value} == ${other}: ${engine.parseAndRenderSync(`{% if lead.customer == ${other} %}A{% else %}B{% endif %}`, { lead: { customer: value } })}`;
console.log('liquidjs ', [said('no', true), said('false', true), said(0, true), said('no', false)].join('   '));
JS
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . liquidjs@10.21.0 >/dev/null
seen="$(cargo run --quiet)
$(node said.cjs)"
echo "$seen"
wanted="liquid    no == true: A   false == true: A   0 == true: A   no == false: B
liquidjs  no == true: B   false == true: B   0 == true: B   no == false: B"
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
