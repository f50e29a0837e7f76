---@meta

--- A compose project that is not a HOSS server, backed up from one description:
--- `local project = require "hosskeep.project"`. Since 0.3.0.
---@class project
project = {}

--- The procedure for a description: command is "backup" or "restore".
--- > local project = require "hosskeep.project"
--- > local blog = { name = "blog", project = "blog", folder = "/srv/backups/blog" }
--- > assert(project.procedure(blog, "backup"):has "publish")
---@param description table name, title, project, folder, volumes, postgres, settings
---@param command string
---@return procedure
function project.procedure(description, command) end

--- Runs `backup` or `restore ARCHIVE` of a description; the last line of its file. 2 for others.
--- > local project = require "hosskeep.project"
--- > assert(project.main({ name = "blog", folder = "/srv/backups/blog" }, "erase") == 2)
---@param description table
---@param command string
---@param ... string
---@return integer
function project.main(description, command, ...) end
