-- Whose turn it is among those that are due (RFC 6710 §5.1), what an operator holds back, and what its sender
-- wants to go out later (RFC 4865).
ALTER TABLE queue ADD COLUMN turn INTEGER NOT NULL DEFAULT 0; -- next_attempt_at, moved by the priority
ALTER TABLE queue ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN release_at INTEGER; -- null where nobody asked for a time
UPDATE queue SET turn = next_attempt_at;
CREATE INDEX queue_by_turn ON queue (turn, due_at);
CREATE INDEX queue_by_release ON queue (account_id, release_at) WHERE release_at IS NOT NULL;
