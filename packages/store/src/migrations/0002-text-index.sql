-- The text index: what SEARCH looks for in the text of contents. Contents up to the counter 'text-index' are in it; what
-- lies beyond is read as it is. `text_terms` gives candidates, `text_blocks` the text to verify them with.

INSERT INTO counters (name, value) VALUES ('text-index', 0);

-- Terms by content id. They are cut before they come here, and stand apart by spaces.
CREATE VIRTUAL TABLE text_terms USING fts5 (
  terms, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '_'"
);

-- The collated text of a few contents with neighbouring ids, `first` being the lowest.
CREATE TABLE text_blocks (
  first INTEGER PRIMARY KEY,
  layout BLOB NOT NULL,
  header BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- Contents that have gone and whose text has yet to.
CREATE TABLE text_gone (content_id INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER text_of_gone_content AFTER DELETE ON contents BEGIN
  INSERT OR IGNORE INTO text_gone (content_id) VALUES (old.id);
END;
