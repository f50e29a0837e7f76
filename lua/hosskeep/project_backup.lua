--- The steps that back up a project from its description. See project.lua.

local failure = require "hosskeep.failure"
local origin = require "hosskeep.origin"
local places = require "hosskeep.places"
local postgres = require "hosskeep.postgres"
local prune = require "hosskeep.prune"
local publish = require "hosskeep.publish"
local volumes = require "hosskeep.volumes"

local m = {}
origin.hide()

--- Where things are, and that no service of HOSS's own is meant; then the lock.
function m.settle(ctx, description)
    ctx.places = places.compute(ctx.config_dir, { BACKUP_ROOT = description.folder })
    ctx.env, ctx.services = {}, {}
    ctx.archive_name = description.name
    ctx:lock()
end

local function check(ctx, description)
    m.settle(ctx, description)
    if #ctx.docker:containers { project = ctx.project } == 0 then
        failure.raise(4, "project %s has no container", ctx.project)
    end
    volumes.check(ctx)
    postgres.check(ctx)
end

local function describe(ctx, description)
    local manifest = ctx.manifest
    manifest.tool = { name = "hosskeep", version = hosskeep.version }
    manifest.created = time.format("%Y-%m-%dT%H:%M:%SZ", ctx.started)
    manifest.host = process.hostname()
    manifest.project = ctx.project
    manifest.stack = description.name
end

--- Adds the steps to p.
function m.steps(p, description)
    p:step { name = "check-project", title = "Volumes and databases are there",
        check = function(ctx) check(ctx, description) end }
    p:step { name = "create-archive", title = "Begin the archive under a hidden name",
        objects = publish.objects_open,
        run = function(ctx)
            publish.open(ctx)
            describe(ctx, description)
        end }
    p:step { name = "start-dumps", title = "Begin to dump the databases and roles",
        objects = postgres.objects, run = postgres.start }
    p:step { name = "mount-volumes", title = "Mount all that is read into one helper",
        objects = volumes.objects_mount, run = volumes.mount }
    p:step { name = "add-volumes", title = "Add the volumes", objects = volumes.objects,
        run = function(ctx) volumes.add(ctx, function() end) end }
    p:step { name = "add-dumps", title = "Add the dumps", objects = postgres.objects,
        run = postgres.add }
    p:step { name = "finish", title = "Add the list of entries and the manifest",
        objects = publish.objects_partial, run = publish.finish }
    p:step { name = "verify", title = "Read the archive back", run = publish.verify }
    p:step { name = "publish", title = "Give the archive its name",
        objects = publish.objects_publish, run = publish.publish }
    p:step { name = "prune", title = "Remove the archives that are too many",
        objects = prune.objects, run = prune.run }
    p:step { name = "report", title = "Tell where it is", run = publish.report }
end

return m
