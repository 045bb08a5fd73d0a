-- The first words of contents, made when they are first asked for (RFC 8970).
CREATE TABLE previews (
  content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
  text TEXT NOT NULL
) STRICT;
