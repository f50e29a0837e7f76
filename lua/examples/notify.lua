-- Tells a webhook how each run ended. Install as backup.d/05-notify.lua (and restore.d, where it
-- works the same); the URL is site.webhook of settings.lua.
local p = ...
p.settings:declare { name = "site.webhook", help = "URL that gets a POST after each run" }

local function tell(ctx, text)
    local _, problem = try(http.post, ctx.settings["site.webhook"],
        { json = { host = process.hostname(), run = p.name, text = text }, timeout = 20 })
    if problem then ctx:warn("webhook: %s", tostring(problem)) end
end
p:insert_before(p:names()[1], { name = "site.notify-failure", check = function(ctx)
    ctx:on_failure(function() tell(ctx, "failed: " .. ctx.problem) end, "notify")
end })
p:append { name = "site.notify-success", run = function(ctx) tell(ctx, "done") end }
