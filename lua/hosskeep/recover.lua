-- How the things that a killed run leaves behind are put right: one handler per journal kind, and
-- a sweep for containers and images that carry our label.

local failure = require "hosskeep.failure"
local journal = require "hosskeep.journal"
local opensearch_client = require "hosskeep.opensearch_client"
local postgres_clean = require "hosskeep.postgres_clean"
local process_stat = require "hosskeep.process_stat"
require "hosskeep.start_command" -- its handler

local recover = {}

local GUARD_PATIENCE = 5 -- seconds; a guard of ours takes two

local function gone(status)
    return status == 404 or status == 304
end

journal.handler("helper", function(ctx, entry)
    local _, status = ctx.docker:request("DELETE", "/containers/" .. entry.id,
        { query = { force = true, v = true }, check = false })
    return status < 300 or gone(status)
end)

journal.handler("image", function(ctx, entry)
    -- By force: a container may just be made of it, which is swept away in the end.
    local _, status = ctx.docker:request("DELETE", "/images/" .. entry.id,
        { query = { force = true }, check = false })
    return status < 300 or gone(status)
end)

-- The guard of a run that was killed resumes for two seconds whatever is paused: also what this run
-- would pause.
local function end_guard(guard)
    local deadline = time.monotonic() + GUARD_PATIENCE
    while guard and process_stat.runs(guard) do
        if time.monotonic() > deadline then
            process.run { "sh", "-c", 'kill -s KILL "$1"', "sh", guard.pid, check = false }
        end
        time.sleep(0.05)
    end
end

journal.handler("paused", function(ctx, entry)
    end_guard(entry.guard)
    local container = ctx.docker:container(entry.id)
    local state = container:inspect()
    if state and state.State.Paused then
        container:unpause()
    end
    return true
end)

journal.handler("snapshot", function(ctx, entry)
    local url = entry.url or ctx.settings["opensearch.url"] or "http://localhost:9200"
    local search = { url = url, container = ctx:service "opensearch" }
    return opensearch_client.remove_snapshot(search, entry.repository, entry.id)
end)

-- They may be what the disk is full of.
journal.handler("dumps", function(ctx, entry)
    postgres_clean.remove(ctx:service(entry.service), entry)
    return true
end)

journal.handler("file", function(_, entry)
    fs.remove(entry.id)
    return true
end)

-- A folder or file that was renamed aside: put back only when its own place is empty.
journal.handler("renamed", function(_, entry)
    local from, to = entry.from or entry.id, entry.to
    if not fs.lstat(from) and fs.lstat(to) then
        fs.rename(to, from)
    end
    return true
end)

local function ours(ctx)
    return {
        ["hosskeep.project"] = ctx.project,
        ["hosskeep.root"] = ctx.places.backup_root,
    }
end

--- The labels that everything made by this run carries.
recover.labels = ours

local function sweep_containers(ctx)
    for _, container in ipairs(ctx.docker:containers { all = true, labels = ours(ctx) }) do
        container:remove { force = true, volumes = true }
        ctx:note("removed a helper container of an earlier run: %s", container.name)
    end
end

--- Removes the images that carry our labels. By id: an import that was asked for twice leaves one
--- without a name.
function recover.sweep_images(ctx)
    for _, image in ipairs(ctx.docker:images { labels = ours(ctx) }) do
        ctx.docker:request("DELETE", "/images/" .. image.Id, { query = { force = true } })
    end
end

local function sweep_partials(ctx)
    if not fs.stat(ctx.places.backups) then
        return
    end
    for _, name in ipairs(fs.list(ctx.places.backups)) do
        if name:find "^%.hoss%-backup.*%.partial$" then
            fs.remove(fs.join(ctx.places.backups, name))
            ctx:note("removed an unfinished archive of an earlier run: %s", name)
        end
    end
end

-- What a run was writing when it was killed: fs makes a file as ".NAME.<hex>.tmp" beside its place.
local function sweep_temporaries(ctx, folder, pattern)
    for _, name in ipairs(folder and try(fs.list, folder) or {}) do
        local stem = name:match "^%.(.+)%.%x+%.tmp$"
        if stem and (stem:find(pattern) or stem == ".env") then
            local _, err = try(fs.remove, fs.join(folder, name))
            if err then
                ctx:warn("left by an earlier run: %s", failure.text(err))
            end
        end
    end
end

local function sweep_files(ctx)
    sweep_partials(ctx)
    sweep_temporaries(ctx, ctx.places.backups, "^hoss%-backup")
    sweep_temporaries(ctx, ctx.places.backup_root, "^%.hosskeep")
    sweep_temporaries(ctx, ctx.places.config, "^%.hosskeep")
    sweep_temporaries(ctx, ctx.places.config, "^%.replaced%-")
    sweep_temporaries(ctx, ctx.places.init_scripts, "hosskeep")
end

local function sweep_engine(ctx)
    sweep_containers(ctx)
    recover.sweep_images(ctx)
end

--- Puts everything right that an earlier run below this BACKUP_ROOT left; the lock is held.
function recover.all(ctx)
    local found = ctx.journal:recover(ctx)
    sweep_files(ctx)
    sweep_engine(ctx)
    if found > 0 then
        -- What it had asked the Engine for may have been under way just now.
        ctx:defer(function()
            sweep_engine(ctx)
        end, "remove what an earlier run left")
    end
end

return recover
