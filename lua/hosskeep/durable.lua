--- What came back must be on disk before the marker goes, and before the data of a server that was
-- replaced goes: the Engine fills volumes without waiting for the disk. The whole machine is
-- synced, because the Engine's own folders are closed to the caller.

local m = {}

local PATIENCE = 900 -- seconds; a remote file system that is gone may keep it for good

--- Waits until all that was written so far is on disk; warns when that is not sure. It is a program
-- of its own, because the system call cannot be interrupted, and a signal must end the wait.
function m.wait(ctx)
    local sync = process.start { "sync", detach = true, output = "null" }
    local ended = sync:wait(PATIENCE)
    if not ended then
        ctx:warn("what came back may not be on disk yet: sync has not ended within %d s", PATIENCE)
    elseif ended.code ~= 0 then
        ctx:warn("what came back may not be on disk yet: sync ended with %d", ended.code)
    end
end

return m
