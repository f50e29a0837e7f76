-- Where things are on this machine, computed from the configuration folder and .env.

local failure = require "hosskeep.failure"

local places = {}

local function without_slash(path)
    return #path > 1 and (path:gsub("/+$", "")) or path
end

local function expand_home(path)
    if path == "~" or path:sub(1, 2) == "~/" then
        return process.home .. path:sub(2)
    end
    return path
end

--- The configuration folder as an absolute path.
function places.config_dir(given)
    local path = expand_home(given or "~/.hoss")
    if path:sub(1, 1) ~= "/" then
        path = fs.join(process.cwd(), path)
    end
    return without_slash(path)
end

local function absolute(name, value, fallback)
    if value == nil or value == "" then
        return fallback
    end
    local path = expand_home(value)
    if path:sub(1, 1) ~= "/" then
        failure.raise(failure.PRECONDITION, "%s: %s must be an absolute path", name, value)
    end
    return without_slash(path)
end

--- All places as absolute paths. A relative BACKUP_ROOT, HOSS_DIR or DB_ROOT is refused (exit 4).
function places.compute(config, env)
    env = env or {}
    local hoss = absolute("HOSS_DIR", env.HOSS_DIR, config)
    local root = absolute("BACKUP_ROOT", env.BACKUP_ROOT, fs.join(config, "backup"))
    return {
        config = config,
        env = fs.join(config, ".env"),
        hoss_dir = hoss,
        data = fs.join(hoss, "data"),
        db_root = absolute("DB_ROOT", env.DB_ROOT, fs.join(hoss, "data", "db")),
        opensearch_data = fs.join(hoss, "data", "opensearch"),
        init_scripts = env.DB_INIT_SCRIPTS ~= "" and env.DB_INIT_SCRIPTS or nil,
        backup_root = root,
        current = fs.join(root, ".current"),
        db = fs.join(root, ".db"),
        opensearch = fs.join(root, ".opensearch"),
        backups = fs.join(root, "backups"),
        lock = fs.join(root, ".hosskeep.lock"),
        journal = fs.join(root, ".hosskeep-journal"),
    }
end

--- Makes the backup folder (0700) when it is missing. True when it was made; exit 4 when it is
--- no folder that can be written to.
function places.prepare(all)
    local root = all.backup_root
    local there = fs.stat(root)
    local made = false
    if not there then
        local ok, err = try(fs.mkdir, root, 448)
        if err then
            failure.raise(failure.PRECONDITION, "%s", failure.text(err))
        end
        made = ok
    elseif there.type ~= "directory" then
        failure.raise(failure.PRECONDITION, "BACKUP_ROOT %s: not a folder", root)
    end
    if not fs.writable(root) then
        failure.raise(failure.PRECONDITION, "BACKUP_ROOT %s: not writable for %s", root,
            process.user or process.uid)
    end
    return made
end

return places
