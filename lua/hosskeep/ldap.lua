--- The directory: its data goes with the volumes; here its entries are counted, for the comparison
-- after a restore.

local attend = require "hosskeep.attend"
local server = require "hosskeep.server"

local m = {}

local PATIENCE = 10 -- seconds

-- slapcat reads the database beside the running server. One that is just starting may end because
-- of it: slapcat makes a file for a moment to see whether it may (DUMMY, beside the data), and as
-- the last user of LMDB's locks it destroys them under the next. So it waits until slapd holds
-- them, and runs as slapd's user where chroot can do that. Entries begin with dn: or, in base 64,
-- dn::.
local COUNT = [==[
data=/var/lib/ldap
owner=$(stat -c %u:%g $data 2> /dev/null) || owner=0:0
as_owner() {
    if chroot --userspec="$owner" / true 2> /dev/null; then
        chroot --userspec="$owner" / "$@"
    else
        "$@"
    fi
}
locks=$(stat -c %i $data/lock.mdb 2> /dev/null) || tries=100
while [ "${tries:=0}" -lt 100 ] && ! grep -q ":$locks " /proc/locks; do
    tries=$((tries + 1))
    sleep 0.1
done
as_owner slapcat -n 1 2> /dev/null | grep -c '^dn:'
]==]

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

m.COUNT = COUNT

return m
