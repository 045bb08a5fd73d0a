-- Mailbox access keys (RFC 4467 §2.2): one for each user of a mailbox. None was ever made under the old schema.
DROP TABLE url_keys;
CREATE TABLE url_keys (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  secret BLOB NOT NULL,
  reset_modseq INTEGER NOT NULL, -- the mod-sequence of the RESETKEY that made it; 0 for a first key
  PRIMARY KEY (account_id, mailbox_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX url_keys_by_mailbox ON url_keys (mailbox_id);
