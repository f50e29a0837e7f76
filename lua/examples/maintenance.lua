-- Shows a maintenance page while the backup runs: the proxy serves the file as long as it is there.
-- It goes again however the run ends. Install as backup.d/10-maintenance.lua, and name the file in
-- settings.lua: site.page = "/srv/www/maintenance.html"
local p = ...
p.settings:declare { name = "site.page", help = "file that the proxy shows instead of the server" }

p:insert_before("clear-current", { name = "site.maintenance", run = function(ctx)
    local page = ctx.settings["site.page"]
    ctx:defer(function() fs.remove(page) end, "remove the maintenance page")
    fs.write(page, "<h1>Back in a minute</h1>\n", { mode = tonumber("644", 8) })
end })
