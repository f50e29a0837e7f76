-- A second Postgres container of the compose project: all its databases and roles are dumped with
-- counted rows, and restored once it runs. Install as backup.d/10-second-postgres.lua, or write
-- into settings.lua: postgres.extra = { "wiki-db" }
local p = ...
p.settings:set("postgres.extra", { { service = "wiki-db", name = "wiki" } })
