-- Helper containers: created from an empty image that we import ourselves, never started. Through
-- them the Engine's archive calls reach volumes and folders, with owners, and with no service's
-- container locked meanwhile.

local failure = require "hosskeep.failure"
local mounts = require "hosskeep.mounts"
local recover = require "hosskeep.recover"

local PATIENCE = 20 -- seconds
local LATE = 2 -- seconds in which a thing that an interrupted call asked for may still appear

local helpers = {}

local methods = {}
helpers.methods = methods
local meta = { __index = methods, __name = "helpers" }

--- The helpers of one run.
function helpers.new(ctx)
    return setmetatable({ ctx = ctx, made = {} }, meta)
end

-- Without the Engine's answer nobody knows whether the thing is being made: sets owner.unsure.
local function make(owner, fn, ...)
    local ok, made = pcall(fn, ...)
    if not ok then
        owner.unsure = failure.kind(made) ~= "engine"
        error(made, 0)
    end
    return made
end

-- Removes what may appear late.
local function remove_late(owner, remove)
    local stop = time.monotonic() + LATE
    while owner.unsure and time.monotonic() < stop do
        time.sleep(0.1)
        owner.unsure = not remove()
    end
end

local function import_image(self)
    if self.image then
        return self.image
    end
    local ctx = self.ctx
    local ref = "hosskeep-empty:" .. ctx:random()
    local token = ctx.journal:add { kind = "image", id = ref }
    ctx:defer(function()
        self.image = nil -- what undoes a step behind this needs one of its own
        self:remove_all()
        local function remove()
            return ctx.docker:remove_image(ref)
        end
        if not remove() then
            remove_late(self, remove)
        end
        recover.sweep_images(ctx)
        ctx.journal:done(token)
    end, "remove the helpers' image")
    make(self, ctx.docker.import_image, ctx.docker, ref, { labels = recover.labels(ctx) })
    self.image = ref
    return ref
end

--- A container of the Engine's `spec` (labels are set here) that remove() or remove_all() takes
-- away, also when it is only being made. Returns {name=, token=, container=}.
function methods:make(spec)
    local ctx = self.ctx
    local name = "hosskeep-" .. ctx:random()
    local helper = { name = name, token = ctx.journal:add { kind = "helper", id = name } }
    table.insert(self.made, helper)
    spec.Labels = recover.labels(ctx)
    helper.container = make(helper, ctx.docker.create, ctx.docker, name, spec)
    return helper
end

--- One helper with several mounts, each {name=, volume=|bind=, readonly=, must_exist=, create=}
--- in a list, or without name in a table by name. Returns {container=, path={name="/mnt/name"}}
--- (also as .paths). A volume has to exist unless create=true.
function methods:mounts(specs)
    local host, paths = mounts.host_config(self.ctx.docker, specs)
    local helper = self:make {
        Image = import_image(self),
        Cmd = { "/never-started" },
        NetworkDisabled = true,
        HostConfig = host,
    }
    helper.path, helper.paths = paths, paths
    return helper
end

--- A helper with one mount. Returns {container=, path="/mnt/x"}.
function methods:mount(spec)
    local one = {}
    for key, value in pairs(spec) do
        one[key] = value
    end
    one.name = one.name or "x"
    local helper = self:mounts { one }
    return { container = helper.container, path = helper.path[one.name], token = helper.token }
end

-- v: also the nameless volumes that the Engine makes for what an image declares as VOLUME. Those
-- that have been mounted by name stay.
local function ask_removal(self, helper, background)
    return self.ctx.docker:request("DELETE", "/containers/" .. helper.name,
        { query = { force = true, v = true }, check = false, background = background })
end

local function forget(self, helper)
    for index, made in ipairs(self.made) do
        if made == helper then
            table.remove(self.made, index)
        end
    end
    self.ctx.journal:done(helper.token)
end

-- A call of its own that does not get through, or is refused, is made once more on the connection
-- that is open. True, or nil and why not.
local function is_removed(self, helper, job, err)
    local removed
    if job then
        removed, err = self:wait_removed(job, helper)
    end
    if not removed then
        local _, status = try(ask_removal, self, helper)
        removed = math.type(status) == "integer" and (status < 300 or status == 404)
    end
    if removed then
        remove_late(helper, function()
            local _, status = ask_removal(self, helper)
            return status < 300
        end)
    end
    return removed, err
end

--- Removes at once what make() and mounts() have returned. Raises the first error after all have
--- been tried. What could not be removed, or was interrupted, is tried again at the next call.
function methods:remove(list)
    local removals, first = {}, nil
    for index, helper in ipairs(list) do
        local job, err = try(ask_removal, self, helper, true)
        removals[index] = { helper = helper, job = job, err = err }
    end
    for _, removal in ipairs(removals) do
        local removed, err = is_removed(self, removal.helper, removal.job, removal.err)
        if removed then
            forget(self, removal.helper)
        else
            first = first or err
        end
    end
    if first then
        error(first, 0)
    end
end

--- Removes all helpers.
function methods:remove_all()
    self:remove(self.made)
end

-- A removal that an interrupted call had asked for goes on in the Engine.
local function goes_by_itself(self, helper)
    local stop = time.monotonic() + PATIENCE
    while time.monotonic() < stop do
        local _, status = self.ctx.docker:request("GET", "/containers/" .. helper.name .. "/json",
            { check = false })
        if status == 404 then
            return true
        end
        time.sleep(0.05)
    end
    return false
end

--- Waits for one removal; true, or nil and why not.
function methods:wait_removed(job, helper)
    local answer, status = try(job.wait, job)
    if status == nil or (math.type(status) ~= "integer") then
        return nil, status or failure.new(failure.BUG, "remove helper: no answer (%s)",
            tostring(answer))
    end
    if status < 300 or status == 404 or (status == 409 and goes_by_itself(self, helper)) then
        return true
    end
    local why = type(answer) == "table" and answer.message or ("HTTP " .. status)
    -- Without an exit code of its own: a restore has another than a backup.
    return nil, hosskeep.error { kind = "engine", op = "remove", subject = "helper",
        message = tostring(why) }
end

return helpers
