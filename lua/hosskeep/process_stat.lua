--- What the kernel tells of a process in /proc. A number is used again once its process is gone;
-- the time at which it started tells whether it is still the same one.

local m = {}

--- Reads a line of /proc/PID/stat: { pid=, ended=, group=, started= }, or nil for anything else.
-- The second field may hold anything.
function m.parse(line)
    local pid, rest = (line or ""):match "^(%d+) %(.*%) (.+)"
    if not pid then return nil end
    local fields = {}
    for word in rest:gmatch "%S+" do fields[#fields + 1] = word end
    return { pid = pid, ended = fields[1] == "Z", group = fields[3], started = fields[20] }
end

--- The same of a process that is there, else nil.
function m.of(pid)
    return m.parse(try(fs.read, "/proc/" .. pid .. "/stat", 4096))
end

--- True while that very process runs; `noted` is what of() or parse() gave.
function m.runs(noted)
    local now = m.of(noted.pid)
    return now ~= nil and not now.ended and now.started == noted.started
end

return m
