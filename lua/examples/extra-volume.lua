-- Backs up a volume and a folder that the stock procedure does not know; restore brings them back
-- without a line of code. Install as backup.d/10-extra-volume.lua, or write the same table into
-- settings.lua: volumes.extra = { ... }
local p = ...
p.settings:set("volumes.extra", {
    { name = "plugins", volume = "site_plugins" },
    { name = "tls", folder = "/etc/site/tls" },
})
