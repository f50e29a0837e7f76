--- What the steps of a restore read and change, for the dry run.

local configuration = require "hosskeep.configuration"
local folders = require "hosskeep.folders"
local marker = require "hosskeep.marker"
local postgres = require "hosskeep.postgres_restore"
local source = require "hosskeep.source"
local start_command = require "hosskeep.start_command"

local m = {}

local HELPER = { "container:hosskeep-*", "image:hosskeep-empty:*" }

local function with_helper(list)
    return table.move(HELPER, 1, #HELPER, #list + 1, list)
end

local function services(ctx)
    local list = {}
    for name in (ctx.env.SERVICES or ""):gmatch "%S+" do list[#list + 1] = "service:" .. name end
    return list
end

local function filled(ctx)
    local list = {}
    for _, one in ipairs(ctx.state.volumes) do
        list[#list + 1] = one.bind and "folder:" .. one.bind or "volume:" .. one.volume
    end
    return list
end

function m.archive(ctx)
    return { reads = { "file:" .. ctx.options.args[1] } }
end

function m.site(ctx)
    local reads = { "folder:" .. ctx.places.config }
    return { reads = table.move(services(ctx), 1, 100, 2, reads) }
end

function m.marker(ctx)
    return { changes = { "file:" .. marker.path(ctx) } }
end

--- What is in the way.
function m.aside(ctx)
    local changes = {}
    for i, path in ipairs(source.data_folders(ctx)) do changes[i] = "folder:" .. path .. "*" end
    for _, container in ipairs(ctx.docker:containers { project = ctx.project, all = true }) do
        changes[#changes + 1] = "container:" .. container.name
    end
    if ctx.state.replaces then
        for _, item in ipairs(configuration.ITEMS) do
            changes[#changes + 1] = "file:" .. fs.join(ctx.places.config, item)
        end
        changes[#changes + 1] = "file:" .. fs.join(ctx.places.config, ".replaced-*")
    end
    return { changes = changes }
end

function m.folders(ctx)
    local changes = {}
    for i, path in ipairs(folders.paths(ctx)) do changes[i] = "folder:" .. path end
    return { changes = with_helper(changes) }
end

function m.volumes(ctx)
    return { changes = filled(ctx) }
end

--- All that the archive is unpacked to; the former configuration goes into a folder beside.
function m.unpacked(ctx)
    local changes, places = with_helper(filled(ctx)), ctx.places
    for _, folder in ipairs { places.db, places.opensearch, places.current } do
        changes[#changes + 1] = "folder:" .. folder
    end
    local seen = {}
    for entry in ctx.archive:entries() do
        local top = entry.name:match "^config/([^/]+)"
        if top and top ~= ".env" and not seen[top] then
            seen[top] = true
            changes[#changes + 1] = "folder:" .. fs.join(places.config, top)
        end
    end
    changes[#changes + 1] = "folder:" .. fs.join(places.config, "before-restore-*")
    return { reads = m.archive(ctx).reads, changes = changes }
end

function m.script(ctx)
    return { changes = { "file:" .. postgres.script_path(ctx) } }
end

function m.env(ctx)
    return { changes = { "file:" .. ctx.places.env, "folder:" .. ctx.places.db } }
end

--- The start command makes containers and networks; they write into the folders that they mount.
function m.start(ctx)
    local changes = services(ctx)
    changes[#changes + 1] = "folder:" .. ctx.places.data
    changes[#changes + 1] = "folder:" .. ctx.places.db_root
    changes[#changes + 1] = "network:" .. ctx.project .. "_*"
    changes[#changes + 1] = "file:" .. start_command.path(ctx)
    return { changes = changes }
end

function m.queues()
    return { changes = with_helper { "service:rabbitmq" } }
end

function m.certificates()
    return { changes = { "service:traefik" } }
end

function m.databases()
    return { reads = { "service:db" } }
end

function m.endpoint(ctx)
    return { reads = { "url:" .. ctx.endpoint } }
end

function m.index(ctx)
    return { changes = { "index:*", "folder:" .. ctx.places.opensearch } }
end

function m.compared()
    return { reads = { "database:*", "index:*", "service:ldap", "service:rabbitmq" } }
end

function m.services(ctx)
    return { reads = services(ctx) }
end

function m.clean(ctx)
    local changes = m.marker(ctx).changes
    changes[2] = "folder:" .. ctx.places.db
    if ctx.state.parts.postgres then changes[3] = "file:" .. postgres.script_path(ctx) end
    return { changes = changes }
end

return m
