-- Helper containers: created from an empty image that we import ourselves, never started. Through
-- them the Engine's archive calls reach volumes and folders, with owners, and with no service's
-- container locked meanwhile.

local failure = require "hosskeep.failure"
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

local function check_volume(self, spec)
    if not spec.create and not self.ctx.docker:volume(spec.volume) then
        failure.raise(failure.PRECONDITION, "volume %s: does not exist", spec.volume)
    end
end

local function as_mount(spec, target)
    local mount = { Target = target, ReadOnly = spec.readonly or false }
    if spec.volume then
        mount.Type, mount.Source = "volume", spec.volume
        mount.VolumeOptions = { NoCopy = true }
    else
        mount.Type, mount.Source = "bind", spec.bind
    end
    return mount
end

-- Binds let the Engine make a folder that is missing; Mounts refuse one.
local function by_binds(spec)
    return spec.bind and not spec.must_exist and not spec.bind:find(":", 1, true)
end

-- A list of {name=, ...}, or a table of specs by name; made into a list in a fixed order.
local function as_list(specs)
    if #specs > 0 then
        return specs
    end
    local list = {}
    for name, spec in pairs(specs) do
        local copy = { name = name }
        for key, value in pairs(spec) do
            copy[key] = value
        end
        list[#list + 1] = copy
    end
    table.sort(list, function(a, b)
        return a.name < b.name
    end)
    return list
end

local function host_config(self, specs, paths)
    local host = { NetworkMode = "none", Mounts = {}, Binds = {} }
    for index, spec in ipairs(specs) do
        if (spec.volume == nil) == (spec.bind == nil) then
            error("mount{volume=NAME} or mount{bind=PATH}", 4)
        end
        local target = spec.target or "/mnt/" .. (spec.name or tostring(index))
        paths[spec.name or index] = target
        if by_binds(spec) then
            table.insert(host.Binds, spec.bind .. ":" .. target .. (spec.readonly and ":ro" or ""))
        else
            if spec.volume then
                check_volume(self, spec)
            end
            table.insert(host.Mounts, as_mount(spec, target))
        end
    end
    host.Mounts = #host.Mounts > 0 and host.Mounts or nil
    host.Binds = #host.Binds > 0 and host.Binds or nil
    return host
end

--- One helper with several mounts, each {name=, volume=|bind=, readonly=, must_exist=, create=}
--- in a list, or without name in a table by name. Returns {container=, path={name="/mnt/name"}}
--- (also as .paths). A volume has to exist unless create=true.
function methods:mounts(specs)
    local ctx = self.ctx
    local paths = {}
    local host = host_config(self, as_list(specs), paths)
    local image = import_image(self)
    local name = "hosskeep-" .. ctx:random()
    local token = ctx.journal:add { kind = "helper", id = name }
    local helper = { name = name, token = token, path = paths, paths = paths }
    table.insert(self.made, helper)
    helper.container = make(helper, ctx.docker.create, ctx.docker, name, {
        Image = image,
        Cmd = { "/never-started" },
        Labels = recover.labels(ctx),
        NetworkDisabled = true,
        HostConfig = host,
    })
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

local function start_removal(self, helper)
    local job, err = try(self.ctx.docker.request, self.ctx.docker, "DELETE",
        "/containers/" .. helper.name, {
            query = { force = true, v = false },
            check = false,
            background = true,
        })
    return { helper = helper, job = job, err = err }
end

local function forget(self, helper)
    for index, made in ipairs(self.made) do
        if made == helper then
            table.remove(self.made, index)
        end
    end
    self.ctx.journal:done(helper.token)
end

--- Removes all helpers at once. Raises the first error after all have been tried. What could not be
--- removed, or was interrupted, is tried again at the next call.
function methods:remove_all()
    local removals, first = {}, nil
    for index, helper in ipairs(self.made) do
        removals[index] = start_removal(self, helper)
    end
    for _, removal in ipairs(removals) do
        local removed, err = nil, removal.err
        if removal.job then
            removed, err = self:wait_removed(removal.job, removal.helper)
        end
        if removed then
            remove_late(removal.helper, function()
                local _, status = self.ctx.docker:request("DELETE",
                    "/containers/" .. removal.helper.name, { query = { force = true },
                        check = false })
                return status < 300
            end)
            forget(self, removal.helper)
        end
        first = first or err
    end
    if first then
        error(first, 0)
    end
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
