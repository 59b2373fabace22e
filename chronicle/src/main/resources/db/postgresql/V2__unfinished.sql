-- What a life thinks just now, for when it never comes to an end. The only rows that change and go: they are no entries. The same table as in ../sqlite.
CREATE TABLE unfinished (
  instance_id BIGINT NOT NULL REFERENCES instance (id),
  life BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  details TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (instance_id, life)
);
