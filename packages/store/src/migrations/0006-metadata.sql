-- RFC 5464 entries, anew: each change has a mod-sequence, private ones have a reader, and removed ones can be told of.
-- The rows of a mailbox or an account that goes are taken away by the transaction that takes its name.
DROP TABLE metadata;
CREATE TABLE metadata (
  mailbox_id INTEGER NOT NULL, -- 0: an entry of the server
  reader_id INTEGER NOT NULL, -- the account whose /private entry it is; 0: /shared
  entry TEXT NOT NULL, -- in lower case
  name TEXT NOT NULL, -- as it was first spelt
  value BLOB, -- NULL: removed
  account_id INTEGER NOT NULL, -- whose mailbox or private server entry; 0: the server's; the mod-sequence is this one's
  modseq INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, reader_id, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX metadata_by_modseq ON metadata (account_id, modseq);
CREATE INDEX metadata_by_reader ON metadata (reader_id);

-- The server's own entries have a mod-sequence, too.
INSERT INTO counters (name, value) VALUES ('server-modseq', 1);
