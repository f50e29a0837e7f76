--- What must hold before a backup begins: the folders are the ones that the containers use, and
-- there is room.

local failure = require "hosskeep.failure"
local opensearch = require "hosskeep.opensearch"
local postgres = require "hosskeep.postgres"
local server = require "hosskeep.server"
local sizes = require "hosskeep.sizes"

local m = {}

-- Same folder, whatever it is called; the host's path may be hidden from the caller, then only
-- names can be compared.
local function same(a, b)
    local one, other = try(fs.stat, a), try(fs.stat, b)
    if one and other then return one.dev == other.dev and one.ino == other.ino end
    return a == b
end

local function check_mount(ctx, service, path, folder)
    local mount = server.mount(ctx, service, path)
    if not mount then failure.raise(4, "%s: its container mounts nothing at %s", service, path) end
    if not same(mount.Source, folder) then
        failure.raise(4, "BACKUP_ROOT: %s is not what the container of %s mounts at %s (%s)",
            folder, service, path, mount.Source)
    end
end

--- `.db` and `.opensearch` are what the containers mount; the other folders are made if they are
-- missing.
function m.folders(ctx)
    local places = ctx.places
    if ctx:wants("db") then check_mount(ctx, "db", "/mnt/backup", places.db) end
    if ctx:wants("opensearch") then
        check_mount(ctx, "opensearch", "/mnt/snapshots", places.opensearch)
    end
    for _, folder in ipairs { places.backups, places.current } do
        local found = fs.stat(folder)
        if found and (found.type ~= "directory" or not fs.writable(folder)) then
            failure.raise(4, "BACKUP_ROOT: %s is not a folder that can be written to", folder)
        end
    end
end

-- The archive of last time, as the best guess for this time's.
local function last_archive(ctx)
    local size, newest = 0, 0
    local names = fs.stat(ctx.places.backups) and fs.list(ctx.places.backups) or {}
    for _, name in ipairs(names) do
        local ours = name:match("^hoss%-backup%-.*%.tar%.%a+$")
        local found = ours and fs.stat(fs.join(ctx.places.backups, name))
        if found and found.mtime > newest then size, newest = found.size, found.mtime end
    end
    return size
end

--- What a backup will take, at least: a table's dump is a tenth of it or more, an index is copied
-- into the snapshot and again into the archive. pgbench's own rows shrink to a thirtieth, so a
-- tenth twice is no exaggeration.
function m.estimate(database, index, last)
    local parts = database // 10 + index
    return parts + math.max(last, parts // 2)
end

--- Enough free space for dumps, snapshot and archive. What fills up later is noticed then, and
-- undone.
function m.space(ctx)
    postgres.check(ctx)
    opensearch.check(ctx)
    local need = m.estimate(postgres.size(ctx), ctx.index_size or 0, last_archive(ctx))
    need = need + ctx.settings["space.reserve"]
    local free = fs.stat(ctx.places.backup_root) and fs.space(ctx.places.backup_root).free
    if free and free < need then
        failure.raise(4, "BACKUP_ROOT: %s: %s free, about %s needed",
            ctx.places.backup_root, sizes.bytes(free), sizes.bytes(need))
    end
end

return m
