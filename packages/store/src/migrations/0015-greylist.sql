-- Who has handed mail to whom from where (RFC 6647), of which only a hash is kept, and which networks come back.
CREATE TABLE greylist (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  first_at INTEGER NOT NULL,
  -- How often it was let through: for a triple 0 until its sender has come back.
  passes INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX greylist_by_end ON greylist (until);
