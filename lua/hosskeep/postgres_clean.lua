--- Takes dumps away again: those of this run, and those that a killed one left.

local dump = require "hosskeep.postgres_dump"

local m = {}

-- As root: `.db` is the operator's, the dumps are the database user's.
local function inside(container, entry, stop)
    container:exec({ "sh", "-c", dump.CLEAN, "hosskeep", entry.id }, {
        user = "root", timeout = 60, env = dump.environment(entry.user, { HK_STOP = stop }),
    })
end

local function has_stopped(container)
    local state = container:inspect()
    return not state or not state.State.Running
end

--- Ends what still runs there, then removes the files. The container may have stopped, and its work
--- with it: then dumps that lie on the host are removed from there, if this user may.
--- container: of the database, or nil when there is none any more. entry: as in the journal, {id=
--- the folder inside, service=, user=, host= the folder on the host if it is one}. finished:
--- nothing runs any more. Raises what the container answered when they cannot be removed.
function m.remove(container, entry, finished)
    local err
    if container then
        err = select(2, try(inside, container, entry, finished and "no" or "yes"))
        if not err then
            return
        end
    end
    if entry.host and (not container or has_stopped(container)) then
        local _, denied = try(fs.remove_tree, entry.host)
        err = denied and (err or denied)
    end
    if err then
        error(err, 0)
    end
end

return m
