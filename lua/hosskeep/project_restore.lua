--- The steps that restore a project from its description into an empty place. See project.lua.

local failure = require "hosskeep.failure"
local further = require "hosskeep.postgres_further"
local origin = require "hosskeep.origin"
local project_backup = require "hosskeep.project_backup"
local source = require "hosskeep.source"
local start = require "hosskeep.start"
local unpack_archive = require "hosskeep.unpack"
local volumes = require "hosskeep.volumes_restore"

local m = {}
origin.hide()

-- Nothing of it may be there: what a restore would have to overwrite is the operator's to remove.
local function refuse_live(ctx)
    local container = ctx.docker:containers { project = ctx.project, all = true }[1]
    if container then
        failure.raise(4, "container %s exists; nothing was changed", container.name)
    end
    for _, one in ipairs(ctx.state.volumes) do
        if one.volume and ctx.docker:volume(one.volume) then
            failure.raise(4, "volume %s exists; nothing was changed", one.volume)
        elseif one.bind and fs.lstat(one.bind) and #fs.list(one.bind) > 0 then
            failure.raise(4, "%s is not empty; nothing was changed", one.bind)
        end
    end
end

local function check(ctx, description)
    if ctx.manifest.stack ~= description.name then
        failure.raise(6, "an archive of %s, not of %s",
            tostring(ctx.manifest.stack or ctx.manifest.project), description.name)
    end
    project_backup.settle(ctx, description)
    ctx.state.volumes = source.volumes(ctx)
    refuse_live(ctx)
end

local function fill(ctx)
    local mounts = {}
    for _, one in ipairs(ctx.state.volumes) do
        mounts[#mounts + 1] = { name = "volume-" .. one.name, volume = one.volume,
            bind = one.bind }
    end
    if #mounts > 0 then ctx.state.unpack_helper = ctx.helpers:mounts(mounts) end
    for entry in ctx.archive:entries() do
        local name = source.name_of(entry)
        local key = name:match("^volumes/([^/]+)$")
        if key then
            unpack_archive.volume(ctx, entry, key)
        elseif name:match("^postgres/[^/]+/.") then
            further.unpack(ctx, name)
        end
    end
    ctx.helpers:remove_all()
end

local function start_project(ctx)
    ctx:no_undo()
    start.run(ctx, "docker-compose -p " .. ctx.project .. " up -d")
end

--- Adds the steps to p.
function m.steps(p, description)
    p:step { name = "verify-archive", title = "Read the whole archive and check it",
        check = source.open }
    p:step { name = "check-project", title = "Nothing of it is in the way",
        check = function(ctx) check(ctx, description) end }
    p:step { name = "make-volumes", title = "Make the volumes", objects = volumes.objects,
        run = function(ctx)
            ctx.changed = true
            volumes.make(ctx)
        end }
    p:step { name = "unpack", title = "Fill the volumes", objects = volumes.objects, run = fill }
    p:step { name = "start-project", title = "Start the project",
        objects = { changes = { "container:*" } }, run = start_project }
    p:step { name = "restore-databases", title = "Restore the databases and count their rows",
        when = further.wanted, objects = further.objects, run = further.run }
    p:step { name = "wait-project", title = "Wait for the start command's end",
        run = start.finish }
    p:step { name = "report", title = "Say what was done", run = function(ctx)
        ctx:note("restored %s", fs.basename(ctx.options.args[1]))
    end }
end

return m
