-- The guard: a child process that resumes paused containers should this process be killed. It
-- hears "pause ID" before a container is paused and "resume ID" after; when its input ends, it
-- resumes what is left.

local pausing = require "hosskeep.pausing"
local process_stat = require "hosskeep.process_stat"

local guard_client = {}

local PATIENCE = 4 -- seconds; a guard whose Engine does not answer goes on by itself

local methods = {}
local meta = { __index = methods, __name = "guard" }

--- A guard that is started at the first pause.
function guard_client.new(ctx)
    return setmetatable({ ctx = ctx, held = {}, told = {} }, meta)
end

--- Pauses a container, calls fn(hold) and resumes the container whatever happens. Returns what fn
--- returns.
function methods:hold(container, fn)
    local hold <close> = pausing.pause(self.ctx, container)
    return fn(hold)
end

-- One that seems to have died, and has not, must not resume what a later run pauses.
local function dismiss(self, former)
    for id in pairs(self.told) do
        try(former.write, former, "resume " .. id .. "\n")
    end
    try(former.close_stdin, former)
end

local function start(self)
    local former = self.process
    self.process = process.start {
        argv = { hosskeep.executable, "guard" },
        detach = true,
        ignore_signals = true,
        output = "null",
    }
    for id in pairs(self.held) do
        self.process:write("pause " .. id .. "\n")
    end
    if former then
        dismiss(self, former)
    end
end

--- Starts the guard unless it runs. Returns which process it is, for the journal, which has to name
--- it before it is told of a pause: {pid=, started=}.
function methods:ready()
    if not self.process or not self.process:running() then
        start(self)
    end
    local stat = process_stat.of(self.process.pid)
    return stat and { pid = stat.pid, started = stat.started }
end

local function tell(self, word, id)
    self:ready()
    self.process:write(word .. " " .. id .. "\n")
end

--- Announces that a container is about to be paused.
function methods:pausing(id)
    tell(self, "pause", id)
    self.held[id], self.told[id] = true, true
end

--- Tells that a container runs again.
function methods:resumed(id)
    self.held[id] = nil
    if self.process then
        tell(self, "resume", id)
    end
end

--- Has what is paused now resumed after so many seconds, by a process of its own, unless the
--- function that is returned is called before. Nil when nothing is paused.
function methods:deadline(seconds)
    if next(self.held) == nil then
        return nil
    end
    local argv = { hosskeep.executable, "guard", "--after", tostring(seconds) }
    for id in pairs(self.held) do
        argv[#argv + 1] = id
    end
    local watch = process.start { argv = argv, detach = true, ignore_signals = true,
        output = "null" }
    return function()
        watch:close_stdin()
        watch:wait(10)
    end
end

--- Ends the guard, which resumes what is still held.
function methods:close()
    if self.process then
        self.process:close_stdin()
        self.process:wait(PATIENCE)
        self.process = nil
    end
end

return guard_client
