--- What must hold before a restore changes anything, beside the archive and the version.

local failure = require "hosskeep.failure"

local m = {}

-- The nearest folder that exists: the free space of what will be made below it.
local function existing(path)
    while not fs.stat(path) do path = fs.dirname(path) end
    return path
end

local function sum(list, field)
    local total = 0
    for _, one in pairs(list or {}) do total = total + (one[field] or 0) end
    return total
end

--- Bytes that the restore will write at least: volumes, and the dumps twice (file and database).
function m.needed(parts)
    local postgres = parts.postgres or {}
    return sum(parts.volumes, "bytes") + 2 * sum(postgres.databases, "bytes")
end

--- Takes the lock. A run that is refused leaves no configuration folder behind that was not there.
function m.take_lock(ctx)
    local folder = ctx.options.config_dir
    if not fs.stat(folder) then
        ctx:defer(function()
            if not ctx.changed then try(fs.remove, folder) end
        end, "remove the empty configuration folder")
    end
    ctx:take_lock()
end

--- Refuses (exit 4) a disk that is too full, and a configuration folder that cannot be written.
function m.check(ctx)
    local folder = existing(ctx.places.config)
    if not fs.writable(folder) then failure.raise(4, "%s cannot be written", folder) end
    local root = existing(ctx.places.backup_root)
    if not fs.writable(root) then failure.raise(4, "BACKUP_ROOT: %s cannot be written", root) end
    local free = fs.space(root).free
    local needed = m.needed(ctx.state.parts)
    if free < needed then
        failure.raise(4, "%s: %d bytes are free, the restore needs about %d", root, free, needed)
    end
    ctx.docker:version()
end

return m
