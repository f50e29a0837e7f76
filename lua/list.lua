-- hosskeep list: the archives below BACKUP_ROOT with size, date and server version. What is told
-- here is read from the archive's beginning; only `hosskeep verify` reads all of it.

local command = require "hosskeep.command"
local environment = require "hosskeep.environment"
local failure = require "hosskeep.failure"
local options = require "hosskeep.options"
local places = require "hosskeep.places"
local sizes = require "hosskeep.sizes"

local function archive_name(name)
    return name:find "^hoss%-backup%-.*%.tar%.gz$" or name:find "^hoss%-backup%-.*%.tar%.zst$"
end

-- The first entry is version.json; reading it also shows whether the file is an archive at all.
local function peek(path)
    local opened <close> = archive.open(path)
    local count = 0
    for entry in opened:entries() do
        count = count + 1
        if entry.name == "version.json" then
            return json.decode(opened:read(65536))
        elseif count >= 8 then
            return {}
        end
    end
    return {}
end

local function created(name, there)
    local date, clock = name:match "(%d%d%d%d%-%d%d%-%d%d)T(%d%d%d%d%d%d)Z"
    if not date then
        return time.format("%Y-%m-%dT%H:%M:%SZ", there.mtime)
    end
    return string.format("%sT%s:%s:%sZ", date, clock:sub(1, 2), clock:sub(3, 4), clock:sub(5, 6))
end

local function describe(folder, name)
    local path = fs.join(folder, name)
    local there = fs.stat(path)
    local entry = { file = path, size = there.size, created = created(name, there) }
    local version, err = try(peek, path)
    if version then
        entry.version, entry.build = version.version, version.build
    else
        entry.error = failure.text(err)
    end
    return entry
end

local function folder_of(given)
    if given.args[1] then
        return given.args[1]
    end
    local config = places.config_dir(given.config_dir)
    local path = places.compute(config).env
    local text = fs.read(path)
    local map = text and environment.parse(text, path) or nil
    return places.compute(config, map).backups
end

local function collect(folder)
    local list = {}
    if not fs.stat(folder) then
        failure.raise(failure.PRECONDITION, "%s: no such folder", folder)
    end
    for _, name in ipairs(fs.list(folder)) do
        if archive_name(name) then
            list[#list + 1] = describe(folder, name)
        end
    end
    return list
end

local function print_text(list)
    local rows = { { "CREATED", "SIZE", "SERVER", "FILE" } }
    for _, entry in ipairs(list) do
        rows[#rows + 1] = { entry.created, sizes.bytes(entry.size), entry.version or "?",
            entry.file .. (entry.error and "  UNREADABLE: " .. entry.error or "") }
    end
    command.table(rows)
end

local function run(given)
    local list = collect(folder_of(given))
    local code = failure.DONE
    for _, entry in ipairs(list) do
        code = entry.error and failure.WARNINGS or code
        if given.json then
            log.out(json.encode(entry) .. "\n")
        end
    end
    if not given.json then
        print_text(list)
    end
    return code
end

return command.main({
    name = "list",
    summary = "Lists the archives of this server.",
    arguments = { { name = "FOLDER", help = "default: backups below BACKUP_ROOT" } },
    options = {
        options.COMMON[1],
        { long = "json", help = "one JSON object per archive" },
    },
    run = run,
}, ...)
