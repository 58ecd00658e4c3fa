//! The report as one page of HTML that needs nothing else: no script, no picture, no address to fetch.

use super::{Area, Outcome, Report};

/// Whole, from its doctype on.
pub fn document(report: &Report) -> String {
    let mut page = Page(String::new());
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    page.text(&format!("Evidence of isolation: {}, {}", report.team.name, report.made_at));
    page.raw("</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n");
    page.element("h1", "Evidence of isolation");
    page.rows(&[
        ("Team", &format!("{} ({})", report.team.name, report.team.id)),
        ("Made", &report.made_at),
        ("By", &report.platform),
        ("Report", &format!("{} ({})", report.id, report.format)),
    ]);
    page.element("h2", &format!("Isolation tier: {}", report.tier));
    page.element("p", &report.tier_means);
    page.element("h2", "What was tried and must not be possible");
    let [held, failed, not_run] = [Outcome::Held, Outcome::Failed, Outcome::NotRun].map(|it| report.count(it));
    page.element("p", &format!("{held} held, {failed} failed, {not_run} not run."));
    for area in Area::ALL {
        let tests: Vec<_> = report.tests.iter().filter(|test| test.area == area).collect();
        if tests.is_empty() {
            continue;
        }
        page.element("h3", area.title());
        page.head(&["Tried", "Expected", "Found", "Outcome"]);
        for test in tests {
            page.row(&[&test.what, &test.expected, &test.found, test.outcome.word()]);
        }
        page.raw("</table>\n");
    }
    for section in &report.sections {
        page.element("h2", &section.title);
        page.head(&["What", "Found", "Read by"]);
        for fact in &section.facts {
            page.row(&[&fact.what, &fact.found, &fact.source]);
        }
        page.raw("</table>\n");
    }
    page.element("h2", "What is not the team's own");
    page.raw("<ul>\n");
    report.shared.iter().for_each(|it| page.element("li", it));
    page.raw("</ul>\n");
    page.element("h2", "Questions that buyers ask");
    for answer in &report.answers {
        page.element("h3", &answer.question);
        page.element("p", &answer.answer);
        page.element("p", &format!("Source: {}.", answer.source));
    }
    page.element("h2", "Calls to AWS that this was read by");
    page.head(&["When", "Call", "About", "Answer", "Request id"]);
    for call in &report.calls {
        page.row(&[&call.at, &call.operation, &call.about, &call.answer, &call.request_id]);
    }
    page.raw("</table>\n</body>\n</html>\n");
    page.0
}

const STYLE: &str = "body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; \
                     color: #111; background: #fff; }\ntable { border-collapse: collapse; width: 100%; }\nth, td { text-align: \
                     left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }\n";

struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
    }

    fn element(&mut self, name: &str, text: &str) {
        self.raw(&format!("<{name}>"));
        self.text(text);
        self.raw(&format!("</{name}>\n"));
    }

    fn head(&mut self, columns: &[&str]) {
        self.raw("<table>\n<tr>");
        columns.iter().for_each(|column| self.element("th", column));
        self.raw("</tr>\n");
    }

    fn row(&mut self, cells: &[&str]) {
        self.raw("<tr>");
        cells.iter().for_each(|cell| self.element("td", cell));
        self.raw("</tr>\n");
    }

    fn rows(&mut self, rows: &[(&str, &str)]) {
        self.raw("<table>\n");
        for (what, found) in rows {
            self.raw("<tr>");
            self.element("th", what);
            self.element("td", found);
            self.raw("</tr>\n");
        }
        self.raw("</table>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Call, FORMAT, Fact, Section, Team, Test};

    #[test]
    fn a_page_says_all_that_the_report_does_and_runs_nothing() {
        let test = |outcome| Test {
            area: Area::Ses,
            what: "Send as another".to_owned(),
            expected: "refused".to_owned(),
            found: "403 <x>".to_owned(),
            outcome,
        };
        let report = Report {
            format: FORMAT.to_owned(),
            id: "e-1".to_owned(),
            made_at: "2026-11-30T06:00:00Z".to_owned(),
            platform: "https://ownlane.example".to_owned(),
            team: Team { id: "t-1".to_owned(), name: "A & <B>".to_owned(), slug: "ab".to_owned() },
            tier: "Shared".to_owned(),
            tier_means: "Shared IPs.".to_owned(),
            sections: vec![Section {
                title: "At SES".to_owned(),
                facts: vec![Fact::new("Tenant", "ownlane-1", "GetTenant")],
            }],
            tests: vec![test(Outcome::Held), test(Outcome::Failed)],
            answers: Vec::new(),
            shared: vec!["The account".to_owned()],
            calls: vec![Call {
                at: "2026-11-30T06:00:00Z".to_owned(),
                operation: "GetTenant".to_owned(),
                about: "ownlane-1".to_owned(),
                request_id: "r-1".to_owned(),
                answer: "done".to_owned(),
            }],
        };
        let page = document(&report);
        for part in [
            "A &amp; &lt;B&gt;",
            "403 &lt;x&gt;",
            "1 held, 1 failed, 0 not run",
            "<td>ownlane-1</td>",
            "<li>The account</li>",
            "r-1",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<script") && !page.contains("<B>"));
    }
}
