--- The archive's way into backups/: written under a hidden name, read back, and only then given its
-- own.

local failure = require "hosskeep.failure"
local meter = require "hosskeep.meter"

local m = {}

local MOST = 1000 -- names that one second may have

local function suffix(ctx)
    return ctx.settings["archive.format"] == "zstd" and ".tar.zst" or ".tar.gz"
end

local function taken(ctx, name)
    local places = ctx.places
    for _, ending in ipairs { ".tar.gz", ".tar.zst", ".manifest.json" } do
        if fs.lstat(fs.join(places.backups, name .. ending)) then return true end
    end
    return false
end

-- The name of this second, or a further one when another backup has it.
local function choose(ctx, from)
    local second = time.format("%Y-%m-%dT%H%M%SZ", ctx.started)
    for i = from, MOST do
        local timestamp = i == 1 and second or ("%s-%d"):format(second, i)
        local name = (ctx.archive_name or "hoss-backup") .. "-" .. timestamp
        if not taken(ctx, name) then return name, i, timestamp end
    end
    failure.raise(5, "publish: no free name for an archive of %s", second)
end

--- What begins under a hidden name, and the file for the list of entries beside it.
function m.objects_open(ctx)
    return { changes = {
        "folder:" .. ctx.places.backups,
        "file:" .. fs.join(ctx.places.backups, ".*.partial"),
    } }
end

--- What is finished.
function m.objects_partial(ctx)
    return { changes = { "file:" .. fs.join(ctx.places.backups, ".*.partial") } }
end

--- The archive and the manifest beside it, by their names of this second.
function m.objects_publish(ctx)
    local path = fs.join(ctx.places.backups, (choose(ctx, 1)))
    return { changes = {
        "file:" .. fs.join(ctx.places.backups, ".*.partial"),
        "file:" .. path .. suffix(ctx), "file:" .. path .. ".manifest.json",
    } }
end

--- Opens the archive under its hidden name. Until it is published, whatever goes wrong takes it
-- away.
function m.open(ctx)
    fs.mkdir(ctx.places.backups)
    local name, number, timestamp = choose(ctx, 1)
    local partial = fs.join(ctx.places.backups, "." .. name .. ".partial")
    ctx.publishing = {
        name = name, number = number, timestamp = timestamp, partial = partial,
    }
    ctx.manifest.name = name
    ctx.packer = archive.create(partial, {
        format = ctx.settings["archive.format"], level = ctx.settings["archive.level"],
    })
    ctx:defer(function()
        ctx.packer:close()
        if not ctx.publishing.path then fs.remove(partial) end
    end, "close the archive")
end

--- Writes ENTRIES and the manifest, and syncs the file.
function m.finish(ctx)
    local described = ctx.procedure:describe()
    ctx.manifest.steps = json.array(described.steps)
    ctx.manifest.scripts = json.array(described.scripts)
    ctx.manifest.warnings = json.array(table.move(ctx.warnings, 1, #ctx.warnings, 1, {}))
    ctx.written = ctx.packer:finish(ctx.manifest)
end

--- Reads the whole archive back, byte by byte, as `verify` would.
function m.verify(ctx)
    local reading <close> = archive.open(ctx.publishing.partial)
    local report = meter.run(ctx, "read back", function(progress)
        return reading:verify { progress = progress }
    end)
    if report.entries ~= ctx.written.entries or not report.manifest then
        failure.raise(5, "verify: %d entries were written and %d read back",
            ctx.written.entries, report.entries)
    end
    ctx.publishing.manifest = report.manifest
end

-- From now on it is there, whatever fails; but not yet for sure behind a power cut.
local function named(ctx, path)
    ctx.publishing.path, ctx.archive_path = path, path
    ctx.outcome = "the archive is complete, but a power cut may still take its name: " .. path
end

-- Never over another file: a name that has been taken meanwhile is left alone. What fails may be
-- the sync of the folder behind the renaming.
local function rename(ctx)
    local state = ctx.publishing
    while true do
        local path = fs.join(ctx.places.backups, state.name .. suffix(ctx))
        local _, problem = try(fs.rename, state.partial, path, { replace = false })
        if not problem or problem.code ~= "EEXIST" then
            if fs.lstat(path) then named(ctx, path) end
            if problem then error(problem, 0) end
            return path
        end
        state.name, state.number = choose(ctx, state.number + 1)
    end
end

--- Gives the archive its name, for good; then its manifest beside it, for quick listing.
function m.publish(ctx)
    local state = ctx.publishing
    local path = rename(ctx)
    fs.sync(ctx.places.backups)
    ctx.outcome = "the archive is complete: " .. path -- whatever comes now
    local beside = fs.join(ctx.places.backups, state.name .. ".manifest.json")
    local text = json.encode(state.manifest, { indent = true })
    local _, problem = try(fs.write, beside, text, { mode = 384 })
    if problem then ctx:warn("publish: %s", tostring(problem)) end
end

--- The last line on stdout is the archive's path.
function m.report(ctx)
    local totals = ctx.written
    ctx:note("%d entries, %d bytes, archive of %d bytes", totals.entries, totals.bytes, totals.size)
    ctx.report:result(ctx.publishing.path, {
        archive = ctx.publishing.path,
        entries = totals.entries, bytes = totals.bytes, size = totals.size,
    })
end

return m
