-- What a life thinks just now, for when it never comes to an end. The only rows that change and go: they are no entries.
CREATE TABLE unfinished (
  instance_id INTEGER NOT NULL REFERENCES instance (id),
  life INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  details TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (instance_id, life)
);
