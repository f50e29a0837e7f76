--- The archive that is restored: opened once, verified whole, and read a second time into its
-- places. What an archive of hossadm does not tell is made up here once, so that no other file has
-- to know of it.

local failure = require "hosskeep.failure"
local volumes = require "hosskeep.volumes"

local m = {}

-- Owners as hossadm put them back: its archives have lost them.
local HOSSADM_OWNERS = {
    ["auth"] = { uid = 1001, gid = 1001, modes = { ["private.pem"] = tonumber("600", 8) } },
    ["ldap-vol0"] = { uid = 911, gid = 911 },
    ["ldap-vol1"] = { uid = 911, gid = 911 },
}

--- An entry's name without the slash that a folder may end with.
function m.name_of(entry)
    return (entry.name:gsub("/+$", ""))
end

local function rejected(path, err)
    local kind = failure.kind(err)
    if kind == "archive" or kind == "system" or kind == "limit" then
        local text = tostring(err)
        failure.raise(6, "%s%s", text:find(path, 1, true) and "" or path .. ": ", text)
    end
    error(err, 0)
end

--- Opens and verifies the archive. Sets ctx.archive, ctx.manifest, ctx.state.parts (its
-- components), ctx.state.version and ctx.state.archive_id. Raises exit 6 when it must not be
-- trusted.
function m.open(ctx)
    local path = ctx.options.args[1]
    local handle, err = try(archive.open, path)
    if not handle then rejected(path, err) end
    ctx.archive = handle
    ctx:defer(function() handle:close() end, "close the archive")
    local report
    report, err = try(handle.verify, handle,
        { progress = ctx.report:progress("verify " .. fs.basename(path)) })
    if not report then rejected(path, err) end
    ctx.state.kind = report.kind
    ctx.state.version = report.version or {}
    for _, note in ipairs(report.notes or {}) do ctx:note("%s", note) end
    ctx.manifest = report.manifest or m.describe_hossadm(ctx)
    ctx.state.parts = ctx.manifest.components or ctx.manifest
    ctx.state.archive_id = report.manifest and report.manifest.entries_sha256
        or hash.sha256(fs.basename(path) .. ":" .. report.size .. ":" .. report.entries)
end

--- The same for an archive of a HOSS server: its `.env` is read as well.
function m.verify(ctx)
    m.open(ctx)
    m.read_settings(ctx)
end

--- Components of an archive without a manifest, from its entries' names.
function m.describe_hossadm(ctx)
    local parts = { volumes = {}, folders = {} }
    for entry in ctx.archive:entries() do
        local name = m.name_of(entry)
        local volume = name:match("^volumes/([^/]+)$")
        if volume and HOSSADM_OWNERS[volume] then
            parts.volumes[volume] = { entry = name, owner = HOSSADM_OWNERS[volume] }
        elseif name:match("^db/.+%.dump$") then
            parts.postgres = parts.postgres or { databases = {} }
            table.insert(parts.postgres.databases, { entry = name })
        elseif name:match("^search/index%-%d+$") then
            parts.opensearch = { entry = "search", indices = {} }
        end
    end
    for _, kind in ipairs(volumes.KINDS) do
        local part = parts.volumes[kind.key]
        if part then part.service, part.path, part.suffix = kind.service, kind.path, kind.suffix end
    end
    return { components = parts, steps = {} }
end

--- Reads the archive's `.env` into ctx.state.env_text; it comes early in every archive.
function m.read_settings(ctx)
    for entry in ctx.archive:entries() do
        if entry.name == "config/.env" then
            ctx.state.env_text = ctx.archive:read(1 << 20)
            return
        end
    end
    failure.raise(6, "verify %s: no config/.env in the archive", ctx.options.args[1])
end

-- "env.NAME=VALUE" of the command line: the archive's `.env` rewritten for this machine. Paths
-- below the old HOSS_DIR follow the new one.
local function rewrite(text, changes)
    local old = env.parse(text).HOSS_DIR
    for key, value in pairs(changes) do
        text = env.replace(text, key, value)
    end
    local new = changes.HOSS_DIR
    if not new or not old or old == "" then return text end
    for key, value in pairs(env.parse(text)) do
        if key ~= "HOSS_DIR" and changes[key] == nil and value:sub(1, #old + 1) == old .. "/" then
            text = env.replace(text, key, new .. value:sub(#old + 1))
        end
    end
    return text
end

--- Takes the archive's `.env` as this server's; refuses one that belongs to another folder (exit
-- 4).
function m.adopt_settings(ctx)
    local text = rewrite(ctx.state.env_text, ctx.options.env or {})
    ctx.state.env_text = text
    ctx:use_env(text)
    local hoss_dir = ctx.env.HOSS_DIR
    local config_dir = ctx.options.config_dir
    if hoss_dir and hoss_dir ~= "" then
        local same = (fs.realpath(hoss_dir) or hoss_dir:gsub("/+$", ""))
            == (fs.realpath(config_dir) or config_dir:gsub("/+$", ""))
        if not same then
            failure.raise(4, "HOSS_DIR of the archive is %s, the configuration folder is %s;"
                .. " to rewrite it: --set env.HOSS_DIR=%s", hoss_dir, config_dir, config_dir)
        end
    end
end

--- The name that a volume of the archive has in this project.
function m.volume_name(ctx, key, part)
    local old = ctx.manifest.project
    if part.volume and (old == nil or old == ctx.project) then return part.volume end
    if part.volume and part.volume:sub(1, #old + 1) == old .. "_" then
        return ctx.project .. part.volume:sub(#old + 1)
    end
    return part.volume or (ctx.project .. "_" .. (part.suffix or key))
end

-- Where a site mounts a folder in a volume's place: on this machine, below this HOSS_DIR.
local function bind_path(ctx, part)
    local old = (ctx.manifest.places or {}).hoss_dir
    if old and part.bind:sub(1, #old + 1) == old .. "/" then
        return ctx.places.hoss_dir .. part.bind:sub(#old + 1)
    end
    return part.bind
end

--- The volumes to fill, in a fixed order: {name, volume, part}; {name, bind, part} where the site
-- mounts a folder in a volume's place.
function m.volumes(ctx)
    local list = {}
    for key, part in pairs(ctx.state.parts.volumes or {}) do
        local one = { name = key, part = part }
        if part.bind then
            one.bind = bind_path(ctx, part)
        else
            one.volume = m.volume_name(ctx, key, part)
        end
        list[#list + 1] = one
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
end

--- The folders on the host that hold a server's data: the database's, OpenSearch's, and those that
-- stand in a volume's place.
function m.data_folders(ctx)
    local list = { ctx.places.db_root, ctx.places.opensearch_data }
    for _, one in ipairs(ctx.state.volumes) do
        if one.bind then list[#list + 1] = one.bind end
    end
    return list
end

return m
