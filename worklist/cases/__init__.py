"""The page's own database: accounts, cases, the access log, and what goes back to the inbox."""
