-- Stops a service while its volume is copied, for one that leaves half-written files when it is
-- merely paused. Install as backup.d/20-stop-and-copy.lua; site.stop of settings.lua names it.
local p = ...
p.settings:declare { name = "site.stop", default = "auth", help = "service to stop for its copy" }

p:wrap("add-volumes", function(ctx, base)
    local service = ctx.settings["site.stop"]
    local container = assert(ctx:service(service), service .. " has no container")
    ctx:defer(function() container:start() end, "start " .. service)
    container:stop { timeout = 30 }
    base()
    container:start()
end)
