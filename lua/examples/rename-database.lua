-- Gives a database another name at restore, once its rows have been compared. Install as
-- restore.d/50-rename-database.lua; names are in settings.lua: site.rename = { old = "new" }
local p = ...
p.settings:declare { name = "site.rename", type = "list", default = {}, help = "{ old = new }" }
local SQL = [[psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v a="$1" -v b="$2" <<'END'
select pg_terminate_backend(pid) from pg_stat_activity where datname = :'a';
alter database :"a" rename to :"b";
END]]

p:insert_after("compare", { name = "site.rename", title = "Rename databases", run = function(ctx)
    for old, new in pairs(ctx.settings["site.rename"]) do
        ctx:service("db"):exec { "sh", "-c", SQL, "sh", old, new }
    end
end })
