-- Leaves a service out of the backup although it runs: here the search index, which this site
-- builds anew after a restore. Install as backup.d/10-skip-a-service.lua.
local p = ...
p.settings:set("services.skip", { "opensearch" })
