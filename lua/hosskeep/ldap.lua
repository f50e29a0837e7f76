--- The directory: its data goes with the volumes; here its entries are counted, for the comparison
-- after a restore.

local attend = require "hosskeep.attend"
local server = require "hosskeep.server"

local m = {}

local PATIENCE = 10 -- seconds

-- slapcat reads the database beside the running server. Entries begin with dn: or, in base 64,
-- dn::.
local COUNT = [[slapcat -n 1 2>/dev/null | grep -c '^dn:']]

--- Starts to count, in the background; the service is not paused yet.
function m.start(ctx)
    if not ctx:wants("ldap") then return end
    local container = server.running(ctx, "ldap")
    local job = container:exec({ "sh", "-c", COUNT }, {
        user = "root", timeout = 120, background = true,
    })
    ctx.ldap_count = { job = job, container = container }
    ctx:on_failure(function() job:cancel() end, "end the count of ldap's entries")
end

--- Waits for the count. A directory that cannot be counted is backed up nevertheless.
function m.finish(ctx)
    local count = ctx.ldap_count
    if not count then return end
    ctx.ldap_count = nil
    local done, problem = try(function()
        return attend.any(count.container, "ldap", { count.job }):wait()
    end)
    local entries = done and math.tointeger(tonumber(done.stdout:match("^%s*(%d+)%s*$")))
    if entries and entries > 0 then
        ctx.manifest.ldap = { entries = entries }
    else
        ctx.manifest.ldap = json.object {}
        ctx:warn("ldap: its entries could not be counted: %s", tostring(problem or "no number"))
    end
end

local function asked(container)
    local answer = container:exec({ "sh", "-c", COUNT },
        { user = "root", timeout = 120, check = false })
    return math.tointeger(tonumber(answer.stdout:match("^%s*(%d+)%s*$"))) or 0
end

--- The directory's entries now. A server that is just starting may have its database closed yet, or
-- be recovering it: it is given a while to have any entry.
function m.count(_, container)
    local deadline = time.monotonic() + PATIENCE
    local found = asked(container)
    while found == 0 and time.monotonic() < deadline do
        time.sleep(0.2)
        found = asked(container)
    end
    return found
end

return m
