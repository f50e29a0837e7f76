-- Pausing a container while its files are read: journalled, guarded, and verified when it ends.
-- Every way out closes the registered streams first: a pause must never outlive its reader, and an
-- open archive stream could keep the Engine from answering.

local failure = require "hosskeep.failure"

local pausing = {}

local PATIENCE = 30 -- seconds

local hold = {}
local meta

local function is_paused(container)
    local state = container:inspect()
    return state ~= nil and state.State ~= nil and state.State.Paused == true
end

-- A dead or gone container cannot be paused any more: that is no failure to resume it. Returns
-- false when it ran already.
local function unpause(container)
    local last
    for _ = 1, 3 do
        local done, err = try(container.unpause, container)
        last = err
        if not is_paused(container) then
            return done
        end
    end
    failure.raise(failure.BACKUP, "container %s: still paused%s", container.name or container.id,
        last and " (" .. failure.text(last) .. ")" or "")
end

-- On a busy machine the kernel may not manage to freeze every process in time; then the Engine
-- gives up, everything runs on, and asking again helps.
local function pause(container)
    local deadline = time.monotonic() + PATIENCE
    while true do
        local _, err = try(container.pause, container)
        if not err then
            return
        elseif failure.kind(err) ~= "engine" or err.code ~= 500 or time.monotonic() > deadline then
            error(err, 0)
        end
        time.sleep(0.05)
    end
end

--- Registers a stream (or anything with close) that is closed before the container runs again.
function hold:closes(stream)
    self.streams[#self.streams + 1] = stream
    return stream
end

--- Ends the pause; may be called several times. The first error is raised after all was tried.
function hold:resume()
    if self.over then
        return
    end
    local first
    for index = #self.streams, 1, -1 do
        local _, err = try(self.streams[index].close, self.streams[index])
        first = first or err
    end
    self.streams = {}
    if self.ours then
        local again = self.asked -- an interrupted call may have been heard
        self.asked = true
        if unpause(self.container) == false and not again then
            self.ctx:warn("container %s: somebody else has resumed it while it was read",
                self.container.name or self.container.id)
        end
        self.ctx.guard:resumed(self.container.id)
    end
    if self.token then
        self.ctx.journal:done(self.token)
    end
    self.over = true
    if first then
        error(first, 0)
    end
end

--- True while the pause lasts.
function hold:active()
    return not self.over
end

meta = {
    __index = hold,
    __name = "pause",
    __close = function(self)
        self:resume()
    end,
}

--- Pauses a container for reading. One that is paused already is left as it is, with a warning.
function pausing.pause(ctx, container)
    local self = setmetatable({ ctx = ctx, container = container, streams = {} }, meta)
    ctx:defer(function()
        self:resume()
    end, "resume " .. (container.name or container.id))
    if is_paused(container) then
        ctx:warn("container %s: was paused already, and stays so", container.name or container.id)
        return self
    end
    self.token = ctx.journal:add {
        kind = "paused", id = container.id, name = container.name, guard = ctx.guard:ready(),
    }
    ctx.guard:pausing(container.id)
    self.ours = true
    pause(container)
    return self
end

return pausing
