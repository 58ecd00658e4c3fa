//! The world on localhost: Amazon SES and DNS over their wire protocols. Nothing of it answers yet.
