-- What those who watch an account ask: which mailboxes have changed, and by what.

-- The last change of names, subscriptions or rights.
ALTER TABLE accounts ADD COLUMN names_modseq INTEGER NOT NULL DEFAULT 0;

-- The last change of flags, and of annotations, of any message.
ALTER TABLE mailboxes ADD COLUMN flags_modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN annotations_modseq INTEGER NOT NULL DEFAULT 0;

-- 1 where RENAME INBOX made it.
ALTER TABLE mailboxes ADD COLUMN was_inbox INTEGER NOT NULL DEFAULT 0;
