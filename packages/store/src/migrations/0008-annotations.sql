-- RFC 5257: values that stand with messages, for everybody or for one account. They go with their message.
CREATE TABLE annotations (
  mailbox_id INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  entry TEXT NOT NULL,
  reader_id INTEGER NOT NULL, -- the account whose value.priv it is; 0: value.shared
  value BLOB, -- NULL: removed, kept for those who want to hear of it
  collated TEXT, -- the value under i;unicode-casemap, where it is text
  modseq INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, uid, entry, reader_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX annotations_by_modseq ON annotations (mailbox_id, modseq);
CREATE INDEX annotations_by_reader ON annotations (reader_id);

-- Octets of all values and names of a mailbox's annotations.
ALTER TABLE mailboxes ADD COLUMN annotation_octets INTEGER NOT NULL DEFAULT 0;
