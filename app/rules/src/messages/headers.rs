//! What SES writes into a mail's header in place of ours. Ids are kept bare: no brackets, no white space.

/// The `Message-ID` that a recipient sees and answers to, without its brackets: SES puts its own id in place of ours
/// (SES developer guide, "header fields").
pub fn ses_message_id_header(ses_id: &str, region: &str) -> String {
    match region {
        "us-east-1" => format!("{ses_id}@email.amazonses.com"),
        region => format!("{ses_id}@{region}.amazonses.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_on_the_wire_names_its_region() {
        assert_eq!(ses_message_id_header("0100-x-000000", "us-east-1"), "0100-x-000000@email.amazonses.com");
        assert_eq!(ses_message_id_header("0102-x-000000", "eu-west-1"), "0102-x-000000@eu-west-1.amazonses.com");
    }
}
