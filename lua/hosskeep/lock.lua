-- One run at a time below one BACKUP_ROOT: a flock that ends with the process, and says who holds
-- it.

local failure = require "hosskeep.failure"

local lock = {}

local function holder_text(command)
    return string.format("pid %d, started %s, %s\n", process.pid,
        time.format("%Y-%m-%dT%H:%M:%SZ"), command)
end

--- Takes the lock or raises a failure (exit 3) that names the holder.
function lock.take(path, command)
    local handle, holder = fs.lock(path, holder_text(command))
    if handle then
        return handle
    end
    local who = tostring(holder or ""):gsub("%s+$", "")
    failure.raise(failure.LOCKED, "%s: another run holds the lock (%s)", path,
        who ~= "" and who or "it has just started")
end

return lock
