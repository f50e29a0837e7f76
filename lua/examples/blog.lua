-- A compose project that is not a HOSS server: a service with a volume, and a Postgres. Install as
-- blog.lua on the search path; then
--   hosskeep blog backup
--   hosskeep blog restore ARCHIVE --start "docker-compose -p blog up -d"
-- Drop-ins go to blog-backup.d and blog-restore.d.
return require("hosskeep.project").main({
    name = "blog",
    project = "blog",
    folder = "/srv/backups/blog",
    volumes = { { name = "posts", service = "web", path = "/data", pause = true } },
    postgres = { { service = "db" } },
    settings = { ["backup.keep"] = 14 },
}, ...)
