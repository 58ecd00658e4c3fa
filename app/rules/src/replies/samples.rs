//! Incoming mails with invented people: for tests only.

pub(super) const SES_ID: &str = "010f019ac9a62608-6c9654bb-dc58-4957-8828-68360c1c2d10-000000";

pub(super) const PERSON: &str = "Return-Path: <bob@b.example>\r\n\
    X-Original-To: r+token@in.ownlane.example\r\n\
    From: =?utf-8?B?0JHQvtCx?= <bob@b.example>\r\n\
    To: \"Anna Berg\" <r+Token@in.ownlane.example>\r\n\
    Cc: carl@b.example\r\n\
    Subject: Re: =?koi8-r?B?98/Q0s/T?=\r\n\
    Date: Sat, 28 Nov 2026 11:00:00 +0100\r\n\
    Message-ID: <x1@b.example>\r\n\
    In-Reply-To: <010f019ac9a62608-6c9654bb-dc58-4957-8828-68360c1c2d10-000000@us-east-2.amazonses.com>\r\n\
    References: <first@acme.example>\r\n\
    \x20<010f019ac9a62608-6c9654bb-dc58-4957-8828-68360c1c2d10-000000@us-east-2.amazonses.com>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8; format=flowed\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\
    \r\n\
    Ja, =\r\n\
    gern.\r\n\
    \r\n\
    Gr=C3=BC=C3=9Fe\r\n\
    Bob\r\n\
    \r\n\
    Am 28.11.26 um 10:05 schrieb Anna Berg:\r\n\
    > Guten Tag\r\n\
    >\r\n\
    > Abmelden: https://acme.example/u/1\r\n";

/// RFC 3464, with the header of a mail of ours.
pub(super) fn delivery_status(fields: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@b.example\nTo: r+token@in.ownlane.example\nSubject: Undelivered\n\
         Auto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\nIt was not delivered.\n\n--x\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.b.example\n\n{fields}\n\n--x\n\
         Content-Type: text/rfc822-headers\n\n{}\n--x--\n",
        ours()
    )
}

/// RFC 5965, with the header of a mail of ours.
pub(super) fn feedback(fields: &str) -> String {
    format!(
        "From: feedback@b.example\nTo: r+token@in.ownlane.example\nSubject: Abuse report\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\n\nSomebody complained.\n\n--x\n\
         Content-Type: message/feedback-report\n\nUser-Agent: Loop/1\n{fields}\n\n--x\nContent-Type: message/rfc822\n\n{}\n\nHi\n\
         --x--\n",
        ours()
    )
}

fn ours() -> String {
    format!("Message-ID: <{SES_ID}@us-east-2.amazonses.com>\nFrom: anna@acme.example\nTo: bob@b.example\nSubject: Hi\n")
}
