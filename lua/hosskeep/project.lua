-- Backs up and restores a compose project that is no HOSS server, from a description:
--
--   return require("hosskeep.project").main({
--       name = "blog",                     -- of the archives, and of the drop-ins' folders
--       project = "blog",                  -- compose's name of it
--       folder = "/srv/backups/blog",      -- archives go to backups/ in it
--       volumes = { { name = "posts", service = "web", path = "/data", pause = true } },
--       postgres = { "db" },
--   }, ...)
--
-- As blog.lua on the search path it is `hosskeep blog backup` and `hosskeep blog restore ARCHIVE`.
-- Drop-ins lie in blog-backup.d and blog-restore.d.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"
local origin = require "hosskeep.origin"
local procedure = require "hosskeep.procedure"
local project_backup = require "hosskeep.project_backup"
local project_restore = require "hosskeep.project_restore"

local project = {}
origin.hide()

local FIELDS = { "name", "title", "project", "folder", "volumes", "postgres", "settings" }
local COMMANDS = { backup = project_backup.steps, restore = project_restore.steps }
local OPTIONS = {
    backup = { env = "later", lock = "later" },
    restore = {
        env = "later", lock = "later", arguments = "ARCHIVE",
        exit = { before = failure.UNCHANGED, after = failure.CHANGED },
    },
}

local function check(description)
    names.check_keys("field of the description", description, FIELDS)
    for _, field in ipairs { "name", "folder" } do
        if type(description[field]) ~= "string" or description[field] == "" then
            failure.raise(failure.USAGE, "%s: the description needs %s = TEXT", (origin.caller()),
                field)
        end
    end
    if not description.name:find "^%w[%w-]*$" then
        failure.raise(failure.USAGE, "%s: name = %q: letters, digits and hyphens",
            (origin.caller()), description.name)
    end
end

--- The procedure for a description: command is "backup" or "restore".
function project.procedure(description, command)
    check(description)
    local options = { title = (description.title or description.name) .. ": " .. command }
    for key, value in pairs(OPTIONS[command]) do
        options[key] = value
    end
    local p = procedure.new(description.name .. "-" .. command, options)
    p.settings:set("project", description.project or description.name)
    p.settings:set("volumes.extra", description.volumes or {})
    p.settings:set("postgres.extra", description.postgres or {})
    for key, value in pairs(description.settings or {}) do
        p.settings:set(key, value)
    end
    COMMANDS[command](p, description)
    return p
end

--- Runs `backup` or `restore ARCHIVE` of a description; the last line of its file.
function project.main(description, command, ...)
    if command == nil and procedure.defining() then
        command = "backup"
    end
    if not COMMANDS[command or ""] then
        local name = type(description) == "table" and description.name or "project"
        io.stderr:write(log.mask(string.format(
            "hosskeep: %s: say backup, or restore ARCHIVE\n", tostring(name))))
        return failure.USAGE
    end
    local p, err = try(project.procedure, description, command)
    if not p then
        io.stderr:write(log.mask("hosskeep: " .. failure.text(err) .. "\n"))
        return failure.exit(err, failure.USAGE)
    end
    return p:main(...)
end

return project
