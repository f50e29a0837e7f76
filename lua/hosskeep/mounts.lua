-- How mounts of volumes and folders are told to the Engine.

local failure = require "hosskeep.failure"

local mounts = {}

local function check_volume(client, spec)
    if not spec.create and not client:volume(spec.volume) then
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

--- The Engine's HostConfig for mounts of {name=, volume=|bind=, readonly=, target=, ...}, in a list
--- or a table by name, and the path of each in the container, by name. Raises for a volume that is
--- not there, unless create=true.
function mounts.host_config(client, specs)
    local host, paths = { NetworkMode = "none", Mounts = {}, Binds = {} }, {}
    for index, spec in ipairs(as_list(specs)) do
        if (spec.volume == nil) == (spec.bind == nil) then
            error("mount{volume=NAME} or mount{bind=PATH}", 4)
        end
        local target = spec.target or "/mnt/" .. (spec.name or tostring(index))
        paths[spec.name or index] = target
        if by_binds(spec) then
            table.insert(host.Binds, spec.bind .. ":" .. target .. (spec.readonly and ":ro" or ""))
        else
            if spec.volume then
                check_volume(client, spec)
            end
            table.insert(host.Mounts, as_mount(spec, target))
        end
    end
    host.Mounts = #host.Mounts > 0 and host.Mounts or nil
    host.Binds = #host.Binds > 0 and host.Binds or nil
    return host, paths
end

return mounts
