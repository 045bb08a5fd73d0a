-- What other domains want of TLS to their servers, and how it went.

-- Policies of MTA-STS (RFC 8461), the last that a domain had.
CREATE TABLE sts_policies (
  domain TEXT PRIMARY KEY,
  id TEXT NOT NULL, -- of the TXT record that announced it
  policy TEXT NOT NULL, -- as it was fetched
  max_age INTEGER NOT NULL, -- milliseconds
  fetched_at INTEGER NOT NULL,
  checked_at INTEGER NOT NULL -- when it was last looked for, with or without success
) STRICT, WITHOUT ROWID;
CREATE INDEX sts_policies_by_checked ON sts_policies (checked_at);

-- Sessions with the servers of a domain, a UTC day, policy and outcome, to be told in reports (RFC 8460).
CREATE TABLE tls_results (
  day INTEGER NOT NULL, -- days since 1970-01-01
  domain TEXT NOT NULL,
  policy TEXT NOT NULL, -- JSON
  failure TEXT NOT NULL, -- JSON; '' for success
  sessions INTEGER NOT NULL,
  PRIMARY KEY (day, domain, policy, failure)
) STRICT, WITHOUT ROWID;

-- What became of the report of a day and domain; no row until it was first looked at.
CREATE TABLE tls_reports (
  day INTEGER NOT NULL,
  domain TEXT NOT NULL,
  state TEXT NOT NULL, -- 'waiting', 'sent', 'unwanted' or 'failed'
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  detail TEXT NOT NULL, -- where it went, or why it did not
  PRIMARY KEY (day, domain)
) STRICT, WITHOUT ROWID;
